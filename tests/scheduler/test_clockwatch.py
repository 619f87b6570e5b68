"""Jumps of the wall clock, and rests of a store that cannot be written: both under clocks moved by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from scheduler.clockwatch import ClockWatch
from scheduler.rest import Rest


class Clocks:
    """A wall clock and a monotonic one."""

    def __init__(self) -> None:
        self.wall = datetime(2026, 10, 25, 0, 59, 58, tzinfo=UTC)
        self.seconds = 1_000.0

    def pass_by(self, seconds: float, *, wall: float | None = None) -> None:
        """Time passes; ``wall`` is what the wall clock makes of it."""
        self.seconds += seconds
        self.wall += timedelta(seconds=seconds if wall is None else wall)


@pytest.mark.parametrize("jump", [-3600.0, -5.0, 5.0, 3600.0, 13 * 365 * 86400.0])
def test_jump_is_noticed_once_and_by_how_much(jump: float) -> None:
    clocks = Clocks()
    watch = ClockWatch(lambda: clocks.wall, lambda: clocks.seconds)
    clocks.pass_by(60)
    assert watch.jump() is None
    clocks.pass_by(1, wall=1 + jump)
    assert watch.jump() == timedelta(seconds=jump)
    clocks.pass_by(1)
    assert watch.jump() is None


def test_slewing_and_an_oversleeping_machine_are_no_jumps() -> None:
    clocks = Clocks()
    watch = ClockWatch(lambda: clocks.wall, lambda: clocks.seconds)
    for seconds, wall in ((1, 1.4), (1, 0.6), (90, 90.2), (1, 5.9), (1, -3.9)):
        clocks.pass_by(seconds, wall=wall)
        assert watch.jump() is None


def test_rests_grow_to_half_a_minute_and_begin_anew_when_it_worked() -> None:
    clocks = Clocks()
    rest = Rest(lambda: clocks.seconds)
    lengths = []
    for _ in range(8):
        assert rest.is_over
        rest.failed()
        rest.failed()  # another check that met the same full disk
        begun = clocks.seconds
        while not rest.is_over:
            clocks.pass_by(0.5)
        lengths.append(clocks.seconds - begun)
    assert lengths == [1, 2, 4, 8, 16, 30, 30, 30]
    rest.worked()
    rest.failed()
    clocks.pass_by(1)
    assert rest.is_over
