"""What a failed download means, in the words of :data:`scraper.types.FAILURES` and one sentence for a person.

The sentence is made from the innermost cause.
"""

from __future__ import annotations

import errno
import ssl
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

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

from scraper.errors import AddressRefusedError, FetchError
from scraper.guard import RefusedConnectionError, last_refusal
from scraper.urls import is_literal


class BadAnswerError(DownloadFailedError):
    """What came is no complete answer of HTTP."""


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
    OSError,
    ValueError,  # of a port that is none: what got past our own look at the URL
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
    if any(isinstance(cause, CannotResolveHostError) for cause in causes):
        return "dns", f"the host name cannot be resolved: {innermost}"
    if isinstance(error, DownloadCancelledError):
        return "too_large", "the page is larger than allowed"
    tls = next((cause for cause in causes if isinstance(cause, ssl.SSLError)), None)
    if tls is not None:
        return "tls", f"no trusted connection: {_said(tls)}"
    if isinstance(error, ResponseDataLossError):
        return "incomplete", "the page does not end where the answer said it would, or the connection ended within it"
    if isinstance(error, BadAnswerError):
        return "incomplete", f"the answer is no complete HTTP: {_said(error)}"
    if isinstance(error, DownloadConnectionRefusedError):
        return "connection", "connection refused"
    if isinstance(error, DownloadFailedError):
        return "connection", _said(error) if error.__cause__ is None else f"{_said(error)}: {innermost}"
    return "connection", f"the connection failed: {innermost}"


def _causes(error: BaseException) -> Iterator[BaseException]:
    """The error and what lies under it, outermost first."""
    cause: BaseException | None = error
    for _ in range(8):
        if cause is None:
            return
        yield cause
        cause = cause.__cause__


def _said(error: BaseException) -> str:
    if isinstance(error, ssl.SSLCertVerificationError):
        said = error.verify_message
    elif isinstance(error, ssl.SSLError):
        said = (error.reason or str(error)).replace("_", " ").lower()
    else:
        said = str(getattr(error, "strerror", None) or error)
    text = " ".join("".join(c if c.isprintable() else " " for c in said[:1_000]).split()).rstrip(".")[:200]
    known = text and (isinstance(error, OSError) or type(error) in DOWNLOAD_ERRORS)
    return text if known or isinstance(error, BadAnswerError) else f"{type(error).__name__}: {text}".rstrip(": ")


def _refusal(causes: tuple[BaseException, ...], url: str, since: float) -> RefusedConnectionError | None:
    """The guard's refusal behind a failed connection. After several addresses only its number is left."""
    for cause in causes:
        if isinstance(cause, RefusedConnectionError):
            return cause
    if not any(getattr(cause, "errno", None) == errno.EACCES for cause in causes):
        return None
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    host = parts.hostname or ""
    return last_refusal(port=port, since=since, address=host if is_literal(host) else None)
