"""A mail server on loopback that keeps what it is given: aiosmtpd, in a thread of its own."""

from __future__ import annotations

import email
import email.policy
import ssl
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


class _OnFreePort(Controller):  # type: ignore[misc, unused-ignore]
    def _trigger_server(self) -> None:
        self.port = self.server.sockets[0].getsockname()[1]
        super()._trigger_server()


class SmtpSink:
    """``mails`` holds what arrived, ``recipients`` the envelopes' RCPT, ``logins`` the passwords that were given.
    ``answers`` gives verbs (``MAIL``, ``RCPT``, ``DATA``, ``QUIT``), and single recipients, another answer.
    With ``certificate`` (a PEM file with its key) it offers TLS (STARTTLS) and asks for the password ``s3cret``."""

    def __init__(self, certificate: Path | None = None) -> None:
        self.answers: dict[str, str] = {}
        self.mails: list[EmailMessage] = []
        self.recipients: list[str] = []
        self.logins: list[bytes] = []
        secured: dict[str, Any] = {}
        if certificate is not None:
            context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
            context.load_cert_chain(certificate)
            secured = {"tls_context": context, "authenticator": self._authenticate, "auth_required": True}
        self._controller = _OnFreePort(self, hostname="127.0.0.1", port=0, **secured)
        self._controller.start()

    @property
    def port(self) -> int:
        return int(self._controller.port)

    def _authenticate(self, *given: Any) -> AuthResult:
        login = given[-1]
        assert isinstance(login, LoginPassword)
        self.logins.append(login.password)
        return AuthResult(success=login.password == b"s3cret", handled=False)

    async def handle_MAIL(self, *given: Any) -> str:  # noqa: N802 - the name that aiosmtpd calls
        _, _, envelope, address, _ = given
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, *given: Any) -> str:  # noqa: N802
        _, _, envelope, address, _ = given
        answer = self.answers.get(address) or self.answers.get("RCPT", "250 OK")
        if answer.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return answer

    async def handle_DATA(self, *given: Any) -> str:  # noqa: N802
        if "DATA" not in self.answers:
            self.mails.append(email.message_from_bytes(given[2].original_content, policy=email.policy.default))
        return self.answers.get("DATA", "250 OK")

    async def handle_QUIT(self, *given: Any) -> str:  # noqa: N802
        del given
        return self.answers.get("QUIT", "221 Bye")

    def close(self) -> None:
        if not self._controller.loop.is_closed():
            self._controller.stop()
