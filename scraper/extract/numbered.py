"""The next page where pages have numbers only ("1 2 3 … 20"): the one after the page that is shown.

Believed only of a row of rising numbers that begins with 1, whose addresses differ in one number that rises with them,
and in which it is plain which page is the present one. Days of a calendar, months and issues of a year are none.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from itertools import pairwise

from scraper.extract.markup import find_value
from scraper.extract.tree import Tree
from scraper.urls import resolve_url, site_of

LONGEST = 4
"""Digits of a page's number."""
MOST_NUMBERS = 60
"""Texts of one row that are looked at."""
MOST_ROWS = 20
"""Rows of two numbers and more that are looked at on one page."""
_BESIDE = " \t\xa0[](){}|·•.,:;-–—/"
_SYMBOLS = frozenset("[](){}|·•.,:;-–—/…<>«»‹›←→ \xa0")
_LABELLED = re.compile(r"\D{1,24}([0-9]{1,4})[\s|,;:.)\]]{0,4}")
"""What may stand before a row and end in its first number ("Pages: 1")."""
_DIGITS = re.compile(r"\d+")
_YEAR = re.compile(r"(?:19|20)\d\d")
_ENDING_IN_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d[-/.]?(?:\d{1,2}[-/.]?)?\Z")
_MONTHS = 12
_DAYS = range(28, 32)


@dataclass(frozen=True, slots=True)
class _Number:
    """A number of a row; ``link`` is -1 and ``url`` empty where it is none."""

    number: int
    node: int
    link: int
    url: str


def numbered_next(tree: Tree, links: list[int], base: str) -> str | None:
    """The address of the next page, if one of the ``links`` (whose texts are numbers) leads to it."""
    seen, rows = -1, 0
    for link in links:
        at = bisect_left(tree.chunk_nodes, link)
        if at <= seen:
            continue
        row, seen = _row(tree, at, base)
        rows += len(row) > 1
        if rows > MOST_ROWS:
            break
        following = _following(tree, row, base)
        if following and site_of(following) == site_of(base):
            return following
    return None


def is_number(text: str) -> bool:
    """Whether a text may be the number of a page."""
    text = text.strip(_BESIDE)
    return 0 < len(text) <= LONGEST and text.isascii() and text.isdecimal()


def _row(tree: Tree, at: int, base: str) -> tuple[list[_Number], int]:
    """The numbers around a text, with nothing but symbols between them; and the last text that is looked at."""
    texts, chunks = tree.text, tree.chunk_nodes
    first = last = at
    while first and last - first < MOST_NUMBERS and _goes_on(texts[chunks[first - 1]]):
        first -= 1
    while last + 1 < len(chunks) and last - first < MOST_NUMBERS and _goes_on(texts[chunks[last + 1]]):
        last += 1
    row = []
    before = chunks[first - 1] if first else -1
    if before >= 0 and tree.link[before] < 0 and tree.block[before] == tree.block[chunks[first]]:
        labelled = _LABELLED.fullmatch(texts[before])
        row += [_Number(int(labelled[1]), before, -1, "")] if labelled else []
    for node in chunks[first : last + 1]:
        link = tree.link[node]
        if is_number(texts[node]):
            url = (resolve_url(base, tree.hrefs[link]) or "").partition("#")[0] if link >= 0 else ""
            row.append(_Number(int(texts[node].strip(_BESIDE)), node, link, url))
    return row, last


def _goes_on(text: str) -> bool:
    return is_number(text) or (len(text) <= LONGEST and _SYMBOLS.issuperset(text))


def _following(tree: Tree, row: list[_Number], base: str) -> str | None:
    """The address of the number after the present page's."""
    numbers = [one.number for one in row]
    if len(row) < 2 or numbers[0] != 1 or any(a >= b for a, b in pairwise(numbers)):
        return None
    at = _present(tree, row, base)
    if at is None or at + 1 >= len(row) or numbers[at + 1] != numbers[at] + 1:
        return None
    here = base.partition("#")[0]
    pages = [replace(one, url=here) if k == at else one for k, one in enumerate(row)]
    following = pages[at + 1].url
    frame = _frame(following)
    if any(one.url == here or (_frame(one.url) != frame and one.number > 1) for one in pages[:at] + pages[at + 1 :]):
        return None
    alike = [one for one in pages if _frame(one.url) == frame]
    return following if _are_pages(alike, len(row)) else None


def _frame(url: str) -> str:
    return _DIGITS.sub("0", url)


def _present(tree: Tree, row: list[_Number], base: str) -> int | None:
    """The place of the present page: the one number that is no link, or leads here, or is marked as current, or stands
    out among the others by its mark-up."""
    here = base.partition("#")[0]
    for found in (
        [k for k, one in enumerate(row) if one.link < 0],
        [k for k, one in enumerate(row) if one.url == here],
        [k for k, one in enumerate(row) if _is_marked(tree, one)],
        _standing_out(tree, row),
    ):
        if found:
            return found[0] if len(found) == 1 else None
    return None


def _is_marked(tree: Tree, one: _Number) -> bool:
    raws = tree.attrs.raw
    return any(
        find_value(raws[node], "aria-current") not in ("", "false") for node in (one.link, tree.parent[one.link])
    )


def _standing_out(tree: Tree, row: list[_Number]) -> list[int]:
    """The one number of several whose elements are others than those of all the rest."""
    styles = [(tree.path[one.node], tree.class_of(one.link), tree.class_of(tree.parent[one.link])) for one in row]
    if len(set(styles)) != 2 or len(styles) < 3:
        return []
    return [k for k, style in enumerate(styles) if styles.count(style) == 1]


def _are_pages(some: list[_Number], count: int) -> bool:
    """Whether the addresses, which are one but for numbers, are so but for one that rises evenly with the page's."""
    first = some[0]
    values = [[int(digits[:9]) for digits in _DIGITS.findall(one.url)] for one in some]
    rising = [k for k, column in enumerate(zip(*values, strict=True)) if len(set(column)) > 1]
    if len(some) == 1:
        rising = [k for k, value in enumerate(values[0]) if first.number - value in (0, 1)][-1:]
    if len(rising) != 1:
        return False
    at = rising[0]
    counted = [(one.number, value[at]) for one, value in zip(some, values, strict=True)]
    (low, start), (high, stop) = counted[0], counted[-1]
    step = (stop - start) // (high - low) if high > low else 1
    beginning = start - step * low  # pages that count from 1 or 0; or items, of which a page has "step"
    if beginning not in (0, -step, 1 - step) or any(value != beginning + step * number for number, value in counted):
        return False
    before = first.url[: list(_DIGITS.finditer(first.url))[at].start()]
    is_calendar = count in _DAYS or (count == _MONTHS and _YEAR.search(first.url))
    return not is_calendar and not _ENDING_IN_YEAR.search(before)
