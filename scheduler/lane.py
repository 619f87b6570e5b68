"""One channel's own thread: it sends what it is handed, in order, and delays nobody else."""

from __future__ import annotations

import logging
import queue
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from scheduler.channels.base import Channel
from scheduler.facts import MessageFacts
from scheduler.render import Rendered, RenderOptions, render
from scheduler.templates import Template, TemplateError
from scraper.clock import Clock
from scraper.errors import DeliveryError

_LOG = logging.getLogger(__name__)
_SILENCES = 3
"""So many messages in a row without any answer, and the rest of the batch is not tried: the receiver is down."""


@dataclass(frozen=True, slots=True)
class Job:
    """A message to send. ``row_id`` is its row, ``attempts`` how often it was tried before; messages of one
    ``source_id`` keep their order (``None``: any order)."""

    row_id: int
    source_id: int | None
    attempts: int
    message: MessageFacts


@dataclass(frozen=True, slots=True)
class Attempt:
    """What became of a job. ``held``: not tried, because one before it has to go first."""

    job: Job
    outcome: Literal["sent", "failed", "held"]
    at: datetime
    duration_ms: int = 0
    error: DeliveryError | None = None


class Lane:
    """A channel with its thread. All methods are for the outbox's thread; only :meth:`_run` is not.

    It takes one batch at a time. After a message has failed, later ones of the same source come back held; after a
    receiver has asked for a pause, is gone, or stays silent, all that is left comes back held.
    """

    def __init__(
        self,
        channel: Channel,
        options: RenderOptions,
        clock: Clock,
        wake: threading.Event,
        template: Template | None = None,
    ) -> None:
        self.channel = channel
        self._template = template
        self._options = options
        self._clock = clock
        self._wake = wake
        self._batches: queue.SimpleQueue[Sequence[Job] | None] = queue.SimpleQueue()
        self._done: queue.SimpleQueue[Attempt] = queue.SimpleQueue()
        self._open: dict[int, Job] = {}
        self._sending: tuple[Job, float] | None = None
        self._stopping = False
        self._thread: threading.Thread | None = None

    @property
    def open_jobs(self) -> int:
        """Jobs handed in and not collected yet."""
        return len(self._open)

    @property
    def is_alive(self) -> bool:
        """Whether its thread runs."""
        return self._thread is not None and self._thread.is_alive()

    def submit(self, jobs: Sequence[Job]) -> None:
        """Hand in a batch; the previous one must have been collected wholly."""
        if self._thread is None:
            # A thread that hangs in a send must not keep the process from ending.
            self._thread = threading.Thread(target=self._run, name=f"channel {self.channel.name}", daemon=True)
            self._thread.start()
        self._open = {job.row_id: job for job in jobs}
        self._batches.put(tuple(jobs))

    def collect(self) -> list[Attempt]:
        """What was done since the last call, in order."""
        attempts: list[Attempt] = []
        while True:
            try:
                attempt = self._done.get_nowait()
            except queue.Empty:
                return attempts
            self._open.pop(attempt.job.row_id, None)
            attempts.append(attempt)

    def stuck_for(self) -> float:
        """Seconds since the present send began; 0 if none is under way."""
        sending = self._sending
        return time.monotonic() - sending[1] if sending else 0.0

    def abandon(self) -> list[Attempt]:
        """Give up on a send that never returns: it counts as failed, the rest as held. The thread is left to its
        fate, and whatever it still reports is ignored."""
        attempts = self.collect()
        self._stopping = True
        self._batches.put(None)
        sending, now = self._sending, self._clock()
        for job in self._open.values():
            if sending is not None and sending[0].row_id == job.row_id:
                error = DeliveryError("no end of the attempt in sight", channel=self.channel.name, retryable=True)
                attempts.append(Attempt(job, "failed", now, int(self.stuck_for() * 1000), error))
            else:
                attempts.append(Attempt(job, "held", now))
        self._open = {}
        return attempts

    def stop(self) -> None:
        """End after the message that is being sent; the rest comes back held."""
        self._stopping = True
        self._batches.put(None)

    def join(self, seconds: float) -> None:
        """Wait at most so long for the thread to end."""
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        while (batch := self._batches.get()) is not None:
            blocked: set[int] = set()
            silences = 0
            for job in batch:
                if self._stopping or silences >= _SILENCES or job.source_id in blocked:
                    attempt = Attempt(job, "held", self._clock())
                else:
                    attempt = self._attempt(job)
                    silences = _count_silences(silences, attempt)
                    if attempt.error is not None and attempt.error.retryable and job.source_id is not None:
                        blocked.add(job.source_id)
                self._done.put(attempt)
                self._wake.set()
        if self._template is not None:
            self._template.close()

    def _render(self, message: MessageFacts) -> Rendered:
        """In the operator's form; in ours if that cannot be had: a mistake in a template keeps nobody in the dark."""
        rendered = render(message, self._options)
        if self._template is None or not message.changes:
            return rendered
        try:
            own = self._template.fill(rendered)
        except TemplateError as error:
            _LOG.warning("channel %s: the template was not used: %s", self.channel.name, error)
            return rendered
        return replace(rendered, own_html=own) if self.channel.kind == "mail" else replace(rendered, own_text=own)

    def _attempt(self, job: Job) -> Attempt:
        at, started = self._clock(), time.monotonic()
        self._sending = (job, started)
        error: DeliveryError | None = None
        try:
            self.channel.send(self._render(job.message), job.message)
        except DeliveryError as failed:
            error = failed
        except Exception as bug:  # noqa: BLE001 - around one delivery: a bug in a channel costs that delivery only
            # Its text may hold anything, tokens too; its type and place do not.
            _LOG.error("channel %s: %s in %s", self.channel.name, type(bug).__name__, _place_of(bug))
            error = DeliveryError(f"internal error: {type(bug).__name__}", channel=self.channel.name, retryable=True)
        finally:
            self._sending = None
        duration = int((time.monotonic() - started) * 1000)
        return Attempt(job, "failed" if error else "sent", at, duration, error)


def _count_silences(before: int, attempt: Attempt) -> int:
    error = attempt.error
    if error is None:
        return 0
    if error.gone or error.not_before is not None:
        return _SILENCES
    return before + 1 if error.status is None and error.retryable else 0


def _place_of(error: BaseException) -> str:
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_next is not None:
        traceback = traceback.tb_next
    return f"{traceback.tb_frame.f_code.co_filename}:{traceback.tb_lineno}" if traceback else "?"
