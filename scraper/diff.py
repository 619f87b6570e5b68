"""What changed between what was known and what a page shows now. Pure.

Not seen before is not new: an unseen item above or between known ones was *added*; one beyond the last known item, at
the old end of the list, merely *surfaced* because a withdrawal or a longer page pulled it up. With dates that
contradict the position, dates win. Leaving by the old end is scrolled off, no event; vanishing from between items that
stay is a withdrawal once several believable looks have confirmed it. Additions and removals are believed separately.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from hashlib import sha256

from scraper.ages import Past, ages_of, day_of, grows_at_end, is_orderly, is_sorted, runs_up
from scraper.claims import Policy as MatchPolicy
from scraper.doubt import doubt_of
from scraper.edits import Edits, find_edits
from scraper.flaps import MOST_RETURNS, tell_withdrawal
from scraper.identity import dedupe, page_keys, without_tokens
from scraper.matching import match as match_items
from scraper.ranks import ranks_beside, ranks_of
from scraper.text import fold_text
from scraper.types import ChangeKind, FlapStep, ItemChange, ItemData, ItemKey, KnownItem, Match
from scraper.urls import canonicalize_url

_MOST_GROWTH = 3
"""So many items at once are a list that grows at its end; more are a longer page."""
_LEAST_BELOW = 3
"""So many items that stood below the last one that stayed, and are all gone, show that a list turned over."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How much of what a page shows is believed. Shares are in 0..1.

    ``confirm_withdrawal``: believable looks in a row without the item. ``mass_withdrawal``: share of the last listing
    from which on withdrawals in one look are recorded but not told: the list changed, not the items.
    ``shrunk_below``: share of the last listing under which a page is shrunk. ``few_known``: share of a page's items
    that must be known unless the others fit. ``layout_share``: share of the recognised items that show the same edit,
    from which on it is the template that changed and not the items. What a doubtful page shows is the new baseline
    after ``accept_after`` like looks, if these took ``accept_for``, or after ``accept_at_last`` however quick they
    were: no source is silent for ever.
    """

    confirm_withdrawal: int = 3
    mass_withdrawal: float = 0.3
    shrunk_below: float = 0.5
    few_known: float = 0.2
    layout_share: float = 0.5
    accept_after: int = 3
    accept_for: timedelta = timedelta(hours=6)
    accept_at_last: int = 10
    matching: MatchPolicy = field(default_factory=MatchPolicy)


@dataclass(frozen=True, slots=True)
class Diff:
    """What to write. ``matches`` are the page's items in its order (doublets merged), ``ranks`` their new ranks,
    ``changes`` in the order in which they should be told (oldest first). ``filled`` are items whose stored form
    grew or moved without being edited. ``missed`` maps items to how often they were now missing, ``left`` are items
    no longer listed. ``doubt`` is the class of doubt and a sentence, or ``None`` if all is believed. ``ascending``
    says that the page runs from old to new. ``flaps`` is what becomes of fields that go to and fro, by item."""

    matches: tuple[Match, ...] = ()
    ranks: tuple[float, ...] = ()
    changes: tuple[ItemChange, ...] = ()
    filled: tuple[ItemChange, ...] = ()
    missed: tuple[tuple[int, int], ...] = ()
    left: tuple[int, ...] = ()
    doubt: tuple[str, str] | None = None
    ascending: bool = False
    flaps: tuple[tuple[int, FlapStep], ...] = ()

    @property
    def new(self) -> tuple[Match, ...]:
        """Items never seen before, in page order."""
        return tuple(match for match in self.matches if match.known is None)

    @property
    def unseen(self) -> tuple[ItemChange, ...]:
        """Changes by which items become known: all that is written of a page after the first one."""
        return tuple(change for change in self.changes if change.match.known is None)


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
    now: datetime,
    baseline: bool = False,
    accepted: bool = False,
    strange: str | None = None,
    policy: Policy | None = None,
) -> Diff:
    """Compare a page with what is known.

    Args:
        items: the page's items in its order, and ``keys``, of :func:`keys_for`.
        known: the last listing (``listed``) and whatever else shares a key with the page.
        baseline: nothing was known of this source; everything is stored, nothing is news.
        accepted: the page's doubtful form has been seen often enough to become the new baseline.
        strange: what of the page speaks against items that are not known ("are in another language").
    """
    policy = policy or Policy()
    matches = match_items(items, keys, known, policy.matching)
    listed = sorted((one for one in known if one.listed), key=lambda one: (-one.rank, one.item_id))
    ascending = runs_up([(match.data, match.keys) for match in matches])
    if baseline or not listed:
        return Diff(tuple(matches), ranks_of(matches), ascending=ascending)
    doubt = doubt_of(matches, listed, few_known=policy.few_known, shrunk_below=policy.shrunk_below, strange=strange)
    is_strange = doubt is not None and doubt[0] == "layout_changed"
    if accepted:
        doubt = None
    if doubt and (is_strange or not any(match.known for match in matches)):
        return Diff(doubt=doubt)
    step = -1 if ascending else 1
    grows = not ascending and _grows(matches, listed, policy)
    news = _news(matches[::step], listed[::step], policy, strong_only=doubt is not None, grows=grows)
    if is_strange:
        news = _later(news, listed)
    edits = find_edits(matches, policy.layout_share, now)
    returned = [_returned(one, one.known) for one in matches if one.known and one.known.withdrawn]
    if doubt:
        believed = {id(one.match) for one in news if one.tell}
        matches = [one for one in matches if one.known or id(one) in believed]
        changes = [*(one for one in news if one.tell), *edits.told, *returned]
        return _made(matches, ranks_beside(matches, listed), changes, edits, doubt=doubt, ascending=ascending)
    gone = _Gone(left=_absent(matches, listed)) if accepted else _missing(matches, listed, policy)
    changes = [*news, *edits.told, *returned, *gone.withdrawn]
    made = _made(matches, ranks_of(matches), changes, edits, ascending=ascending or grows)
    return replace(made, missed=tuple(gone.missed), left=tuple(gone.left))


def _made(
    matches: Sequence[Match],
    ranks: tuple[float, ...],
    changes: Sequence[ItemChange],
    edits: Edits,
    *,
    doubt: tuple[str, str] | None = None,
    ascending: bool,
) -> Diff:
    silent, flaps = tuple(edits.silent), tuple(edits.flaps)
    return Diff(tuple(matches), ranks, tuple(changes), silent, doubt=doubt, ascending=ascending, flaps=flaps)


def _returned(match: Match, known: KnownItem) -> ItemChange:
    """An item that had been withdrawn is back. One that comes and goes is told a few times only, and one whose
    withdrawal nobody heard of not at all."""
    return ItemChange(ChangeKind.REINSTATED, match, tell=known.returns < MOST_RETURNS and not known.quietly)


# -- what is new -----------------------------------------------------------------------------------------------------


def _news(
    matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy, *, strong_only: bool, grows: bool
) -> list[ItemChange]:
    """Unseen items of a page that runs from new to old, as ``listed`` does, told or only surfaced; the oldest first.
    ``grows``: what is at the end of the page is new as well."""
    anchors = _anchors(matches, listed, policy)
    first, last = (anchors[0], anchors[-1]) if anchors else (len(matches), len(matches))
    past = Past.of(matches, listed)
    found = []
    for i, match in enumerate(matches):
        if match.known is not None:
            continue
        if strong_only and not any(key.strong and key.kind != "text" for key in match.keys):
            continue
        reason = past.why_surfaced(match, beyond=i > last and not grows, above=i < first < len(matches))
        if reason:
            found.append(ItemChange(ChangeKind.SURFACED, match, tell=False, reason=reason))
        else:
            found.append(ItemChange(ChangeKind.ADDED, match, reason=_where(i, first, last, grows=grows)))
    return found if grows else found[::-1]


def _later(news: Sequence[ItemChange], listed: Sequence[KnownItem]) -> list[ItemChange]:
    """What is news on a page that is believed at last though hardly anything on it is known: what is dated after all
    that was known. Other items may be known ones in disguise; of the newest known day so many may. Without dates all
    is news."""
    known = Counter(day for one in listed if (day := day_of(one.data)))
    if not known:
        return list(news)
    newest = max(known)
    among = known[newest]
    found = []
    for change in news:
        day = day_of(change.match.data)
        among -= day == newest
        if change.tell and day is not None and (day < newest or (day == newest and among >= 0)):
            reason = f"dated {day.isoformat()}, not after what was known when the page became another one"
            found.append(ItemChange(ChangeKind.SURFACED, change.match, tell=False, reason=reason))
        else:
            found.append(change)
    return found


def _grows(matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy) -> bool:
    """Whether a list has new items at its end, where older ones would be surfaced."""
    anchors = _anchors(matches, listed, policy)
    if not anchors or anchors[-1] == len(matches) - 1:
        return False
    return grows_at_end(listed) or _has_grown(matches, listed, anchors[-1])


def _where(place: int, first: int, last: int, *, grows: bool) -> str:
    if place < first:
        return "on top"
    if place < last:
        return "between known items"
    return "at the end, where the list grows" if grows else "newer than known items"


def _has_grown(matches: Sequence[Match], listed: Sequence[KnownItem], last: int) -> bool:
    """Whether a list that shows neither days nor numbers grew by a few items at its end while all others stayed: where
    an older item is pulled up, another one has left."""
    beyond = len(matches) - 1 - last
    if not 0 < beyond <= _MOST_GROWTH or beyond * 3 > len(listed) or _absent(matches, listed):
        return False
    return ages_of([(match.data, match.keys) for match in matches]) is None


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


def _is_older(one: KnownItem, dated: Sequence[tuple[date, int]], *, turnover: bool) -> bool:
    """Whether an item is older than all that stayed, of which ``dated`` are the days and numbers, the oldest first."""
    day = day_of(one.data)
    if day is None or not dated:
        return turnover
    oldest = [number for other, number in dated if other == dated[0][0]]
    if day != dated[0][0]:
        return day < dated[0][0]
    # Of one day the one found first is the older; but what was found last on the oldest of several days was pulled up
    # at the list's old end.
    return turnover or one.item_id < oldest[0] or (len(oldest) < len(dated) and one.item_id > oldest[-1])


def _missing(matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy) -> _Gone:
    """Tell scrolled off from missed from withdrawn, by position, and by date where that contradicts it."""
    if runs_up([(one.data, one.keys) for one in listed]):
        listed = listed[::-1]
    absent = set(_absent(matches, listed))
    stayed = [i for i, one in enumerate(listed) if one.item_id not in absent]
    last = stayed[-1] if stayed else -1
    dated = sorted((day, listed[i].item_id) for i in stayed if (day := day_of(listed[i].data)))
    # Items are numbered as they were found: where numbers or days disagree with the places, a place means nothing.
    is_mixed = not is_orderly([one.item_id for one in listed]) or not is_sorted(
        [day for one in listed if (day := day_of(one.data))]
    )
    turnover = is_mixed and len(absent) <= sum(match.known is None for match in matches)
    first = stayed[0] if stayed and grows_at_end(listed) else 0
    gone = _Gone()
    for i, one in enumerate(listed):
        if one.item_id not in absent:
            continue
        if i > last or i < first or _is_older(one, dated, turnover=turnover):
            gone.left.append(one.item_id)
        elif one.missed + 1 < policy.confirm_withdrawal:
            gone.missed.append((one.item_id, one.missed + 1))
        else:
            gone.left.append(one.item_id)
            missing = f"missing from between other items in {one.missed + 1} looks"
            reason, tell = tell_withdrawal(missing, one.returns)
            match = Match(one.data, tuple(sorted(one.keys, key=lambda key: (not key.strong, key.kind, key.key))), one)
            gone.withdrawn.append(ItemChange(ChangeKind.WITHDRAWN, match, tell=tell, reason=reason))
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
            fold_text(item.guid) if item.guid else "",
            fold_text(canonicalize_url(item.url)) if item.url else "",
            fold_text(item.title),
            fold_text(item.summary) if item.summary else "",
            fold_text(item.author) if item.author else "",
            published.on.isoformat() if published and published.on else "",
            fold_text(published.local_time) if published and published.local_time else "",
        )
        state.update("\x1f".join(fields).encode("utf-8", "surrogatepass") + b"\n")
    return state.hexdigest()
