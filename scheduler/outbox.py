"""The outbox: sends the messages that checks wrote, each at least once, in order per channel and source.

A message is marked as sent after its receiver said so; a process that is killed in between sends it again with the
same id. Only the process that holds the lease ``outbox`` sends.
"""

from __future__ import annotations

import logging
import random
import sqlite3
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Final

from scheduler import ledger
from scheduler.channels.base import Channel
from scheduler.desk import Desk
from scheduler.facts import MessageFacts
from scheduler.holding import has_held_due, release_held
from scheduler.lane import Attempt, Lane
from scheduler.ledger import ChannelRow
from scheduler.messages import make_message_id
from scheduler.outbox_lease import OutboxLease
from scheduler.outbox_options import DeliveryPolicy, OutboxOptions, OutboxStats
from scheduler.render import render
from scheduler.templates import Template
from scheduler.timing import Rate
from scraper.clock import Clock, to_text, utc_now
from scraper.durations import span_in_words
from scraper.store.db import Store

__all__ = ["DeliveryPolicy", "Outbox", "OutboxOptions", "OutboxStats", "send_test"]

_LOG = logging.getLogger(__name__)
_COALESCE_S: Final = 0.02
_BETWEEN_RECOVERIES_S: Final = 60.0


class Outbox:
    """Sends what is due. Call all methods but :meth:`wake` from one thread, the only one that uses ``store``.

    The channels must be known to the database (:func:`scheduler.registry.sync_channels`).
    """

    def __init__(
        self,
        store: Store,
        channels: Mapping[str, Channel],
        options: OutboxOptions | None = None,
        clock: Clock = utc_now,
        rng: random.Random | None = None,
    ) -> None:
        self._store = store
        self._channels: dict[str, Channel] = {}
        self._options = options or OutboxOptions()
        self._clock = clock
        self._rng = rng or random.Random()  # noqa: S311 - jitter
        self._event = threading.Event()
        self._desks: dict[str, Desk] = {}
        self._unrecorded: dict[str, list[Attempt]] = {}
        self._lease = OutboxLease(store, self._options.lease_ttl)
        self.reconfigure(channels, self._options)

    def reconfigure(self, channels: Mapping[str, Channel], options: OutboxOptions) -> None:
        """Send to these channels from now on. What is under way ends first, where it was begun. A channel given again
        as the same object is still bound by what its receiver asked for."""
        self._channels, self._options = dict(channels), options
        for name in {*self._desks, *channels}:
            policy, channel = options.policies.get(name, options.default), channels.get(name)
            if name in self._desks:
                self._desks[name].replace(channel, policy)
            elif channel is not None:
                self._desks[name] = Desk(channel, policy, self._new_lane)

    def _new_lane(self, channel: Channel) -> Lane:
        rendering = self._options.renderings.get(channel.name, self._options.rendering)
        source = self._options.templates.get(channel.name)
        template = Template(source, html=channel.kind == "mail") if source is not None else None
        return Lane(channel, rendering, self._clock, self._event, template)

    def wait(self, seconds: float) -> None:
        """Until a send has ended, or ``seconds`` have passed."""
        if self._event.wait(seconds) and self._in_flight() > 1:
            # Others are about to end as well: one transaction for many.
            time.sleep(min(_COALESCE_S, seconds))
        self._event.clear()

    def tick(self) -> OutboxStats:
        """Record what was sent, hand out what is due; never waits for a channel.

        Raises :class:`StoreError` (disk full, locked); nothing is forgotten, the next call goes on.
        """
        now = self._clock()
        stats = self._record(now)
        self._desks = {name: desk for name, desk in self._desks.items() if not desk.is_over}
        leading, claimed = self._hand_out(now)
        if not claimed and self._in_flight() == 0:
            self._lease.give_back()
        return replace(stats, in_flight=self._in_flight(), leading=leading)

    def drain(self, timeout: timedelta) -> OutboxStats:
        """Send until nothing is due any more, another process is found sending, or ``timeout`` has passed: for
        commands that end. What waits for a retry stays for later."""
        end = time.monotonic() + timeout.total_seconds()
        stats = self.tick()
        while stats.in_flight and time.monotonic() < end:
            self.wait(max(end - time.monotonic(), 0.0))
            stats += self.tick()
        return stats

    def close(self, timeout: timedelta = timedelta(seconds=5)) -> OutboxStats:
        """Let sends under way end within ``timeout``, record them, give back lease and connections. What did not end
        is sent again later, with the same id."""
        end = time.monotonic() + timeout.total_seconds()
        for desk in self._desks.values():
            desk.lane.stop()
        for desk in self._desks.values():
            desk.lane.join(max(end - time.monotonic(), 0.0))
        try:
            stats = self._record(self._clock())
            self._lease.give_back()
        finally:
            for desk in self._desks.values():
                if not desk.lane.is_alive:
                    desk.lane.channel.close()
        return stats

    def _in_flight(self) -> int:
        return sum(desk.lane.open_jobs for desk in self._desks.values())

    # Handing out

    def _hand_out(self, now: datetime) -> tuple[bool, bool]:
        """Whether we are the process that sends (or nothing is due), and whether anything was handed out."""
        if not self._lease.is_held and not has_held_due(self._store.conn, now) and not self._sendable(now):
            return True, False
        if not self._lease.hold(now):
            return False, False
        if has_held_due(self._store.conn, now):
            with self._store.transaction() as conn:
                release_held(conn, now)
        sendable = self._sendable(now)
        fresh = [row for rows in sendable.values() for row in rows if not row["is_handed"]]
        if fresh:
            # Before they are loaded: what joins a message later would make a repeat say something else.
            with self._store.transaction(durable=False) as conn:
                ledger.record_handed(conn, fresh, now)
        for name, rows in sendable.items():
            self._desks[name].lane.submit(ledger.load_jobs(self._store.conn, rows))
        return True, bool(sendable)

    def _sendable(self, now: datetime) -> dict[str, list[sqlite3.Row]]:
        rows = ledger.list_channels(self._store.conn)
        found: dict[str, list[sqlite3.Row]] = {}
        for name, desk in self._desks.items():
            channel = rows.get(name)
            if channel is None or not channel.usable or not desk.can_take(now):
                continue
            sendable = ledger.list_sendable(self._store.conn, channel.channel_id, now, self._options.batch)
            if sendable and desk.policy.rate is not None:
                sendable = sendable[: self._room(channel, desk.policy.rate, now)]
            if sendable:
                found[name] = sendable
        return found

    def _room(self, channel: ChannelRow, rate: Rate, now: datetime) -> int:
        """How many messages the channel's rate has room for now, whichever process made the attempts so far."""
        made = ledger.count_attempts(self._store.conn, channel, now - rate.per, now, most=rate.count)
        return max(rate.count - made, 0)

    # Recording

    def _record(self, now: datetime) -> OutboxStats:
        for name, desk in self._desks.items():
            tried = [attempt for attempt in desk.collect() if attempt.outcome != "held"]
            if tried:
                self._unrecorded.setdefault(name, []).extend(tried)
        if not self._unrecorded:
            return OutboxStats()
        stats = OutboxStats()
        with self._store.transaction(durable=False) as conn:
            rows = ledger.list_channels(conn)
            for name, attempts in self._unrecorded.items():
                stats += self._record_channel(conn, rows[name], attempts, now)
        self._unrecorded = {}
        return stats

    def _record_channel(
        self, conn: sqlite3.Connection, channel: ChannelRow, attempts: Sequence[Attempt], now: datetime
    ) -> OutboxStats:
        desk = self._desks[channel.name]
        sent = [attempt for attempt in attempts if attempt.outcome == "sent"]
        failed = [attempt for attempt in attempts if attempt.outcome == "failed"]
        ledger.record_sent(conn, sent)
        dead = sum(self._record_failure(conn, desk, attempt, now) for attempt in failed)
        self._record_health(conn, desk, channel, attempts, now)
        return OutboxStats(sent=len(sent), retried=len(failed) - dead, dead=dead)

    def _record_failure(self, conn: sqlite3.Connection, desk: Desk, attempt: Attempt, now: datetime) -> bool:
        """Write one failure; whether the message is dead."""
        error = attempt.error
        assert error is not None  # noqa: S101 - a failed attempt has its error
        policy = desk.policy
        if error.retryable and ledger.tried_for(conn, attempt) < policy.give_up:
            due = now + policy.wait_after(attempt.job.attempts + 1, self._rng)
            if error.not_before is not None:
                desk.pause = (attempt.at, error.not_before)
                due = max(due, error.not_before)
            ledger.record_retry(conn, attempt, due, due - now)
            return False
        _LOG.warning("channel %s: message %s is dead: %s", error.channel, attempt.job.message.message_id, error)
        ledger.record_dead(conn, attempt)
        return True

    def _record_health(
        self, conn: sqlite3.Connection, desk: Desk, channel: ChannelRow, attempts: Sequence[Attempt], now: datetime
    ) -> None:
        last_sent, failing_since = None, channel.failing_since
        for attempt in attempts:
            if attempt.outcome == "sent":
                last_sent, failing_since = attempt.at, None
            else:
                failing_since = failing_since or attempt.at
        ledger.record_health(conn, channel, last_sent=last_sent, failing_since=failing_since)
        gone = next((attempt.error for attempt in attempts if attempt.error is not None and attempt.error.gone), None)
        if gone is not None:
            self._disable(conn, channel, str(gone), now)
        elif failing_since is not None and now - failing_since >= self._options.notice_after:
            self._tell_of_failure(conn, channel, failing_since, str(attempts[-1].error), now)
        elif channel.failing_since is not None and failing_since is None:
            self._recover(conn, desk, channel, now)

    def _recover(self, conn: sqlite3.Connection, desk: Desk, channel: ChannelRow, now: datetime) -> None:
        # Not too often: a message that its receiver never accepts must not be tried again after each that it does.
        if time.monotonic() >= desk.recovered_at + _BETWEEN_RECOVERIES_S:
            desk.recovered_at = time.monotonic()
            ledger.bring_forward(conn, channel, now)

    def _disable(self, conn: sqlite3.Connection, channel: ChannelRow, reason: str, now: datetime) -> None:
        dropped = ledger.disable_channel(conn, channel, reason, now)
        _LOG.error("channel %s is disabled: %s", channel.name, reason)
        text = (
            f"The channel {channel.name} is disabled: its receiver asked never to be called again ({reason}). "
            f"{dropped} waiting messages are kept as dead letters. When it is repaired, "
            f"`presswatch notify test {channel.name}` enables it again."
        )
        self._tell_elsewhere(conn, channel, text, f"disabled {to_text(now)}", now)

    def _tell_of_failure(
        self, conn: sqlite3.Connection, channel: ChannelRow, since: datetime, reason: str, now: datetime
    ) -> None:
        text = (
            f"The channel {channel.name} has been failing for {span_in_words(now - since)}: {reason}. "
            "Its messages are kept and tried again."
        )
        self._tell_elsewhere(conn, channel, text, f"failing {to_text(since)}", now)

    def _tell_elsewhere(
        self, conn: sqlite3.Connection, channel: ChannelRow, text: str, once: str, now: datetime
    ) -> None:
        told = ledger.tell_elsewhere(conn, channel, text, once=once, usable=tuple(self._channels), now=now)
        if told is not None:
            _LOG.warning("channel %s: told through %s: %s", channel.name, told, text)


def send_test(channel: Channel, now: datetime) -> None:
    """Send a marked test message at once, past the outbox. Raises :class:`scraper.errors.DeliveryError`."""
    message = MessageFacts(
        make_message_id(channel.name, ["test", to_text(now)]), channel=channel.name, kind="test", created_at=now
    )
    channel.send(render(message), message)
