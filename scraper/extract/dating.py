"""The date of each record: one column of dates over all records, one day/month order, or headings that govern several.

A day inside a title or a sentence is not a publication date unless every record has one at the same place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import pairwise

from scraper.dates import DateOrder, decide_order, find_dates
from scraper.extract.columns import Fields, Page, anchor_of
from scraper.extract.moments import Moment
from scraper.types import Published

OWN_LINE = 0.2
"""Share of records that must have a date standing alone, for the column to count."""
IN_SENTENCE = 0.75
"""The same for dates within other text."""

_AMBIGUOUS = re.compile(r"\d{1,2}\s?[./\-]\s?\d{1,2}(?:\s?[./\-]\s?\d{2,4})?")
Key = tuple[int, bool, int]


@dataclass(slots=True)
class _Column:
    cells: dict[int, Moment]
    alone: float
    score: float


def date_column(
    page: Page, fields: list[Fields], *, now: datetime, languages: Sequence[str], url: str
) -> list[Published | None]:
    """The publication date of each record, ``None`` where none is shown."""
    columns = _columns(page, fields)
    chosen: list[Moment | None] = [None] * len(fields)
    for column in columns:
        for k, moment in column.cells.items():
            if chosen[k] is None:
                chosen[k] = moment
    missing = sum(moment is None for moment in chosen)
    if missing * 5 > len(fields) * 2:
        _govern(page, fields, chosen)
    return settle_order([m.published if m else None for m in chosen], now=now, languages=languages, url=url)


def _columns(page: Page, fields: list[Fields]) -> list[_Column]:
    cells: dict[Key, dict[int, Moment]] = {}
    for k, f in enumerate(fields):
        seen: dict[tuple[int, bool], int] = {}
        for moment in f.row.moments:
            if f.title and f.title.node <= moment.node <= f.title.last:
                continue
            place = (page.tree.place[anchor_of(page.tree, moment.node)], moment.machine)
            seen[place] = seen.get(place, 0) + 1
            cells.setdefault((*place, seen[place]), {})[k] = moment
    columns = [_column(found, key, len(fields)) for key, found in cells.items()]
    columns.sort(key=lambda c: -c.score)
    return [c for c in columns if len(c.cells) >= len(fields) * (OWN_LINE if c.alone >= 0.5 else IN_SENTENCE)]


def _column(cells: dict[int, Moment], key: Key, n: int) -> _Column:
    alone = sum(m.alone or m.machine for m in cells.values()) / len(cells)
    days = [m.published.on for m in cells.values() if m.published.on]
    score = len(cells) / n + 0.6 * alone + 0.3 * key[1] + 0.3 * date_order(days) - 0.1 * key[2]
    return _Column(cells, alone, score)


def date_order(days: Sequence[date]) -> float:
    """How much of a column of dates runs one way, 0 for fewer than three."""
    if len(days) < 3:
        return 0.0
    pairs = list(pairwise(days))
    return max(sum(a >= b for a, b in pairs), sum(a <= b for a, b in pairs)) / len(pairs)


def _govern(page: Page, fields: list[Fields], chosen: list[Moment | None]) -> None:
    """Dates that stand alone between records govern the records below them, if there are at least two such."""
    spans = sorted((f.row.record.start, f.row.record.stop) for f in fields)
    starts = [start for start, _ in spans]
    first = spans[0][0]
    headings: list[Moment] = []
    for m in page.moments:
        at = bisect_right(starts, m.node) - 1
        inside = at >= 0 and m.node < spans[at][1]
        if m.alone and not inside and m.node < spans[-1][1] and m.published.on:
            headings.append(m)
    within = [m for m in headings if m.node > first]
    above = [m for m in headings if m.node <= first][-1:]
    heading_tag = bool(above) and page.tree.heading[above[0].node] >= 0
    if not within and not heading_tag:
        return
    headings = above + within
    nodes = [m.node for m in headings]
    for k, f in enumerate(fields):
        at = bisect_right(nodes, f.row.record.start) - 1
        if chosen[k] is None and at >= 0:
            chosen[k] = headings[at]


def settle_order(
    column: Sequence[Published | None], *, now: datetime, languages: Sequence[str], url: str
) -> list[Published | None]:
    """One day/month order for a column: the values decide (a day over 12, a monotone run), then language and site."""
    doubtful = [p.raw for p in column if p and p.method == "text" and _AMBIGUOUS.search(p.raw)]
    if not doubtful:
        return list(column)
    order: DateOrder = decide_order(doubtful, language=languages[0] if languages else None, url=url)
    return [_reread(p, order, now, languages) for p in column]


def _reread(p: Published | None, order: DateOrder, now: datetime, languages: Sequence[str]) -> Published | None:
    if p is None or p.method != "text" or not _AMBIGUOUS.search(p.raw):
        return p
    hits = find_dates(p.raw, now=now, languages=languages, order=order)
    return hits[0].published if hits else None
