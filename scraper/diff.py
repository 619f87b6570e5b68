"""What changed between what was known and what a page shows now. Pure.

Not seen before is not new: an unseen item above or between known ones was *added*; one beyond the last known item, at
the old end of the list, merely *surfaced* because a withdrawal or a longer page pulled it up. With dates that
contradict the position, dates win. Leaving by the old end is scrolled off, no event; vanishing from between items that
stay is a withdrawal once several believable looks have confirmed it. Additions and removals are believed separately.
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256

from scraper.edits import find_edits
from scraper.identity import dedupe, page_keys, without_tokens
from scraper.matching import Policy as MatchPolicy
from scraper.matching import match as match_items
from scraper.ranks import longest_falling, ranks_beside, ranks_of
from scraper.text import fold_text
from scraper.types import ChangeKind, ItemChange, ItemData, ItemKey, KnownItem, Match
from scraper.urls import canonicalize_url


_LEAST_BELOW = 3
"""So many items that stood below the last one that stayed, and are all gone, show that a list turned over."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How much of what a page shows is believed. Shares are in 0..1.

    ``confirm_withdrawal``: believable looks in a row without the item. ``mass_withdrawal``: share of the last listing
    from which on withdrawals in one look are recorded but not told: the list changed, not the items.
    ``shrunk_below``: share of the last listing under which a page is shrunk. ``few_known``: share of a page's items
    that must be known unless the others fit. ``layout_share``: share of the recognised items that show the same edit,
    from which on it is the template that changed and not the items. ``orderly``: share of the items that stand in
    order, from which on a position means something. ``accept_after``: like looks after which what a doubtful page
    shows is the new baseline.
    """

    confirm_withdrawal: int = 3
    mass_withdrawal: float = 0.3
    shrunk_below: float = 0.5
    few_known: float = 0.2
    layout_share: float = 0.5
    orderly: float = 0.7
    accept_after: int = 3
    matching: MatchPolicy = field(default_factory=MatchPolicy)


@dataclass(frozen=True, slots=True)
class Diff:
    """What to write. ``matches`` are the page's items in its order (doublets merged), ``ranks`` their new ranks,
    ``changes`` in the order in which they should be told (oldest first). ``filled`` are items whose stored form
    grew or moved without being edited. ``missed`` maps items to how often they were now missing, ``left`` are items
    no longer listed. ``doubt`` is the class of doubt and a sentence, or ``None`` if all is believed. ``ascending``
    says that the page runs from old to new."""

    matches: tuple[Match, ...] = ()
    ranks: tuple[float, ...] = ()
    changes: tuple[ItemChange, ...] = ()
    filled: tuple[ItemChange, ...] = ()
    missed: tuple[tuple[int, int], ...] = ()
    left: tuple[int, ...] = ()
    doubt: tuple[str, str] | None = None
    ascending: bool = False

    @property
    def new(self) -> tuple[Match, ...]:
        """Items never seen before, in page order."""
        return tuple(match for match in self.matches if match.known is None)


def keys_for(items: Sequence[ItemData], page_url: str) -> tuple[tuple[ItemData, ...], list[tuple[ItemKey, ...]]]:
    """The page's items without doublets and session ids, and their keys: what to load from the store before
    :func:`diff`."""
    unique = dedupe(without_tokens(items))
    return unique, page_keys(unique, page_url)


def diff(
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    known: Sequence[KnownItem],
    *,
    baseline: bool = False,
    accepted: bool = False,
    policy: Policy | None = None,
) -> Diff:
    """Compare a page with what is known.

    Args:
        items: the page's items in its order, and ``keys``, of :func:`keys_for`.
        known: the last listing (``listed``) and whatever else shares a key with the page.
        baseline: nothing was known of this source; everything is stored, nothing is news.
        accepted: the page's doubtful form has been seen often enough to become the new baseline.
    """
    policy = policy or Policy()
    matches = match_items(items, keys, known, policy.matching)
    listed = sorted((one for one in known if one.listed), key=lambda one: (-one.rank, one.item_id))
    ascending = _runs_up([(match.data, match.keys) for match in matches])
    if baseline or not listed:
        return Diff(tuple(matches), ranks_of(matches), ascending=ascending)
    doubt = None if accepted else _doubt(matches, listed, policy)
    if doubt and (doubt[0] == "layout_changed" or not any(match.known for match in matches)):
        return Diff(doubt=doubt)
    step = -1 if ascending else 1
    news = _news(matches[::step], listed[::step], policy, strong_only=doubt is not None)
    edits, filled = find_edits(matches, policy.layout_share)
    returned = [ItemChange(ChangeKind.REINSTATED, one) for one in matches if one.known and one.known.withdrawn]
    if doubt:
        believed = {id(one.match) for one in news if one.tell}
        matches = [one for one in matches if one.known or id(one) in believed]
        changes = [*(one for one in news if one.tell), *edits, *returned]
        ranks = ranks_beside(matches, listed)
        return Diff(tuple(matches), ranks, tuple(changes), tuple(filled), doubt=doubt, ascending=ascending)
    gone = _Gone(left=_absent(matches, listed)) if accepted else _missing(matches, listed, policy)
    changes = [*news, *edits, *returned, *gone.withdrawn]
    return Diff(
        tuple(matches),
        ranks_of(matches),
        tuple(changes),
        tuple(filled),
        tuple(gone.missed),
        tuple(gone.left),
        ascending=ascending,
    )


def _day(item: ItemData) -> date | None:
    return item.published.on if item.published else None


# -- order -----------------------------------------------------------------------------------------------------------


def _runs_up(shown: Sequence[tuple[ItemData, Sequence[ItemKey] | frozenset[ItemKey]]]) -> bool:
    """Whether a list runs from old to new: by its dates, or where it shows none by the numbers in its addresses."""
    ages: list[int] = [day.toordinal() for item, _ in shown if (day := _day(item))]
    if len(ages) * 2 < len(shown):
        ages = [int(key.key) for _, keys in shown for key in keys if key.kind == "url_id" and key.key.isdecimal()]
        if len(ages) * 2 < len(shown):
            return False
    trend = sum((b > a) - (b < a) for a, b in itertools.pairwise(ages))
    return len(ages) >= 4 and trend > len(ages) * 0.4


def _is_orderly(values: Sequence[float], policy: Policy) -> bool:
    """Whether numbers that all differ run one way, but for a few."""
    if len(values) < 4:
        return True
    most = max(len(longest_falling(values)), len(longest_falling([-value for value in values])))
    return most >= policy.orderly * len(values)


def _is_sorted(days: Sequence[date]) -> bool:
    """Whether days run one way, but for a few pinned items."""
    pairs = list(itertools.pairwise(days))
    down, up = sum(a < b for a, b in pairs), sum(a > b for a, b in pairs)
    return min(down, up) <= max(1, 0.2 * len(pairs))


# -- believing -------------------------------------------------------------------------------------------------------


def _doubt(matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy) -> tuple[str, str] | None:
    """Why a page is not, or only partly, believed."""
    seen = {match.known.item_id for match in matches if match.known}
    unseen = [match for match in matches if match.known is None]
    stayed = sum(one.item_id in seen for one in listed)
    few = not seen or (len(unseen) >= 5 and len(seen) < policy.few_known * len(matches))
    if few and len(listed) >= 3 and not _fits(unseen, listed):
        shares = f"{len(seen) or 'none'} of the page's {len(matches)} items are known ({len(listed)} were listed)"
        return "layout_changed", f"{shares}, and the others do not fit them"
    if len(matches) < policy.shrunk_below * len(listed) and len(listed) - stayed >= 3:
        return "shrunk", f"the page shows {len(matches)} items; it showed {len(listed)} before"
    return None


def _fits(unseen: Sequence[Match], listed: Sequence[KnownItem]) -> bool:
    """Whether items, none of them known, are the same list later: newer dates, or, undated, addresses of the shape
    that the known ones have."""
    new_days = [day for match in unseen if (day := _day(match.data))]
    old_days = sorted(day for one in listed if (day := _day(one.data)))
    if len(new_days) * 2 > len(unseen) and len(old_days) * 2 > len(listed):
        # Not the very newest of the known: a list of events has dates to come.
        return statistics.median_low(new_days) >= old_days[len(old_days) * 4 // 5]
    shapes = {_shape(one.data.url) for one in listed if one.data.url}
    alike = sum(_shape(match.data.url) in shapes for match in unseen if match.data.url)
    return alike * 2 > len(unseen)


def _shape(url: str) -> tuple[str, ...]:
    """An address without what differs between items: host, depth, fixed segments before the last, parameter names."""
    address, _, query = canonicalize_url(url).partition("#")[0].partition("?")
    host, *segments = address.split("/")[:-1] or [address]
    fixed = ["#" if any(c.isdigit() for c in part) else part for part in segments]
    return (host, *fixed, *sorted(pair.partition("=")[0] for pair in query.split("&") if pair))


# -- what is new -----------------------------------------------------------------------------------------------------


def _news(
    matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy, *, strong_only: bool
) -> list[ItemChange]:
    """Unseen items of a page that runs from new to old, as ``listed`` does, told or only surfaced; the oldest first."""
    anchors = _anchors(matches, listed, policy)
    first, last = (anchors[0], anchors[-1]) if anchors else (len(matches), len(matches))
    known_days = sorted(day for one in listed if (day := _day(one.data)))
    is_sorted = _is_sorted([day for match in matches if (day := _day(match.data))])
    found = []
    for i, match in enumerate(matches):
        if match.known is not None:
            continue
        if strong_only and not any(key.strong and key.kind != "text" for key in match.keys):
            continue
        reason = _why_surfaced(_day(match.data), known_days, beyond=i > last, is_sorted=is_sorted)
        if reason:
            found.append(ItemChange(ChangeKind.SURFACED, match, tell=False, reason=reason))
        else:
            where = "on top" if i < first else "between known items" if i < last else "newer than known items"
            found.append(ItemChange(ChangeKind.ADDED, match, reason=where))
    return found[::-1]


def _anchors(matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy) -> list[int]:
    """Places of known items beside which the others are new or old.

    None where all but a few items are unseen and of what stood below those few nothing is left: the list turned over,
    and they were put back into it, or are pinned. What stands below them now is not the list's old end.
    """
    anchors = [i for i, match in enumerate(matches) if match.known and match.known.listed]
    if not anchors or len(anchors) >= policy.few_known * len(matches):
        return anchors
    seen = {match.known.item_id for match in matches if match.known}
    places = [place for place, one in enumerate(listed) if one.item_id in seen]
    below = len(listed) - 1 - places[-1]
    return [] if below >= _LEAST_BELOW else anchors


def _why_surfaced(day: date | None, known_days: Sequence[date], *, beyond: bool, is_sorted: bool) -> str | None:
    """Why an unseen item is no news; ``None`` if it is. ``beyond``: it stands after the last known item."""
    if day is None or not known_days:
        return "beyond the last known item" if beyond else None
    oldest, newest = known_days[0], known_days[-1]
    if day < oldest:
        return f"dated {day.isoformat()}, before all known items"
    if is_sorted:
        # Of the newest day and yet at the old end: so are all others, or the position is wrong.
        return "beyond the last known item" if beyond and (day < newest or oldest == newest) else None
    return f"dated {day.isoformat()}, as the oldest known item" if day == oldest < newest else None


# -- what is gone ----------------------------------------------------------------------------------------------------


@dataclass(slots=True)
class _Gone:
    """Listed items that are not on the page: missed (with how often now), no longer listed, withdrawn."""

    missed: list[tuple[int, int]] = field(default_factory=list)
    left: list[int] = field(default_factory=list)
    withdrawn: list[ItemChange] = field(default_factory=list)


def _absent(matches: Sequence[Match], listed: Sequence[KnownItem]) -> list[int]:
    seen = {match.known.item_id for match in matches if match.known}
    return [one.item_id for one in listed if one.item_id not in seen]


def _missing(matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy) -> _Gone:
    """Tell scrolled off from missed from withdrawn, by position, and by date where that contradicts it."""
    if _runs_up([(one.data, one.keys) for one in listed]):
        listed = listed[::-1]
    absent = set(_absent(matches, listed))
    stayed = [i for i, one in enumerate(listed) if one.item_id not in absent]
    last = stayed[-1] if stayed else -1
    # Of one day the one found first is the older.
    oldest = min(((day, listed[i].item_id) for i in stayed if (day := _day(listed[i].data))), default=None)
    # Items are numbered as they were found: where numbers and places disagree, a place means nothing.
    turnover = not _is_orderly([one.item_id for one in listed], policy) and len(absent) <= sum(
        match.known is None for match in matches
    )
    gone = _Gone()
    for i, one in enumerate(listed):
        if one.item_id not in absent:
            continue
        day = _day(one.data)
        is_older = turnover
        if day and oldest:
            is_older = (day, one.item_id) < oldest or (turnover and day == oldest[0])
        if i > last or is_older:
            gone.left.append(one.item_id)
        elif one.missed + 1 < policy.confirm_withdrawal:
            gone.missed.append((one.item_id, one.missed + 1))
        else:
            gone.left.append(one.item_id)
            reason = f"missing from between other items in {one.missed + 1} looks"
            match = Match(one.data, tuple(sorted(one.keys, key=lambda key: (not key.strong, key.kind, key.key))), one)
            gone.withdrawn.append(ItemChange(ChangeKind.WITHDRAWN, match, reason=reason))
    if len(gone.withdrawn) >= max(4, policy.mass_withdrawal * len(listed)):
        many = f"{len(gone.withdrawn)} items at once: the list changed, not the items"
        gone.withdrawn = [replace(one, tell=False, reason=many) for one in gone.withdrawn]
    return gone


def listing_digest(items: Sequence[ItemData]) -> str:
    """Digest of all that :func:`diff` looks at, in page order: two looks with one digest show the same.
    Hexadecimal SHA-256."""
    state = sha256()
    for item in items:
        published = item.published
        fields = (
            item.guid or "",
            canonicalize_url(item.url) if item.url else "",
            item.title,
            item.summary or "",
            item.author or "",
            published.on.isoformat() if published and published.on else "",
            (published.local_time or "") if published else "",
        )
        state.update("\x1f".join(map(fold_text, fields)).encode("utf-8", "surrogatepass") + b"\n")
    return state.hexdigest()
