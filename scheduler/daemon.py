"""The daemon: APScheduler's clock runs a handful of jobs; what is due lives in our own tables.

Its timers follow the wall clock and stand still for an hour after a step back of an hour, so a small watchdog on the
monotonic clock notices a jump, corrects what is due and wakes the jobs.
"""

from __future__ import annotations

import asyncio
import logging
import random
import sqlite3
import time
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, timedelta
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.clockwatch import ClockWatch
from scheduler.dispatcher import Dispatcher
from scheduler.rest import Rest
from scheduler.servicemanager import ServiceManager
from scheduler.upkeep import compact, correct_due, forget_strangers
from scraper.check import CheckReport
from scraper.clock import to_text
from scraper.errors import LeaseLostError, PresswatchError, StoreError
from scraper.service import Service
from scraper.store import leases
from scraper.store.db import Store
from scraper.store.retention import retire_captures

log = logging.getLogger(__name__)

DAEMON_LEASE = "daemon"
_TTL = timedelta(seconds=60)
_DRAIN_SECONDS = 5.0


class DaemonRunningError(PresswatchError):
    """Another daemon works on the same database."""

    def __init__(self, holder: str, path: str) -> None:
        host, process = leases.host_and_process(holder)
        super().__init__(
            f"{path}: another presswatch daemon works on this database, process {process} on {host}; end it first: "
            f"kill {process} (of systemd: systemctl stop presswatch)"
        )
        self.holder = holder


class Sender(Protocol):
    """What the daemon needs of the outbox; called from one thread of its own."""

    def tick(self) -> None:
        """Record what was sent, hand over what is due. Must not wait for a channel, or but a moment."""
        ...

    def replace(self) -> None:
        """Begin anew with the next tick: other channels, or another time of day. Safe to call from any thread."""
        ...

    def close(self, timeout: timedelta) -> None:
        """Let sends under way end, up to ``timeout``, and give the outbox back."""
        ...


@dataclass(frozen=True, slots=True)
class DaemonOptions:
    """In seconds: how often the due table is asked, and how often it is looked whether the configuration changed, and
    whether it is time for a sign of life."""

    tick: float = 0.25
    reload_check: float = 2.0
    beat: float = 5.0


def _is_no_ending(record: logging.LogRecord) -> bool:
    """The scheduler cancels its jobs when the daemon ends, those that have not begun too, and logs each as a fault."""
    return not (record.exc_info and isinstance(record.exc_info[1], asyncio.CancelledError))


def hush_clock() -> None:
    """Leave out of the log what is as it should be: that a job begins, that one is left out because the last run of it
    still goes on (``max_instances``), that one is cancelled at the end."""
    logging.getLogger("apscheduler").setLevel(logging.WARNING)
    logging.getLogger("apscheduler.scheduler").setLevel(logging.ERROR)
    logging.getLogger("apscheduler.executors.default").addFilter(_is_no_ending)


async def _nothing() -> None:
    """In place of what a caller has not named."""


class Daemon:
    """Looks at what is due until it is told to stop.

    ``reload`` is called when the configuration may have changed, with whether somebody says that it is whole as it is;
    it runs in the store's thread and is ``False`` where the file is to be left alone a little longer. ``is_changed``
    says cheaply whether it has changed. ``report`` receives each finished check. ``beat`` is called every few seconds
    in a thread of its own, as long as the store can be written; ``manager`` is told how the service is. ``begun`` is
    called once it is the one that works on the database, before it looks at anything; what it raises ends the daemon.
    """

    def __init__(
        self,
        service: Service,
        sender: Sender,
        options: DaemonOptions,
        *,
        reload: Callable[[Store, bool], bool],
        is_changed: Callable[[], bool],
        report: Callable[[CheckReport], None],
        beat: Callable[[], None] = lambda: None,
        manager: ServiceManager | None = None,
        monotonic: Callable[[], float] = time.monotonic,
        begun: Callable[[], Awaitable[None]] = _nothing,
    ) -> None:
        self.service = service
        self.sender = sender
        self.options = options
        self._reload = reload
        self._beat = beat
        self._begun = begun
        self._manager = manager or ServiceManager({})
        self._is_changed = is_changed
        self._stop = asyncio.Event()
        self._holder = leases.holder_name()
        self._token = 0
        self._dispatcher = Dispatcher(service, self._holder, report, monotonic)
        self._background: set[asyncio.Task[None]] = set()
        self._failure: BaseException | None = None
        self._is_reload_asked = False
        self._monotonic = monotonic
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def stop(self) -> None:
        """Ask the daemon to end; safe to call from a signal handler of its loop."""
        self._stop.set()

    def wake(self) -> None:
        """Something may be due now that was not before."""
        self._dispatcher.wake()

    def ask_reload(self) -> None:
        """Read the configuration again (SIGHUP)."""
        self._is_reload_asked = True
        self._begin(self._guarded(self._look_for_configuration)())

    def guard(self, task: asyncio.Task[None]) -> None:
        """End when a fault ends ``task``: without what it does the service would only seem to work."""

        def ended(done: asyncio.Task[None]) -> None:
            fault = None if done.cancelled() else done.exception()
            if fault is not None:
                self._failure = self._failure or fault
                self.stop()

        task.add_done_callback(ended)

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._background.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._background.discard(task)
        if not task.cancelled() and task.exception():
            log.error("unexpected fault", exc_info=task.exception())

    async def run(self) -> None:
        """Work until :meth:`stop`. Raises :class:`DaemonRunningError` if there is one already, and whatever made it
        impossible to go on (a lost daemon lease, a fault of what is done beside the looks)."""
        await self._take_over()
        try:
            await self._begun()
        except BaseException:
            await self._give_back()
            raise
        self._start_jobs()
        background = [asyncio.create_task(self._watch_clock()), asyncio.create_task(self._feed_watchdog())]
        for task in background:
            self.guard(task)
        self._manager.ready("watching")
        try:
            await self._stop.wait()
        finally:
            self._manager.stopping()
            for task in background:
                task.cancel()
            self._scheduler.shutdown(wait=False)
            await self._drain()
            await self._give_back()
        if self._failure is not None:
            raise self._failure

    # -- beginning and end -------------------------------------------------------------------------------------------

    async def _take_over(self) -> None:
        now = self.service.clock()

        def take(store: Store) -> int | str:
            token = leases.acquire(store.conn, DAEMON_LEASE, self._holder, _TTL, now)
            if token is None:
                row = store.conn.execute("SELECT holder FROM leases WHERE name = ?", (DAEMON_LEASE,)).fetchone()
                return f"{row['holder']} on {store.path}"
            leases.release_dead(store.conn)
            correct_due(store.conn, now)
            return token

        found = await self.service.store.write(take)
        if isinstance(found, str):
            holder, _, path = found.partition(" on ")
            raise DaemonRunningError(holder, path)
        self._token = found

    async def _give_back(self) -> None:
        try:
            await self.service.store.write(lambda store: leases.release(store.conn, DAEMON_LEASE, self._token))
        except StoreError as error:
            log.warning("%s", error)

    async def _drain(self) -> None:
        """Let checks under way commit and sends end, a few seconds long; abandon what hangs."""
        sender = asyncio.create_task(asyncio.to_thread(self.sender.close, timedelta(seconds=_DRAIN_SECONDS - 1)))
        end = self._monotonic() + _DRAIN_SECONDS
        await self._dispatcher.drain(_DRAIN_SECONDS)
        done, _ = await asyncio.wait({sender}, timeout=max(end - self._monotonic(), 0.5))
        for error in (task.exception() for task in done):
            if error is not None:
                log.warning("outbox: %s", error)

    # -- jobs --------------------------------------------------------------------------------------------------------

    def _start_jobs(self) -> None:
        # A late job runs once, however late: a machine that slept has not missed its digest.
        hush_clock()
        common: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        add = self._scheduler.add_job
        dispatch = self._guarded(self._dispatcher.dispatch, self._dispatcher.rest)
        self._dispatcher.again = lambda: self._begin(dispatch())
        add(dispatch, "interval", seconds=self.options.tick, id="dispatch", **common)
        add(self._guarded(self._send), "interval", seconds=self.options.tick, id="outbox", **common)
        beat = {"seconds": self.options.beat, "id": "heartbeat", "next_run_time": self.service.clock()}
        add(self._give_sign_of_life, "interval", **beat, **common)
        add(self._guarded(self._renew), "interval", seconds=_TTL.total_seconds() / 4, id="lease", **common)
        add(
            self._guarded(self._look_for_configuration),
            "interval",
            seconds=self.options.reload_check,
            id="reload",
            **common,
        )
        add(self._guarded(self._compact), "cron", hour=3, minute=random.randrange(60), id="compact", **common)  # noqa: S311
        self._scheduler.start()

    def _guarded(
        self, job: Callable[[], Awaitable[None]], rest: Rest | None = None
    ) -> Callable[[], Coroutine[Any, Any, None]]:
        """A full disk or a locked database ends one run of a job, not the daemon: it goes on when there is room.
        ``rest`` is given where it takes more than the job itself to say that all is well again."""
        own = Rest(self._monotonic)
        pause = rest or own

        async def run() -> None:
            if not pause.is_over:
                return
            try:
                await job()
            except (StoreError, sqlite3.Error) as error:
                pause.failed()
                log.error("%s", error)
            except asyncio.CancelledError:
                # The scheduler cancels its jobs when the daemon ends, and would log each as a fault.
                if not self._stop.is_set():
                    raise
            else:
                own.worked()

        return run

    async def _send(self) -> None:
        await asyncio.to_thread(self.sender.tick)

    async def _give_sign_of_life(self) -> None:
        if self._dispatcher.rest.is_over:
            await asyncio.to_thread(self._beat)

    async def _feed_watchdog(self) -> None:
        """As long as the store's thread answers; what it cannot do (a full disk) is no reason to be killed."""
        while self._manager.interval is not None:
            await self.service.store.run(lambda _: None)
            self._manager.alive()
            await asyncio.sleep(self._manager.interval)

    async def _renew(self) -> None:
        now = self.service.clock()

        def renew(store: Store) -> bool:
            leases.release_dead(store.conn)
            return leases.renew(store.conn, DAEMON_LEASE, self._token, _TTL, now)

        if not await self.service.store.write(renew):
            self._failure = LeaseLostError(DAEMON_LEASE, "another presswatch daemon took over; this one ends")
            self.stop()

    async def _look_for_configuration(self) -> None:
        if self._is_reload_asked or self._is_changed():
            await self._apply_configuration()

    async def _apply_configuration(self) -> None:
        """What cannot be written now is tried again; a mistake is one until the file is another."""
        is_asked, self._is_reload_asked = self._is_reload_asked, False
        self._manager.reloading()
        try:
            is_applied = await self.service.store.run(lambda store: self._reload(store, is_asked))
        except (StoreError, sqlite3.Error):
            self._is_reload_asked |= is_asked
            self._manager.ready("watching; the configuration is not applied yet, the database cannot be written")
            raise
        except PresswatchError as error:
            log.error("the configuration was not applied: %s", error)
            self._manager.ready("watching; the configuration was not applied, it has a mistake")
        else:
            if is_applied:
                log.info("configuration applied")
                self._dispatcher.wake()
            self._manager.ready("watching")

    async def _compact(self) -> None:
        now, retention = self.service.clock(), self.service.assembly.retention
        gone = await self.service.store.run(lambda store: retire_captures(store, retention, now))
        if gone.captures or gone.orphans:
            log.info("captures: %d retired, %d left over from crashes collected", gone.captures, gone.orphans)
        await self.service.store.write(lambda store: forget_strangers(store.conn, now))
        await self.service.store.run(compact)

    # -- the clock ---------------------------------------------------------------------------------------------------

    async def _watch_clock(self) -> None:
        watch = ClockWatch(self.service.clock, self._monotonic)
        while True:
            await asyncio.sleep(1)
            moved = watch.jump()
            if moved is not None:
                await self._correct_clock(moved)

    async def _correct_clock(self, moved: timedelta) -> None:
        now = self.service.clock()
        log.warning("the clock jumped by %+.0f s; it is %s now", moved.total_seconds(), to_text(now))
        try:
            await self.service.store.write(lambda store: correct_due(store.conn, now, moved))
        except StoreError as error:
            log.error("%s", error)
        self.sender.replace()
        self._dispatcher.wake()
        for job in self._scheduler.get_jobs():
            if job.id != "compact":
                job.modify(next_run_time=now)
        self._scheduler.wakeup()
