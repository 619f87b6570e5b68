"""One channel as the outbox's thread sees it: the lane that sends, pauses, and what takes the lane's place."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from scheduler.channels.base import Channel
from scheduler.lane import Attempt, Lane
from scheduler.outbox_options import DeliveryPolicy

_MOST_ABANDONED: Final = 3
_END_S: Final = 1.0


class Desk:
    """Begins with ``channel`` and a lane of ``make_lane``, which makes the later ones too. ``pause``: from when until
    when the receiver asked not to be called; ``recovered_at``: when it was well again last, in monotonic seconds."""

    def __init__(self, channel: Channel, policy: DeliveryPolicy, make_lane: Callable[[Channel], Lane]) -> None:
        self.policy = policy
        self.pause: tuple[datetime, datetime] | None = None
        self.recovered_at = float("-inf")
        self.lane = make_lane(channel)
        self._make_lane = make_lane
        self._channel: Channel | None = channel
        self._abandoned: list[Lane] = []
        self._is_leaving = False

    @property
    def is_over(self) -> bool:
        """Whether the channel was taken away and nothing is under way any more."""
        return self._channel is None and not self.lane.open_jobs

    def can_take(self, now: datetime) -> bool:
        """Whether messages may be handed in at all."""
        # Before its beginning a pause does not hold: the clock was set back.
        is_resting = self.pause is not None and self.pause[0] <= now < self.pause[1]
        if self.policy.paused or is_resting or self._is_leaving or self.lane.open_jobs:
            return False
        self._abandoned = [lane for lane in self._abandoned if lane.is_alive]
        return len(self._abandoned) < _MOST_ABANDONED

    def replace(self, channel: Channel | None, policy: DeliveryPolicy) -> None:
        """Go on with a new lane, to ``channel`` (``None``: not at all). What is being sent ends first, on the lane that
        began it and up to its deadline: its answer counts. A pause was asked for by the receiver behind a channel, and
        ends with it."""
        if channel is not self._channel:
            self.pause = None
        self._channel, self.policy = channel, policy
        self._is_leaving = True
        self.lane.stop()

    def collect(self) -> list[Attempt]:
        """What was done since the last call, in order. A send that lasts too long is given up; a lane that is to be
        replaced makes way when it is empty."""
        done = self.lane.collect()
        if self.lane.stuck_for() > self.policy.deadline.total_seconds():
            done += self.lane.abandon()
            self._abandoned.append(self.lane)
            self._change_lanes()
        elif self._is_leaving and not self.lane.open_jobs:
            self.lane.join(_END_S)
            if not self.lane.is_alive:
                self.lane.channel.close()
            self._change_lanes()
        return done

    def _change_lanes(self) -> None:
        if self._channel is not None:
            self.lane = self._make_lane(self._channel)
            self._is_leaving = False
