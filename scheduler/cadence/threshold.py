"""The rule: look when the expected number of unseen items reaches θ·√(rate now). Pure.

Minimising the mean delay under a budget of requests makes the density of looks proportional to the square root of the
rate, over sources and over the hours of the week, with one θ for all (Sia, Cho & Cho 2007; the exact condition is that
the items expected before a look equal the rate at the look times the gap after it).
"""

from __future__ import annotations

from math import sqrt

from scheduler.cadence.profile import DAY, HOUR, SLICE, Profile


def crossing(profile: Profile, rate: float, theta: float, start: float) -> float:
    """Seconds after ``start`` (local time) until the expected number of items reaches ``theta`` times the root of the
    rate at that moment; at most a day. ``rate`` is in items per second of average activity.

    Whole hours are walked at once; the slots of the hour only where the crossing may lie.
    """
    expected, hour, now = 0.0, int(start // HOUR), start
    end = start + DAY
    slowest = sqrt(profile.least_minute)
    hours, weekdays = profile.hour_factors, profile.weekday_factors
    left = HOUR - profile.within(now - hour * HOUR)
    while now < end:
        begin = hour * HOUR
        here = rate * (hours[hour % 24] * weekdays[(hour // 24 + 3) % 7])
        need = theta * sqrt(here)
        coming = here * left
        if expected + coming >= need * slowest:
            found, expected = _in_hour(profile, here, need, expected, now, begin)
            if found is not None:
                return min(found, end) - start
        else:
            expected += coming
        hour += 1
        now, left = begin + HOUR, HOUR
    return DAY


def _in_hour(
    profile: Profile, here: float, need: float, expected: float, now: float, begin: float
) -> tuple[float | None, float]:
    """The crossing in this hour, if there is one, and the items expected at its end."""
    for slot in range(int((now - begin) / SLICE), len(profile.minute_factors)):
        factor = profile.minute_factors[slot]
        first, last = max(now, begin + slot * SLICE), begin + (slot + 1) * SLICE
        missing = need * sqrt(factor) - expected
        if missing <= 0:
            return first, expected
        coming = here * factor * (last - first)
        if coming >= missing:
            return first + missing / (here * factor), expected
        expected += coming
    return None, expected
