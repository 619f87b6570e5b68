"""Keeping a receiver's address out of what is stored and shown: the tokens of most services are parts of their URL."""

from __future__ import annotations

import re
from urllib.parse import unquote

from scheduler.inert import inert_line

MASK = "***"
_SHORTEST = 4
"""Shorter parts are not searched for: they would black out ordinary words."""
_WEB = ("http", "https")


def mask_parts(text: str, *secrets: str | None, limit: int = 300) -> str:
    """``text`` as one inert line of at most ``limit`` characters, without ``secrets`` and, where one is a URL, without
    any of its parts but host names."""
    for part in sorted(_parts(secrets), key=len, reverse=True):
        text = text.replace(part, MASK)
    return inert_line(text, limit)


def _parts(secrets: tuple[str | None, ...]) -> set[str]:
    found: set[str] = set()
    for secret in filter(None, secrets):
        found.add(secret)
        scheme, separator, rest = secret.partition("://")
        if separator:
            authority, slash, path = rest.partition("/")
            if scheme.lower() in _WEB:  # of a web address the host may be shown
                authority = authority.rpartition("@")[0]
            pieces = re.split(r"[/?&=#@:,+]", authority + slash + path)
            found.update(pieces)
            found.update(map(unquote, pieces))
    return {part for part in found if len(part) >= _SHORTEST}
