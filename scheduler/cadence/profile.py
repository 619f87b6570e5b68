"""When in the week, in the day and in the hour a source publishes: three shares learnt from its items, each pulled
towards what publishers do in general as long as the source has shown little itself. Pure.

Local time throughout: seconds since 1970-01-01 00:00 *local*. The density at a moment is the product of three factors
whose mean over their slots is 1, so that the integral over a week is about a week.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Sequence
from itertools import accumulate
from math import sqrt
from typing import TypeAlias

from scheduler.cadence.population import HOURS, MINUTES, WEEKDAYS

HOUR, DAY = 3600.0, 86_400.0
SLICE = HOUR / len(MINUTES)
"""Length in seconds of a slot of the hour."""

HALF_LIFE = 90 * DAY
"""An item counts half after this time (seconds)."""
HOUR_PRIOR, WEEKDAY_PRIOR, MINUTE_PRIOR = 8.0, 40.0, 80.0
"""How many items what publishers do in general is worth."""
NEIGHBOUR = 0.15
"""Share of an hour's items that counts for each hour beside it: habits are not exact."""
FLOOR = 0.03
"""No slot is thought dead, however much silence was seen in it."""
LONGEST_SPREAD = 8 * DAY
"""An undated item that may lie anywhere in a longer stretch says nothing of the week."""

_OWN = 1 - 2 * NEIGHBOUR
_USUAL_HOURS = [often * HOUR_PRIOR / len(HOURS) for often in HOURS]
_USUAL_WEEKDAYS = [often * WEEKDAY_PRIOR / len(WEEKDAYS) for often in WEEKDAYS]
_USUAL_MINUTES = [often * MINUTE_PRIOR / len(MINUTES) for often in MINUTES]

Slots: TypeAlias = "array[float]"
"""Arrays, not lists: the profiles of thousands of sources are kept at hand."""
Weights: TypeAlias = tuple[Slots, Slots, Slots]
"""Items by hour of the day (24), weekday (7, Monday first) and slot of the hour (12), the old ones worth less."""


def no_weights() -> Weights:
    """Those of a source of which no item is known."""
    return array("d", bytes(8 * len(HOURS))), array("d", bytes(8 * len(WEEKDAYS))), array("d", bytes(8 * len(MINUTES)))


class Profile:
    """The learnt shares of one source. ``weights`` are the state; the factors are derived from them.

    Weights grow instead of fading: an item counts ``2 ** ((its time - since) / HALF_LIFE)``, so that a new one changes
    its own slots only. ``since`` is in seconds since 1970, UTC. ``touched`` names kind (place in :data:`Weights`) and
    slot of what changed since somebody emptied it.
    """

    __slots__ = (
        "hour_factors", "least_minute", "minute_factors", "passed", "shape", "since", "touched", "weekday_factors",
        "weights",
    )  # fmt: skip

    def __init__(self, since: float, weights: Weights | None = None, at: float | None = None) -> None:
        self.since = since
        self.weights: Weights = weights or no_weights()
        self.touched: list[tuple[int, int]] = []
        self.derive(since if at is None else at)

    def derive(self, at: float) -> None:
        """Work the factors out of the weights as they count at ``at``."""
        fade = 2.0 ** ((self.since - at) / HALF_LIFE)
        hours, weekdays, minutes = self.weights
        around = zip(hours[-1:] + hours[:-1], hours, hours[1:] + hours[:1], strict=True)
        beside = [_OWN * own + NEIGHBOUR * (before + after) for before, own, after in around]
        self.hour_factors = _factors(beside, fade, _USUAL_HOURS, HOUR_PRIOR)
        self.weekday_factors = _factors(weekdays, fade, _USUAL_WEEKDAYS, WEEKDAY_PRIOR)
        self.minute_factors = _factors(minutes, fade, _USUAL_MINUTES, MINUTE_PRIOR)
        self.least_minute = min(self.minute_factors)
        self.passed = array("d", [0.0, *accumulate([factor * SLICE for factor in self.minute_factors])])
        self.shape = _mean_root(self.hour_factors) * _mean_root(self.weekday_factors)

    def density(self, hour: int) -> float:
        """The factor of an hour, numbered from 1970-01-01 00:00 local (a Thursday), without the minutes."""
        return self.hour_factors[hour % 24] * self.weekday_factors[(hour // 24 + 3) % 7]

    def within(self, seconds: float) -> float:
        """Integral of the minute factor over the first ``seconds`` of an hour."""
        slot = int(seconds / SLICE)
        if slot >= len(self.minute_factors):
            return HOUR
        return self.passed[slot] + self.minute_factors[slot] * (seconds - slot * SLICE)

    def exposure(self, start: float, end: float) -> float:
        """Integral of the density from ``start`` to ``end``, in seconds of average activity. A stretch longer than
        eight weeks counts its whole weeks as average."""
        total = 0.0
        if end - start > 8 * 7 * DAY:
            weeks = (end - start) // (7 * DAY)
            total, start = weeks * 7 * DAY, start + weeks * 7 * DAY
        hour = int(start // HOUR)
        while hour * HOUR < end:
            begin, stop = hour * HOUR, (hour + 1) * HOUR
            before = self.within(start - begin) if start > begin else 0.0
            after = self.within(end - begin) if end < stop else HOUR
            total += (after - before) * self.density(hour)
            hour += 1
        return total

    def add_moment(self, at: float, offset: float) -> None:
        """Count an item whose time is known: ``at`` in seconds UTC, ``offset`` that of local time."""
        worth = 2.0 ** ((at - self.since) / HALF_LIFE)
        local = at + offset
        hour = int(local // HOUR)
        slots = hour % 24, (hour // 24 + 3) % 7, int((local - hour * HOUR) / SLICE) % len(MINUTES)
        for kind, slot in enumerate(slots):
            self.weights[kind][slot] += worth
            self.touched.append((kind, slot))

    def add_stretch(self, start: float, end: float, offset: float) -> None:
        """Count an item that came at some time from ``start`` to ``end`` (UTC): spread over the hours in proportion to
        what is known of them (one step of expectation and maximisation)."""
        if not 0 < end - start <= LONGEST_SPREAD:
            return
        parts = list(self._hours(start + offset, end + offset))
        total = sum(part for _, part in parts)
        worth = 2.0 ** ((end - self.since) / HALF_LIFE) / total
        hours, weekdays, _ = self.weights
        for hour, part in parts:
            hours[hour % 24] += part * worth
            weekdays[(hour // 24 + 3) % 7] += part * worth
            self.touched += (0, hour % 24), (1, (hour // 24 + 3) % 7)

    def _hours(self, start: float, end: float) -> Iterable[tuple[int, float]]:
        hour = int(start // HOUR)
        while hour * HOUR < end:
            length = min(end, (hour + 1) * HOUR) - max(start, hour * HOUR)
            yield hour, length * self.density(hour)
            hour += 1


def _factors(weights: Sequence[float], fade: float, usual: Sequence[float], prior: float) -> Slots:
    """Dirichlet posterior means as factors around 1. ``usual`` is what the prior adds to each slot."""
    count = len(usual)
    scale = count / (sum(weights) * fade + prior)
    raw = [(weight * fade + added) * scale for weight, added in zip(weights, usual, strict=True)]
    if min(raw) < FLOOR:
        raw = [max(FLOOR, factor) for factor in raw]
    mean = sum(raw) / count
    return array("d", [factor / mean for factor in raw])


def _mean_root(factors: Slots) -> float:
    return sum(map(sqrt, factors)) / len(factors)
