"""Rhythms in which sources publish, seeded: years of them, for what is to be learnt from rhythm."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

START = datetime(2025, 1, 6, tzinfo=UTC)
"""A Monday."""

Rhythm = Callable[[random.Random], Iterator[datetime]]


def hourly(dice: random.Random) -> Iterator[datetime]:
    """About every hour, day and night."""
    at = START
    while True:
        at += timedelta(minutes=dice.uniform(30, 90))
        yield at


def weekdays(dice: random.Random) -> Iterator[datetime]:
    """One to five a working day between 8 and 18 h; a tenth of the days has none; ten holidays a year, and two weeks of
    little at its end."""
    day = START
    holidays = {dice.randrange(1, 355) for _ in range(10)}
    while True:
        number = day.timetuple().tm_yday
        is_off = day.weekday() >= 5 or number in holidays or (number >= 357 and dice.random() < 0.7)
        if not is_off and dice.random() > 0.1:
            for hour in sorted(dice.uniform(8, 18) for _ in range(dice.randint(1, 5))):
                yield day + timedelta(hours=hour)
        day += timedelta(days=1)


def weekly(dice: random.Random) -> Iterator[datetime]:
    """Thursdays, at times a day earlier or later; once or twice a year a week is left out."""
    day = START + timedelta(days=3)
    while True:
        if dice.random() > 0.03:
            yield day + timedelta(hours=dice.uniform(-24, 24) if dice.random() < 0.3 else dice.uniform(9, 16))
        day += timedelta(days=7)


def bursty(dice: random.Random) -> Iterator[datetime]:
    """Three to ten within some hours, then nothing for four to twenty days."""
    at = START
    while True:
        at += timedelta(days=dice.uniform(4, 20))
        for _ in range(dice.randint(3, 10)):
            at += timedelta(minutes=dice.uniform(10, 120))
            yield at


RHYTHMS: dict[str, Rhythm] = {"hourly": hourly, "weekdays": weekdays, "weekly": weekly, "bursty": bursty}
