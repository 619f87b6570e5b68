"""One price for all: θ from the budget of requests. Pure; times in seconds since 1970, UTC."""

from __future__ import annotations

from dataclasses import dataclass
from math import exp

DAY = 86_400.0
FAIRNESS = 0.02
"""Share of the mean rate of all sources that each source's rate is raised by. What is minimised is the mean delay over
items plus this many times the mean delay over sources: an item of a source that seldom speaks counts more."""
GAIN = 0.08
"""How hard a debt of a day's requests is paid back: by so much longer intervals."""
_MOST_DEBT = 4.0
"""Days of requests; what lies beyond (a machine that slept, a budget cut in half) is forgiven."""
_MEMORY = 7 * DAY
"""Half-life of the comparison of requests made and foretold."""
_LONGEST_STEP = DAY
"""Time in which nothing was decided counts at most so much: a daemon that was off has not saved requests."""


@dataclass(frozen=True, slots=True)
class Demand:
    """All sources that share the budget: how many, the sum of their shares (:func:`share_of`) and of their rates, and
    how many of them were ever looked at. ``fixed`` are looks a day that the budget pays as well, but has no say in."""

    sources: int
    shares: float
    rates: float
    known: int = 0
    fixed: float = 0.0

    @property
    def floor(self) -> float:
        """What is added to each source's rate, in items per second."""
        return FAIRNESS * self.rates / self.sources if self.sources else 0.0


@dataclass(slots=True)
class Budget:
    """``debt``: requests made beyond the budget. ``made`` and ``foretold`` compare requests with what the shares let
    expect (bounds, retries, minutes make the difference), the old ones worth less. ``as_of`` is the last decision."""

    as_of: float
    debt: float = 0.0
    made: float = 0.0
    foretold: float = 0.0

    def spend(self, demand: Demand, per_day: float, theta: float, now: float, requests: float = 1.0) -> None:
        """Time has gone on to ``now``, and ``requests`` were made. ``per_day`` is the budget of one source."""
        step = min(max(now - self.as_of, 0.0), _LONGEST_STEP)
        self.as_of = max(now, self.as_of) if now > self.as_of - DAY else now
        daily = demand.sources * per_day + demand.fixed
        self.debt += requests - daily * step / DAY
        most = _MOST_DEBT * max(daily, 1.0)
        self.debt = min(max(self.debt, -most), most)
        kept = 2.0 ** (-step / _MEMORY)
        self.made = self.made * kept + requests
        expected = (demand.shares / theta if theta > 0 else 0.0) + demand.fixed / DAY
        self.foretold = self.foretold * kept + expected * step

    def theta(self, demand: Demand, per_day: float) -> float:
        """The price: expected items per root of rate at which a look is due, in the root of seconds."""
        free = demand.sources * per_day
        if free <= 0:
            return 0.0
        daily = free + demand.fixed
        real = (self.made + daily) / (self.foretold + daily)
        return demand.shares / free * DAY * real * exp(GAIN * self.debt / daily)


def share_of(rate: float, shape: float) -> float:
    """A source's claim on the budget if a look costs 1: with θ it is looked at ``share / θ`` times a second. ``rate``
    already weighed and raised, ``shape`` the mean root of its profile."""
    return float(rate**0.5 * shape)
