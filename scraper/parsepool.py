"""Reading foreign pages in a few warm processes that can be killed, so that no page can stop or swell the service.

Workers are started by exec with an empty environment and one socket: no database handle, lock or secret crosses. A job
that takes too long costs its worker, and the next one starts at once. A worker whose parent is gone reads the end of
its socket and leaves.
"""

from __future__ import annotations

import asyncio
import json
import logging
import os
import pickle
import signal
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import asdict
from datetime import datetime
from types import TracebackType
from typing import Any, Final, Self

from scraper.deadline import standing_still
from scraper.errors import ExtractError
from scraper.parseworker import HEADER, Answer, WorkerLimits, load_result
from scraper.types import Extraction, Recipe

__all__ = ["ParsePool", "WorkerLimits"]

EXTRACT: Final = "scraper.pageprint:understand"
MOST_RESULT_BYTES: Final = 32_000_000
_START_SECONDS: Final = 60.0
_BOOT: Final = (
    "import sys, json; job = json.loads(sys.argv[1]); sys.path[:] = job['path']; "
    "from scraper.parseworker import main, WorkerLimits; main(job['fd'], job['target'], WorkerLimits(**job['limits']))"
)
# What a Python of this installation needs to start and to know its locale, and no more: no tokens, no proxies.
_KEPT_ENVIRONMENT: Final = (
    "PATH",
    "HOME",
    "LANG",
    "LC_ALL",
    "LC_CTYPE",
    "TZ",
    "TZDIR",
    "LD_LIBRARY_PATH",
    "VIRTUAL_ENV",
)

logger = logging.getLogger(__name__)


class _WorkerGoneError(Exception):
    """The worker ended or was killed during a job. ``str`` says why."""


class _Worker:
    """One process and the parent's end of its socket."""

    def __init__(self, process: subprocess.Popen[bytes], reader: asyncio.StreamReader, writer: asyncio.StreamWriter):
        self.process = process
        self._reader = reader
        self._writer = writer

    @classmethod
    async def start(cls, target: str, limits: WorkerLimits) -> _Worker:
        """Start a process and wait until it has imported ``target``. Raises :class:`_WorkerGoneError`."""
        try:
            ours, theirs = socket.socketpair()
            with theirs:
                # In this order, since a cancelled start must not leave a process that nobody knows of.
                reader, writer = await asyncio.open_unix_connection(sock=ours, limit=1 << 20)
                worker = cls(_spawn(theirs, target, limits), reader, writer)
        except OSError as error:
            raise _WorkerGoneError(f"no process could be started ({error.strerror})") from error
        try:
            async with asyncio.timeout(_START_SECONDS):
                hello = await worker._receive()
        except (TimeoutError, asyncio.IncompleteReadError, ConnectionError) as error:
            raise _WorkerGoneError(f"it did not start ({await worker.kill()})") from error
        except asyncio.CancelledError:
            await worker.kill()
            raise
        if hello.kind != "done":
            await worker.kill()
            raise _WorkerGoneError(f"it could not load {target}: {hello.message}")
        return worker

    async def run(self, data: bytes, wall_seconds: float) -> Answer:
        """Send one job and wait for its answer. Raises :class:`_WorkerGoneError`, after which the worker is dead."""
        try:
            async with asyncio.timeout(wall_seconds):
                self._writer.write(HEADER.pack(len(data)))
                self._writer.write(data)
                await self._writer.drain()
                return await self._receive()
        except TimeoutError as error:
            await self.kill()
            raise _WorkerGoneError(f"it took more than {wall_seconds:g} seconds") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise _WorkerGoneError(await self.kill()) from error
        except (pickle.UnpicklingError, ValueError, TypeError, AttributeError, EOFError, IndexError) as error:
            await self.kill()
            raise _WorkerGoneError(f"its answer is not to be believed ({type(error).__name__})") from error
        except asyncio.CancelledError:
            await self.kill()
            raise

    async def _receive(self) -> Answer:
        size = HEADER.unpack(await self._reader.readexactly(HEADER.size))[0]
        if size > MOST_RESULT_BYTES:
            raise ValueError(size)
        answer = load_result(await self._reader.readexactly(size))
        if not isinstance(answer, Answer):
            raise TypeError(type(answer))
        return answer

    async def kill(self) -> str:
        """End the process for certain and say how it ended."""
        self._writer.close()
        with suppress(ProcessLookupError):
            if self.process.poll() is None:
                # A worker that has closed its socket is about to end by itself; how it does is worth knowing.
                await self._wait(0.2 if self._reader.at_eof() else 0.0)
            self.process.kill()
        await self._wait(5.0)
        return _ending(self.process.returncode)

    async def _wait(self, seconds: float) -> None:
        deadline = asyncio.get_running_loop().time() + seconds
        # SIGCHLD belongs to Twisted in this process, so asyncio's own ways of waiting for a child are not there.
        while self.process.poll() is None and asyncio.get_running_loop().time() < deadline:  # noqa: ASYNC110
            await asyncio.sleep(0.005)


class ParsePool:
    """A few workers that run ``target`` (a function named ``package.module:name``), one job each at a time.

    Use as an async context manager, or :meth:`start` and :meth:`close`. Jobs beyond the number of workers wait their
    turn; waiting does not count against their deadline. Bound to the event loop it was started on.
    """

    def __init__(self, *, workers: int = 2, target: str = EXTRACT, limits: WorkerLimits | None = None) -> None:
        self._target = target
        self._limits = limits or WorkerLimits()
        self._size = workers
        self._turn = asyncio.Semaphore(workers)
        # One task per place: done where a worker is ready, pending where it still starts, failed where it could not.
        self._places: deque[asyncio.Task[_Worker]] = deque()
        self._busy: set[_Worker] = set()
        self._leaving: set[asyncio.Task[str]] = set()
        self._open = False

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def start(self) -> None:
        """Begin starting the workers; they get ready while the caller goes on."""
        self._open = True
        self._places.extend(self._begin() for _ in range(self._size))

    async def close(self) -> None:
        """End all workers, those at work as well: their jobs fail."""
        self._open = False
        for place in self._places:
            place.cancel()
        started = await asyncio.gather(*self._places, return_exceptions=True)
        self._places.clear()
        workers = [worker for worker in started if isinstance(worker, _Worker)]
        await asyncio.gather(*(worker.kill() for worker in (*workers, *self._busy)), *self._leaving)

    async def extract(
        self, body: bytes, url: str, *, content_type: str | None = None, now: datetime, recipe: Recipe | None = None
    ) -> Extraction:
        """:func:`scraper.pageprint.understand`, elsewhere. Raises :class:`ExtractError`: what it raises itself, or
        ``unreadable`` where it failed or was stopped."""
        found = await self.call(url, body, url, content_type=content_type, now=now, recipe=recipe)
        if not isinstance(found, Extraction):
            raise ExtractError("unreadable", f"the parser answered with a {type(found).__name__}", url=url)
        return found

    async def call(self, about: str, /, *args: object, **kwargs: object) -> Any:
        """Run the target with these arguments in a worker. ``about`` is the URL that an error is about.

        Raises :class:`ExtractError`.
        """
        return await self._call(about, None, args, kwargs)

    async def apply(self, function: Callable[..., object], about: str, /, *args: object) -> Any:
        """Run another function, one of a module of this package, as :meth:`call` does the target."""
        return await self._call(about, function, args, {})

    async def _call(
        self, about: str, function: Callable[..., object] | None, args: tuple[object, ...], kwargs: dict[str, object]
    ) -> Any:
        with standing_still():
            await self._turn.acquire()
        try:
            if not self._open:
                raise ExtractError("internal", "the parsing processes have been shut down", url=about)
            # Packed only now: those who wait for their turn should not hold a second copy of their page.
            answer = await self._run(pickle.dumps((function, args, kwargs), protocol=5), about)
        finally:
            self._turn.release()
        if answer.kind == "refused":
            raise ExtractError(answer.reason, answer.message, url=about)
        if answer.kind == "failed":
            logger.error("reading %r failed with %s at\n%s", about, answer.message, answer.trace)
            raise ExtractError("unreadable", f"the page could not be read: {answer.message}", url=about)
        return answer.value

    async def _run(self, data: bytes, about: str) -> Answer:
        place = next((place for place in self._places if place.done()), self._places[0])
        self._places.remove(place)
        worker = None
        try:
            worker = await asyncio.shield(place)
            self._busy.add(worker)
            answer = await worker.run(data, self._limits.wall_seconds)
        except _WorkerGoneError as error:
            self._give_back(None)
            raise ExtractError("unreadable", f"the page could not be read: {error}", url=about) from error
        except asyncio.CancelledError:
            self._give_back(None if worker else place)
            raise
        else:
            self._give_back(None if answer.retire else place)
            if answer.retire:
                self._dismiss(worker)
            return answer
        finally:
            if worker is not None:
                self._busy.discard(worker)

    def _begin(self) -> asyncio.Task[_Worker]:
        return asyncio.ensure_future(_Worker.start(self._target, self._limits))

    def _give_back(self, place: asyncio.Task[_Worker] | None) -> None:
        """Fill a place again: with what was there, or with a new worker."""
        if self._open:
            self._places.append(place or self._begin())
        elif place is not None and place.done() and not place.cancelled() and place.exception() is None:
            self._dismiss(place.result())

    def _dismiss(self, worker: _Worker) -> None:
        leaving = asyncio.ensure_future(worker.kill())
        self._leaving.add(leaving)
        leaving.add_done_callback(self._leaving.discard)


def _spawn(link: socket.socket, target: str, limits: WorkerLimits) -> subprocess.Popen[bytes]:
    job = {"fd": link.fileno(), "path": sys.path, "target": target, "limits": asdict(limits)}
    return subprocess.Popen(
        [sys.executable, "-c", _BOOT, json.dumps(job)],
        pass_fds=(link.fileno(),),
        env=_environment(os.environ),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _environment(present: Mapping[str, str]) -> dict[str, str]:
    kept = {name: present[name] for name in _KEPT_ENVIRONMENT if name in present}
    # Libraries that would start a thread per core; and one arena, so that address space says something about memory.
    return kept | {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1", "MALLOC_ARENA_MAX": "1", "PYTHONUTF8": "1"}


def _ending(status: int | None) -> str:
    if status is None:
        return "it does not end"
    if status == -signal.SIGPROF:
        return "it took more processor time than allowed"
    if status == -signal.SIGALRM:
        return "it took longer than allowed"
    if status < 0:
        with suppress(ValueError):
            return f"the parser was ended by {signal.Signals(-status).name}"
    return f"the parser ended with status {status}"
