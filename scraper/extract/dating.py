"""The date of each record: one column of dates over all records, one day/month order, or headings that govern several.

A day inside a title or a sentence is not a publication date unless every record has one at the same place.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from itertools import pairwise

from scraper.dates import DateOrder, decide_order, find_dates
from scraper.dates.candidate import is_future
from scraper.extract.columns import Fields, Page, anchor_of
from scraper.extract.markup import find_value
from scraper.extract.moments import Moment
from scraper.extract.tree import Tree
from scraper.extract.years import give_years
from scraper.types import Published

OWN_LINE = 0.2
"""Share of records that must have a date standing alone, for the column to count."""
IN_SENTENCE = 0.75
"""The same for dates within other text."""
MONTHS = 12
BESIDE = 2
"""Words beside a date up to which it is all that an element says ("Posted on", a weekday)."""

_AMBIGUOUS = re.compile(r"\d{1,2}\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d{1,4}")
_THREE = re.compile(r"\d{1,2}\s?[./\-]\s?\d{1,2}\s?[./\-]\s?\d{2}")
_YEAR_FIRST = re.compile(r"(?:19|20)[0-9]{2}([./-])[0-9]{1,2}\1[0-9]{1,2}")
_YEAR_LAST = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2(?:19|20)[0-9]{2}")
_FULL_YEAR = re.compile(r"\d{4}")
_NAME = re.compile(r"[^\W\d_]{3,}")
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
    if not fields:
        return []
    if all(moment is None for moment in chosen):
        chosen = _in_titles(fields)
    _fill_single(fields, chosen)
    _carry_days(page, fields, chosen)
    _govern(page, fields, chosen)
    settled = settle_order([m.published if m else None for m in chosen], now=now, languages=languages, url=url)
    settled = give_years(page, fields, settled)
    return [None if p and p.on and is_future(p.on, now) else p for p in settled]


def _columns(page: Page, fields: list[Fields]) -> list[_Column]:
    cells: dict[Key, dict[int, Moment]] = {}
    for k, f in enumerate(fields):
        seen: dict[tuple[int, bool], int] = {}
        for moment in sorted(f.row.moments, key=_likeness) if len(f.row.moments) > 1 else f.row.moments:
            if f.title and f.title.node <= moment.node <= f.title.last:
                continue
            place = (page.tree.place[anchor_of(page.tree, moment.node)], moment.machine)
            seen[place] = seen.get(place, 0) + 1
            cells.setdefault((*place, seen[place]), {})[k] = moment
    columns = [_column(found, key, len(fields)) for key, found in cells.items()]
    columns.sort(key=lambda c: -c.score)
    return [c for c in columns if len(c.cells) >= len(fields) * (OWN_LINE if c.alone >= 0.5 else IN_SENTENCE)]


def _likeness(m: Moment) -> tuple[bool, bool, bool]:
    """How unlike a record's own date one is: of several at one place those in sentences, those told from now and those
    without a year come last."""
    return not (m.alone or m.machine), m.published.method == "relative", _FULL_YEAR.search(m.published.raw) is None


def _column(cells: dict[int, Moment], key: Key, n: int) -> _Column:
    alone = sum(m.alone or m.machine for m in cells.values()) / len(cells)
    days = [m.published.on for m in cells.values() if m.published.on]
    dayless = 1 - len(days) / len(cells)  # instants of which the page prints no day
    score = len(cells) / n + 0.6 * alone + 0.3 * key[1] + 0.3 * date_order(days) - 0.1 * key[2] - 0.5 * dayless
    return _Column(cells, alone, score)


def date_order(days: Sequence[date]) -> float:
    """How much of a column of dates runs one way, 0 for fewer than three."""
    if len(days) < 3:
        return 0.0
    pairs = list(pairwise(days))
    return max(sum(a >= b for a, b in pairs), sum(a <= b for a, b in pairs)) / len(pairs)


def _in_titles(fields: list[Fields]) -> list[Moment | None]:
    """Dates that begin or end the titles, if (nearly) all titles have one."""
    found: list[Moment | None] = []
    for f in fields:
        inside = [m for m in f.row.moments if f.title and f.title.node <= m.node <= f.title.last]
        at_edge = [m for m in inside if f.title and _at_edge(f.title.text, m.published.raw)]
        found.append(at_edge[-1] if at_edge else None)
    enough = sum(m is not None for m in found) >= len(fields) * IN_SENTENCE
    return found if enough else [None] * len(fields)


def _at_edge(text: str, raw: str) -> bool:
    return text.startswith(raw) or text.rstrip(" .)]([,;").endswith(raw)


def _fill_single(fields: list[Fields], chosen: list[Moment | None]) -> None:
    """In a list that has dates, a record that is built differently (the lead story) and shows one date has that."""
    if sum(m is not None for m in chosen) < len(fields) * IN_SENTENCE:
        return
    for k, f in enumerate(fields):
        if chosen[k] is None:
            own = [m for m in f.row.moments if m.alone or m.machine]
            if len({m.published.on for m in own}) == 1:
                chosen[k] = own[0]


def _carry_days(page: Page, fields: list[Fields], chosen: list[Moment | None]) -> None:
    """A day said once for several records. It stands before the first of them: between records at the place where
    other records have theirs, or as a sibling of its own ahead of the record's main one; or beside them all, in a cell
    of several rows."""
    places = Counter(_place(page, m) for m in chosen if m)
    if not places or None not in chosen:
        return
    usual = places.most_common(1)[0][0]
    spans = sorted((f.row.record.start, f.row.record.stop) for f in fields)
    between = [
        m
        for m in page.moments
        if m.alone and m.published.on and _place(page, m) == usual and not _within(spans, m.node)
    ]
    nodes = [m.node for m in between]
    last: Moment | None = None
    spanning: Moment | None = None
    since = until = -1
    for k, f in enumerate(fields):
        record, own = f.row.record, chosen[k]
        if own is not None:
            last, since = (own if _leads(page, f, own) else None), record.start
            if (reach := _reach(page.tree, own.node)) > 0:
                spanning, until = own, reach
            continue
        at = bisect_right(nodes, record.start) - 1
        if at >= 0 and nodes[at] > since:
            chosen[k] = between[at]
        elif record.start < until:
            chosen[k] = spanning
        elif last is not None and record.start == record.head:
            chosen[k] = last


def _reach(tree: Tree, node: int) -> int:
    """Where the rows end that the cell around a node stands beside, if these are several; else -1."""
    while node > 0 and tree.tag[node] not in ("td", "th", "table"):
        node = tree.parent[node]
    rows = find_value(tree.attrs.raw[node], "rowspan").strip() if node > 0 else ""
    if not rows.isdecimal() or len(rows) > 4 or int(rows) < 2:
        return -1
    stop = row = tree.parent[node]
    end = tree.end[tree.parent[row]]
    for _ in range(int(rows)):
        if stop < end:
            stop = tree.end[stop]
    return stop


def _place(page: Page, moment: Moment) -> int:
    return page.tree.place[anchor_of(page.tree, moment.node)]


def _within(spans: list[tuple[int, int]], node: int) -> bool:
    at = bisect_right(spans, (node, 1 << 60)) - 1
    return at >= 0 and node < spans[at][1]


def _leads(page: Page, f: Fields, moment: Moment) -> bool:
    """Whether a date stands in a sibling of its own before the one that makes the record."""
    record, tree = f.row.record, page.tree
    if not (
        moment.alone and record.start <= moment.node < record.head and tree.links_in(record.start, record.head) == 0
    ):
        return False
    return tree.units_in(record.start, record.head) - len(moment.published.raw.split()) <= BESIDE


def _govern(page: Page, fields: list[Fields], chosen: list[Moment | None]) -> None:
    """Dates that stand alone between records govern the records below them, if there are at least two such, or one in
    a heading. They give a day to records without one, and the year to records whose date lacks it."""
    spans = sorted((f.row.record.start, f.row.record.stop) for f in fields)
    starts = [start for start, _ in spans]
    headings: list[Moment] = []
    for m in page.moments:
        at = bisect_right(starts, m.node) - 1
        inside = at >= 0 and m.node < spans[at][1]
        if m.alone and not inside and m.node < spans[-1][1] and m.published.on and m.published.method != "relative":
            headings.append(m)
    within = [m for m in headings if m.node > starts[0]]
    above = [m for m in headings if m.node <= starts[0]][-1:]
    if not within and not (above and page.tree.heading[above[0].node] >= 0):
        return
    headings = above + within
    nodes = [m.node for m in headings]
    governing = [bisect_right(nodes, f.row.record.start) - 1 for f in fields]
    dated = [(m, headings[g]) for m, g in zip(chosen, governing, strict=True) if m and g >= 0]
    agree = sum(_same_day(m.published.on, h.published.on) for m, h in dated)
    if len(dated) > len(fields) * 0.6 and agree * 2 < len(dated):
        return  # dates of something else
    for k, g in enumerate(governing):
        if g < 0:
            continue
        moment = chosen[k]
        if moment is None:
            chosen[k] = headings[g]
        elif moment.published.on and _same_day(moment.published.on, headings[g].published.on):
            chosen[k] = replace(moment, published=replace(moment.published, on=headings[g].published.on))


def _same_day(one: date | None, other: date | None) -> bool:
    return one is not None and other is not None and (one.month, one.day) == (other.month, other.day)


def settle_order(
    column: Sequence[Published | None], *, now: datetime, languages: Sequence[str], url: str
) -> list[Published | None]:
    """One day/month order for a column: the values decide (a day over 12, a monotone run), then language and site."""
    doubtful = [p.raw for p in column if p and _is_doubtful(p)]
    if not doubtful:
        return list(column)
    order: DateOrder = decide_order(doubtful, language=languages[0] if languages else None, url=url)
    return [_reread(p, order, now, languages) for p in column]


def _is_doubtful(p: Published) -> bool:
    """Whether the order of day and month matters: numbers only, or three of them in a row."""
    if p.method != "text":
        return False
    return bool(_THREE.search(p.raw) or (_AMBIGUOUS.search(p.raw) and not _NAME.search(p.raw)))


def _is_settled(p: Published) -> bool:
    """Whether the numbers leave no choice: "2025-12-04", "25.12.2025", "04/04/2025"."""
    if _YEAR_FIRST.fullmatch(p.raw):
        return True
    found = _YEAR_LAST.fullmatch(p.raw)
    return found is not None and (int(found[1]) > MONTHS or int(found[3]) > MONTHS or int(found[1]) == int(found[3]))


def _reread(p: Published | None, order: DateOrder, now: datetime, languages: Sequence[str]) -> Published | None:
    if p is None or not _is_doubtful(p) or _is_settled(p):
        return p
    hits = find_dates(p.raw, now=now, languages=languages, order=order)
    found = hits[0].published if hits else None
    return p if found and _same_day(found.on, p.on) else found  # the year may come from a heading
