"""When in the week, in the day and in the hour a source publishes: three shares learnt from its items, each pulled
towards what publishers do in general as long as the source has shown little itself. Pure.

Local time throughout: seconds since 1970-01-01 00:00 *local*. The density at a moment is the product of three factors
whose mean over their slots is 1, so that the integral over a week is about a week.
"""

from __future__ import annotations

from collections.abc import Iterable
from itertools import accumulate

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

Weights = tuple[list[float], list[float], list[float]]
"""Items by hour of the day (24), weekday (7, Monday first) and slot of the hour (12), the old ones worth less."""


class Profile:
    """The learnt shares of one source. ``weights`` are the state; the factors are derived from them.

    Weights grow instead of fading: an item counts ``2 ** ((its time - since) / HALF_LIFE)``, so that a new one changes
    its own slots only. ``since`` is in seconds since 1970, UTC.
    """

    __slots__ = ("hour_factors", "minute_factors", "passed", "shape", "since", "weekday_factors", "weights")

    def __init__(self, since: float, weights: Weights | None = None, at: float | None = None) -> None:
        self.since = since
        self.weights: Weights = weights or ([0.0] * len(HOURS), [0.0] * len(WEEKDAYS), [0.0] * len(MINUTES))
        self.derive(since if at is None else at)

    def derive(self, at: float) -> None:
        """Work the factors out of the weights as they count at ``at``."""
        fade = 2.0 ** ((self.since - at) / HALF_LIFE)
        hours, weekdays, minutes = ([weight * fade for weight in slots] for slots in self.weights)
        count = len(hours)
        beside = [
            (1 - 2 * NEIGHBOUR) * own + NEIGHBOUR * (hours[slot - 1] + hours[(slot + 1) % count])
            for slot, own in enumerate(hours)
        ]
        self.hour_factors = _factors(beside, HOURS, HOUR_PRIOR)
        self.weekday_factors = _factors(weekdays, WEEKDAYS, WEEKDAY_PRIOR)
        self.minute_factors = _factors(minutes, MINUTES, MINUTE_PRIOR)
        self.passed = [0.0, *accumulate(factor * SLICE for factor in self.minute_factors)]
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
        hours, weekdays, minutes = self.weights
        hours[hour % 24] += worth
        weekdays[(hour // 24 + 3) % 7] += worth
        minutes[int((local - hour * HOUR) / SLICE) % len(minutes)] += worth

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

    def _hours(self, start: float, end: float) -> Iterable[tuple[int, float]]:
        hour = int(start // HOUR)
        while hour * HOUR < end:
            length = min(end, (hour + 1) * HOUR) - max(start, hour * HOUR)
            yield hour, length * self.density(hour)
            hour += 1


def _factors(weights: list[float], usual: tuple[float, ...], prior: float) -> list[float]:
    """Dirichlet posterior means as factors around 1."""
    count = len(usual)
    scale = count / (sum(weights) + prior)
    share = prior / count
    raw = [max(FLOOR, (weight + share * often) * scale) for weight, often in zip(weights, usual, strict=True)]
    mean = sum(raw) / count
    return [factor / mean for factor in raw]


def _mean_root(factors: list[float]) -> float:
    total = 0.0
    for factor in factors:
        total += factor**0.5
    return total / len(factors)
