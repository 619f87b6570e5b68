"""A worker: reads the pages it is given, politely, and sends back what they say. Knows no database."""

from __future__ import annotations

import asyncio
import logging
import os
import socket
from datetime import timedelta
from functools import partial
from typing import Any, Final

from aio_pika.abc import AbstractIncomingMessage

from scheduler.fleet.broker import DONE, HELLOS, LOST, SETUP_SECONDS, WAIT, Broker, BrokerError, talking
from scheduler.fleet.lines import Lines
from scheduler.fleet.pace import SitePace
from scheduler.fleet.shards import shards_of
from scheduler.fleet.wire import PROTOCOL, Done, Hello, Job, Roster, TooLargeError, WireError, failure_of, pack, unpack
from scraper.browser.chromium import Chromium
from scraper.clock import Clock
from scraper.errors import CheckError
from scraper.fetch import Download
from scraper.reading import Extractor, PageReader, Reading
from scraper.robots import RobotsRecord
from scraper.sessions import Sessions
from scraper.types import Page

log = logging.getLogger(__name__)

HELLO_SECONDS: Final = 3.0
PREFETCH: Final = 4
"""Messages that are sent ahead for each queue."""


class _JobRobots:
    """A :class:`scraper.robots.RobotsStore` of one job: what it brought, and what was fetched for it."""

    def __init__(self, known: tuple[RobotsRecord, ...]) -> None:
        self._known = {record.origin: record for record in known}
        self.fetched: dict[str, RobotsRecord] = {}

    async def get_robots(self, origin: str) -> RobotsRecord | None:
        return self.fetched.get(origin) or self._known.get(origin)

    async def put_robots(self, record: RobotsRecord) -> None:
        self.fetched[record.origin] = record


class Worker:
    """Takes jobs from the queues that are its own, stands by for the others, and answers.

    ``parallel`` pages are read at a time. ``version`` is that of the package, for people.
    """

    def __init__(
        self,
        broker: Broker,
        *,
        download: Download,
        extractor: Extractor,
        clock: Clock,
        parallel: int,
        version: str,
        name: str | None = None,
    ) -> None:
        self.name = name or f"{socket.gethostname()}:{os.getpid()}"
        self._broker = broker
        self._download = download
        self._extractor = extractor
        self._chromium = Chromium()
        self._clock = clock
        self._version = version
        self._started_at = clock()
        self._pace = SitePace(clock)
        self._sessions = Sessions()
        self._turn = asyncio.Semaphore(parallel)
        self._tasks: set[asyncio.Task[None]] = set()
        self._was_away = False
        self._reading = self._done = self._failed = 0

    async def run(self, stop: asyncio.Event) -> None:
        """Work until ``stop`` is set; then finish what was begun. Raises :class:`BrokerError`."""
        lines = await self._listen()
        log.info("worker %s is ready", self.name)
        try:
            while not stop.is_set():
                if self._was_away:
                    # Others have our place in our lines, and would keep it: they stand aside for who is new.
                    self._was_away = False
                    await self._say_hello(leaving=True)
                await self._say_hello()
                try:
                    async with asyncio.timeout(HELLO_SECONDS):
                        await stop.wait()
                except TimeoutError:
                    continue
        finally:
            await self._leave(lines)

    async def _listen(self) -> Lines:
        with talking("the queues cannot be used"):
            async with asyncio.timeout(SETUP_SECONDS):
                queues = await self._broker.job_queues()
                await self._broker.done_queue()
                await self._broker.hello_queue()
                rosters = await self._broker.roster_queue()
                lines = Lines(queues, self._on_job, self._broker.channel.ready)
                await rosters.consume(partial(self._on_roster, lines), no_ack=True)
        self._broker.on_return(partial(self._return_to, lines))
        return lines

    def _return_to(self, lines: Lines) -> None:
        lines.forget()
        self._was_away = True

    async def _leave(self, lines: Lines) -> None:
        """Take nothing more, and let what is being read come to an end."""
        await lines.leave()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=8.0)
        await self._chromium.close()
        await self._say_hello(leaving=True)

    async def _say_hello(self, *, leaving: bool = False) -> None:
        hello = Hello(
            name=self.name,
            protocol=PROTOCOL,
            version=self._version,
            host=socket.gethostname(),
            pid=os.getpid(),
            started_at=self._started_at,
            reading=self._reading,
            done=self._done,
            failed=self._failed,
            leaving=leaving,
        )
        try:
            await self._broker.send(
                HELLOS, pack(hello), keep=timedelta(seconds=30), patience=timedelta(seconds=HELLO_SECONDS)
            )
        except BrokerError as error:
            log.warning("%s", error)

    async def _on_roster(self, lines: Lines, message: AbstractIncomingMessage) -> None:
        try:
            names = set(unpack(message.body, Roster).workers)
        except WireError as error:
            log.warning("%s", error)
            return
        lines.stand(shards_of(self.name, names) if self.name in names else frozenset())

    # -- jobs --------------------------------------------------------------------------------------------------------

    async def _on_job(self, message: AbstractIncomingMessage) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)
        try:
            job = unpack(message.body, Job)
        except WireError as error:
            log.error("%s", error)
        else:
            done = await self._read_in_turn(job, is_known=not message.redelivered)
            await self._answer(done, job.request.url)
        # Acknowledged only once the broker has the answer: a worker that ends before that loses nothing.
        try:
            await message.ack()
        except LOST as error:
            log.info("a job will come again: %r", error)

    async def _read_in_turn(self, job: Job, *, is_known: bool) -> Done:
        """Unless ``is_known``, the site may have been asked for this job a moment ago, by a worker that ended."""
        site = self._pace.of(job.site)
        async with site.lock:
            if not is_known:
                self._pace.note(site)
            await self._pace.wait(site, job.manners.spacing)
            async with self._turn:
                await self._pace.wait(site, job.manners.spacing)  # a redirect may have led there meanwhile
                self._pace.note(site)
                try:
                    done = await self._read(job)
                except BaseException:
                    self._pace.note(site)
                    raise
            self._pace.note(site, done.spacing)
        return done

    async def _answer(self, done: Done, url: str) -> None:
        try:
            body = pack(done)
        except WireError as error:
            log.error("%s", error)
            reason = "too_large" if isinstance(error, TooLargeError) else "internal"
            failure = failure_of(CheckError(reason, str(error), url=url))
            body = pack(Done(id=done.id, worker=done.worker, spacing=done.spacing, failure=failure))
        try:
            await self._broker.send(DONE, body, keep=WAIT, patience=WAIT)
        except BrokerError as error:
            log.error("%s; nobody waits for this answer any more", error)

    async def _read(self, job: Job) -> Done:
        robots = _JobRobots(job.robots)
        reader = PageReader(
            download=self._download,
            extractor=self._extractor,
            robots=robots,
            sites=self._pace,
            manners=job.manners,
            clock=self._clock,
            sessions=self._sessions,
            chromium=self._chromium,
        )
        visit = reader.visit(job.site)
        self._reading += 1
        try:
            parts = parts_of(await visit.read(job.request))
        except CheckError as error:
            parts = {"failure": failure_of(error)}
        # Around one page: a fault of ours goes on its check, and the others go on.
        except Exception as fault:
            log.exception("reading %s crashed", job.request.url)
            crash = CheckError("internal", f"{type(fault).__name__}: {fault}"[:500], url=job.request.url)
            parts = {"failure": failure_of(crash)}
        finally:
            self._reading -= 1
        self._done += 1
        self._failed += "failure" in parts
        return Done(
            id=job.id,
            worker=self.name,
            spacing=visit.spacing,
            robots=tuple(robots.fetched.values()),
            **parts,
        )


def parts_of(reading: Reading) -> dict[str, Any]:
    """A reading, to be sent."""
    parts: dict[str, Any] = {
        "extraction": reading.extraction,
        "body_sha256": reading.body_sha256,
        "listed": reading.listed,
        "access": reading.access,
        "picture": reading.picture,
    }
    if not isinstance(reading.answer, Page):
        parts["not_modified"] = reading.answer
    else:
        # Nobody looks into a page that lists what was known; its bytes are most of what would be sent.
        parts["page"] = reading.answer.without_body() if reading.listed else reading.answer
    if reading.error is not None:
        parts["failure"] = failure_of(reading.error)
    return parts
