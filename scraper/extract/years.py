"""Years that stand above the records of a list, once for all below, given to dates that print none ("13 March")."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from dataclasses import replace
from itertools import pairwise

from scraper.dates.candidate import calendar_date
from scraper.dates.tokens import uniform
from scraper.extract.columns import Fields, Page
from scraper.extract.coming import lacks_year
from scraper.types import Published

MOST_YEARS = 400
"""Lines that are a year and are looked at on one page."""
LONGEST = 12
"""Characters of such a line."""

_YEAR = re.compile(r"\W{0,3}((?:19|20)\d\d)[年년]?\W{0,3}")


def give_years(page: Page, fields: list[Fields], column: list[Published | None]) -> list[Published | None]:
    """The column with the years above the records; dates that print their own keep it."""
    lacking = [k for k, p in enumerate(column) if p is not None and lacks_year(p)]
    above = _years_above(page, fields) if lacking else []
    nodes = [node for node, _ in above]
    for k in lacking:
        title, p = fields[k].title, column[k]
        at = bisect_left(nodes, title.node) - 1 if title else -1
        if at < 0 or p is None or p.on is None:
            continue
        on = calendar_date(above[at][1], p.on.month, p.on.day)
        if on is not None:
            column[k] = replace(p, on=on)
    return column


def _years_above(page: Page, fields: list[Fields]) -> list[tuple[int, int]]:
    """(node, year) of lines that are a year and have records of their own below. Years in a row are a choice of years,
    not headings; where some are headings, the others are none."""
    tree = page.tree
    found: list[tuple[int, int]] = []
    for line in tree.lines_of(0, max(f.row.record.stop for f in fields)):
        node = line.chunks[0]
        match = _YEAR.fullmatch(uniform(line.text)) if len(line.text) <= LONGEST else None
        if match and (tree.link[node] < 0 or tree.heading[node] >= 0) and not tree.aside[node]:
            found.append((node, int(match[1])))
            if len(found) >= MOST_YEARS:
                return []
    headings = [(node, year) for node, year in found if tree.heading[node] >= 0]
    titles = sorted(f.title.node for f in fields if f.title)
    kept = [
        one
        for one, following in pairwise([*(headings or found), (1 << 60, 0)])
        if bisect_right(titles, following[0]) > bisect_right(titles, one[0])
    ]
    return kept if headings or len(kept) == len(found) else []
