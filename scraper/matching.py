"""Recognising the items of a page among the known ones, one to one, with the reason. Pure.

In this order: strong keys; weak keys together, only among items that no strong key claimed and only where there is no
second candidate; likeness of text, bounded (:mod:`scraper.likeness`). The order of the known items changes nobody, nor
does that of the page, but for a headline that was edited in place together with its address.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence

from scraper.ages import day_of
from scraper.claims import Claim, Found, Policy, free_ones, same_day, settle
from scraper.identity import title_likeness
from scraper.likeness import match_old_end, match_places, match_rewritten, match_texts
from scraper.text import count_units, fold_text
from scraper.types import ItemData, ItemKey, KnownItem, Match
from scraper.urls import canonicalize_url

_STRONG_KINDS = ("guid", "url", "text")
_LEAST_HANDED_ON = 3
"""So many addresses at the least are given to other items at once, where they name places."""
_StrongClaim = tuple[tuple[int, bool, bool, int, str], int, KnownItem, str]
"""How good it is (the third part says whether the headline differs), place of the item, whom it claims, kind of key."""


def match(
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    policy: Policy | None = None,
) -> list[Match]:
    """Recognise each item of a page among the known ones, one to one, in page order.

    Args:
        items: the page's items, and ``keys``, of :func:`scraper.identity.page_keys`.
        known: the last listing and whatever else shares a key with the page.
    """
    policy = policy or Policy()
    found: Found = {}
    _match_strong(items, keys, known, found, policy)
    renewed = _is_renewed(items, keys, known, found, policy)
    _match_weak(items, keys, known, found, policy, renewed=renewed)
    match_texts(items, known, found, policy, renewed=renewed)
    if not renewed:
        match_rewritten(items, known, found, policy)
    match_places(items, known, found, policy)
    match_old_end(items, keys, known, found, policy)
    nobody: tuple[None, tuple[str, ...]] = (None, ())
    return [Match(item, keys[i], *found.get(i, nobody)) for i, item in enumerate(items)]


# -- strong keys -----------------------------------------------------------------------------------------------------


def _match_strong(
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    found: Found,
    policy: Policy,
) -> None:
    """Give each known item to the page item with the best strong key, each page item to the known one it fits best."""
    owners: dict[tuple[str, str], list[KnownItem]] = defaultdict(list)
    for candidate in known:
        for key in candidate.keys:
            if key.strong:
                owners[key.kind, key.key].append(candidate)
    claims: list[_StrongClaim] = []
    for i, of_item in enumerate(keys):
        for key in of_item:
            for candidate in owners.get((key.kind, key.key), []) if key.strong else ():
                same = fold_text(items[i].title) == fold_text(candidate.data.title)
                rank = (_STRONG_KINDS.index(key.kind), not candidate.listed, not same, -candidate.item_id, key.key)
                claims.append((rank, i, candidate, key.kind))
    handed_on = _are_handed_on(items, known, claims)
    claims = [one for one in claims if one[3] == "text" or not _is_vain(one, items, policy, handed_on=handed_on)]
    taken: set[int] = set()
    for _, i, candidate, kind in sorted(claims, key=lambda claim: claim[0]):
        if i not in found and candidate.item_id not in taken:
            found[i] = (candidate, (kind,))
            taken.add(candidate.item_id)


def _is_vain(claim: _StrongClaim, items: Sequence[ItemData], policy: Policy, *, handed_on: bool) -> bool:
    (_, _, differs, *_), i, candidate, _ = claim
    return differs and (handed_on or _is_reused(items[i], candidate.data, policy))


def _is_reused(item: ItemData, known: ItemData, policy: Policy) -> bool:
    """Whether an address was given to another item: a later date and a headline that has nothing of the old one."""
    new, old = day_of(item), day_of(known)
    if new is None or old is None or new <= old:
        return False
    return title_likeness(item.title, known.title) < policy.title_unlike


def _are_handed_on(items: Sequence[ItemData], known: Sequence[KnownItem], claims: Sequence[_StrongClaim]) -> bool:
    """Whether addresses or ids name places of the list ("item 1") and not items: half of the items that are recognised
    by them bear the headline that another known one had, or left theirs to another one of the page."""
    others = [(i, candidate) for (_, _, differs, *_), i, candidate, kind in claims if differs and kind != "text"]
    if len(others) < _LEAST_HANDED_ON:
        return False
    of_page, of_known = {fold_text(item.title) for item in items}, {fold_text(one.data.title) for one in known}
    moved = {
        i
        for i, candidate in others
        if fold_text(items[i].title) in of_known or fold_text(candidate.data.title) in of_page
    }
    return len(moved) >= max(_LEAST_HANDED_ON, len({i for _, i, _, _ in claims}) / 2)


# -- weak keys -------------------------------------------------------------------------------------------------------


def _is_renewed(
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    found: Found,
    policy: Policy,
) -> bool:
    """Whether the site gave its items new addresses. Then a title alone is believed.

    Either the items that are recognised for sure have moved (back to addresses of before, or a feed's ids stayed), or
    hardly any of the last listing is recognised for sure, but its titles are there.
    """
    if _share_moved(items, found) >= policy.renewed_share:
        return True
    listed = {one.item_id for one in known if one.listed}
    expected = min(len(listed), len(keys))
    stayed = sum(one.item_id in listed for one, _ in found.values())
    if expected < 3 or stayed * 4 > expected:
        return False
    titles = {key.key for one in known if one.listed for key in one.keys if key.kind == "title"}
    again = sum(
        any(key.kind == "title" and key.key in titles for key in of_item)
        for i, of_item in enumerate(keys)
        if i not in found
    )
    return again >= max(3, policy.renewed_share * expected)


def _share_moved(items: Sequence[ItemData], found: Found) -> float:
    """Share of the recognised items that stand at another address than they last did; 0 where they are too few."""
    moved = [
        canonicalize_url(items[i].url or "") != canonicalize_url(one.data.url)
        for i, (one, _) in found.items()
        if one.listed and items[i].url and one.data.url
    ]
    return sum(moved) / len(moved) if len(moved) >= 2 else 0.0


def _match_weak(
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    found: Found,
    policy: Policy,
    *,
    renewed: bool,
) -> None:
    places, free = free_ones(items, known, found)
    by_key: dict[tuple[str, str], list[KnownItem]] = defaultdict(list)
    for candidate in free if places else ():
        for key in candidate.keys:
            if not key.strong:
                by_key[key.kind, key.key].append(candidate)
    claims = []
    for i in places:
        for candidate, shared in _candidates(keys[i], by_key, policy):
            reason = _weak_reason(items[i], keys[i], candidate, shared, policy, renewed=renewed)
            if reason:
                claims.append(Claim(i, candidate, reason, len(reason)))
    settle(claims, found)


def _candidates(
    keys: tuple[ItemKey, ...], by_key: dict[tuple[str, str], list[KnownItem]], policy: Policy
) -> Iterator[tuple[KnownItem, frozenset[str]]]:
    shared: dict[int, set[str]] = defaultdict(set)
    ones: dict[int, KnownItem] = {}
    for key in keys:
        owners = by_key.get((key.kind, key.key), [])
        # A sign that many items bear is none.
        for candidate in owners if len(owners) <= policy.candidates else ():
            shared[candidate.item_id].add(key.kind)
            ones[candidate.item_id] = candidate
    return ((ones[item_id], frozenset(kinds)) for item_id, kinds in shared.items())


def _weak_reason(
    item: ItemData,
    keys: tuple[ItemKey, ...],
    known: KnownItem,
    shared: frozenset[str],
    policy: Policy,
    *,
    renewed: bool,
) -> tuple[str, ...]:
    """Which weak keys, together, say that ``item`` is ``known``; empty if they do not."""
    if same_day(item, known.data) is False:
        # Another day is another item ("Weekly briefing"), unless a new template prints days differently.
        return tuple(sorted(shared & {"title", "url_id"})) if renewed and {"title", "url_id"} <= shared else ()
    signs = shared & {"url_id", "slug"} if known.listed or "title_date" in shared else frozenset()
    if signs and title_likeness(item.title, known.data.title) >= policy.title_alike:
        return tuple(sorted((shared & {"url_id", "slug", "title_date"}) | {"title"}))
    # Two addresses, one short or undated title: rather two items ("Correction", "Weekly briefing").
    distinctive = count_units(item.title) >= policy.long_title
    # Of an item that is no longer listed the title must be believed more: the new address is no sign against it here.
    if "title" in shared and renewed and distinctive and not known.listed:
        return tuple(sorted(shared))
    same = _same_address(item, keys, known)
    if "title_date" in shared and (distinctive or renewed or same is not False):
        return tuple(sorted(shared))
    if "title" in shared and known.listed and (renewed or same or (distinctive and same is None)):
        return ("title",)
    return ()


def _same_address(item: ItemData, keys: tuple[ItemKey, ...], known: KnownItem) -> bool | None:
    """``None`` where one of the two has no address. An address that several items of the page share is no key, but
    still the same address."""
    old = {key.key for key in known.keys if key.kind == "url"}
    new = {key.key for key in keys if key.kind == "url"}
    if old and new:
        return bool(old & new)
    if item.url and known.data.url:
        return canonicalize_url(item.url) == canonicalize_url(known.data.url)
    return None
