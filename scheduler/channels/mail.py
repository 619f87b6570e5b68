"""Mail by SMTP (RFC 5321), with the headers that mail programs sort and thread by."""

from __future__ import annotations

import re
import smtplib
import ssl
from contextlib import suppress
from email.header import Header
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime
from typing import Final
from urllib.parse import unquote, urlsplit

from scheduler.channels.base import ChannelKind, ChannelSpec
from scheduler.channels.failure import describe_network_error, refusal_of
from scheduler.facts import MessageFacts
from scheduler.inert import inert_html, inert_line
from scheduler.render import Rendered
from scraper.errors import ConfigError, DeliveryError

_RULES: Final = (
    "h3{border-bottom:1px solid #d9dce1;padding-bottom:.25em;margin:1.75em 0 .5em}p{margin:.9em 0}"
    "small{color:#59616c}a{color:#0b57c2}del{color:#a01622;background:#fde1e1}"
    "ins{color:#14692f;background:#dff3e4;text-decoration:none}"
    "@media(prefers-color-scheme:dark){small{color:#a0a8b3}a{color:#84b6ff}h3{border-color:#353b43}"
    "del{color:#ff9d9d;background:#441d20}ins{color:#86dc9b;background:#173621}}"
)
_STYLE: Final = "font:16px/1.5 system-ui,sans-serif;max-width:42em;margin:1em auto;padding:0 1em"
_PORTS: Final = {"smtp": 25, "smtps": 465}
_FAREWELL_S: Final = 2.0
_LINE: Final = 76
"""Characters of a line in which encoded words stand (RFC 2047, section 2)."""
_Refused = dict[str, tuple[int, bytes]]
"""Recipients, with the server's code and words."""


class MailChannel:
    """Text and HTML, one mail a message. ``Message-ID`` is made from the message's id (a repeat is the same mail),
    ``List-Id`` (RFC 2919) from the channel's name.

    ``smtps`` is TLS from the first byte; ``smtp`` becomes TLS where the server offers it, and a password is never sent
    without.
    """

    kind: Final[ChannelKind] = "mail"

    def __init__(self, spec: ChannelSpec) -> None:
        """Raises :class:`ConfigError` for an address that makes no sense."""
        self.name = spec.name
        self._seconds = spec.timeout.total_seconds()
        self._sender, self._recipients = spec.sender or "", spec.recipients
        parts = urlsplit(spec.url or "")
        try:
            port = parts.port
        except ValueError:
            port = 0
        if parts.scheme not in _PORTS or not parts.hostname or port == 0:
            raise ConfigError("write smtp://host or smtps://user:password@host", key=f"channels.{spec.name}.url")
        self._secure = parts.scheme == "smtps"
        self._host, self._port = parts.hostname, port or _PORTS[parts.scheme]
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")

    def send(self, rendered: Rendered, message: MessageFacts) -> None:
        """Send once, to those that do not have it yet. Raises :class:`DeliveryError`: final where the server says so
        for ever (5yz), else retryable; of several refused recipients only if it says so of each."""
        mail = self.compose(rendered, message)
        left = [one for one in self._recipients if one not in message.received_by]
        refused = self._hand_over(mail, left) if left else {}
        if refused:
            having = tuple(one for one in self._recipients if one not in refused)
            raise self._refusal_of_recipients(refused, having)

    def _hand_over(self, mail: EmailMessage, recipients: list[str]) -> _Refused:
        """Whom the server refused, with what it said; it has taken the mail for the others."""
        try:
            smtp = self._connect()
            try:
                return smtp.send_message(mail, self._sender, recipients)
            finally:
                _take_leave(smtp)
        except smtplib.SMTPRecipientsRefused as error:
            raise self._refusal_of_recipients(error.recipients) from error
        except smtplib.SMTPResponseException as error:
            raise self._refusal(error.smtp_code, error.smtp_error) from error
        except (smtplib.SMTPException, OSError) as error:
            why = refusal_of(error) or describe_network_error(error)
            raise DeliveryError(why, channel=self.name, retryable=True) from error

    def compose(self, rendered: Rendered, message: MessageFacts) -> EmailMessage:
        """The mail, the same over all attempts."""
        domain = self._sender.rpartition("@")[2]
        label = re.sub("[^a-z0-9]+", "-", self.name.lower()).strip("-") or "channel"
        mail = EmailMessage(policy=SMTP)
        mail["From"] = Address("presswatch", addr_spec=self._sender)
        mail["To"] = ", ".join(self._recipients)
        _set_subject(mail, rendered.subject)
        mail["Date"] = format_datetime(message.created_at)
        mail["Message-ID"] = f"<{message.message_id}@{domain}>"
        mail["List-Id"] = f"<{label}.presswatch.{domain}>"
        mail["Auto-Submitted"] = "auto-generated"
        mail.set_content(rendered.text)
        mail.add_alternative(_document(rendered), subtype="html")
        return mail

    def close(self) -> None:
        """Nothing stays open."""

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._secure:
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._seconds, context=context)
        else:
            smtp = smtplib.SMTP(self._host, self._port, timeout=self._seconds)
        try:
            smtp.ehlo_or_helo_if_needed()
            if not self._secure and smtp.has_extn("starttls"):
                smtp.starttls(context=context)
            elif self._user and not self._secure:
                said = "the server offers no TLS, and a password is not sent without"
                raise DeliveryError(said, channel=self.name, retryable=False)
            if self._user:
                smtp.login(self._user, self._password)
        except BaseException:
            with suppress(OSError):
                smtp.close()
            raise
        return smtp

    def _refusal_of_recipients(self, refused: _Refused, having: tuple[str, ...] = ()) -> DeliveryError:
        # One that may be accepted later is tried again, and with it all others that were refused.
        who = min(refused, key=lambda one: _is_final(refused[one][0]))
        about = f" (to {who}; {len(having)} of {len(self._recipients)} have it)" if having else ""
        return self._refusal(*refused[who], about, having)

    def _refusal(
        self, code: int, said: bytes | str, about: str = "", received_by: tuple[str, ...] = ()
    ) -> DeliveryError:
        text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
        shown = inert_line(text.replace(self._password, "***") if self._password else text, 200)
        return DeliveryError(
            f"the mail server said {code} {shown}{about}",
            channel=self.name,
            retryable=not _is_final(code),
            status=code,
            received_by=received_by,
        )


def _set_subject(mail: EmailMessage, subject: str) -> None:
    """All of it in encoded words, or none (RFC 2047). Python's policies encode word by word, and lose or double the
    spaces between them (3.11 to 3.13, each in its own way); they also decode what looks encoded to begin with."""
    if subject.isascii() and "=?" not in subject:
        mail["Subject"] = subject
    else:
        mail.set_raw("Subject", Header(subject, "utf-8", _LINE, "Subject").encode(linesep="\r\n"))


def _take_leave(smtp: smtplib.SMTP) -> None:
    # The reply to the mail itself decided: whatever is said to the farewell, it is not sent again for that.
    with suppress(smtplib.SMTPException, OSError):
        if smtp.sock is not None:
            smtp.sock.settimeout(_FAREWELL_S)
            smtp.quit()
    with suppress(OSError):
        smtp.close()


def _is_final(code: int) -> bool:
    # A wrong password may be put right; the message is not at fault.
    return 500 <= code < 600 and code not in (530, 534, 535, 538)


def _document(rendered: Rendered) -> str:
    language = inert_html(rendered.options.language or "en")
    return (
        f'<!DOCTYPE html>\n<html lang="{language}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width"><meta name="color-scheme" content="light dark">'
        f"<title>{inert_html(rendered.subject)}</title><style>{_RULES}</style></head>\n"
        f'<body style="{_STYLE}">\n{rendered.html}\n</body></html>\n'
    )
