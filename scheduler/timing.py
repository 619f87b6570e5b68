"""When a change is told: at once, with the next digest, or after the quiet hours. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta, tzinfo
from functools import lru_cache
from typing import Any

_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)")
_DAYS = ("sun", "mon", "tue", "wed", "thu", "fri", "sat", "sun")
_DAY_NUMBER = re.compile(r"(?<![/\d])[0-7](?!\d)")
_NAMES = {
    "@hourly": "0 * * * *",
    "@daily": "0 0 * * *",
    "@weekly": "0 0 * * sun",
    "@monthly": "0 0 1 * *",
}
_TICK = timedelta(milliseconds=1)
_CALENDARS = 28
"""Years after which days fall on the same weekdays again."""
_MOST_TRIES = 200
"""In an hour that comes twice: its minutes, and some."""

Quiet = tuple[time, time]


@dataclass(frozen=True, slots=True)
class Timing:
    """``digest`` is a cron expression (five fields, Sunday is 0 or 7), ``quiet`` the hours in which nothing is told;
    both in ``zone``. Neither: everything is told at once."""

    digest: str | None = None
    quiet: Quiet | None = None
    zone: tzinfo = UTC


AT_ONCE = Timing()


@dataclass(frozen=True, slots=True)
class Rate:
    """At most ``count`` (messages, checks) in any stretch of ``per``."""

    count: int
    per: timedelta


def release_at(timing: Timing, now: datetime) -> datetime | None:
    """When a change that is noticed ``now`` is told; ``None``: at once. An aware UTC instant after ``now``.

    All changes up to that instant have the same one, so that they become one digest, also across a change of the
    clocks: an hour that comes twice ends once, one that never comes ends with the hour after it.
    """
    at = _next_digest(timing.digest, timing.zone, now) if timing.digest else now
    if timing.quiet is not None:
        at = _after_quiet(timing.quiet, timing.zone, at)
    return at if at > now else None


def parse_quiet(text: str) -> Quiet:
    """``22:00-07:00``. Raises :class:`ValueError`."""
    found = _QUIET.fullmatch(text)
    if found is None:
        raise ValueError(f"{text[:40]!r} will not do; write from when to when, such as 22:00-07:00")
    start, end = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if start == end:
        raise ValueError("quiet hours without end; write different times, or pause the channel")
    return start, end


def render_quiet(quiet: Quiet) -> str:
    """The text that :func:`parse_quiet` reads."""
    return f"{quiet[0]:%H:%M}-{quiet[1]:%H:%M}"


def check_cron(text: str) -> str:
    """``text``, if it is a cron expression that comes true every year. Raises :class:`ValueError`."""
    try:
        first = _trigger(text).get_next_fire_time(None, datetime(2026, 1, 1, tzinfo=UTC))
    except (ValueError, TypeError, KeyError):
        raise ValueError(
            f'{text[:60]!r} is no cron expression; write minute, hour, day, month, weekday, such as "0 8 * * mon-fri"'
        ) from None
    if first is None:
        raise ValueError(f"{text[:60]!r} is a date that never comes")
    if not _comes_every_year(text):
        raise ValueError(
            f"{text[:60]!r} does not come every year; where a day and a weekday are named, both must be so"
        )
    return text


@lru_cache(maxsize=512)
def _comes_every_year(cron: str) -> bool:
    trigger = _trigger(cron)
    starts = (datetime(year, 1, 1, tzinfo=UTC) for year in range(2026, 2026 + _CALENDARS))
    return all((first := trigger.get_next_fire_time(None, start)) and first.year == start.year for start in starts)


@lru_cache(maxsize=512)
def shortest_gap(cron: str) -> timedelta | None:
    """The shortest time between two that a cron expression (checked before) names on a day and the next one; ``None``
    if it names but one."""
    trigger = _trigger(cron)
    at = first = trigger.get_next_fire_time(None, datetime(2026, 1, 1, tzinfo=UTC))
    shortest: timedelta | None = None
    while at is not None and at - first <= timedelta(hours=25):
        before, at = at, trigger.get_next_fire_time(None, at + _TICK)
        if at is not None:
            shortest = min(shortest or at - before, at - before)
        if shortest == timedelta(minutes=1):  # there is no shorter one
            break
    return shortest


def _next_digest(cron: str, zone: tzinfo, now: datetime) -> datetime:
    """The first time after ``now``. The trigger counts on the wall clock: given a zone, APScheduler 3.11 adds elapsed
    hours and misses a midnight behind a change of the clocks, for a month if it is the first of one."""
    trigger = _trigger(cron)
    wall = now.astimezone(zone).replace(tzinfo=UTC, fold=0)
    for _ in range(_MOST_TRIES):
        wall = trigger.get_next_fire_time(None, wall + _TICK)
        if wall is None:
            return now
        # An hour that comes twice counts the first time; one that never comes, as the hour after it.
        at: datetime = wall.replace(tzinfo=zone).astimezone(UTC)
        if at > now:
            return at
    return now


def _after_quiet(quiet: Quiet, zone: tzinfo, at: datetime) -> datetime:
    start, end = quiet
    local = at.astimezone(zone)
    clock = local.time().replace(fold=0)
    if not (start <= clock < end if start < end else clock >= start or clock < end):
        return at
    day = local.date() + timedelta(days=start > end and clock >= start)
    ends = (datetime.combine(day, end, zone).replace(fold=fold).astimezone(UTC) for fold in (0, 1))
    return max(ends)


@lru_cache(maxsize=512)
def _trigger(cron: str) -> Any:
    from apscheduler.triggers.cron import CronTrigger

    fields = _NAMES.get(cron, cron).split()
    if len(fields) != 5:
        raise ValueError("five fields are needed")
    # APScheduler counts weekdays from Monday; cron, and everybody who writes it, from Sunday.
    fields[4] = _DAY_NUMBER.sub(lambda number: _DAYS[int(number[0])], _plain_range(fields[4].lower()))
    return CronTrigger.from_crontab(" ".join(fields), timezone=UTC)


def _plain_range(days: str) -> str:
    """Ranges of numbers as lists: ``0-2`` begins on a Sunday, which APScheduler counts as the last day."""

    def listed(found: re.Match[str]) -> str:
        first, last, step = int(found[1]), int(found[2]), int(found[3] or 1)
        if first > last or step < 1:
            raise ValueError("a range that ends before it begins")
        return ",".join(str(number) for number in range(first, last + 1, step))

    return re.sub(r"(?<![/\d])([0-7])-([0-7])(?:/([1-7]))?(?!\d)", listed, days)
