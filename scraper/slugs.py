"""Short names of sources, for the command line and addresses: ``energy-ministry``."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection
from urllib.parse import urlsplit

from scraper.urls import is_literal

LONGEST = 40
PATTERN = "^[a-z0-9]+(-[a-z0-9]+)*$"
_LETTERS = str.maketrans(
    {"ß": "ss", "æ": "ae", "ø": "o", "đ": "d", "ł": "l", "ı": "i", "œ": "oe", "þ": "th", "ð": "d", "’": "", "'": ""}
)


def slugify(name: str, url: str = "") -> str:
    """A slug from a name, else from the host of ``url``, else ``source``: at most 40 of ``a-z0-9-``.

    A name in another script than the Latin one is not transliterated: when most of its letters would be lost, the
    host is the better name.
    """
    folded = _fold(name)
    letters = sum(character.isalnum() for character in name)
    kept = sum(character.isalnum() for character in folded)
    return (_hyphenate(folded) if kept * 2 > letters else "") or _hyphenate(_host(url)) or "source"


def host_is_a_name(url: str) -> bool:
    """Whether the host of ``url`` is one that people call a site by, and no IP address."""
    try:
        return not is_literal(urlsplit(url).hostname or "")
    except ValueError:
        return True


def slugify_url(url: str) -> str:
    """A slug from host and path of a page: ``example-org-news``; ``page`` where nothing of them is left."""
    try:
        path = urlsplit(url).path
    except ValueError:
        path = ""
    return _hyphenate(f"{_host(url)} {_fold(path)}") or "page"


def unique_slug(wish: str, taken: Collection[str]) -> str:
    """``wish``, or ``wish-2``, ``wish-3`` … if it is taken."""
    slug, number = wish, 1
    while slug in taken:
        number += 1
        ending = f"-{number}"
        slug = wish[: LONGEST - len(ending)].rstrip("-") + ending
    return slug


def _fold(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text[:500].casefold().translate(_LETTERS))
    return "".join(
        character if character.isascii() else " " for character in decomposed if not unicodedata.combining(character)
    )


def _hyphenate(text: str) -> str:
    slug = re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")
    if len(slug) > LONGEST:
        cut = slug.rfind("-", LONGEST // 2, LONGEST + 1)
        slug = slug[: cut if cut > 0 else LONGEST].strip("-")
    return slug


def _host(url: str) -> str:
    try:
        host = urlsplit(url).netloc.rpartition("@")[2].lower().removeprefix("www.")
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except (ValueError, UnicodeError):
        return ""
