"""Dates of which a record shows a part: the day beside it, under a heading with the month ("November 2026": 18, 17, 3);
day and month in cells of their own; day and month in numbers, without a year ("[11-18]", "18.11.").

Such numbers are believed for a whole column or not at all: they stand at one place of the page, are days of the
calendar and run one way; numbers that only count are none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Sequence
from datetime import date, datetime
from itertools import pairwise

from scraper.dates import find_dates
from scraper.dates.candidate import is_future, roll_back
from scraper.dates.order import language_order
from scraper.dates.tokens import uniform
from scraper.extract.beside import Beside
from scraper.extract.tree import Tree
from scraper.types import Precision, Published

LEAST = 3
"""Numbers at one place that are a column."""
STEADY = 0.8
"""How much of the days must run one way."""
LONGEST = 24
"""Characters of a line that is a month or a year."""
LONGEST_PART = 10
MOST_PARTS = 3_000
MOST_HEADINGS = 400
MONTHS = 12

_DAY = re.compile(r"\W{0,3}(0?[1-9]|[12]\d|3[01])(?:st|nd|rd|th)?\s?[日일号號]?(?:\s?\(\w{1,4}\))?\W{0,3}")
_DAY_AND_MONTH = re.compile(r"[(\[]?(\d{1,2})\s?([./-])\s?(\d{1,2})([./]?)[)\]]?")
_YEAR = re.compile(r"\W{0,3}((?:19|20)\d\d)[年년]?\W{0,3}")
_NUMBER = re.compile(r"\d")
_LONG_NUMBER = re.compile(r"\d{3}")

Found = list[tuple[int, Published]]
_Cells = dict[int, list[tuple[int, re.Match[str]]]]


def find_parted(
    tree: Tree, months: list[tuple[int, str]], covered: set[int], *, now: datetime, languages: Sequence[str]
) -> Found:
    """(text node, date) of each number that is part of a date. ``months``: the lines that are a month with its year,
    by node; ``covered``: nodes whose date is known."""
    days, pairs = _columns(tree, covered)
    found: Found = []
    beside = Beside(tree, _year_of, lambda month, day: on_day(month, day, now, languages))
    for place, cells in list(days.items()):
        dated = beside.find([(node, int(match[1])) for node, match in cells])
        if dated is not None:
            found += dated
            del days[place]
    if days:
        months = months or _months_below_years(tree, now, languages)
        for cells in days.values() if months else ():
            found += _under_months(cells, months, now, languages)
    for cells in pairs.values():
        found += _without_year(cells, now, languages)
    return found


def _year_of(text: str) -> str:
    match = _YEAR.fullmatch(text)
    return match[1] if match else ""


def _columns(tree: Tree, covered: set[int]) -> tuple[_Cells, _Cells]:
    """Texts that are a day, or a day and a month, and nothing else; by place."""
    days: _Cells = {}
    pairs: _Cells = {}
    looked = 0
    for i in tree.chunk_nodes:
        text = tree.text[i]
        if len(text) > LONGEST_PART or i in covered or tree.link[i] >= 0 or not _NUMBER.search(text):
            continue
        looked += 1
        if looked > MOST_PARTS:
            break
        plain = uniform(text).strip()
        for found, pattern in ((days, _DAY), (pairs, _DAY_AND_MONTH)):
            if match := pattern.fullmatch(plain):
                found.setdefault(tree.place[tree.parent[i]], []).append((i, match))
                break
    return _of_some(days), _of_some(pairs)


def _of_some(cells: _Cells) -> _Cells:
    return {place: some for place, some in cells.items() if len(some) >= LEAST}


def _under_months(
    cells: list[tuple[int, re.Match[str]]], months: list[tuple[int, str]], now: datetime, languages: Sequence[str]
) -> Found:
    numbers = [int(match[1]) for _, match in cells]
    if all(b == a + 1 for a, b in pairwise(numbers)):
        return []  # numbers that count, or the leaf of a calendar
    nodes = [node for node, _ in months]
    found: Found = []
    for (node, _), number in zip(cells, numbers, strict=True):
        at = bisect_left(nodes, node) - 1
        published = on_day(months[at][1], number, now, languages) if at >= 0 else None
        if published:
            found.append((node, published))
    days = [published.on for _, published in found if published.on]
    return found if len(days) >= LEAST and len(days) * 4 >= len(cells) * 3 and steadiness(days) >= STEADY else []


def _months_below_years(tree: Tree, now: datetime, languages: Sequence[str]) -> list[tuple[int, str]]:
    """Lines that are a month's name below a line that is a year; written with it."""
    found: list[tuple[int, str]] = []
    year = ""
    for line in tree.lines:
        if len(line.text) > LONGEST or tree.link[line.chunks[0]] >= 0:
            continue
        if match := _YEAR.fullmatch(uniform(line.text)):
            year = match[1]
        elif year and not _LONG_NUMBER.search(line.text):
            raw = f"{line.text.strip(' :-–—')} {year}"
            if on_day(raw, 1, now, languages):
                found.append((line.chunks[0], raw))
                if len(found) >= MOST_HEADINGS:
                    break
    return found


def on_day(month: str, day: int, now: datetime, languages: Sequence[str]) -> Published | None:
    """The day of a month that is written as on the page."""
    for text in (f"{day} {month}", f"{month} {day}", f"{month}{day}日", f"{month} {day}일"):
        hits = find_dates(text, now=now, languages=languages)
        if len(hits) == 1 and hits[0].published.raw == text and hits[0].published.on is not None:
            return hits[0].published
    return None


def _without_year(cells: list[tuple[int, re.Match[str]]], now: datetime, languages: Sequence[str]) -> Found:
    pairs = [(int(match[1]), int(match[3])) for _, match in cells]
    usual = bool(languages) and language_order(tuple(languages)) in ("YMD", "MDY")
    if all(match[4] == "." for _, match in cells):
        usual = False  # "18.11."
    readings = [_latest(pairs, now, month_first=first) for first in (usual, not usual)]
    whole = [days for days in readings if len(days) == len(pairs)]
    best = max(whole, key=steadiness, default=None)
    if best is None or steadiness(best) < STEADY or len(set(best)) < LEAST:
        return []
    return [
        (node, Published(match.group().strip("()[]"), "text", Precision.DAY, on))
        for (node, match), on in zip(cells, best, strict=True)
    ]


def _latest(pairs: list[tuple[int, int]], now: datetime, *, month_first: bool) -> list[date]:
    found = []
    for one, two in pairs:
        month, day = (one, two) if month_first else (two, one)
        on = roll_back(month, day, now) if 1 <= month <= MONTHS else None
        if on is not None and not is_future(on, now):
            found.append(on)
    return found


def steadiness(days: Sequence[date]) -> float:
    """How much of the days runs one way."""
    pairs = list(pairwise(days))
    return max(sum(a >= b for a, b in pairs), sum(a <= b for a, b in pairs)) / len(pairs) if pairs else 0.0
