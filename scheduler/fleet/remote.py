"""The scheduler's side of a fleet: a :class:`scraper.reading.Reader` whose pages are read by workers elsewhere."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
import time
import uuid
from collections import OrderedDict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final

from aio_pika.abc import AbstractIncomingMessage

from scheduler.fleet.broker import LOST, SETUP_SECONDS, WAIT, Broker, BrokerError, job_queue, talking
from scheduler.fleet.shards import shard_of
from scheduler.fleet.wire import PROTOCOL, Done, Hello, Job, Roster, WireError, pack, unpack
from scraper.clock import Clock
from scraper.errors import FetchError, LeaseLostError, StoreError
from scraper.reading import Reading, ReadingManners, ReadRequest
from scraper.robots import RobotsRecord, RobotsStore
from scraper.store import leases
from scraper.store.db import Store
from scraper.store.jobs import LEASE
from scraper.store.thread import StoreThread
from scraper.urls import origin_of, site_of

log = logging.getLogger(__name__)

_RENEW_SECONDS: Final = LEASE.total_seconds() / 3
_SILENT_SECONDS: Final = 12.0
"""A worker that has not said for so long that it lives is not counted on."""
_REMEMBERED: Final = 20_000
_MOST_LED_TO: Final = 10


@dataclass(slots=True)
class WorkerState:
    """A worker as it last said, and when that was on the monotonic clock."""

    hello: Hello
    heard: float


@dataclass(frozen=True, slots=True)
class FleetState:
    """The fleet at a moment. ``waiting`` jobs are in the queues, taken or not; ``oldest`` is the age of the one waited
    for longest, ``peak`` the longest wait that ended since the state before."""

    workers: tuple[Hello, ...]
    waiting: int
    oldest: timedelta
    peak: timedelta


@dataclass(slots=True)
class _Pending:
    origin: str
    future: asyncio.Future[Done]
    since: float = field(default_factory=time.monotonic)


class _LedTo:
    """Which other origins were asked for their robots.txt when pages of an origin were read, such as those that it
    redirects to: the latest few of each, and of as many origins as are read these days."""

    def __init__(self) -> None:
        self._known: OrderedDict[str, tuple[str, ...]] = OrderedDict()

    def note(self, origin: str, others: Iterable[str]) -> None:
        """Looking at ``origin``, these were asked."""
        known = dict.fromkeys(other for other in (*others, *self._known.get(origin, ())) if other != origin)
        if known:
            self._known[origin] = tuple(known)[:_MOST_LED_TO]
            while len(self._known) > _REMEMBERED:
                self._known.popitem(last=False)

    def of(self, origin: str) -> tuple[str, ...]:
        """What is known, the latest first."""
        if origin not in self._known:
            return ()
        self._known.move_to_end(origin)
        return self._known[origin]


class RemoteReader:
    """Sends what is to be read to the workers and waits for what they say.

    ``manners`` are those of the configuration, and may be replaced at any time.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        store: StoreThread,
        robots: RobotsStore,
        clock: Clock,
        manners: Callable[[], ReadingManners],
    ) -> None:
        self._broker = broker
        self._store = store
        self._robots = robots
        self._clock = clock
        self._manners = manners
        self._led_to = _LedTo()
        self._pending: dict[str, _Pending] = {}
        self._workers: dict[str, WorkerState] = {}
        self._roster: tuple[str, ...] = ()
        self._strangers: set[str] = set()
        self._peak = 0.0

    async def start(self) -> None:
        """Make the queues, forget the jobs of a scheduler before us (their sources are still due), and listen. Raises
        :class:`scheduler.fleet.broker.BrokerError`."""
        with talking("the queues cannot be used"):
            async with asyncio.timeout(SETUP_SECONDS):
                queues = await self._broker.job_queues()
                done, hellos = await self._broker.done_queue(), await self._broker.hello_queue()
                await self._broker.roster_exchange()
                for queue in (*queues, done):
                    await queue.purge()
                await done.consume(self._on_done)
                await hellos.consume(self._on_hello, no_ack=True)

    def visit(self, paid: str | None, leases: tuple[tuple[str, int], ...] = ()) -> RemoteVisit:  # noqa: ARG002
        """Begin a look. Whoever reads spaces its requests."""
        return RemoteVisit(self, leases)

    def state(self) -> FleetState:
        """The fleet now."""
        now, peak, self._peak = time.monotonic(), self._peak, 0.0
        oldest = max((now - one.since for one in self._pending.values()), default=0.0)
        workers = tuple(one.hello for _, one in sorted(self._workers.items()))
        return FleetState(workers, len(self._pending), timedelta(seconds=oldest), timedelta(seconds=peak))

    async def tell_roster(self) -> None:
        """Say who lives, every few seconds and whenever it has changed."""
        silent = time.monotonic() - _SILENT_SECONDS
        for name in [name for name, one in self._workers.items() if one.heard < silent]:
            log.warning("worker %s is silent", name)
            self._forget(name)
        names = tuple(sorted(name for name, one in self._workers.items() if one.hello.protocol == PROTOCOL))
        if names != self._roster:
            log.info("%d workers: %s", len(names), ", ".join(names) or "none; nothing is read until there is one")
            self._roster = names
        try:
            await self._broker.tell_roster(pack(Roster(names)))
        except BrokerError as error:
            log.warning("%s", error)

    async def ask(self, request: ReadRequest, held: tuple[tuple[str, int], ...]) -> Done:
        """Have a page read. Raises :class:`scraper.errors.LeaseLostError` if nobody did within :data:`WAIT`, or
        somebody else took the source over meanwhile: nothing is known about the page then; :class:`WireError` where
        it cannot be asked for."""
        job = await self._job(request)
        pending = _Pending(origin_of(request.url), asyncio.get_running_loop().create_future())
        self._pending[job.id] = pending
        try:
            await self._send(job, held)
            return await self._wait(pending, held)
        except BrokerError as error:
            log.error("%s", error)
            raise LeaseLostError(held[0][0] if held else request.source_key) from error
        finally:
            del self._pending[job.id]
            self._peak = max(self._peak, time.monotonic() - pending.since)

    async def _job(self, request: ReadRequest) -> Job:
        return Job(
            id=uuid.uuid4().hex,
            site=site_of(request.url),
            request=request,
            manners=self._manners(),
            robots=await self._known_robots(request),
        )

    async def _known_robots(self, request: ReadRequest) -> tuple[RobotsRecord, ...]:
        """Of the page's origin, and of those that it is likely to lead to: the worker keeps none."""
        home = origin_of(request.url)
        before = (origin_of(request.validators.url),) if request.validators else ()
        origins = dict.fromkeys((home, *before, *self._led_to.of(home)))
        records = [await self._robots.get_robots(origin) for origin in origins]
        return tuple(record for record in records if record is not None)

    async def _send(self, job: Job, held: tuple[tuple[str, int], ...]) -> None:
        """While the broker is away the leases are kept up as well: nobody else is to begin the same look."""
        body, give_up = pack(job), time.monotonic() + WAIT.total_seconds()
        patience = timedelta(seconds=_RENEW_SECONDS)
        while True:
            try:
                return await self._broker.send(job_queue(shard_of(job.site)), body, keep=WAIT, patience=patience)
            except BrokerError:
                if time.monotonic() >= give_up:
                    raise
            await self._renew(held)

    async def _wait(self, pending: _Pending, held: tuple[tuple[str, int], ...]) -> Done:
        give_up = time.monotonic() + WAIT.total_seconds()
        while time.monotonic() < give_up:
            done, _ = await asyncio.wait({pending.future}, timeout=_RENEW_SECONDS)
            if done:
                return pending.future.result()
            await self._renew(held)
        raise BrokerError(f"no worker has read a page within {WAIT.total_seconds() / 60:g} minutes")

    async def _renew(self, held: tuple[tuple[str, int], ...]) -> None:
        await self._store.write(lambda store: _renew(store, held, self._clock()))

    async def _on_done(self, message: AbstractIncomingMessage) -> None:
        try:
            await self._take(unpack(message.body, Done))
        except WireError as error:
            log.error("%s", error)
        finally:
            # Not after the commit: what is lost between here and there is still due. And whatever happens: the broker
            # sends ahead only so many that are not acknowledged.
            try:
                await message.ack()
            except LOST as error:
                log.debug("an answer will come again: %r", error)

    async def _take(self, done: Done) -> None:
        pending = self._pending.get(done.id)
        # A second answer to one job: it was read twice, because a worker or the broker went down in between.
        if pending is not None and not pending.future.done():
            self._led_to.note(pending.origin, (record.origin for record in done.robots))
            pending.future.set_result(done)
        await self._keep(done.robots)

    async def _keep(self, records: tuple[RobotsRecord, ...]) -> None:
        """What cannot be written now (a full disk) is asked for again."""
        try:
            for record in records:
                await self._robots.put_robots(record)
        except (StoreError, sqlite3.Error) as error:
            log.warning("%s", error)

    async def _on_hello(self, message: AbstractIncomingMessage) -> None:
        try:
            hello = unpack(message.body, Hello)
        except WireError as error:
            log.warning("%s", error)
            return
        if hello.protocol != PROTOCOL and hello.name not in self._strangers:
            self._strangers.add(hello.name)
            log.error(
                "worker %s is presswatch %s and speaks version %d of the protocol, not %d: it is given nothing to read",
                hello.name,
                hello.version,
                hello.protocol,
                PROTOCOL,
            )
        is_new = hello.name not in self._workers
        if hello.leaving:
            self._forget(hello.name)
        else:
            self._workers[hello.name] = WorkerState(hello, time.monotonic())
        if is_new or hello.leaving:
            await self.tell_roster()

    def _forget(self, name: str) -> None:
        self._workers.pop(name, None)
        self._strangers.discard(name)


class RemoteVisit:
    """A :class:`scraper.reading.Visit` whose requests are made elsewhere."""

    def __init__(self, reader: RemoteReader, held: tuple[tuple[str, int], ...]) -> None:
        self._reader = reader
        self._held = held
        self._spacing: timedelta | None = None

    @property
    def spacing(self) -> timedelta:
        """As the worker found it."""
        return self._spacing if self._spacing is not None else self._reader._manners().spacing

    async def read(self, request: ReadRequest) -> Reading:
        """As :meth:`scraper.reading.Visit.read`; raises :class:`scraper.errors.LeaseLostError` as well."""
        try:
            done = await self._reader.ask(request, self._held)
            self._spacing = done.spacing
            return done.reading()
        except WireError as error:
            raise FetchError("internal", str(error), url=request.url) from error


def _renew(store: Store, held: tuple[tuple[str, int], ...], now: datetime) -> None:
    for name, token in held:
        if not leases.renew(store.conn, name, token, LEASE, now):
            raise LeaseLostError(name)
