"""The budgets of requests, in the database: that of all sources, and those of sites that have one of their own."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from scheduler.cadence import rows
from scheduler.cadence.budget import Budget, Demand
from scheduler.cadence.options import CadenceOptions

_HOLDS = timedelta(minutes=5)
"""For so long the sum over all sources is not made anew."""
_HOLDS_AT_FIRST = timedelta(minutes=1)
"""The same while many of them have not been looked at yet."""
_MOST_UNKNOWN = 0.1

ALL = ""
"""In place of a site: all sources."""


@dataclass(frozen=True, slots=True)
class Account:
    """What one budget is at a moment. ``per_day`` is what it gives one source."""

    budget: Budget
    demand: Demand
    per_day: float

    def theta(self) -> float:
        """The price that holds this budget."""
        return self.budget.theta(self.demand, self.per_day)

    def spend(self, now: float, requests: float) -> None:
        """As :meth:`Budget.spend`."""
        self.budget.spend(self.demand, self.per_day, self.theta(), now, requests)


@dataclass(slots=True)
class Accounts:
    """Keeps the sums over all sources for some minutes, and nothing else."""

    _sums: dict[str, tuple[datetime, CadenceOptions, Demand, float]] = field(default_factory=dict)

    def load(self, conn: sqlite3.Connection, options: CadenceOptions, now: datetime, site: str = ALL) -> Account:
        """The account of all sources, or of a ``site`` in ``options.site_budgets``."""
        demand, per_day = self._sum(conn, options, now, site)
        return Account(rows.load_budget(conn, now.timestamp(), site), demand, per_day)

    def _sum(self, conn: sqlite3.Connection, options: CadenceOptions, now: datetime, site: str) -> tuple[Demand, float]:
        kept = self._sums.get(site)
        if kept is not None and kept[1] is options and timedelta(0) <= now - kept[0] < _holds(kept[2]):
            return kept[2], kept[3]
        demand = rows.load_demand(conn, by_default=options.every is None, site=site)
        per_day = options.budget
        if site:
            fixed = rows.fixed_looks(conn, site, options.every)
            demand = replace(demand, fixed=fixed)
            per_day = max((options.site_budgets[site] - fixed) / max(demand.sources, 1), 1.0)
        # The first looks of a new installation change everything: do not keep what is nearly nothing.
        if demand.shares:
            self._sums[site] = now, options, demand, per_day
        return demand, per_day


def _holds(demand: Demand) -> timedelta:
    return _HOLDS if demand.known >= demand.sources * (1 - _MOST_UNKNOWN) else _HOLDS_AT_FIRST
