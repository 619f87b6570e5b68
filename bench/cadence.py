"""The product's own cadence in the simulator of publication times, as a policy: an adapter that decides nothing.

cd bench && python SIMULATOR/simulate.py --policy cadence:Policy --budgets 4,12,24,96
"""

from __future__ import annotations

import random
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from scheduler.cadence.adaptive import share, wait
from scheduler.cadence.budget import Budget, Demand
from scheduler.cadence.options import CadenceOptions
from scheduler.cadence.rhythm import Rhythm, Span
from scheduler.cadence.waiting import jittered, retry_wait

DAY = 86_400.0
OPTIONS = CadenceOptions()


class Policy:
    """What the simulator calls; times are seconds since 1970."""

    native = True

    def __init__(self) -> None:
        self.rng = random.Random(1)

    def start(self, per_day: float) -> None:
        self.per_day = per_day
        self.budget: Budget | None = None
        self.sources, self.shares, self.rates = 0, 0.0, 0.0

    @property
    def demand(self) -> Demand:
        return Demand(self.sources, self.shares, self.rates)

    def join(self, _: Any, now: float) -> None:
        self._spend(now, 0.0)
        self.sources += 1

    def leave(self, state: Any, now: float) -> None:
        self._spend(now, 0.0)
        self.sources -= 1
        if state.mem:
            self.shares -= state.mem["share"]
            self.rates -= state.mem["rate"]

    def next_check(self, state: Any, now: float) -> float:
        self._spend(now, 1.0)
        if state.errors:
            usual = timedelta(seconds=state.mem["interval"])
            return now + self._jittered(retry_wait(state.errors, usual, OPTIONS).total_seconds())
        self._learn(state, now)
        theta = self.budget.theta(self.demand, self.per_day)
        memory = state.mem
        seconds = wait(memory["rhythm"], self.demand, theta, 1.0, now, state.tz_offset)
        memory["interval"] = OPTIONS.bounds.clip(seconds)
        return now + self._jittered(seconds)

    def _jittered(self, seconds: float) -> float:
        return jittered(seconds, OPTIONS.bounds, self.rng, OPTIONS.jitter)

    def _spend(self, now: float, requests: float) -> None:
        if self.budget is None:
            self.budget = Budget(now)
        theta = self.budget.theta(self.demand, self.per_day)
        self.budget.spend(self.demand, self.per_day, theta, now, requests)

    def _learn(self, state: Any, now: float) -> None:
        spans = [_span(at, precision) for at, precision in state.new_items]
        if state.mem is None:
            rhythm = Rhythm.begin(spans, now, state.tz_offset)
            state.mem = {"rhythm": rhythm, "share": 0.0, "rate": 0.0, "interval": DAY}
        else:
            rhythm = state.mem["rhythm"]
            rhythm.learn(spans, now, state.tz_offset)
        memory = state.mem
        self.rates += rhythm.rate - memory["rate"]
        memory["rate"] = rhythm.rate
        claim = share(rhythm, self.demand, 1.0)
        self.shares += claim - memory["share"]
        memory["share"] = claim


def _span(at: float | None, precision: str | None) -> Span | None:
    if at is None:
        return None
    return Span(at) if precision == "minute" else Span(at, at + DAY)
