"""How well silence is told from rhythm: a source-year is simulated, then the source stops."""

from __future__ import annotations

import itertools
import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from scraper.health_silence import judge_silence
from tests.support.rhythms import START, Rhythm

WARM_UP = timedelta(days=120)
"""So long a source was watched before its year is judged."""

_SHORT = 0.15
"""A gap that is so much shorter than the longest of the warm-up raises no alarm: there is no need to look."""


@dataclass(frozen=True)
class Year:
    """``late`` is the time from the stop to the alarm, counted in expected gaps: an expected gap is the longest of the
    three months before the stop. ``None``: there was no alarm within a year."""

    false_alarms: int
    late: float | None


def simulate(rhythm: Rhythm, seed: int, *, step: int = 1) -> Year:
    """Watch a source for a year after the warm-up; then it stops, at a random moment. The rhythm is learnt anew after
    each ``step`` finds."""
    dice = random.Random(seed)
    stop = START + WARM_UP + timedelta(days=365) + timedelta(days=dice.uniform(0, 14))
    finds = list(itertools.takewhile(lambda at: at < stop, rhythm(dice)))
    begin = next(place for place, at in enumerate(finds) if at > START + WARM_UP)
    alarms = 0
    longest = max(b - a for a, b in itertools.pairwise(finds[:begin]))
    for place in range(begin, len(finds) - 1, step):
        if finds[place + 1] - finds[place] < longest * _SHORT:
            continue
        found = judge_silence(finds[max(0, place - 2000) : place + 1])
        alarms += found is not None and found.is_conspicuous(finds[place + 1])
    return Year(alarms * step, _late(finds))


def _late(finds: list[datetime]) -> float | None:
    found = judge_silence(finds)
    if found is None:
        return None
    last = finds[-1]
    quarter = [at for at in finds if at > last - timedelta(days=91)]
    expected = max((b - a for a, b in itertools.pairwise(quarter)), default=timedelta(days=91))
    return (found.conspicuous_at - last) / expected
