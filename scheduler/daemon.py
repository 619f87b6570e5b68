"""The daemon: APScheduler's clock runs a handful of jobs; what is due lives in our own tables.

Its timers follow the wall clock and stand still for an hour after a step back of an hour, so a small watchdog on the
monotonic clock notices a jump, corrects what is due and wakes the jobs.
"""

from __future__ import annotations

import asyncio
import logging
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.upkeep import compact, correct_due
from scraper.check import CheckReport
from scraper.clock import to_text
from scraper.errors import LeaseLostError, PresswatchError, StoreError
from scraper.service import Service
from scraper.store import leases
from scraper.store.db import Store
from scraper.store.sources import SourceJob, lease_source, ready_sources

log = logging.getLogger(__name__)

DAEMON_LEASE = "daemon"
_TTL = timedelta(seconds=60)
_DRAIN_SECONDS = 5.0
_JUMP_SECONDS = 5.0


class DaemonRunningError(PresswatchError):
    """Another daemon works on the same database."""

    def __init__(self, holder: str, path: str) -> None:
        super().__init__(f"{path}: another presswatch daemon ({holder}) works on this database; stop it first")
        self.holder = holder


class Sender(Protocol):
    """What the daemon needs of the outbox; called from one thread of its own."""

    def tick(self, now: datetime) -> object:
        """Record what was sent, hand over what is due. Must not wait for a channel."""
        ...

    def close(self, timeout: timedelta) -> None:
        """Let sends under way end, up to ``timeout``, and give the outbox back."""
        ...


@dataclass(frozen=True, slots=True)
class DaemonOptions:
    """``parallel`` checks at most are under way at once; ``tick`` is how often the due table is asked, in seconds."""

    parallel: int = 8
    tick: float = 0.25
    reload_check: float = 2.0


class Daemon:
    """Looks at what is due until it is told to stop.

    ``reload`` is called when the configuration may have changed, ``is_changed`` says cheaply whether it has; both run
    in the store's thread. ``report`` receives each finished check.
    """

    def __init__(
        self,
        service: Service,
        sender: Sender,
        options: DaemonOptions,
        *,
        reload: Callable[[Store], None],
        is_changed: Callable[[], bool],
        report: Callable[[CheckReport], None],
    ) -> None:
        self.service = service
        self.sender = sender
        self.options = options
        self._reload = reload
        self._is_changed = is_changed
        self._report = report
        self._running: set[asyncio.Task[None]] = set()
        self._stop = asyncio.Event()
        self._holder = leases.holder_name()
        self._token = 0
        self._failure: PresswatchError | None = None
        self._scheduler = AsyncIOScheduler(timezone=UTC)

    def stop(self) -> None:
        """Ask the daemon to end; safe to call from a signal handler of its loop."""
        self._stop.set()

    def ask_reload(self) -> None:
        """Read the configuration again (SIGHUP)."""
        self._spawn(self._apply_configuration())

    async def run(self) -> None:
        """Work until :meth:`stop`. Raises :class:`DaemonRunningError` if there is one already, and whatever made it
        impossible to go on (a lost daemon lease)."""
        await self._take_over()
        self._start_jobs()
        watchdog = asyncio.create_task(self._watch_clock())
        try:
            await self._stop.wait()
        finally:
            watchdog.cancel()
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
            correct_due(store.conn, now)
            return token

        found = await self.service.store.write(take)
        if isinstance(found, str):
            holder, _, path = found.partition(" on ")
            raise DaemonRunningError(":".join(holder.split(":")[:2]), path)
        self._token = found

    async def _give_back(self) -> None:
        def give(store: Store) -> None:
            leases.release(store.conn, DAEMON_LEASE, self._token)

        try:
            await self.service.store.write(give)
        except StoreError as error:
            log.warning("%s", error)

    async def _drain(self) -> None:
        """Let checks under way commit, a few seconds long; abandon what hangs. Its lease is given back by its
        cancellation."""
        checks = set(self._running)
        sender = asyncio.create_task(asyncio.to_thread(self.sender.close, timedelta(seconds=_DRAIN_SECONDS - 1)))
        if checks:
            _, hanging = await asyncio.wait(checks, timeout=_DRAIN_SECONDS)
            for task in hanging:
                task.cancel()
            await asyncio.gather(*hanging, return_exceptions=True)
        await asyncio.wait({sender}, timeout=_DRAIN_SECONDS)

    # -- jobs --------------------------------------------------------------------------------------------------------

    def _start_jobs(self) -> None:
        # A late job runs once, however late: a machine that slept has not missed its digest.
        logging.getLogger("apscheduler").setLevel(logging.WARNING)
        common: dict[str, Any] = {"misfire_grace_time": None, "coalesce": True, "max_instances": 1}
        add = self._scheduler.add_job
        add(self._guarded(self._dispatch), "interval", seconds=self.options.tick, id="dispatch", **common)
        add(self._guarded(self._send), "interval", seconds=self.options.tick, id="outbox", **common)
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

    def _guarded(self, job: Callable[[], Awaitable[None]]) -> Callable[[], Awaitable[None]]:
        """A full disk or a locked database ends one run of a job, not the daemon: it goes on when there is room."""

        async def run() -> None:
            try:
                await job()
            except StoreError as error:
                log.error("%s", error)

        return run

    async def _dispatch(self) -> None:
        room = self.options.parallel - len(self._running)
        if room <= 0 or self._stop.is_set():
            return
        now = self.service.clock()
        jobs = await self.service.store.run(lambda store: self._take(store, room, now))
        for job in jobs:
            self._spawn(self._check(job))

    def _take(self, store: Store, room: int, now: datetime) -> list[SourceJob]:
        """Lease what is due. Without anything due nothing is written."""
        ready = ready_sources(store.conn, now, room)
        if not ready:
            return []
        spacing = self.service.assembly.options.spacing
        with store.transaction(durable=False) as conn:
            found = [lease_source(conn, source_id, self._holder, spacing, now) for source_id in ready]
        return [job for job in found if isinstance(job, SourceJob)]

    async def _check(self, job: SourceJob) -> None:
        try:
            self._report(await self.service.checker.check(job))
        except (StoreError, LeaseLostError) as error:
            log.error("check source=%s not committed: %s", job.slug, error)
            await self._return_leases(job)
        except asyncio.CancelledError:
            await self._return_leases(job)
            raise

    async def _return_leases(self, job: SourceJob) -> None:
        def give(store: Store) -> None:
            for lease in job.leases:
                leases.release(store.conn, *lease)

        try:
            await self.service.store.write(give)
        except StoreError as error:
            log.warning("%s", error)

    def _spawn(self, work: Any) -> None:
        task = asyncio.create_task(work)
        self._running.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        if not task.cancelled() and task.exception():
            log.error("unexpected fault", exc_info=task.exception())

    async def _send(self) -> None:
        await asyncio.to_thread(self.sender.tick, self.service.clock())

    async def _renew(self) -> None:
        now = self.service.clock()
        held = await self.service.store.write(
            lambda store: leases.renew(store.conn, DAEMON_LEASE, self._token, _TTL, now)
        )
        if not held:
            self._failure = LeaseLostError(DAEMON_LEASE)
            self.stop()

    async def _look_for_configuration(self) -> None:
        if self._is_changed():
            await self._apply_configuration()

    async def _apply_configuration(self) -> None:
        try:
            await self.service.store.run(self._reload)
        except PresswatchError as error:
            log.error("the configuration was not applied: %s", error)
        else:
            log.info("configuration applied")

    async def _compact(self) -> None:
        await self.service.store.run(compact)

    # -- the clock ---------------------------------------------------------------------------------------------------

    async def _watch_clock(self) -> None:
        """Notice that the wall clock was set: compare it with the monotonic one once a second."""
        offset = time.time() - time.monotonic()
        while True:
            await asyncio.sleep(1)
            moved = time.time() - time.monotonic() - offset
            offset += moved
            if abs(moved) < _JUMP_SECONDS:
                continue
            await self._correct_clock(timedelta(seconds=moved))

    async def _correct_clock(self, moved: timedelta) -> None:
        now = self.service.clock()
        log.warning("the clock jumped by %+.0f s; it is %s now", moved.total_seconds(), to_text(now))
        try:
            await self.service.store.write(lambda store: correct_due(store.conn, now, moved))
        except StoreError as error:
            log.error("%s", error)
        for job in self._scheduler.get_jobs():
            if job.id != "compact":
                job.modify(next_run_time=now)
        self._scheduler.wakeup()
