"""Says when to look at a source again (:class:`scraper.hooks.CadencePolicy`): at fixed times where people fixed them,
else when it pays. What is learnt is kept in the check's own transaction."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from scheduler.cadence import rows
from scheduler.cadence.adaptive import share, wait
from scheduler.cadence.budget import Demand
from scheduler.cadence.dating import spans_of
from scheduler.cadence.options import CadenceOptions
from scheduler.cadence.rhythm import Rhythm
from scheduler.cadence.waiting import cron_time, into_hours, jittered, retry_wait
from scraper.durations import spoken
from scraper.hooks import CheckFacts, NextCheck
from scraper.types import Outcome

_DEMAND_HOLDS = timedelta(minutes=1)
"""For so long the sum over all sources is not made anew."""


@dataclass(slots=True)
class Cadence:
    """The cadence of all sources. Keeps nothing that is not in the database but the sum over all sources, for a minute:
    other processes may work on the same one."""

    options: CadenceOptions = field(default_factory=CadenceOptions)
    rng: random.Random = field(default_factory=random.Random)
    _demand: tuple[datetime, CadenceOptions, Demand] | None = None

    def next_check(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> NextCheck:
        """The next look after a check that ended as ``facts`` say; learns from it. A Retry-After is a lower bound."""
        zone = _zone(facts.timezone, self.options.zone)
        decided = self._decide(conn, facts, now, zone)
        if facts.hours:
            at = into_hours(facts.hours, self.options.zone, decided.at)
            if at > decided.at:
                decided = NextCheck(at, at - now, f"{decided.reason}; within {facts.hours}")
        if facts.not_before and facts.not_before > decided.at:
            reason = f"{decided.reason}; the server asked to wait"
            decided = replace(decided, at=facts.not_before, reason=reason)
        return decided

    def _decide(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime, zone: tzinfo) -> NextCheck:
        fixed = self._fixed(facts, now)
        well = facts.outcome not in (Outcome.FAILED, Outcome.SUSPECT)
        rhythm = rows.load_rhythm(conn, facts.source_id)
        if well:
            rhythm = _learn(rhythm, facts, now, zone)
        if fixed is not None and rhythm is not None and well:
            rows.save_rhythm(conn, facts.source_id, rhythm, None, slots=bool(facts.published))
        decided = fixed or self._when_it_pays(conn, facts, rhythm, now, zone)
        return decided if well else self._retry(facts, now, decided)

    def _fixed(self, facts: CheckFacts, now: datetime) -> NextCheck | None:
        """The next look where people fixed the times; ``None`` where it is looked at when it pays."""
        if facts.cron:
            at = cron_time(facts.cron, self.options.zone, now)
            return NextCheck(at, at - now, f"at {facts.cron}")
        every = facts.every or (None if facts.adaptive else self.options.every)
        return self._after(now, every, every, f"every {spoken(every)}") if every else None

    def _when_it_pays(
        self, conn: sqlite3.Connection, facts: CheckFacts, rhythm: Rhythm | None, now: datetime, zone: tzinfo
    ) -> NextCheck:
        """The threshold rule, and its account."""
        seconds, options = now.timestamp(), self.options
        demand = self._demand_of_all(conn, now)
        budget = rows.load_budget(conn, seconds)
        budget.spend(demand, options.budget, budget.theta(demand, options.budget), seconds)
        if rhythm is None:  # never a believable look yet
            rows.save_budget(conn, budget)
            return self._after(now, timedelta(days=1) / options.budget, None, "nothing is known yet")
        offset = _offset(zone, now)
        claim = share(rhythm, demand, facts.weight)
        if not demand.shares:  # the first of all sources
            demand = Demand(max(demand.sources, 1), claim * max(demand.sources, 1), rhythm.rate)
        theta = budget.theta(demand, options.budget)
        length = wait(rhythm, demand, theta, facts.weight, seconds, offset)
        length = jittered(length, options.bounds, self.rng, options.jitter)
        rows.save_budget(conn, budget)
        rows.save_rhythm(conn, facts.source_id, rhythm, claim, slots=bool(facts.published))
        expected = rhythm.rate * rhythm.profile.exposure(seconds + offset, seconds + offset + length)
        reason = f"publishes {_often(rhythm.rate)}; {expected:.2g} items expected by then"
        return NextCheck(now + timedelta(seconds=length), timedelta(seconds=length), reason)

    def _demand_of_all(self, conn: sqlite3.Connection, now: datetime) -> Demand:
        kept = self._demand
        if kept is None or kept[1] is not self.options or not timedelta(0) <= now - kept[0] < _DEMAND_HOLDS:
            kept = (now, self.options, rows.load_demand(conn, by_default=self.options.every is None))
            # The first looks of a new installation change everything: do not keep what is nearly nothing.
            self._demand = kept if kept[2].shares else None
        return kept[2]

    def _retry(self, facts: CheckFacts, now: datetime, usual: NextCheck) -> NextCheck:
        length = retry_wait(facts.failures, usual.interval, self.options)
        return self._after(
            now, length, usual.interval, f"{facts.outcome.value} ({facts.reason}), try {facts.failures + 1}"
        )

    def _after(self, now: datetime, length: timedelta, interval: timedelta | None, reason: str) -> NextCheck:
        at = now + length * (1 + self.options.jitter * self.rng.uniform(-1, 1))
        return NextCheck(at, interval or length, reason)


def _learn(rhythm: Rhythm | None, facts: CheckFacts, now: datetime, zone: tzinfo) -> Rhythm:
    seconds, offset = now.timestamp(), _offset(zone, now)
    spans = spans_of(facts.published, zone)
    if rhythm is None or facts.first:
        return Rhythm.begin(spans, seconds, offset)
    rhythm.learn(spans, seconds, offset)
    return rhythm


def _offset(zone: tzinfo, now: datetime) -> float:
    away = now.astimezone(zone).utcoffset()
    return away.total_seconds() if away else 0.0


def _zone(name: str | None, otherwise: tzinfo) -> tzinfo:
    return ZoneInfo(name) if name else otherwise


def _often(rate: float) -> str:
    """``3.1 items a day``, ``0.5 items a week``."""
    daily = rate * 86_400
    return f"{daily:.1f} items a day" if daily >= 1 else f"{daily * 7:.1f} items a week"
