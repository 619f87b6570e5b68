"""Everything that Apprise knows: phones, chats, mail and some hundred other services, one target per channel."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Iterable
from typing import Any, Final

from scheduler.channels.base import ChannelKind, ChannelSpec
from scheduler.channels.failure import RETRYABLE
from scheduler.channels.masking import mask_parts
from scheduler.facts import MessageFacts
from scheduler.inert import cut, inert_chat
from scheduler.render import Rendered
from scraper.errors import ConfigError, DeliveryError
from scraper.guard import last_refusal

_STATUS: Final = re.compile(r"\berror[=: ]{1,3}(\d{3})\b")
_SCHEME: Final = re.compile("[a-z0-9+.-]{1,20}")
_MOST_BYTES: Final = {"ntfy": 4_096, "ntfys": 4_096, "matrix": 32_000, "matrixs": 32_000}
"""Services that count bytes and do something else with more (ntfy makes it an attachment, Matrix refuses events of 64
KiB), by the scheme of their URL; Apprise lets more through."""
_SLACK_BLOCK: Final = 3_000
"""Characters of one block (``?blocks=yes``), into which Apprise puts the whole text."""
_ESCAPES: Final = 0.85
"""Part of a service's room that is filled: the rest is for what Apprise escapes on the way."""


class AppriseChannel:
    """Sends text only, never attachments; nothing in it is interpreted (templates, escapes, emoji names).

    Apprise tells whether the service accepted a message, and of HTTP answers the status in a line of its log.
    """

    kind: Final[ChannelKind] = "apprise"

    def __init__(self, spec: ChannelSpec) -> None:
        """Raises :class:`ConfigError` for a URL that Apprise does not understand, or that names several targets: of
        these some may have a message when others refuse it, and Apprise does not say which."""
        _keep_from_log()
        import apprise

        self.name = spec.name
        self._url = spec.url or ""
        self._seconds = spec.timeout.total_seconds()
        asset = apprise.AppriseAsset(
            app_id="presswatch", app_desc="presswatch", app_url="", storage_mode="memory", secure_logging=True
        )
        self._service: Any = apprise.Apprise.instantiate(self._url, asset=asset, suppress_exceptions=True)
        if self._service is None:
            raise ConfigError(_why_not(self._url), key=f"channels.{spec.name}.url")
        if len(self._service) > 1:
            raise ConfigError(
                f"names {len(self._service)} targets, and a repeat for one would reach all of them; give each a "
                'channel of its own (for mail, type = "mail" takes several recipients)',
                key=f"channels.{spec.name}.url",
            )
        self._apprise = apprise.Apprise(asset=asset)
        self._apprise.add(self._service)
        self._is_mail = "mailto" in _schemes(self._service)

    def send(self, rendered: Rendered, message: MessageFacts) -> None:
        """Send once. Raises :class:`DeliveryError`: final for a 4xx answer (but 408, 425, 429), else retryable."""
        started = time.monotonic()
        result = self._apprise.notify(
            **(_mail(rendered) if self._is_mail else _chat(rendered, self._service)),
            interpret_escapes=False,
            timeout=self._seconds,
        )
        if not result:
            raise self._failure([str(entry.message) for entry in result.logs()], started, message)

    def close(self) -> None:
        """Apprise keeps nothing open."""

    def _failure(self, log: list[str], started: float, message: MessageFacts) -> DeliveryError:
        refusal = last_refusal(port=_port(self._service), since=started)
        if refusal is not None:
            return DeliveryError(str(refusal.strerror), channel=self.name, retryable=True)
        said = " ".join(log) or f"the service did not accept {message.message_id}"
        found = _STATUS.findall(said)
        status = int(found[-1]) if found else None
        final = status is not None and 400 <= status < 500 and status not in RETRYABLE
        return DeliveryError(mask_parts(said, self._url), channel=self.name, retryable=not final, status=status)


def _keep_from_log() -> None:
    """What Apprise and urllib3 log names topics, tokens and paths. What Apprise says of a failure is read from its
    result, and our own log says it, masked."""
    logging.getLogger("apprise").propagate = False
    for name in ("apprise", "urllib3"):  # below warnings: the addresses and bodies of all requests
        logging.getLogger(name).setLevel(logging.WARNING)


def _why_not(url: str) -> str:
    """Shows no part of the URL but its scheme, if it has one: a token may stand where the scheme should."""
    from apprise.plugins import N_MGR

    scheme, separator, _ = url.lower().partition("://")
    if not separator or not _SCHEME.fullmatch(scheme):
        return "an Apprise URL begins with the name of a service and ://; see https://github.com/caronc/apprise/wiki"
    if scheme in N_MGR and not N_MGR[scheme].enabled:
        return f"Apprise needs a package for {scheme}:// that is not installed here, or another system"
    return f"Apprise does not understand this {scheme}:// URL; see https://github.com/caronc/apprise/wiki"


def _mail(rendered: Rendered) -> dict[str, Any]:
    """HTML; Apprise adds a text part made from it."""
    from apprise import NotifyFormat

    return {"title": rendered.subject, "body": rendered.html, "body_format": NotifyFormat.HTML}


def _chat(rendered: Rendered, service: Any) -> dict[str, Any]:
    """Text, within what the service takes: most refuse a longer message altogether."""
    from apprise import NotifyFormat

    # Where there is no title of its own, Apprise would put one into the text, which says it already.
    subject = cut(rendered.subject, int(service.title_maxlen)) if service.title_maxlen else ""
    titled = any(entry.title in subject for entry in rendered.entries[:1])
    takes = min(int(service.body_maxlen), _SLACK_BLOCK) if getattr(service, "use_blocks", None) else service.body_maxlen
    room = int(takes * (1.0 if service.notify_format == NotifyFormat.TEXT else _ESCAPES))
    body = rendered.chat(room, titled=titled)
    most = min((_MOST_BYTES[scheme] for scheme in _schemes(service) if scheme in _MOST_BYTES), default=None)
    while most is not None and len(body.encode()) > most:
        room = min(room, len(body)) * 3 // 4
        body = rendered.chat(max(room, 1), titled=titled)
    return {"title": inert_chat(subject), "body": body, "body_format": NotifyFormat.TEXT}


def _schemes(service: Any) -> set[str]:
    found: set[str] = set()
    for value in (service.protocol, service.secure_protocol):
        found.update([value] if isinstance(value, str) else _strings(value))
    return found


def _strings(value: object) -> Iterable[str]:
    return (str(part) for part in value) if isinstance(value, list | tuple | set | frozenset) else ()


def _port(service: Any) -> int:
    return int(getattr(service, "port", None) or (443 if getattr(service, "secure", False) else 80))
