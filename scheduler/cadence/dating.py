"""From what a page prints as dates to when its items can have been published. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, time, timedelta, tzinfo

from scheduler.cadence.rhythm import Span
from scraper.types import Precision, Published

_FINE = (Precision.SECOND, Precision.MINUTE)


def spans_of(published: Iterable[Published | None], zone: tzinfo) -> list[Span | None]:
    """One span per item; ``None`` where nothing is known. ``zone`` is that of times printed without one."""
    return [_span(one, zone) if one is not None else None for one in published]


def _span(published: Published, zone: tzinfo) -> Span | None:
    try:
        if published.at is not None and published.precision in _FINE:
            return Span(published.at.timestamp())
        if published.on is None:
            return None
        if published.local_time is not None and published.precision in _FINE:
            return Span(datetime.combine(published.on, time.fromisoformat(published.local_time), zone).timestamp())
        if published.precision is not Precision.DAY:
            return None
        start = datetime.combine(published.on, time(), zone)
        return Span(start.timestamp(), (start + timedelta(days=1)).timestamp())
    except (ValueError, OverflowError, OSError):  # a page may print any year
        return None
