"""Recognising items by likeness of their text, where no key does: teasers without a link, headlines that were edited
together with their addresses. Pure.

All comparisons are bounded (:attr:`scraper.claims.Policy.fuzzy_limit`).
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Sequence

from scraper.ages import runs_up
from scraper.claims import Claim, Found, Policy, free_ones, same_day, settle
from scraper.identity import read_wording, title_likeness
from scraper.text import count_units, fold_text
from scraper.types import ItemData, ItemKey, KnownItem
from scraper.wording import is_cut

_NUMBER = re.compile(r"\d+")
_MOST_BETWEEN = 5
"""So many items at one place are compared with those that stood there."""


def match_texts(
    items: Sequence[ItemData],
    known: Sequence[KnownItem],
    found: Found,
    policy: Policy,
    *,
    renewed: bool,
    same_numbers: bool = False,
) -> None:
    """Items without any key in common: a teaser without a link whose text was edited, a headline that a new template
    shortens. Only the last listing is searched, and not at all if that would be too many comparisons.
    ``same_numbers``: headlines must say the same numbers."""
    places, free = free_ones(items, known, found)
    free = [one for one in free if one.listed and (renewed or not one.data.url)]
    places = [i for i in places if renewed or not items[i].url]
    if not places or len(places) * len(free) > policy.fuzzy_limit:
        return
    claims = []
    for i in places:
        for candidate in free:
            if same_numbers and not fit_numbers(items[i].title, candidate.data.title):
                continue
            score, reason = _text_likeness(items[i], candidate.data, policy)
            if reason:
                claims.append(Claim(i, candidate, reason, score))
    settle(claims, found)


def _text_likeness(item: ItemData, known: ItemData, policy: Policy) -> tuple[float, tuple[str, ...]]:
    same = same_day(item, known)
    if same is False:
        return 0.0, ()
    if not item.url and not known.url:
        new, old = item.summary or item.title, known.summary or known.title
        score = title_likeness(new, old)
        long = min(read_wording(new).units, read_wording(old).units) >= policy.long_text
        return (score, ("text_alike",)) if long and score >= policy.text_alike else (0.0, ())
    if is_cut(item.title, known.title) or is_cut(known.title, item.title):
        return 1.0, ("title_cut",)
    score = title_likeness(item.title, known.title)
    if same and score >= policy.title_alike:
        return score, ("title_alike", "date")
    return (score, ("title_alike",)) if score >= policy.title_very_alike else (0.0, ())


def match_rewritten(items: Sequence[ItemData], known: Sequence[KnownItem], found: Found, policy: Policy) -> None:
    """A page on which hardly anything is known: a new template that cuts headlines, or puts a section before them, at
    new addresses. Believed only if at least half of what was listed is recognised so."""
    listed = {one.item_id for one in known if one.listed}
    expected = min(len(listed), len(items))
    if expected < 3 or sum(one.item_id in listed for one, _ in found.values()) * 4 > expected:
        return
    tried = dict(found)
    match_texts(items, known, tried, policy, renewed=True, same_numbers=True)
    if len(tried) - len(found) >= max(3, policy.renewed_share * expected):
        found.update(tried)


def match_places(items: Sequence[ItemData], known: Sequence[KnownItem], found: Found, policy: Policy) -> None:
    """A headline that was edited together with its address, in place: the item stands between the two known ones
    between which the other stood that is gone, is of the same day, says the same numbers and much the same words."""
    listed = sorted((one for one in known if one.listed), key=lambda one: (-one.rank, one.item_id))
    places = {one.item_id: place for place, one in enumerate(listed)}
    taken = {one.item_id for one, _ in found.values()}
    claims = []
    before: int | None = None
    run: list[int] = []
    for i in range(len(items)):
        here = places.get(found[i][0].item_id) if i in found else None
        if i not in found:
            run.append(i)
            continue
        if here is not None:
            if before is not None and run and before < here:
                gone = [one for one in listed[before + 1 : here] if one.item_id not in taken]
                claims += _claims_between(items, run, gone, policy)
            before = here
        run = []
    settle(claims, found)


def _claims_between(
    items: Sequence[ItemData], run: Sequence[int], gone: Sequence[KnownItem], policy: Policy
) -> list[Claim]:
    claims = []
    for i in run[:_MOST_BETWEEN]:
        for one in gone[:_MOST_BETWEEN]:
            undated = items[i].published is None and one.data.published is None
            if not (undated or same_day(items[i], one.data)) or not fit_numbers(items[i].title, one.data.title):
                continue
            score = title_likeness(items[i].title, one.data.title)
            if score >= policy.title_in_place:
                claims.append(Claim(i, one, ("place", "title_alike"), score))
    return claims


def match_old_end(
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    found: Found,
    policy: Policy,
) -> None:
    """Items below the last known one of a list that runs from new to old, whose long title an item has that is no
    longer listed: pulled up again, and meanwhile moved. Farther up the title alone would not do (a weekly bulletin)."""
    last = max(found, default=-1)
    if not 0 <= last < len(items) - 1 or runs_up(list(zip(items, keys, strict=True))):
        return
    by_title: dict[str, list[KnownItem]] = defaultdict(list)
    for one in free_ones(items, known, found)[1]:
        if not one.listed:
            by_title[fold_text(one.data.title)].append(one)
    claims = [
        Claim(i, one, ("title", "old_end"), 1.0)
        for i in range(last + 1, len(items))
        for one in by_title.get(fold_text(items[i].title), [])[: policy.candidates]
        if same_day(items[i], one.data) is not False and count_units(items[i].title) >= policy.long_title
    ]
    settle(claims, found)


def fit_numbers(one: str, other: str) -> bool:
    """Whether two headlines say the same numbers, as far as neither is cut."""
    a, b = (sorted(_NUMBER.findall(fold_text(title))) for title in (one, other))
    return a == b or (set(a) <= set(b) and is_cut(one, other)) or (set(b) <= set(a) and is_cut(other, one))
