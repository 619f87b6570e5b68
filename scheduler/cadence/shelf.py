"""Profiles at hand: reading the slots of one and working out its factors is most of what a decision costs, and they
stay the same until an item is counted."""

from __future__ import annotations

from dataclasses import dataclass, field

from scheduler.cadence.profile import Profile

_MOST = 20_000
"""Sources whose profiles are kept, in less than 40 MB."""


@dataclass(slots=True)
class Shelf:
    """The profiles of the sources of one database, each with the time at which it last took in items. Whoever asks
    says the time that stands in the database, so that what another process counted, or a transaction took back, is
    never mistaken for what is there."""

    _profiles: dict[int, tuple[float, Profile]] = field(default_factory=dict)

    def take(self, source_id: int, counted_at: float) -> Profile | None:
        """The profile as of ``counted_at``, off the shelf: whoever changes it puts it back when that is written."""
        kept = self._profiles.pop(source_id, None)
        return kept[1] if kept is not None and kept[0] == counted_at else None

    def put(self, source_id: int, counted_at: float, profile: Profile) -> None:
        """Keep a profile that stands in the database like this."""
        if len(self._profiles) < _MOST:
            self._profiles[source_id] = counted_at, profile
