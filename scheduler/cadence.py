"""When to look again. Pure: ``now`` is an argument, chance is a generator that the caller owns."""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from scraper.hooks import CheckFacts, NextCheck
from scraper.types import Outcome


@dataclass(frozen=True, slots=True)
class CadenceOptions:
    """``every`` is the interval of sources that have none of their own; ``jitter`` the share (0..1) by which a wait is
    stretched or shortened at random, so that sources do not march in step. After a failure a source is asked again
    after ``retry_first`` (or its interval, if that is shorter), doubling up to ``retry_max``, for ever."""

    every: timedelta = timedelta(minutes=30)
    jitter: float = 0.05
    retry_first: timedelta = timedelta(minutes=10)
    retry_max: timedelta = timedelta(hours=4)


@dataclass(slots=True)
class FixedCadence:
    """A fixed interval per source (:class:`scraper.hooks.CadencePolicy`)."""

    options: CadenceOptions = field(default_factory=CadenceOptions)
    rng: random.Random = field(default_factory=random.Random)

    def next_check(self, facts: CheckFacts, now: datetime) -> NextCheck:
        """The next look after a check that ended as ``facts`` say. A Retry-After is a lower bound."""
        interval = facts.every or self.options.every
        if facts.outcome in (Outcome.FAILED, Outcome.SUSPECT):
            wait = retry_wait(facts.failures, interval, self.options)
            reason = f"{facts.outcome.value} ({facts.reason}), try {facts.failures + 1}"
        else:
            wait, reason = interval, f"every {spoken(interval)}"
        at = now + wait * (1 + self.options.jitter * self.rng.uniform(-1, 1))
        if facts.not_before and facts.not_before > at:
            at, reason = facts.not_before, f"{reason}; the server asked to wait"
        return NextCheck(at, interval, reason)


def retry_wait(failures: int, interval: timedelta, options: CadenceOptions) -> timedelta:
    """How long to wait after the ``failures``-th failure in a row (1 is the first)."""
    first = min(options.retry_first, interval)
    longest = max(options.retry_max, first)
    doublings = min(failures - 1, 20)  # a second doubled twenty times is twelve days: beyond any cap
    return min(first * (1 << doublings), longest)


def spoken(length: timedelta) -> str:
    """A length of time as people write it: ``30m``, ``1h 30m``, ``2s``."""
    rest = round(length.total_seconds())
    parts = []
    for unit, seconds in (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)):
        count, rest = divmod(rest, seconds)
        if count:
            parts.append(f"{count}{unit}")
    return " ".join(parts[:2]) or "0s"
