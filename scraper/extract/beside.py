"""Dates in cells of their own beside each other: ``<td>18</td><td>Nov</td>``, with a year in a third cell or in none.

As for all numbers, a whole column is believed or none: the months stand on the same side of (nearly) all days.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence

from scraper.dates.tokens import uniform
from scraper.extract.tree import Tree
from scraper.types import Published

LEAST = 3
"""Days at one place that are a column."""
USUAL = 0.75
"""Share of the days of a column that must have a month beside them."""
LONGEST = 12
"""Characters of a month, or of a year."""
LEVELS = 4
"""Elements outwards from a text that may be its cell."""
MOST_WORDS = 100
"""Different texts that are tried as months on one page."""
_YEAR_CELLS = {1: (2, -1), -1: (1, -2)}
"""By the cell of the month, counted from the day's: the cells in which the year may stand."""


class Beside:
    """Reads the days of one page. ``year_of`` gives the year that a text is, or nothing; ``on_day`` reads the day of a
    month that is written as on the page."""

    def __init__(
        self, tree: Tree, year_of: Callable[[str], str], on_day: Callable[[str, int], Published | None]
    ) -> None:
        self._tree = tree
        self._year_of = year_of
        self._on_day = on_day
        self._months: dict[str, bool] = {}
        self._known: dict[tuple[str, int], Published | None] = {}

    def find(self, days: Sequence[tuple[int, int]]) -> list[tuple[int, Published]] | None:
        """(text node, date) of the ``days`` (text node, number) of one column; ``None`` if no months stand beside
        them. Days that are none of their month, or to come, are left out."""
        rows = [_row(self._tree, node) for node, _ in days]
        least = max(LEAST, len(days) * USUAL)
        at = next((side for side in _YEAR_CELLS if sum(self._is_month(row.get(side)) for row in rows) >= least), 0)
        if not at:
            return None
        years = Counter(cell for row in rows for cell in _YEAR_CELLS[at] if self._year_of(row.get(cell, "")))
        dated, count = years.most_common(1)[0] if years else (0, 0)
        found = []
        for (node, day), row in zip(days, rows, strict=True):
            year = row.get(dated, "") if count >= least else ""
            if not self._is_month(row.get(at)) or (count >= least and not self._year_of(year)):
                continue
            published = self._read(_joined(row[at], year), day)
            if published is not None:
                found.append((node, published))
        return found

    def _is_month(self, text: str | None) -> bool:
        if text is None or not any(map(str.isalpha, text)):
            return False
        if text not in self._months:
            self._months[text] = len(self._months) < MOST_WORDS and self._read(text, 1) is not None
        return self._months[text]

    def _read(self, month: str, day: int) -> Published | None:
        if (month, day) not in self._known:
            self._known[month, day] = self._on_day(month, day)
        return self._known[month, day]


def _joined(month: str, year: str) -> str:
    return f"{year}{month}" if year.endswith(("年", "년")) else f"{month} {year}".strip()


def _row(tree: Tree, node: int) -> dict[int, str]:
    """The short texts of the two cells before and after the one in which the text ``node`` is all there is."""
    chunks = tree.chunk_nodes
    at = bisect_left(chunks, node)
    row = tree.parent[_cell(tree, node)]
    texts: dict[int, str] = {}
    for step in (1, -1):
        for place in (step, 2 * step):
            other = chunks[at + place] if 0 <= at + place < len(chunks) else -1
            if other < 0 or tree.link[other] >= 0 or tree.block[other] == tree.block[node]:
                break
            if len(tree.text[other]) > LONGEST + 1 or tree.parent[_cell(tree, other)] != row:
                break
            texts[place] = uniform(tree.text[other]).strip(" .,")
    return texts


def _cell(tree: Tree, node: int) -> int:
    """The widest element near a text that holds nothing else."""
    size = tree.units_in(node, node + 1)
    cell = node
    for _ in range(LEVELS):
        above = tree.parent[cell]
        if above <= 0 or tree.units_in(above, tree.end[above]) != size:
            break
        cell = above
    return cell
