"""Dates in pieces, as on a calendar's leaf: the day large in one element, month and year in others beside it."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime

from scraper.dates import find_dates
from scraper.extract.tree import Tree
from scraper.types import Published

MAX_LEAVES = 2_000
"""Lone day numbers that are looked at on one page."""
LEVELS = 4
"""Elements outwards from the day within which the month must stand."""
MAX_TEXT = 24
"""Characters of a leaf: more is a sentence with a number in it."""
MAX_WORDS = 4
LONGEST_DAY = 7
"""Characters of a day, or of day and month in numbers, with a blank before it."""

_DAY = re.compile(r"0?[1-9]|[12]\d|3[01]")
_DAY_AND_MONTH = re.compile(r"(\d{1,2})([-./])(\d{1,2})\2?")
_YEAR = re.compile(r"(?:19|20)\d\d")
_YEAR_FIRST = re.compile(r"(\d{4})([-./])(\d{1,2})")
_MONTH_FIRST = re.compile(r"(\d{1,2})([-./])(\d{4})")


def find_leaves(tree: Tree, *, now: datetime, languages: Sequence[str]) -> list[tuple[int, Published]]:
    """(element, date) of each leaf on the page, in order."""
    found: list[tuple[int, Published]] = []
    looked = 0
    for i in tree.chunk_nodes:
        if len(tree.text[i]) > LONGEST_DAY:
            continue
        text = tree.text[i].strip()
        if not (_DAY.fullmatch(text.rstrip(".,")) or _DAY_AND_MONTH.fullmatch(text)):
            continue
        looked += 1
        if looked > MAX_LEAVES:
            break
        leaf = _leaf_around(tree, i)
        if leaf >= 0 and (not found or leaf >= tree.end[found[-1][0]]):
            published = _read(tree, leaf, i, now, languages)
            if published:
                found.append((leaf, published))
    return found


def _leaf_around(tree: Tree, day: int) -> int:
    """The widest element near a day that holds hardly more; -1 if it is no wider than the day's own, and that has but
    one line."""
    leaf = -1
    node = tree.parent[day]
    own = node
    for _ in range(LEVELS):
        if node <= 0 or tree.units_in(node, tree.end[node]) > MAX_WORDS:
            break
        if len(tree.text_of(node, tree.end[node])) > MAX_TEXT:
            break
        leaf, node = node, tree.parent[node]
    return leaf if leaf != own or len(tree.lines_of(own, tree.end[own])) > 1 else -1


def _read(tree: Tree, leaf: int, day: int, now: datetime, languages: Sequence[str]) -> Published | None:
    number = tree.text[day].strip().rstrip(".,")
    rest = f"{tree.text_of(leaf, day)} {tree.text_of(day + 1, tree.end[leaf])}".strip(" ,.")
    if not rest:
        return None
    for text in _arrangements(number, rest):
        hits = find_dates(text, now=now, languages=languages)
        if len(hits) == 1 and hits[0].published.on is not None and hits[0].published.raw == text:
            return hits[0].published
    return None


def _arrangements(day: str, rest: str) -> list[str]:
    """The same date as one would write it on a line."""
    if match := _YEAR_FIRST.fullmatch(rest):
        return [f"{match[1]}-{match[3]}-{day}"]
    if match := _MONTH_FIRST.fullmatch(rest):
        return [f"{match[3]}-{match[1]}-{day}"]
    if match := _DAY_AND_MONTH.fullmatch(day):
        return [f"{match[1]}{match[2]}{match[3]}{match[2]}{rest}"] if _YEAR.fullmatch(rest) else []
    return [f"{day} {rest}", f"{rest} {day}"] if any(c.isalpha() for c in rest) else []
