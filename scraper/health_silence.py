"""When a source's silence becomes conspicuous, learnt from its own rhythm. Pure.

Time is counted as the source lives it: hours of the week in which it hardly ever publishes count little, so that a
weekend is no silence. The longest gaps it had before say how long a gap may last; of a long history the very longest,
a holiday, is not counted. Time in which nobody could look is no silence either.
"""

from __future__ import annotations

import bisect
import itertools
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

Span = tuple[datetime, datetime]

LEAST_GAPS = 8
"""Gaps that must be known before silence means anything."""
MOST_FINDS = 2_000
"""Finds that are looked at, the latest ones."""
HISTORY = timedelta(days=400)

_HOUR = 3600.0
_HOURS = 168
_WEEKS_OF_PROFILE = 4
_LEAST_FINDS_OF_PROFILE = 20
_EPOCH = datetime(2024, 1, 1, tzinfo=UTC)  # a Monday
_STRETCH, _STRETCH_PER_TENFOLD, _FEW_GAPS = 1.25, 0.15, 60
"""A gap a quarter longer than the longest of sixty is conspicuous; of more gaps the next longest lies farther off."""
_REST = 0.02
"""What an hour counts on a day of the week on which nothing was ever published."""
_LEAST_HOUR = 0.5
"""What an hour of the day counts at the least: who publishes at ten every day is not conspicuous at noon."""
_DAYS_A_HOLIDAY = 182.5
"""Of so many days of history one longest gap is taken for a holiday."""


@dataclass(frozen=True, slots=True)
class Silence:
    """How a source's silence is to be judged. ``since`` is its last find; ``conspicuous_at`` when silence becomes
    conspicuous, if nobody is kept from looking meanwhile; ``longest`` the longest gap that its rhythm has, as people
    count time."""

    since: datetime
    conspicuous_at: datetime
    longest: timedelta

    def is_conspicuous(self, now: datetime) -> bool:
        """Whether the source has been silent for too long."""
        return now >= self.conspicuous_at


def judge_silence(finds: Sequence[datetime], blind: Sequence[Span] = ()) -> Silence | None:
    """Learn a source's rhythm.

    Args:
        finds: when new items were found, in order; several at once may stand several times.
        blind: stretches, in order, in which the source could not be looked at.

    ``None`` while the rhythm is not known.
    """
    moments = sorted(set(finds))[-MOST_FINDS:]
    while moments and moments[-1] - moments[0] > HISTORY:
        moments.pop(0)
    if len(moments) <= LEAST_GAPS:
        return None
    profile = _Profile.of(moments, blind)
    lived = [(moment, profile.until(moment)) for moment in moments]
    gaps = [(q - p, b - a) for (a, p), (b, q) in itertools.pairwise(lived) if not _overlaps(a, b, blind)]
    if len(gaps) < LEAST_GAPS:
        return None
    gaps.sort(reverse=True)
    days = (moments[-1] - moments[0]) / timedelta(days=1)
    longest = gaps[min(int(days / _DAYS_A_HOLIDAY), len(gaps) // LEAST_GAPS)]
    stretch = _STRETCH + _STRETCH_PER_TENFOLD * max(math.log10(len(gaps) / _FEW_GAPS), 0.0)
    at = profile.after(moments[-1], longest[0] * stretch)
    return Silence(moments[-1], at, longest[1])


def _overlaps(start: datetime, end: datetime, blind: Sequence[Span]) -> bool:
    place = bisect.bisect_left(blind, start, key=lambda span: span[1])
    return place < len(blind) and blind[place][0] < end


class _Profile:
    """How much each hour of the week counts, and time counted so, in hours; 1.0 a week's mean."""

    def __init__(self, weights: Sequence[float], blind: Sequence[Span]) -> None:
        self._sums = [0.0, *itertools.accumulate(weights)]
        self._weights = weights
        self._blind = blind

    @classmethod
    def of(cls, moments: Sequence[datetime], blind: Sequence[Span]) -> _Profile:
        """The product of what weekdays and what hours of the day count: seldom enough is known for each of 168."""
        weeks = (moments[-1] - moments[0]) / timedelta(weeks=1)
        if weeks < _WEEKS_OF_PROFILE or len(moments) < _LEAST_FINDS_OF_PROFILE:
            return cls([1.0] * _HOURS, blind)
        days = {(moment.date(), moment.weekday()) for moment in moments}
        of_day = _shares([sum(day == number for _, day in days) for number in range(7)], smooth=0)
        hours = {(moment.date(), moment.hour) for moment in moments}
        counted = _shares([sum(hour == number for _, hour in hours) for number in range(24)], smooth=1)
        of_hour = [max(share, _LEAST_HOUR) for share in counted]
        raw = [max(of_day[hour // 24] * of_hour[hour % 24], _REST) for hour in range(_HOURS)]
        mean = sum(raw) / _HOURS
        return cls([weight / mean for weight in raw], blind)

    def between(self, start: datetime, end: datetime) -> float:
        """Hours from ``start`` to ``end`` as the source lives them."""
        return self.until(end) - self.until(start)

    def after(self, start: datetime, hours: float) -> datetime:
        """When so many hours, as the source lives them, have passed since ``start``. What was blind since then is
        added."""
        wanted = self.until(start) + hours
        place = start
        for begin, end in self._blind:
            if end > start and self.until(max(begin, start)) < wanted:
                wanted += self.between(max(begin, start), end)
        low, high = place, place + timedelta(days=3650)
        if self.until(high) < wanted:
            return high
        while high - low > timedelta(minutes=1):
            middle = low + (high - low) / 2
            low, high = (middle, high) if self.until(middle) < wanted else (low, middle)
        return high

    def until(self, moment: datetime) -> float:
        """Hours up to ``moment`` as the source lives them, from an arbitrary beginning."""
        hours = (moment - _EPOCH).total_seconds() / _HOUR
        weeks, rest = divmod(hours, _HOURS)
        whole = min(int(rest), _HOURS - 1)
        return weeks * self._sums[-1] + self._sums[whole] + (rest - whole) * self._weights[whole]


def _shares(counts: Sequence[int], *, smooth: int) -> list[float]:
    """What of all falls on each, seen together with as many neighbours on either side; the mean is 1."""
    size = len(counts)
    summed = [sum(counts[(place + step) % size] for step in range(-smooth, smooth + 1)) for place in range(size)]
    mean = sum(summed) / size or 1.0
    return [min(count / mean, 1.0) for count in summed]
