"""All that is learnt of one source, and learning it from a look. Pure; times in seconds since 1970, UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.cadence.profile import DAY, HALF_LIFE, Profile
from scheduler.cadence.rate import RateBelief


@dataclass(frozen=True, slots=True)
class Span:
    """When an item was published as far as is known: at ``start`` if ``end`` is ``None``, else between the two."""

    start: float
    end: float | None = None


@dataclass(slots=True)
class Rhythm:
    """``learnt_at`` is the last look that was believed; everything since then is still to be learnt from. ``rate`` is
    in items per second of average activity."""

    learnt_at: float
    belief: RateBelief
    profile: Profile
    rate: float

    @classmethod
    def begin(cls, spans: Sequence[Span | None], now: float, offset: float) -> Rhythm:
        """What the first listing says. ``None`` is an item without a date. ``offset`` is that of local time."""
        belief, profile = RateBelief(), Profile(now)
        ages = []
        for span in spans:
            if span is None:
                continue
            ages.append(max(now - span.start, 0.0))
            if now - span.start < 10 * HALF_LIFE:
                _count(profile, span, 0.0, now, offset)
        belief.observe_first(ages)
        profile.derive(now)
        return cls(now, belief, profile, belief.mean)

    def learn(self, spans: Sequence[Span | None], now: float, offset: float) -> None:
        """Take in a look at ``now`` that found one new item for each of ``spans``."""
        since, self.learnt_at = self.learnt_at, max(now, self.learnt_at)
        if now <= since:
            return
        exposure = self.profile.exposure(since + offset, now + offset)
        self.belief.observe(len(spans), exposure, now - since)
        self.rate = self.belief.mean
        if spans:
            for span in spans:
                _count(self.profile, span or Span(since, now), since, now, offset)
            self.profile.derive(now)


def _count(profile: Profile, span: Span, since: float, now: float, offset: float) -> None:
    """An item cannot have come before the last look nor after this one, whatever date it bears."""
    start = min(max(span.start, since), now)
    if span.end is None:
        profile.add_moment(start, offset)
        return
    end = min(max(span.end, since), now)
    if end <= start:
        start, end = max(since, now - DAY), now
    profile.add_stretch(start, end, offset)
