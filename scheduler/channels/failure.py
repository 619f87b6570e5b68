"""From what a library raised to what a person can act on."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from typing import Final

RETRYABLE: Final = frozenset({408, 425, 429})
"""Of the answers 4xx those after which the same message may well be taken."""


def root_causes(error: BaseException) -> Iterator[BaseException]:
    """``error`` and what is behind it: causes, contexts, urllib3's ``reason``, and exceptions handed on as arguments;
    each once."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting and len(seen) < 50:
        current = waiting.pop(0)
        if id(current) in seen:
            continue
        seen.add(id(current))
        yield current
        behind = (current.__cause__, current.__context__, getattr(current, "reason", None), *current.args)
        waiting.extend(other for other in behind if isinstance(other, BaseException))


def refusal_of(error: BaseException) -> str | None:
    """What the address guard (:mod:`scraper.guard`) said, if it was the guard that stopped a connection."""
    for cause in root_causes(error):
        if isinstance(cause, PermissionError) and cause.errno == errno.EACCES:
            return str(cause.strerror)
    return None


def describe_network_error(error: BaseException) -> str:
    """Why there was no answer, in a few words without any address in them."""
    causes = list(root_causes(error))
    for cause in causes:
        if isinstance(cause, socket.gaierror):
            return f"its name does not resolve ({cause.strerror})"
        if isinstance(cause, ssl.SSLCertVerificationError):
            return f"its certificate is not valid ({cause.verify_message})"
        if isinstance(cause, ssl.SSLError):
            return f"no secure connection ({cause.reason or 'TLS error'})"
    if any("Timeout" in type(cause).__name__ or isinstance(cause, TimeoutError) for cause in causes):
        return "no answer in time"
    for cause in causes:
        if isinstance(cause, OSError) and cause.strerror:
            return str(cause.strerror).lower()
    return type(error).__name__
