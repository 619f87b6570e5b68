"""Between values and rows: what an item is in the tables ``items`` and ``revisions``."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Sequence
from datetime import date
from typing import Any

from scraper.clock import from_text, to_text
from scraper.types import ItemData, Precision, Published

ITEM_COLUMNS = (
    "title",
    "url",
    "summary",
    "author",
    "image_url",
    "published_on",
    "published_at",
    "published_raw",
    "published_precision",
    "published_method",
    "published_offset_min",
    "published_time",
)
"""Columns that ``items`` and ``revisions`` share."""

_PRECISIONS = {one.value: one for one in Precision}
_BREAK = "x"
# Han, kana, Hangul, Thai, Lao, Khmer, Myanmar, Tibetan: scripts in which words are not set apart by spaces, or (Hangul)
# in which people search for parts of them. Marks that follow a letter belong to it.
_ONE = (
    "[\u0e00-\u0eff\u0f00-\u0fff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af"
    "\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff][\u0300-\u036f\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u3099\u309a]*"
)
_UNSPACED = re.compile(_ONE)
_RUN = re.compile(f"(?:{_ONE})+")


def published_columns(published: Published | None) -> tuple[str | int | None, ...]:
    """The seven ``published_*`` columns in the order of :data:`ITEM_COLUMNS`."""
    if published is None:
        return (None,) * 7
    return (
        published.on.isoformat() if published.on else None,
        to_text(published.at) if published.at else None,
        published.raw[:200],
        published.precision.value,
        published.method,
        published.offset_minutes,
        published.local_time,
    )


def item_values(item: ItemData) -> tuple[str | int | None, ...]:
    """The values of :data:`ITEM_COLUMNS`."""
    return (
        item.title,
        item.url,
        item.summary,
        item.author,
        item.image_url,
        *published_columns(item.published),
    )


def item_of(row: sqlite3.Row) -> ItemData:
    """The inverse of :func:`item_values` (the guid lives among the keys)."""
    return item_from([row[name] for name in ITEM_COLUMNS])


def item_from(values: Sequence[Any]) -> ItemData:
    """As :func:`item_of`, from the values of :data:`ITEM_COLUMNS`."""
    title, url, summary, author, image_url, on, at, raw, precision, method, offset, time = values
    published = None
    if raw is not None:
        published = Published(
            raw=raw,
            method=method,
            precision=_PRECISIONS[precision],
            on=date.fromisoformat(on) if on else None,
            at=from_text(at) if at else None,
            offset_minutes=offset,
            local_time=time,
        )
    return ItemData(title=title, url=url, published=published, summary=summary, author=author, image_url=image_url)


def unspaced_text(*texts: str | None) -> str | None:
    """Those characters of ``texts`` whose scripts set no spaces between words, a token a character, or ``None``.

    Runs stay in order, so that a phrase query of single characters finds any substring; a token of another script
    stands between runs, so that none is found across two of them.
    """
    runs = [" ".join(_UNSPACED.findall(run.group())) for text in texts if text for run in _RUN.finditer(text)]
    return f" {_BREAK} ".join(runs) or None


def search_query(text: str) -> str:
    """What a person typed, as an FTS5 query: every word must occur; one that ends in ``*`` is a beginning. Words of
    scripts without spaces are found inside other words. Other operators are not interpreted, so that no input is a
    syntax error. (To look up a beginning, all words that begin so are merged first, however few items are wanted.)
    The empty string if nothing in ``text`` can be searched for: FTS5 refuses that as a query."""
    terms: list[str] = []
    for word in text.replace('"', " ").replace("\x00", " ").split():
        terms.extend(f'unspaced : "{" ".join(_UNSPACED.findall(run.group()))}"' for run in _RUN.finditer(word))
        rest = _RUN.sub(" ", word)
        parts = [part for part in rest.split() if any(c.isalnum() for c in part)]
        terms.extend(f'- unspaced : "{part}"' for part in parts)
        if parts and word.endswith("*"):
            terms[-1] += "*"
    return " AND ".join(terms)
