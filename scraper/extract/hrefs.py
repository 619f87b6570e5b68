"""Addresses as they stand in a page's links: what their shape says, without resolving or fetching them."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from functools import lru_cache
from urllib.parse import unquote

_NUMBER = re.compile(r"\d{4,}")
_DOCUMENT = re.compile(r"\.(?:pdf|docx?|rtf|odt|txt)$", re.IGNORECASE)
_DIGITS = re.compile(r"\d+")
_WORDS = re.compile(r"[-_+ ]")


@lru_cache(maxsize=2_048)
def is_telling(href: str) -> bool:
    """Whether an address looks like one document's own: three words, a long number, a file, a long name."""
    path, _, query = href.partition("#")[0].partition("?")
    if _NUMBER.search(path) or _NUMBER.search(query) or _DOCUMENT.search(path):
        return True
    last = unquote(path.rstrip("/").rsplit("/", 1)[-1])
    return len(_WORDS.split(last)) >= 3 or (not last.isascii() and len(last) > 20) or len(last) > 28


def folder_of(href: str) -> tuple[str, ...]:
    """Host, folders and ending of an address and the name of its query, numbers aside: what pages of one kind share."""
    path, _, query = href.partition("#")[0].partition("?")
    folder, _, last = path.rstrip("/").rpartition("/")
    ending = last.rpartition(".")[2] if "." in last[-6:] else ""
    return _DIGITS.sub("0", folder[:200]), ending, query.partition("=")[0]


def common_pattern(hrefs: Sequence[str]) -> float:
    """Share of the addresses with the commonest host, folder depth, ending and kind of last segment."""
    if len(hrefs) < 2:
        return 0.0
    patterns = Counter(map(_pattern, hrefs))
    return patterns.most_common(1)[0][1] / len(hrefs)


@lru_cache(maxsize=2_048)
def _pattern(href: str) -> tuple[object, ...]:
    path, _, query = href.partition("#")[0].partition("?")
    folder, _, last = path.rstrip("/").rpartition("/")
    folders = folder[:60].split("/", 4)[:4]
    ending = last.rpartition(".")[2] if "." in last[-6:] else ""
    kind = bool(_NUMBER.search(last)), len(_WORDS.split(last)) >= 3
    return (*folders[:3], len(folders), ending, kind, query.partition("=")[0])
