"""The order of a listing as numbers."""

from __future__ import annotations

import itertools
from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from scraper.ranks import longest_falling, ranks_beside, ranks_of
from scraper.types import KnownItem, Match
from tests.support.watch import item


def matches(ranks: list[float | None]) -> list[Match]:
    known = [
        None if rank is None else KnownItem(n, str(n), item(str(n)), frozenset(), rank, listed=True, revision=1)
        for n, rank in enumerate(ranks)
    ]
    return [Match(item(str(n)), (), one) for n, one in enumerate(known)]


_RANKS = st.lists(st.none() | st.integers(-20, 20).map(float), max_size=30)


@given(_RANKS)
def test_ranks_fall_strictly(ranks: list[float | None]) -> None:
    result = ranks_of(matches(ranks))
    assert len(result) == len(ranks)
    assert all(a > b for a, b in itertools.pairwise(result))


@given(st.lists(st.integers(-50, 50).map(float), unique=True, max_size=30))
def test_known_items_in_their_old_order_keep_their_ranks(ranks: list[float]) -> None:
    ordered = sorted(ranks, reverse=True)
    assert list(ranks_of(matches(list(ordered)))) == ordered


def test_new_item_on_top_moves_no_other() -> None:
    assert ranks_of(matches([None, None, 7.0, 6.0])) == (9.0, 8.0, 7.0, 6.0)


def test_thousand_items_inserted_at_one_place_still_fall() -> None:
    ranks: tuple[float, ...] = (2.0, 1.0)
    for _ in range(100):
        ranks = ranks_of(matches([ranks[0], None, *ranks[1:]]))
        assert all(a > b for a, b in itertools.pairwise(ranks))


def test_page_that_is_half_believed_puts_new_items_above_all_that_are_listed() -> None:
    listed = [one.known for one in matches([9.0, 8.0, 3.0]) if one.known]
    shown = [Match(item("new"), (), None), Match(item("old"), (), replace(listed[2]))]
    assert ranks_beside(shown, listed) == (10.0, 3.0)


@given(_RANKS)
def test_longest_falling_run_falls_and_no_longer_one_exists(ranks: list[float | None]) -> None:
    kept = sorted(longest_falling(ranks))
    run = [ranks[i] or 0.0 for i in kept]
    assert all(a > b for a, b in itertools.pairwise(run))
    best: list[int] = []
    for i, rank in enumerate(ranks):
        longest = max((best[j] for j in range(i) if (ranks[j] or 0) > (rank or 0)), default=0)
        best.append(0 if rank is None else longest + 1)
    assert len(kept) == max(best, default=0)
