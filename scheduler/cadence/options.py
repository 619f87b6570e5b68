"""What people may say of when their sources are looked at."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, tzinfo

from scheduler.cadence.adaptive import Bounds


@dataclass(frozen=True, slots=True)
class CadenceOptions:
    """``every`` is the fixed interval of sources that have no times of their own; ``None``: they are looked at when it
    pays, ``budget`` times a day on average over all of them, within ``bounds``. ``jitter`` is the share (0..1) by which
    a wait is stretched or shortened at random, so that sources do not march in step. After a failure a source is asked
    again after ``retry_first`` (or its interval, if that is shorter), a quarter later each time up to ``retry_max``,
    for ever. ``zone`` is the zone of cron expressions and active hours, and of sites that have none of their own.
    ``site_budgets`` are the looks a day that all sources of a site share, by its registrable domain."""

    every: timedelta | None = None
    budget: float = 48.0
    bounds: Bounds = field(default_factory=Bounds)
    jitter: float = 0.03
    retry_first: timedelta = timedelta(minutes=10)
    retry_max: timedelta = timedelta(hours=4)
    zone: tzinfo = UTC
    site_budgets: Mapping[str, float] = field(default_factory=dict)
