"""The store in a thread of its own: one writer, fed by coroutines, off the path of the fetches."""

from __future__ import annotations

import asyncio
import threading
from collections import deque
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from typing import Any, TypeVar

from scraper.errors import StoreError
from scraper.store.db import Store

T = TypeVar("T")

_MOST_TOGETHER = 64
"""Short writes that share one transaction."""


@dataclass(slots=True)
class _Job:
    """``short``: may share its transaction with others."""

    work: Callable[[Store], Any]
    answer: asyncio.Future[Any]
    short: bool
    result: Any = None
    error: BaseException | None = None


@dataclass(frozen=True, slots=True)
class _Trouble:
    """Why a transaction was not committed. ``is_refusal``: the database did not take it, whatever was to be written."""

    error: BaseException
    is_refusal: bool


class StoreThread:
    """Runs functions on one :class:`Store`, one after the other. How many wait is bounded by how many checks run.

    Answers are handed over together where several are ready before the loop comes to it: waking it costs more than
    most of the work.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._waiting: deque[_Job] = deque()
        self._done: deque[_Job] = deque()
        self._changed = threading.Condition()
        self._woken: asyncio.AbstractEventLoop | None = None
        self._is_closing = False
        self._thread = threading.Thread(target=self._serve, name="store", daemon=True)
        self._thread.start()

    async def run(self, work: Callable[[Store], T]) -> T:
        """The result of ``work(store)``; its errors are raised here, those of SQLite that a person can act on as
        :class:`scraper.errors.StoreError`. Once started, work ends even if the caller is cancelled."""
        return await self._ask(work, short=False)

    async def write(self, work: Callable[[Store], T]) -> T:
        """As :meth:`run`, inside a short transaction that need not survive a power cut. Others may share it: work that
        raises is undone, and theirs done again; where the database takes nothing, all of them raise."""
        return await self._ask(work, short=True)

    def close(self) -> None:
        """Finish what is queued, then close the database."""
        with self._changed:
            self._is_closing = True
            self._changed.notify()
        self._thread.join()

    async def _ask(self, work: Callable[[Store], T], *, short: bool) -> T:
        answer: asyncio.Future[T] = asyncio.get_running_loop().create_future()
        with self._changed:
            if self._is_closing:
                raise RuntimeError("the store has been closed")
            self._waiting.append(_Job(work, answer, short))
            self._changed.notify()
        return await answer

    # -- in the thread -----------------------------------------------------------------------------------------------

    def _serve(self) -> None:
        while jobs := self._take():
            started = [job for job in jobs if not job.answer.cancelled()]
            if started and started[0].short:
                self._write(started)
            elif started:
                self._run(started[0])
            self._hand_over(started)
        self._store.close()

    def _take(self) -> list[_Job]:
        """The next job, with the short ones behind it if it is short; none when all is done and the store closes."""
        with self._changed:
            while not self._waiting:
                if self._is_closing:
                    return []
                self._changed.wait()
            jobs = [self._waiting.popleft()]
            while jobs[0].short and self._waiting and self._waiting[0].short and len(jobs) < _MOST_TOGETHER:
                jobs.append(self._waiting.popleft())
            return jobs

    def _run(self, job: _Job) -> None:
        try:
            with self._store.explaining():
                job.result = job.work(self._store)
        except BaseException as error:  # noqa: BLE001 - raised where it was asked for
            job.error = error

    def _write(self, jobs: Sequence[_Job]) -> None:
        """In one transaction; if the work of one fails, each in one of its own. A database that takes nothing (another
        process holds it) has been waited for by then, which is not done again for each."""
        waiting = deque([jobs])
        while waiting:
            together = waiting.popleft()
            trouble = self._commit(together)
            if trouble is None:
                continue
            if trouble.is_refusal:
                for job in chain(together, *waiting):
                    job.error = StoreError(str(trouble.error))
                    job.error.__cause__ = trouble.error.__cause__
                return
            if len(together) > 1:
                waiting.extend([job] for job in together)
            else:
                together[0].error = trouble.error

    def _commit(self, jobs: Sequence[_Job]) -> _Trouble | None:
        is_working = False
        try:
            with self._store.explaining(), self._store.transaction(durable=False):
                is_working = True
                for job in jobs:
                    job.result = job.work(self._store)
                is_working = False
        except BaseException as error:  # noqa: BLE001 - as above
            return _Trouble(error, is_refusal=not is_working and isinstance(error, StoreError))
        return None

    def _hand_over(self, jobs: Sequence[_Job]) -> None:
        if not jobs:
            return
        loop = jobs[0].answer.get_loop()
        with self._changed:
            is_coming = bool(self._done) and loop is self._woken
            self._woken = loop
            self._done.extend(jobs)
        if not is_coming:
            with suppress(RuntimeError):  # it has ended: nobody waits any more
                loop.call_soon_threadsafe(self._answer)

    def _answer(self) -> None:
        """In the loop: give each caller what it waits for."""
        with self._changed:
            jobs = list(self._done)
            self._done.clear()
        for job in jobs:
            if job.answer.done() or job.answer.get_loop().is_closed():
                continue
            if job.error is not None:
                job.answer.set_exception(job.error)
            else:
                job.answer.set_result(job.result)
