"""What was edited on items that are recognised: fields that say something else, not fields that are shown otherwise.
Pure.

White space, quotes, case, encoding and counters are no edit (:mod:`scraper.wording`); nor is a text that is cut where
it was whole, nor a mark that one item after the other loses ("NEW!"). What half of a page shows at once
is its template and not its items. What goes to and fro is told for a while only (:mod:`scraper.flaps`).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cached_property

from scraper.flaps import MOST_FORMS, NOTE, Fate, judge_rest, judge_turn, text_of
from scraper.text import fold_text
from scraper.types import ChangeKind, FlapStep, ItemChange, ItemData, KnownItem, Match, Published
from scraper.urls import canonicalize_url
from scraper.wording import (
    bears_counter,
    bears_mark,
    is_beginning,
    is_cut,
    is_misread,
    mark_between,
    says_same,
    without_plain_counter,
)

_NUMBER = re.compile(r"\d+")
_FIELDS = ("title", "url", "published", "summary", "author")
_MOST_MARKS = 20
_SAME_TIME = timedelta(minutes=2)
_LEAST_BEARERS = 2
"""So many other titles that bear the same words at their end show that these are a mark."""


@dataclass(slots=True)
class Edits:
    """``told``: edits of items. ``silent``: forms that only grew, moved or changed with the template, to be stored.
    ``flaps``: what becomes of fields that go to and fro, by item."""

    told: list[ItemChange] = field(default_factory=list)
    silent: list[ItemChange] = field(default_factory=list)
    flaps: list[tuple[int, FlapStep]] = field(default_factory=list)


def find_edits(matches: Sequence[Match], layout_share: float, now: datetime) -> Edits:
    """What recognised items say otherwise than before.

    ``layout_share`` is the share of the recognised items (three at the least) from which on the same edit is the
    template's.
    """
    counters = _Counters(matches)
    compared = [
        (match, match.known, _edited(match.data, match.known.data, counters))
        for match in matches
        if match.known is not None
    ]
    counts = Counter(name for _, _, edited in compared for name in edited)
    limit = max(3, layout_share * len(compared))
    template = {name for name, count in counts.items() if count >= limit}
    marks = _Marks(matches)
    found = Edits()
    for match, known, edited in compared:
        if not edited and not known.flaps and _is_same(match.data, known.data):
            continue
        # An item that comes back with another address moved with all others while it was not listed.
        quiet = template if known.listed else template | {"url"}
        if "title" in edited and marks.has_gone(match.data, known):
            quiet = quiet | {"title"}
        _add_change(found, match, known, edited, quiet, now)
    return found


def _add_change(
    found: Edits, match: Match, known: KnownItem, edited: tuple[str, ...], quiet: set[str], now: datetime
) -> None:
    """Put the change of one item where it belongs."""
    edited = tuple(name for name in edited if not (name in quiet and _is_volatile(name, match.data, known.data)))
    fates = _judge(found, match.data, known, edited, now)
    told = tuple(name for name, fate in fates.items() if fate != "quiet" and name not in quiet)
    held = {name for name in edited if name not in told and known.revision >= MOST_FORMS}
    moved = tuple(name for name in edited if name not in told and name not in held)
    silent = moved + _grown(match.data, known.data)
    if not told and not silent:
        return
    kept = replace(match, data=_as_stored(match.data, known.data, held))
    if told:
        kind = ChangeKind.RELOCATED if told == ("url",) else ChangeKind.REVISED
        found.told.append(ItemChange(kind, kept, fields=told + silent, reason=_reason(told, fates)))
    else:
        reason = "shown for the first time"
        if moved:
            reason = "changed with the page's template" if set(moved) & quiet else NOTE
        change = ItemChange(ChangeKind.REVISED, kept, fields=silent, tell=False, reason=reason)
        found.silent.append(change)


def _judge(found: Edits, data: ItemData, known: KnownItem, edited: tuple[str, ...], now: datetime) -> dict[str, Fate]:
    """What becomes of each edited field, and of those that go to and fro and say at the moment what is stored."""
    flaps = dict(known.flaps)
    fates: dict[str, Fate] = {}
    for name in edited:
        fates[name], step = judge_turn(name, text_of(data, name), known.turns, flaps.pop(name, None), now)
        if step:
            found.flaps.append((known.item_id, step))
    for name, flap in flaps.items():
        fates[name], step = judge_rest(name, text_of(known.data, name), flap, now)
        if step:
            found.flaps.append((known.item_id, step))
    return fates


def _reason(told: tuple[str, ...], fates: dict[str, Fate]) -> str:
    if any(fates[name] == "note" for name in told):
        return f"{NOTE}: told again when it has settled, or says what it never said"
    if any(fates[name] == "settled" for name in told):
        return "has settled after going to and fro"
    return ""


class _Marks:
    """Words at the beginning or end of titles that pass from one item to the next."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._matches = matches
        self._known: dict[str, bool] = {}

    def has_gone(self, new: ItemData, known: KnownItem) -> bool:
        """Whether an item's title was edited in nothing but such a mark, which it had when it was new and has lost. One
        that comes later is an edit ("Update:")."""
        mark = mark_between(new.title, known.data.title)
        if mark is None or len(new.title) > len(known.data.title) or any(one.field == "title" for one in known.turns):
            return False
        if mark not in self._known and len(self._known) < _MOST_MARKS:
            own = {fold_text(new.title), fold_text(known.data.title)}
            bearers = sum(
                bears_mark(match.data.title, mark) or bool(match.known and bears_mark(match.known.data.title, mark))
                for match in self._matches
                if fold_text(match.data.title) not in own
            )
            self._known[mark] = bearers >= _LEAST_BEARERS
        return self._known.get(mark, False)


class _Counters:
    """Whether the titles of a page bear counters ("5 comments"). One alone that seems to is a headline with a number:
    "Council sells 1,200 shares"."""

    def __init__(self, matches: Sequence[Match]) -> None:
        self._matches = matches

    @cached_property
    def are_borne(self) -> bool:
        return sum(bears_counter(match.data.title) for match in self._matches) > _LEAST_BEARERS


def _edited(new: ItemData, old: ItemData, counters: _Counters) -> tuple[str, ...]:
    """Fields that say something else than before."""
    fields = []
    if (
        new.title != old.title
        and (not says_same(new.title, old.title) or _counts_otherwise(new.title, old.title, counters))
        and not (is_cut(new.title, old.title) or is_cut(old.title, new.title))
    ):
        fields.append("title")
    if old.url and new.url and old.url != new.url and canonicalize_url(old.url) != canonicalize_url(new.url):
        fields.append("url")
    if _date_differs(old.published, new.published):
        fields.append("published")
    if old.summary and new.summary and not _shows_same(new.summary, old.summary):
        fields.append("summary")
    if old.author and new.author and not says_same(old.author, new.author):
        fields.append("author")
    return tuple(fields)


def _counts_otherwise(new: str, old: str, counters: _Counters) -> bool:
    """Whether two titles that say the same but for counters differ in their numbers, where these are no counters."""
    a, b = (_NUMBER.findall(without_plain_counter(title)) for title in (new, old))
    return a != b and not counters.are_borne


def _is_same(new: ItemData, old: ItemData) -> bool:
    """Whether nothing is said otherwise, and nothing that was not said before. Nearly all items of a page are so."""
    return (
        new.title == old.title
        and (not new.url or new.url == old.url)
        and (not new.summary or new.summary == old.summary)
        and (not new.author or new.author == old.author)
        and (new.published is None or _same_moment(new.published, old.published))
    )


def _same_moment(new: Published, old: Published | None) -> bool:
    return old is not None and (new.on, new.at, new.local_time) == (old.on, old.at, old.local_time)


def _shows_same(new: str, old: str) -> bool:
    """Whether a summary is the known one, or a shorter or longer cut of it. Text that was added is an edit."""
    return new == old or says_same(new, old) or is_cut(old, new) or is_beginning(new, old)


def _grown(new: ItemData, old: ItemData) -> tuple[str, ...]:
    """Fields that the page shows now and did not show before, or shows more of, or in better shape."""
    fields = []
    if is_cut(old.title, new.title) or is_misread(old.title, new.title):
        fields.append("title")
    if new.url and not old.url:
        fields.append("url")
    if new.published is not None and (old.published is None or _is_finer(new.published, old.published)):
        fields.append("published")
    if new.summary and (not old.summary or is_cut(old.summary, new.summary) or is_misread(old.summary, new.summary)):
        fields.append("summary")
    if new.author and not old.author:
        fields.append("author")
    return tuple(fields)


def _is_volatile(name: str, new: ItemData, old: ItemData) -> bool:
    """Whether only numbers moved, on half of the page: a counter that no word tells is never a revision."""
    if name not in ("title", "summary"):
        return False
    was, now = (_NUMBER.sub("0", fold_text(getattr(item, name) or "")) for item in (old, new))
    return was == now


def _as_stored(new: ItemData, old: ItemData, held: set[str]) -> ItemData:
    """The item as it is to be stored: what the page no longer shows is not forgotten, what is cut or misread stays
    whole, a coarser or relative date does not replace the one that is known, and the ``held`` fields stay."""
    published = old.published
    if new.published is not None and (
        published is None or _date_differs(published, new.published) or _is_finer(new.published, published)
    ):
        published = new.published
    summary = new.summary or old.summary
    if old.summary and new.summary and (is_beginning(new.summary, old.summary) or is_misread(new.summary, old.summary)):
        summary = old.summary
    keeps_title = is_cut(new.title, old.title) or is_misread(new.title, old.title)
    data = replace(
        new,
        title=old.title if keeps_title else new.title,
        url=new.url or old.url,
        guid=new.guid or old.guid,
        summary=summary,
        author=new.author or old.author,
        image_url=new.image_url or old.image_url,
        published=published,
    )
    return replace(data, **{name: getattr(old, name) for name in held if name in _FIELDS}) if held else data


def _date_differs(old: Published | None, new: Published | None) -> bool:
    """Whether two printed dates, or times of a day, contradict each other. A relative one ("3 hours ago") is too soft
    to contradict, and so are seconds: some systems work them out anew for each answer."""
    if old is None or new is None or old.on is None or new.on is None or "relative" in (old.method, new.method):
        return False
    if old.on != new.on:
        return True
    if old.at is not None and new.at is not None:
        return abs(new.at - old.at) >= _SAME_TIME
    return old.local_time is not None and new.local_time is not None and old.local_time[:5] != new.local_time[:5]


def _is_finer(new: Published, old: Published) -> bool:
    if new.method == "relative":
        return False
    if old.on is None or new.on is None:
        return old.on is None and new.on is not None
    return new.on == old.on and (
        (new.at is not None and old.at is None) or (new.local_time is not None and old.local_time is None)
    )
