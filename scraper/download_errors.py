"""What a failed download means, in the words of :data:`scraper.types.FAILURES` and one sentence for a person.

Scrapy and Twisted report most failures wrapped two or three deep; the sentence is made from the innermost cause.
"""

from __future__ import annotations

import errno
import ipaddress
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from service_identity import CertificateError, VerificationError
from twisted.internet.error import ConnectError, ConnectionClosed, DNSLookupError
from twisted.web._newclient import ParseError, ResponseNeverReceived
from twisted.web.error import Error as WebError
from twisted.web.http import _DataLoss

from scraper.errors import AddressRefusedError, FetchError
from scraper.guard import RefusedConnectionError, last_refusal

DOWNLOAD_ERRORS: Final = (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    NotSupported,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
    ConnectError,
    ConnectionClosed,
    DNSLookupError,
    WebError,
    SSL.Error,
    VerificationError,
    CertificateError,
    TunnelError,
    OSError,
    ValueError,  # "invalid hostname", "invalid URI": what got past our own look at the URL
)
"""All that a download may raise because of network or server; anything else is a bug and keeps its traceback."""


def explain_failure(error: BaseException, *, url: str, since: float) -> FetchError:
    """The :class:`FetchError` to raise for a failed download that began at ``since`` (``time.monotonic()``)."""
    causes = tuple(_causes(error))
    refusal = _refusal(causes, url, since)
    if refusal is not None:
        return AddressRefusedError(str(refusal.strerror), url=url)
    reason, sentence = _classify(error, causes)
    return FetchError(reason, sentence, url=url)


def _classify(error: BaseException, causes: tuple[BaseException, ...]) -> tuple[str, str]:
    innermost = _said(causes[-1])
    if isinstance(error, DownloadTimeoutError):
        return "timeout", "no complete answer in time"
    if any(isinstance(cause, CannotResolveHostError | DNSLookupError) for cause in causes):
        return "dns", f"the host name cannot be resolved: {innermost}"
    if isinstance(error, DownloadCancelledError):
        return "too_large", "the page is larger than allowed"
    tls = next((c for c in causes if isinstance(c, SSL.Error | VerificationError | CertificateError)), None)
    if tls is not None:
        return "tls", f"no trusted connection: {_said(tls)}"
    if isinstance(error, ResponseDataLossError) or any(isinstance(cause, _DataLoss) for cause in causes):
        return "incomplete", "the page does not end where the answer said it would, or the connection ended within it"
    if isinstance(error, DownloadConnectionRefusedError):
        return "connection", "connection refused"
    if any(isinstance(cause, ResponseNeverReceived) for cause in causes):
        return "connection", f"the connection ended without an answer: {innermost}"
    if isinstance(error, DownloadFailedError):
        return "incomplete", f"the answer is no complete HTTP: {innermost}"
    return "connection", f"the connection failed: {innermost}"


def _causes(error: BaseException, depth: int = 0) -> Iterator[BaseException]:
    """The error and what lies under it, outermost first: ``__cause__``, and the failures Twisted keeps in a list."""
    yield error
    if depth > 8:
        return
    for failure in getattr(error, "reasons", None) or ():
        inner = getattr(failure, "value", failure)
        if isinstance(inner, BaseException):
            yield from _causes(inner, depth + 1)
    if error.__cause__ is not None:
        yield from _causes(error.__cause__, depth + 1)


def _said(error: BaseException) -> str:
    if isinstance(error, SSL.Error) and error.args and isinstance(error.args[0], list):
        return "; ".join(str(part[-1]) for part in error.args[0] if part) or type(error).__name__
    said = str(error.args[0]) if isinstance(error, ParseError) and error.args else str(error)
    text = " ".join("".join(c if c.isprintable() else " " for c in said[:1_000]).split()).rstrip(".")
    return f"{type(error).__name__}: {text[:200]}" if text else type(error).__name__


def _refusal(causes: tuple[BaseException, ...], url: str, since: float) -> RefusedConnectionError | None:
    """The guard's refusal behind a failed connection. Twisted keeps its error number and loses the rest."""
    for cause in causes:
        if isinstance(cause, RefusedConnectionError):
            return cause
    denied = any(errno.EACCES in (getattr(c, "osError", None), getattr(c, "errno", None)) for c in causes)
    if not denied:
        return None
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return last_refusal(port=port, since=since, address=_literal(parts.hostname or ""))


def _literal(host: str) -> str | None:
    try:
        return str(ipaddress.ip_address(host))
    except ValueError:
        return None
