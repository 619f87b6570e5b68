"""Keeping a receiver's address out of what is stored and shown: the tokens of most services are parts of their URL."""

from __future__ import annotations

import re
from urllib.parse import unquote

from scheduler.inert import inert_line

MASK = "***"
_SHORTEST = 4
"""Shorter parts are not searched for: they would black out ordinary words."""
_PLAIN = re.compile(r"(?:https?|localhost|api|hooks?|services|webhooks?|\d{1,3}(?:\.\d{1,3}){3})\Z", re.IGNORECASE)


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
        _, separator, rest = secret.partition("://")
        if separator:
            pieces = re.split(r"[/?&=#@:,+]", rest)
            found.update(piece for piece in pieces if not _PLAIN.match(piece))
            found.update(unquote(piece) for piece in pieces if not _PLAIN.match(piece))
    return {part for part in found if len(part) >= _SHORTEST}
