"""The order of a listing as numbers that fall from its first item to its last. Pure.

A new item on top costs one new rank and moves no other: rows that did not change are not touched.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Sequence

from scraper.types import KnownItem, Match

_LEAST_STEP = 1e-9


def ranks_of(matches: Sequence[Match]) -> tuple[float, ...]:
    """Ranks of a page's items in its order, keeping as many of the known ones as can stay."""
    known = [match.known.rank if match.known and match.known.listed else None for match in matches]
    kept = longest_falling(known)
    result = _fill([known[i] if i in kept else None for i in range(len(matches))])
    if any(a - b < _LEAST_STEP for a, b in itertools.pairwise(result)):
        return tuple(float(len(matches) - i) for i in range(len(matches)))
    return result


def ranks_beside(matches: Sequence[Match], listed: Sequence[KnownItem]) -> tuple[float, ...]:
    """Ranks for a page that is only partly believed: known items keep theirs, new ones go on top of all that are
    ``listed``."""
    top = max((one.rank for one in listed), default=0.0)
    new = sum(match.known is None for match in matches)
    result = []
    for match in matches:
        if match.known:
            result.append(match.known.rank)
        else:
            result.append(top + new)
            new -= 1
    return tuple(result)


def longest_falling(values: Sequence[float | None]) -> set[int]:
    """Indices of a longest strictly falling subsequence (patience sorting, O(n log n)); ``None`` belongs to none."""
    tails: list[float] = []
    tail_index: list[int] = []
    previous: dict[int, int | None] = {}
    for i, value in enumerate(values):
        if value is None:
            continue
        at = bisect.bisect_left(tails, -value)
        previous[i] = tail_index[at - 1] if at else None
        tails[at : at + 1] = [-value]
        tail_index[at : at + 1] = [i]
    kept: set[int] = set()
    current = tail_index[-1] if tail_index else None
    while current is not None:
        kept.add(current)
        current = previous[current]
    return kept


def _fill(ranks: Sequence[float | None]) -> tuple[float, ...]:
    """Give the unranked ones values between their ranked neighbours, whole steps at either end."""
    result: list[float] = []
    above: float | None = None
    for is_ranked, group in itertools.groupby(range(len(ranks)), key=lambda i: ranks[i] is not None):
        places = list(group)
        if is_ranked:
            result.extend(ranks[i] or 0.0 for i in places)
        else:
            after = places[-1] + 1
            below = ranks[after] if after < len(ranks) else None
            result.extend(_between(above, below, len(places)))
        above = result[-1]
    return tuple(result)


def _between(above: float | None, below: float | None, count: int) -> list[float]:
    if above is not None and below is not None:
        return [above - (above - below) * (step + 1) / (count + 1) for step in range(count)]
    start = below + count if below is not None else above - 1 if above is not None else float(count)
    return [start - step for step in range(count)]
