"""The one text form of an instant (``YYYY-MM-DDTHH:MM:SS.sssZ``), and the clock that the shells read.

Mixed forms would break the order of text: ``…00.5Z`` sorts before ``…00Z``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]
"""Returns the present instant, aware, in UTC."""


def utc_now() -> datetime:
    """The wall clock. Pure code takes ``now`` as an argument instead of calling this."""
    return datetime.now(UTC)


def to_text(instant: datetime) -> str:
    """``instant`` (aware) as stored. Raises ``ValueError`` for a naive one: its meaning is unknown."""
    if instant.tzinfo is not UTC:
        if instant.tzinfo is None:
            raise ValueError(f"{instant!r} has no time zone")
        instant = instant.astimezone(UTC)
    return instant.isoformat(timespec="milliseconds")[:-6] + "Z"  # in place of +00:00


def from_text(text: str) -> datetime:
    """The inverse of :func:`to_text`, to the millisecond."""
    return datetime.fromisoformat(text)
