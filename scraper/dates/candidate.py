"""What a scan finds before it is a date: its place and its numbers, calendar and order still open."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Literal

DateOrder = Literal["DMY", "MDY", "YMD"]

EARLIEST_YEAR = 1900
_FUTURE = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Candidate:
    """A date-shaped stretch of a text. ``year`` is ``None`` where none is printed, ``day`` where only a month is.

    ``ambiguous`` says that day and month could be exchanged (both at most 12, written in digits).
    """

    start: int
    end: int
    year: int | None
    month: int
    day: int | None
    ambiguous: bool = False


def calendar_date(year: int, month: int, day: int) -> date | None:
    """The date, or ``None`` where the calendar has no such day or the year is no year of the web or press."""
    if not EARLIEST_YEAR <= year <= 9998:
        return None
    try:
        return date(year, month, day)
    except (ValueError, OverflowError):
        return None


def is_future(on: date, now: datetime) -> bool:
    """More than a day ahead: a publication date is allowed the time zones' one day, not more."""
    return on > now.date() + _FUTURE


def full_year(two_digits: int, now: datetime) -> int:
    """The century of a two-digit year: this one, unless that lies ahead."""
    year = 2000 + two_digits
    return year if year <= now.year + 1 else year - 100


def roll_back(month: int, day: int, now: datetime) -> date | None:
    """The latest such day that is not ahead: "28 Dec" seen in July is last year's."""
    for year in range(now.year + 1, now.year - 8, -1):  # eight years find any 29 February
        on = calendar_date(year, month, day)
        if on is not None and not is_future(on, now):
            return on
    return None


def aware(now: datetime) -> datetime:
    """``now`` with an offset; one without is taken as UTC."""
    return now if now.tzinfo else now.replace(tzinfo=UTC)
