"""A record's title without what stands around it: its own date, bullets, separators, the size of the file behind it."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence

from scraper.text import clean_text
from scraper.types import Published

FEW = 3
"""Titles from which on it is seen what they have in common."""
SAME = 0.8
"""Share of titles with the same word before their date."""
LEAST_LEFT = 12
"""Characters that a title must keep when its date is cut off; a shorter one is the date's own sentence."""
_EDGES = " \t|·•●▪■►▸→–—:;,"
"""What separates fields on a line and neither begins nor (but for the colon) ends a headline."""
_QUOTED, _UNQUOTED = ((edges, edges.replace(":", "").replace(";", "")) for edges in (_EDGES, _EDGES + "»›"))
_OPENED = " \t([,;"
"""What leads to something beside the title ("(PDF)")."""
_DASHES = ("-", "*", ">")
_TAIL = re.compile(r"\s*[(\[]([^()\[\]]{2,40})[)\]]$")
_BARE_TAIL = re.compile(
    r"(?:^|[\s,–—-])((?:pdf|docx?|odt|rtf|xlsx?|pptx?|zip)[\s,;:|·–—-]{0,3}\d[\d.,]{0,7}\s?[^\W\d_]{1,6})$",
    re.IGNORECASE,
)
_DIGIT = re.compile(r"\d")
_TOKENS = re.compile(r"[^\W_]+")
_FILES = frozenset(
    "pdf doc docx odt rtf xls xlsx ods csv ppt pptx zip mp3 mp4 file "
    "b kb mb gb kib mib ko mo go kt mt кб мб байт byte bytes kbyte mbyte k m".split()
)


def title_of(text: str, published: Published | None) -> str:
    """The headline in a title's text, on one line, without the date of its own that ``published`` is; empty if nothing
    is left."""
    title = clean_text(_without_date(text, published))
    return _without_edges(_without_file(_without_edges(title)))


def _without_date(title: str, published: Published | None) -> str:
    """The title without the record's own date at its end or beginning ("Council meets - 03.12.2015")."""
    raw = published.raw if published else ""
    if not raw or raw not in title or len(title) < len(raw) + LEAST_LEFT:
        return title
    title = title.rstrip(_OPENED)
    for shorter in (title.removesuffix(raw), title.removeprefix(raw)):
        if shorter != title:
            return shorter.strip(" \t-–—|·•:,()[]/")
    return title


def _without_edges(title: str) -> str:
    before, after = _QUOTED if "«" in title or "‹" in title else _UNQUOTED
    stripped = title.lstrip(before).rstrip(after)
    if stripped[:1] in _DASHES:
        for dash in ("- ", "* ", "> ", ">> "):
            stripped = stripped.removeprefix(dash)
    return stripped.removesuffix(" -").strip() or title


def _without_file(title: str) -> str:
    """The title without "(PDF, 1.2 MB)" at its end."""
    found = (_TAIL.search(title[-60:]) if title.endswith((")", "]")) else None) or (
        _BARE_TAIL.search(title[-40:]) if _DIGIT.search(title[-20:]) else None
    )
    if not found:
        return title
    tokens = _TOKENS.findall(found[1].lower())
    numbered = sum(any(c.isdigit() for c in t) for t in tokens)
    if not tokens or not all(t in _FILES or t.strip("0123456789") in _FILES or t.isdigit() for t in tokens):
        return title
    if numbered == len(tokens) and all(t.isdigit() for t in tokens):
        return title
    shorter = title[: len(title) - len(found[0])].rstrip(" ,–—-")
    return shorter if sum(c.isalpha() for c in shorter) >= 3 else title


def names_days(titles: Sequence[tuple[str, Published | None]]) -> bool:
    """Whether titles are told apart by the dates they end with ("Minutes of 4 March 2026", "of 11 March 2026"), or lead
    to them in the same words: then these are part of them."""
    ended = [(text, p.raw) for text, p in titles if p and p.raw and text.rstrip(" .)]").endswith(p.raw)]
    if len(ended) < FEW or len(ended) * 2 < len(titles):
        return False
    heads = [text[: text.rindex(raw)].rstrip() for text, raw in ended]
    words = Counter(head.rpartition(" ")[2] for head in heads)
    word, count = words.most_common(1)[0]
    return len(set(heads)) * 2 <= len(heads) or (word.isalpha() and count >= len(heads) * SAME)
