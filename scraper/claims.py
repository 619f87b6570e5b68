"""Claims that an item of a page is a known one, and how they are settled: one to one, whatever their order. Pure."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from scraper.ages import day_of
from scraper.types import ItemData, KnownItem


@dataclass(frozen=True, slots=True)
class Policy:
    """How alike is alike. Shares are in 0..1.

    ``title_alike`` is the least overlap of words (Dice) for a headline that was edited, ``title_very_alike`` where
    no date confirms it, ``title_in_place`` where its neighbours do; ``title_unlike`` the overlap under which one
    address that shows another headline and a later date holds another item; ``text_alike`` the least overlap of two
    teasers without a link, of ``long_text`` words at least.
    ``long_title`` is the least number of words that make a title distinctive. ``renewed_share`` is the share of items
    that must have moved, or of titles that must be left, on a site that renewed its addresses. ``fuzzy_limit`` bounds
    the pairs whose texts are compared in one look, ``candidates`` the items that may bear one weak key.
    """

    title_alike: float = 0.6
    title_very_alike: float = 0.8
    title_in_place: float = 0.75
    title_unlike: float = 0.3
    text_alike: float = 0.7
    long_title: int = 4
    long_text: int = 8
    renewed_share: float = 0.5
    fuzzy_limit: int = 10_000
    candidates: int = 20


Found = dict[int, tuple[KnownItem, tuple[str, ...]]]


@dataclass(frozen=True, slots=True)
class Claim:
    """That the item at ``place`` is ``known``, by the kinds in ``reason``; ``score`` orders the claims of one item."""

    place: int
    known: KnownItem
    reason: tuple[str, ...]
    score: float


def free_ones(items: Sequence[ItemData], known: Sequence[KnownItem], found: Found) -> tuple[list[int], list[KnownItem]]:
    """Places of items that are not recognised yet, and known items that nobody claimed."""
    taken = {one.item_id for one, _ in found.values()}
    return [i for i in range(len(items)) if i not in found], [one for one in known if one.item_id not in taken]


def same_day(one: ItemData, other: ItemData) -> bool | None:
    """``None`` where one of the two shows no day."""
    a, b = day_of(one), day_of(other)
    return None if a is None or b is None else a == b


def settle(claims: Sequence[Claim], found: Found) -> None:
    """Give each item its best candidate, if it has no equal and no other item wants it as well."""
    of_place: dict[int, list[Claim]] = defaultdict(list)
    for claim in claims:
        of_place[claim.place].append(claim)
    best = []
    for of_item in of_place.values():
        top = max(claim.score for claim in of_item)
        winners = [claim for claim in of_item if claim.score == top]
        if len(winners) == 1:
            best.append(winners[0])
    wanted = Counter(claim.known.item_id for claim in best)
    found.update({claim.place: (claim.known, claim.reason) for claim in best if wanted[claim.known.item_id] == 1})
