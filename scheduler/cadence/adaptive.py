"""When to look next at a source whose rhythm is learnt: the threshold rule within its bounds. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from math import sqrt

from scheduler.cadence.budget import Demand, share_of
from scheduler.cadence.rhythm import Rhythm
from scheduler.cadence.threshold import crossing

DAY = 86_400.0


@dataclass(frozen=True, slots=True)
class Bounds:
    """In seconds: no wait is shorter (manners) or longer (a source that was thought dead is found alive)."""

    shortest: float = 300.0
    longest: float = DAY

    def clip(self, seconds: float) -> float:
        """``seconds``, made to fit."""
        return min(max(seconds, self.shortest), self.longest)


def eagerness(rhythm: Rhythm, demand: Demand, weight: float) -> float:
    """The rate that decides, in items per second: weighed by importance, raised for fairness between sources."""
    return weight * (rhythm.rate + demand.floor)


def share(rhythm: Rhythm, demand: Demand, weight: float) -> float:
    """The source's claim on the common budget: it is looked at ``share / θ / price`` times a second."""
    return share_of(eagerness(rhythm, demand, weight), rhythm.profile.shape) * sqrt(rhythm.price)


def wait(rhythm: Rhythm, demand: Demand, theta: float, weight: float, now: float, offset: float) -> float:
    """Seconds from ``now`` (UTC, since 1970) until the rule asks for a look, at most a day; without bounds.
    ``offset`` is that of the source's local time. A look pays the sooner the cheaper it is: with the root of its
    price, as with that of the rate."""
    rate = eagerness(rhythm, demand, weight)
    if rate <= 0:
        return DAY
    return crossing(rhythm.profile, rate, theta * sqrt(rhythm.price), now + offset)
