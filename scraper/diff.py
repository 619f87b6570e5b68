"""What changed between what was known and what a page shows now. Pure.

Not seen before is not new: an unseen item above or between known ones was *added*; one beyond the last known item, at
the old end of the list, merely *surfaced* because a withdrawal or a longer page pulled it up. With dates that
contradict the position, dates win. Leaving by the old end is scrolled off, no event; vanishing from between items that
stay is a withdrawal once several believable looks have confirmed it. Additions and removals are believed separately.
"""

from __future__ import annotations

import bisect
import hashlib
import itertools
import statistics
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from urllib.parse import urlsplit

from scraper.identity import Policy as IdentityPolicy
from scraper.identity import dedupe, page_keys
from scraper.identity import match as match_items
from scraper.text import fold_text
from scraper.types import ChangeKind, ItemChange, ItemData, ItemKey, KnownItem, Match, Published
from scraper.urls import canonicalize_url

TOLD_FIELDS = ("title", "published", "summary", "author")
"""Fields whose change is an edit. An image is decoration; an address that changes is a relocation."""


@dataclass(frozen=True, slots=True)
class Policy:
    """How much of what a page shows is believed.

    ``confirm_withdrawal``: believable looks in a row without the item. ``shrunk_below``: share of the last listing
    under which a page is shrunk. ``layout_share``: share of the recognised items that show the same edit, from which
    on it is the template that changed and not the items. ``accept_after``: like looks after which what a doubtful
    page shows is the new baseline.
    """

    confirm_withdrawal: int = 3
    shrunk_below: float = 0.5
    layout_share: float = 0.5
    accept_after: int = 3
    identity: IdentityPolicy = field(default_factory=IdentityPolicy)


@dataclass(frozen=True, slots=True)
class Diff:
    """What to write. ``matches`` are the page's items in its order (doublets merged), ``ranks`` their new ranks,
    ``changes`` in the order in which they should be told (oldest first). ``filled`` are items whose stored form
    grew or moved without being edited. ``missed`` maps items to how often they were now missing, ``left`` are items
    no longer listed. ``doubt`` is the class of doubt and a sentence, or ``None`` if all is believed."""

    matches: tuple[Match, ...] = ()
    ranks: tuple[float, ...] = ()
    changes: tuple[ItemChange, ...] = ()
    filled: tuple[ItemChange, ...] = ()
    missed: tuple[tuple[int, int], ...] = ()
    left: tuple[int, ...] = ()
    doubt: tuple[str, str] | None = None

    @property
    def new(self) -> tuple[Match, ...]:
        """Items never seen before, in page order."""
        return tuple(match for match in self.matches if match.known is None)


def keys_for(items: Sequence[ItemData], page_url: str) -> tuple[tuple[ItemData, ...], list[tuple[ItemKey, ...]]]:
    """The page's items without doublets, and their keys: what to load from the store before :func:`diff`."""
    unique = dedupe(items)
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
    matches = match_items(items, keys, known, policy.identity)
    listed = sorted((one for one in known if one.listed), key=lambda one: -one.rank)
    if baseline or not listed:
        return Diff(tuple(matches), _ranks(matches), filled=tuple(_stored(matches, baseline=baseline)))
    ascending = _is_ascending(items, listed)
    if ascending:
        matches, listed = matches[::-1], listed[::-1]
    doubt = None if accepted else _doubt(matches, listed, policy)
    if doubt and doubt[0] == "layout_changed":
        return Diff(doubt=doubt)
    news = _news(matches, listed, strong_only=doubt is not None)
    edits, filled = _edits(matches, policy)
    missed, left, withdrawn = ([], [], []) if doubt else _missing(matches, listed, known, policy, accepted=accepted)
    if doubt:
        news = [one for one in news if one.tell]
        kept = {id(one.match) for one in news}
        matches = [one for one in matches if one.known or id(one) in kept]
    changes = (*_oldest_first(news), *edits, *_returned(matches), *withdrawn)
    page_order = tuple(matches[::-1] if ascending else matches)
    ranks = _ranks(page_order) if not doubt else _ranks_beside(page_order)
    return Diff(page_order, ranks, changes, tuple(filled), tuple(missed), tuple(left), doubt)


# -- believing -------------------------------------------------------------------------------------------------------


def _doubt(matches: Sequence[Match], listed: Sequence[KnownItem], policy: Policy) -> tuple[str, str] | None:
    """Why a page is not, or only partly, believed."""
    seen = {match.known.item_id for match in matches if match.known}
    stayed = sum(one.item_id in seen for one in listed)
    if not seen and len(listed) >= 3:
        if _turned_over(matches, listed):
            return None
        return (
            "layout_changed",
            f"none of the {len(listed)} known items is on the page, and what is there does not fit them",
        )
    gone = len(listed) - stayed
    if len(matches) < policy.shrunk_below * len(listed) and gone >= 3:
        return "shrunk", f"the page shows {len(matches)} items; it showed {len(listed)} before"
    return None


def _turned_over(matches: Sequence[Match], listed: Sequence[KnownItem]) -> bool:
    """Whether a page without any known item is the same list later: newer dates, or, undated, addresses of the
    shape that the known ones have."""
    new_days = [day for match in matches if (day := _day(match.data))]
    old_days = [day for one in listed if (day := _day(one.data))]
    if len(new_days) * 2 > len(matches) and len(old_days) * 2 > len(listed):
        return statistics.median_low(new_days) >= max(old_days)
    shapes = {_shape(one.data.url) for one in listed if one.data.url}
    alike = sum(_shape(match.data.url) in shapes for match in matches if match.data.url)
    return alike * 2 > len(matches)


def _shape(url: str | None) -> tuple[str, ...]:
    """An address without what differs between items: host, depth, fixed segments before the last, parameter names."""
    if not url:
        return ()
    parts = urlsplit(canonicalize_url(url) if "//" not in url else "//" + canonicalize_url(url))
    segments = ["#" if any(c.isdigit() for c in part) else part for part in parts.path.split("/")[:-1]]
    names = sorted(pair.partition("=")[0] for pair in parts.query.split("&") if pair)
    return (parts.netloc, *segments, *names)


# -- what is new -----------------------------------------------------------------------------------------------------


def _news(matches: Sequence[Match], listed: Sequence[KnownItem], *, strong_only: bool) -> list[ItemChange]:
    """Unseen items, newest end first, told or only surfaced."""
    anchors = [i for i, match in enumerate(matches) if match.known and match.known.listed]
    last_anchor = anchors[-1] if anchors else len(matches)
    known_days = sorted(day for one in listed if (day := _day(one.data)))
    found = []
    for i, match in enumerate(matches):
        if match.known is not None:
            continue
        if strong_only and not any(key.strong and key.kind != "text" for key in match.keys):
            continue
        beyond = i > last_anchor
        reason = _why_surfaced(match.data, known_days, beyond=beyond)
        if reason:
            found.append(ItemChange(ChangeKind.SURFACED, match, tell=False, reason=reason))
        else:
            where = (
                "newer than all known items" if beyond else "between known items" if _above(anchors, i) else "on top"
            )
            found.append(ItemChange(ChangeKind.ADDED, match, reason=where))
    return found


def _above(anchors: Sequence[int], i: int) -> bool:
    return bool(anchors) and anchors[0] < i


def _why_surfaced(item: ItemData, known_days: Sequence[date], *, beyond: bool) -> str | None:
    day = _day(item)
    if day is None or not known_days:
        return "beyond the last known item" if beyond else None
    if day < known_days[0]:
        return f"dated {day.isoformat()}, before all known items"
    if beyond and day <= known_days[-1]:
        return "beyond the last known item"
    return None


def _oldest_first(news: Sequence[ItemChange]) -> list[ItemChange]:
    return list(reversed(news))


def _day(item: ItemData) -> date | None:
    return item.published.on if item.published else None


def _is_ascending(items: Sequence[ItemData], listed: Sequence[KnownItem]) -> bool:
    """Whether the list runs from old to new, judged by its dates now and before."""

    def trend(days: list[date]) -> int:
        return sum((b > a) - (b < a) for a, b in itertools.pairwise(days))

    now = [day for item in items if (day := _day(item))]
    before = [day for one in listed if (day := _day(one.data))]
    return trend(now) > len(now) * 0.4 and trend(before) > len(before) * 0.4


# -- what was edited -------------------------------------------------------------------------------------------------


def _edits(matches: Sequence[Match], policy: Policy) -> tuple[list[ItemChange], list[ItemChange]]:
    """Edits that are told, and forms that only grew, moved or changed with the template."""
    recognised = [match for match in matches if match.known]
    by_match = [(match, _edited(match), _grown(match)) for match in recognised]
    counts = Counter(name for _, edited, _ in by_match for name in edited)
    limit = max(3, policy.layout_share * len(recognised))
    template = {name for name, count in counts.items() if count >= limit}
    edits, filled = [], []
    for match, edited, grown in by_match:
        told = tuple(name for name in edited if name not in template)
        silent = tuple(name for name in edited if name in template) + grown
        if told:
            kind = ChangeKind.RELOCATED if told == ("url",) else ChangeKind.REVISED
            edits.append(ItemChange(kind, _keeping(match), fields=told + silent))
        elif silent:
            reason = "the page's template changed" if set(silent) & template else "shown for the first time"
            filled.append(ItemChange(ChangeKind.REVISED, _keeping(match), fields=silent, tell=False, reason=reason))
    return edits, filled


def _keeping(match: Match) -> Match:
    """The item as it is to be stored: what the page no longer shows is not forgotten, and a coarser or relative
    date does not replace the one that is known."""
    known = match.known
    if known is None:
        return match
    new, old = match.data, known.data
    published = new.published if _date_differs(old.published, new.published) or old.published is None else old.published
    if old.published is not None and new.published is not None and _is_finer(new.published, old.published):
        published = new.published
    return replace(
        match,
        data=replace(
            new,
            url=new.url or old.url,
            guid=new.guid or old.guid,
            summary=_summary(old.summary, new.summary),
            author=new.author or old.author,
            image_url=new.image_url or old.image_url,
            published=published,
        ),
    )


def _summary(old: str | None, new: str | None) -> str | None:
    """The fuller of two forms of one summary, otherwise the new one."""
    if old and new and _is_cut(new, old):
        return old
    return new or old


def _edited(match: Match) -> tuple[str, ...]:
    """Fields of a recognised item that say something else than before."""
    known = match.known
    if known is None:
        return ()
    old, new = known.data, match.data
    fields = []
    if fold_text(old.title) != fold_text(new.title) and not _is_cut(new.title, old.title):
        fields.append("title")
    if old.url and new.url and canonicalize_url(old.url) != canonicalize_url(new.url):
        fields.append("url")
    if _date_differs(old.published, new.published):
        fields.append("published")
    for name, was, now in (("summary", old.summary, new.summary), ("author", old.author, new.author)):
        if was and now and fold_text(was) != fold_text(now) and not (_is_cut(was, now) or _is_cut(now, was)):
            fields.append(name)
    return tuple(fields)


def _grown(match: Match) -> tuple[str, ...]:
    """Fields that the page shows now and did not show before, or shows more of."""
    known = match.known
    if known is None:
        return ()
    old, new = known.data, match.data
    fields = []
    for name, was, now in (("summary", old.summary, new.summary), ("author", old.author, new.author)):
        if now and (not was or (fold_text(was) != fold_text(now) and _is_cut(was, now))):
            fields.append(name)
    if new.published is not None and (old.published is None or _is_finer(new.published, old.published)):
        fields.append("published")
    if new.url and not old.url:
        fields.append("url")
    return tuple(fields)


def _is_cut(short: str, full: str) -> bool:
    """Whether ``short`` is ``full`` cut off with an ellipsis or after its first part (a teaser's two lengths)."""
    a, b = fold_text(short).rstrip(" .…"), fold_text(full)
    return len(a) >= 10 and len(a) < len(b) and b.startswith(a) and fold_text(short) != b


def _date_differs(old: Published | None, new: Published | None) -> bool:
    """Whether two printed dates contradict each other. A relative one ("3 hours ago") is too soft to contradict."""
    if old is None or new is None or old.on is None or new.on is None:
        return False
    return old.on != new.on and "relative" not in (old.method, new.method)


def _is_finer(new: Published, old: Published) -> bool:
    if new.method == "relative":
        return False
    return (new.on is not None and old.on is None) or (
        new.on == old.on and ((new.at is not None and old.at is None) or (bool(new.local_time) and not old.local_time))
    )


def _returned(matches: Sequence[Match]) -> list[ItemChange]:
    return [ItemChange(ChangeKind.REINSTATED, one) for one in matches if one.known and one.known.withdrawn]


def _stored(matches: Sequence[Match], *, baseline: bool) -> list[ItemChange]:
    reason = "baseline" if baseline else "nothing was listed before"
    return [ItemChange(ChangeKind.SURFACED, one, tell=False, reason=reason) for one in matches if one.known is None]


# -- what is gone ----------------------------------------------------------------------------------------------------


def _missing(
    matches: Sequence[Match],
    listed: Sequence[KnownItem],
    known: Sequence[KnownItem],
    policy: Policy,
    *,
    accepted: bool,
) -> tuple[list[tuple[int, int]], list[int], list[ItemChange]]:
    """Listed items that are not on the page: scrolled off, missed, or withdrawn."""
    seen = {match.known.item_id for match in matches if match.known}
    stayed = [i for i, one in enumerate(listed) if one.item_id in seen]
    last = stayed[-1] if stayed else -1
    missed, left, withdrawn = [], [], []
    for i, one in enumerate(listed):
        if one.item_id in seen:
            continue
        if i > last or accepted:
            left.append(one.item_id)
        elif one.missed + 1 >= policy.confirm_withdrawal:
            left.append(one.item_id)
            gone = Match(one.data, tuple(one.keys), one)
            reason = f"missing from between other items in {one.missed + 1} looks"
            withdrawn.append(ItemChange(ChangeKind.WITHDRAWN, gone, reason=reason))
        else:
            missed.append((one.item_id, one.missed + 1))
    back = [(one.item_id, 0) for one in known if one.item_id in seen and one.missed]
    return missed + back, left, withdrawn


# -- order -----------------------------------------------------------------------------------------------------------


def _ranks(matches: Sequence[Match]) -> tuple[float, ...]:
    """Ranks that fall from the first item to the last, keeping as many of the known ones as can stay.

    A new item on top costs one new rank and moves no other: unchanged rows are not touched.
    """
    known = [match.known.rank if match.known and match.known.listed else None for match in matches]
    kept = _longest_falling(known)
    ranks: list[float | None] = [known[i] if i in kept else None for i in range(len(matches))]
    result = _fill(ranks)
    if any(a - b < 1e-9 for a, b in itertools.pairwise(result)):
        return tuple(float(len(matches) - i) for i in range(len(matches)))
    return result


def _ranks_beside(matches: Sequence[Match]) -> tuple[float, ...]:
    """Ranks for a page that is only partly believed: known items keep theirs, new ones go on top of all."""
    top = max((match.known.rank for match in matches if match.known), default=0.0)
    new = sum(match.known is None for match in matches)
    result = []
    for match in matches:
        if match.known:
            result.append(match.known.rank)
        else:
            result.append(top + new)
            new -= 1
    return tuple(result)


def _longest_falling(ranks: Sequence[float | None]) -> set[int]:
    """Indices of a longest strictly falling subsequence (patience sorting, O(n log n))."""
    tails: list[float] = []
    tail_index: list[int] = []
    previous: dict[int, int | None] = {}
    for i, rank in enumerate(ranks):
        if rank is None:
            continue
        at = bisect.bisect_left(tails, -rank)
        previous[i] = tail_index[at - 1] if at else None
        tails[at : at + 1] = [-rank]
        tail_index[at : at + 1] = [i]
    kept: set[int] = set()
    current = tail_index[-1] if tail_index else None
    while current is not None:
        kept.add(current)
        current = previous[current]
    return kept


def _fill(ranks: Sequence[float | None]) -> tuple[float, ...]:
    """Give the unranked ones values between their ranked neighbours, whole steps at either end."""
    n = len(ranks)
    result: list[float] = [0.0] * n
    i = 0
    while i < n:
        value = ranks[i]
        if value is not None:
            result[i] = value
            i += 1
            continue
        end = next((j for j in range(i, n) if ranks[j] is not None), n)
        above = result[i - 1] if i else None
        below = ranks[end] if end < n else None
        count = end - i
        for step in range(count):
            if above is not None and below is not None:
                result[i + step] = above - (above - below) * (step + 1) / (count + 1)
            elif below is not None:
                result[i + step] = below + count - step
            elif above is not None:
                result[i + step] = above - step - 1
            else:
                result[i + step] = float(count - step)
        i = end
    return tuple(result)


def listing_digest(items: Sequence[ItemData]) -> str:
    """Digest of all that :func:`diff` looks at, in page order: two looks with one digest show the same.
    Hexadecimal SHA-256."""
    state = hashlib.sha256()
    for item in items:
        day = item.published.on.isoformat() if item.published and item.published.on else ""
        fields = (
            item.guid or "",
            canonicalize_url(item.url or ""),
            item.title,
            item.summary or "",
            item.author or "",
            day,
        )
        state.update("\x1f".join(map(fold_text, fields)).encode("utf-8", "surrogatepass") + b"\n")
    return state.hexdigest()
