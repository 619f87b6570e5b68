"""All that is learnt of one source, and learning it from a look. Pure; times in seconds since 1970, UTC."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scheduler.cadence.profile import DAY, HALF_LIFE, Profile
from scheduler.cadence.rate import RateBelief

_CHEAP = 0.25
"""Price of an answer "not modified" beside that of a whole one."""
_LOOKS_REMEMBERED = 20
"""Looks over which the share of such answers is taken."""


@dataclass(frozen=True, slots=True)
class Span:
    """When an item was published as far as is known: at ``start`` if ``end`` is ``None``, else between the two."""

    start: float
    end: float | None = None


@dataclass(slots=True)
class Rhythm:
    """``learnt_at`` is the last look that was believed; everything since then is still to be learnt from. ``rate`` is
    in items per second of average activity. ``counted_at`` is when the profile last took in items. ``not_modified`` is
    the share (0..1) of answers that said so, lately."""

    learnt_at: float
    belief: RateBelief
    profile: Profile
    rate: float
    counted_at: float
    not_modified: float = 0.0

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
        return cls(now, belief, profile, belief.mean, now)

    @property
    def price(self) -> float:
        """What a look costs on average, a whole answer being 1."""
        return 1 - (1 - _CHEAP) * self.not_modified

    def learn(
        self,
        spans: Sequence[Span | None],
        now: float,
        offset: float,
        *,
        seen: float | None = None,
        late: int = 0,
        not_modified: bool = False,
    ) -> None:
        """Take in a look at ``now`` that found one new item for each of ``spans``. They came after ``seen``, the look
        before, which is later than ``learnt_at`` where looks without news were left out. ``late`` items came before it
        and were found only now: they say how many come, and nothing of when."""
        self.not_modified += (not_modified - self.not_modified) / _LOOKS_REMEMBERED
        since, self.learnt_at = self.learnt_at, max(now, self.learnt_at)
        if now <= since:
            return
        exposure = self.profile.exposure(since + offset, now + offset)
        self.belief.observe(len(spans) + late, exposure, now - since)
        self.rate = self.belief.mean
        if spans:
            since = max(since, min(seen, now)) if seen is not None else since
            for span in spans:
                _count(self.profile, span or Span(since, now), since, now, offset)
            self.profile.derive(now)
            self.counted_at = now


def price_of(*, not_modified: bool) -> float:
    """What one look cost, a whole answer being 1."""
    return _CHEAP if not_modified else 1.0


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
