"""Says when to look at a source again (:class:`scraper.hooks.CadencePolicy`): at fixed times where people fixed them,
else when it pays. What is learnt is kept in the check's own transaction."""

from __future__ import annotations

import random
import sqlite3
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta, tzinfo
from zoneinfo import ZoneInfo

from scheduler.cadence import rows
from scheduler.cadence.accounts import Account, Accounts
from scheduler.cadence.adaptive import share, wait
from scheduler.cadence.budget import Demand
from scheduler.cadence.dating import spans_of
from scheduler.cadence.hints import hold_back
from scheduler.cadence.options import CadenceOptions
from scheduler.cadence.rhythm import Rhythm, price_of
from scheduler.cadence.shelf import Shelf
from scheduler.cadence.waiting import cron_time, into_hours, jittered, retry_wait
from scraper.durations import spoken
from scraper.hooks import CheckFacts, NextCheck
from scraper.types import FeedHints, Outcome

_FIXED_LEARNS = timedelta(days=1)
"""A source with fixed times is learnt from when it has news, else so often: its rhythm is only shown."""
_MOST_CRONS = 1_000


@dataclass(slots=True)
class Cadence:
    """The cadence of all sources of one database. Keeps nothing that is not there but what is costly to work out: sums
    over all sources for some minutes, profiles for as long as they are current; other processes may work on it too."""

    options: CadenceOptions = field(default_factory=CadenceOptions)
    rng: random.Random = field(default_factory=random.Random)
    _accounts: Accounts = field(default_factory=Accounts)
    _shelf: Shelf = field(default_factory=Shelf)
    _crons: dict[tuple[str, tzinfo], tuple[datetime, datetime]] = field(default_factory=dict)

    def next_check(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> NextCheck:
        """The next look after a check that ended as ``facts`` say; learns from it. A Retry-After is a lower bound."""
        decided = self._decide(conn, facts, now)
        if facts.hours:
            at = into_hours(facts.hours, self.options.zone, decided.at)
            if at > decided.at:
                decided = NextCheck(at, at - now, f"{decided.reason}; within {facts.hours}")
        if facts.not_before and facts.not_before > decided.at:
            reason = f"{decided.reason}; the server asked to wait"
            decided = replace(decided, at=facts.not_before, reason=reason)
        return decided

    def _decide(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> NextCheck:
        well = facts.outcome not in (Outcome.FAILED, Outcome.SUSPECT)
        if well and facts.hints is not None:
            rows.save_hints(conn, facts.source_id, facts.hints)
        site = self._spend_at_site(conn, facts, now)
        decided = self._fixed(facts, now)
        if decided is None:
            decided = self._when_it_pays(conn, facts, now, site, well=well)
        elif well:
            self._learn_aside(conn, facts, now)
        return decided if well else self._retry(facts, now, decided)

    def _fixed(self, facts: CheckFacts, now: datetime) -> NextCheck | None:
        """The next look where people fixed the times; ``None`` where it is looked at when it pays."""
        if facts.cron:
            at = self._cron_time(facts.cron, now)
            return NextCheck(at, at - now, f"at {facts.cron}")
        every = facts.every or (None if facts.adaptive else self.options.every)
        return self._after(now, every, every, f"every {spoken(every)}") if every else None

    def _cron_time(self, cron: str, now: datetime) -> datetime:
        """As :func:`cron_time`; the same for all until that time has come."""
        key = cron, self.options.zone
        asked, at = self._crons.get(key, (now, now))
        if not asked <= now < at:
            at = cron_time(cron, self.options.zone, now)
            if len(self._crons) < _MOST_CRONS or key in self._crons:
                self._crons[key] = now, at
        return at

    def _learn_aside(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> None:
        """Learn the rhythm of a source that has fixed times."""
        news = facts.first or bool(facts.published)
        if not (news or facts.late) and rows.is_learnt(conn, facts.source_id, now, _FIXED_LEARNS):
            return
        rhythm = _learn(rows.load_rhythm(conn, facts.source_id), facts, now, _zone(facts.timezone, self.options.zone))
        rows.save_rhythm(conn, facts.source_id, rhythm, None, slots=news)

    def _spend_at_site(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> Account | None:
        """Note the look in the account of its site, if that has one: each request counts there, fixed times or not."""
        if facts.site not in self.options.site_budgets:
            return None
        account = self._accounts.load(conn, self.options, now, facts.site)
        account.spend(now.timestamp(), 1.0)
        rows.save_budget(conn, account.budget, facts.site)
        return account

    def _when_it_pays(
        self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime, site: Account | None, *, well: bool
    ) -> NextCheck:
        """The threshold rule, and its account."""
        seconds, options, zone = now.timestamp(), self.options, _zone(facts.timezone, self.options.zone)
        account = self._accounts.load(conn, options, now)
        account.spend(seconds, price_of(not_modified=facts.outcome is Outcome.NOT_MODIFIED))
        rows.save_budget(conn, account.budget)
        rhythm = rows.load_rhythm(conn, facts.source_id, self._shelf)
        if well:
            rhythm = _learn(rhythm, facts, now, zone)
        if rhythm is None:  # never a believable look yet
            return self._after(now, timedelta(days=1) / options.budget, None, "nothing is known yet")
        offset = _offset(zone, now)
        claim = share(rhythm, account.demand, facts.weight)
        if not account.demand.shares:  # the first of all sources
            account = replace(account, demand=_all_like(claim, rhythm.rate, account.demand.sources))
        theta, held = account.theta(), ""
        if site is not None and site.demand.shares and (dear := site.theta()) > theta:
            theta, held = dear, f"; the budget of {facts.site} allows no more"
        length = wait(rhythm, account.demand, theta, facts.weight, seconds, offset)
        length = jittered(length, options.bounds, self.rng, options.jitter)
        at = now + timedelta(seconds=length)
        if well and (back := hold_back(at, now, facts.fresh_until, self._hints(conn, facts))).why:
            at, length, held = back.at, (back.at - now).total_seconds(), f"{held}; {back.why}"
        rows.save_rhythm(
            conn, facts.source_id, rhythm, claim, slots=facts.first or bool(facts.published), shelf=self._shelf
        )
        expected = rhythm.rate * rhythm.profile.exposure(seconds + offset, seconds + offset + length)
        reason = f"publishes {_often(rhythm.rate)}; {expected:.2g} items expected by then{held}"
        return NextCheck(at, timedelta(seconds=length), reason)

    def _hints(self, conn: sqlite3.Connection, facts: CheckFacts) -> FeedHints | None:
        return facts.hints if facts.hints is not None else rows.load_hints(conn, facts.source_id)

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
    seen = facts.seen_at.timestamp() if facts.seen_at else None
    not_modified = facts.outcome is Outcome.NOT_MODIFIED
    rhythm.learn(spans, seconds, offset, seen=seen, late=facts.late, not_modified=not_modified)
    return rhythm


def _all_like(claim: float, rate: float, sources: int) -> Demand:
    count = max(sources, 1)
    return Demand(count, claim * count, rate)


def _offset(zone: tzinfo, now: datetime) -> float:
    away = now.astimezone(zone).utcoffset()
    return away.total_seconds() if away else 0.0


def _zone(name: str | None, otherwise: tzinfo) -> tzinfo:
    return ZoneInfo(name) if name else otherwise


def _often(rate: float) -> str:
    """``3.1 items a day``, ``0.5 items a week``."""
    daily = rate * 86_400
    return f"{daily:.1f} items a day" if daily >= 1 else f"{daily * 7:.1f} items a week"
