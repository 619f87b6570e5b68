"""Noticing that the wall clock was set, by comparing it with one that only ever goes on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from scraper.clock import Clock

_JUMP = timedelta(seconds=5)
"""What time servers slew, or a machine under load oversleeps, is less."""


class ClockWatch:
    """Ask it often. ``monotonic`` gives seconds from an arbitrary beginning. A machine that slept counts as one whose
    clock was set forward."""

    def __init__(self, clock: Clock, monotonic: Callable[[], float]) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._beginning = self._look()

    def _look(self) -> datetime:
        return self._clock() - timedelta(seconds=self._monotonic())

    def jump(self) -> timedelta | None:
        """By how much the wall clock was set since the last call; ``None`` if it just went on."""
        beginning = self._look()
        moved, self._beginning = beginning - self._beginning, beginning
        return moved if abs(moved) >= _JUMP else None
