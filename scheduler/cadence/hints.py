"""What servers and feeds say of when they want to be asked: bounds, never the schedule. They describe caching, not
publishing, and many say nonsense, so that they can hold a look back for a while and never bring one forward. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scraper.types import FeedHints

MOST = timedelta(hours=1)
"""For so long an answer's freshness, or the wait that a feed asks for, holds a look back."""
MOST_SKIPPED = timedelta(days=3)
"""Hours and days without looks end after this, whatever the feed says."""
_AFTER = timedelta(seconds=5)
"""A copy that has run out is asked for again so soon after."""
_HOUR = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Held:
    """When a look may be, and whose wish that is; ``why`` is empty where nothing holds it back."""

    at: datetime
    why: str = ""


def hold_back(wish: datetime, now: datetime, fresh_until: datetime | None, hints: FeedHints | None) -> Held:
    """``wish``, or the first moment after it that the hints allow. ``fresh_until`` is that of the
    answer of ``now``."""
    held = Held(wish)
    if fresh_until is not None:
        held = _later(held, min(fresh_until, now + MOST) + _AFTER, "the server calls its answer fresh until then")
    if hints is None:
        return held
    if hints.wait is not None:
        held = _later(held, now + min(hints.wait, MOST), "its feed asks for no more looks")
    return _later(held, _open_at(held.at, hints), "its feed asks not to be read before")


def _later(held: Held, at: datetime, why: str) -> Held:
    return Held(at, why) if at > held.at else held


def _open_at(at: datetime, hints: FeedHints) -> datetime:
    """The first moment from ``at`` on that is in none of the hours and days to be skipped."""
    last = at + MOST_SKIPPED
    moment = at.astimezone(UTC)
    while moment < last and (moment.hour in hints.skip_hours or moment.weekday() in hints.skip_days):
        moment = moment.replace(minute=0, second=0, microsecond=0) + _HOUR
    return min(moment, last)
