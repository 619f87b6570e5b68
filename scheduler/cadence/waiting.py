"""Waits that are not learnt: retries, jitter, active hours. Pure."""

from __future__ import annotations

import random
from datetime import datetime, timedelta, tzinfo

from scheduler.cadence.adaptive import Bounds
from scheduler.cadence.options import CadenceOptions
from scheduler.timing import Timing, parse_quiet, release_at

RETRY_GROWTH = 1.25
"""Each wait after a failure is so many times the one before, so that a source that is back is found back after about a
quarter of the time that it was away: doubling would leave it unseen as long again as it was broken."""


def retry_wait(failures: int, interval: timedelta, options: CadenceOptions) -> timedelta:
    """How long to wait after the ``failures``-th failure in a row (1 is the first)."""
    first = min(options.retry_first, interval)
    longest = max(options.retry_max, first)
    growth = RETRY_GROWTH ** min(failures - 1, 70)  # a second grown seventy times is ten weeks: beyond any cap
    return min(first * growth, longest)


def jittered(seconds: float, bounds: Bounds, rng: random.Random, share: float) -> float:
    """A wait within its bounds, stretched or shortened a little so that sources do not march in step."""
    return bounds.clip(seconds * (1 + share * rng.uniform(-1, 1)))


def cron_time(cron: str, zone: tzinfo, now: datetime) -> datetime:
    """The first time after ``now`` that a cron expression (checked before) names."""
    return release_at(Timing(digest=cron, zone=zone), now) or now


def into_hours(hours: str, zone: tzinfo, wish: datetime) -> datetime:
    """``wish``, or the next beginning of the active ``hours`` (``07:00-22:00``) if it lies outside of them."""
    begin, end = parse_quiet(hours)
    return release_at(Timing(quiet=(end, begin), zone=zone), wish) or wish
