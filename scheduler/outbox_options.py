"""How the outbox treats its channels, and what it reports. Values only."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path

from scheduler.render import RenderOptions
from scheduler.timing import Rate


@dataclass(frozen=True, slots=True)
class DeliveryPolicy:
    """How one channel is treated.

    After a failure that may pass the wait is ``retry_first``, doubled each time up to ``retry_max``, each time between
    three quarters and five quarters of that; after ``give_up`` since the first attempt a message goes to the dead
    letters. A send that lasts longer than ``deadline`` is given up. ``paused``: messages wait.
    """

    retry_first: timedelta = timedelta(seconds=5)
    retry_max: timedelta = timedelta(hours=1)
    give_up: timedelta = timedelta(days=3)
    deadline: timedelta = timedelta(seconds=60)
    rate: Rate | None = None
    paused: bool = False

    def wait_after(self, attempt: int, rng: random.Random) -> timedelta:
        """The wait after the ``attempt``-th failure in a row, counted from 1."""
        wait = min(self.retry_first.total_seconds() * 2.0 ** min(attempt - 1, 40), self.retry_max.total_seconds())
        return timedelta(seconds=wait * rng.uniform(0.75, 1.25))


@dataclass(frozen=True, slots=True)
class OutboxOptions:
    """``policies`` and ``renderings`` by channel name, ``default`` and ``rendering`` for the others; ``templates`` are
    Jinja2 files of channels that have one. ``batch`` messages are handed to a channel at once. A channel that fails for
    ``notice_after`` is told of through another one."""

    default: DeliveryPolicy = field(default_factory=DeliveryPolicy)
    policies: Mapping[str, DeliveryPolicy] = field(default_factory=dict)
    rendering: RenderOptions = field(default_factory=RenderOptions)
    renderings: Mapping[str, RenderOptions] = field(default_factory=dict)
    templates: Mapping[str, Path] = field(default_factory=dict)
    batch: int = 100
    lease_ttl: timedelta = timedelta(seconds=15)
    notice_after: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class OutboxStats:
    """What happened in one call. ``in_flight`` messages are with their channels now; ``leading`` is ``False`` if
    another process is sending."""

    sent: int = 0
    retried: int = 0
    dead: int = 0
    in_flight: int = 0
    leading: bool = True

    def __add__(self, later: OutboxStats) -> OutboxStats:
        return replace(
            later,
            sent=self.sent + later.sent,
            retried=self.retried + later.retried,
            dead=self.dead + later.dead,
        )
