"""Which job queues a worker stands in line for: its own at once, those of others a moment later."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from typing import Final

from aio_pika.abc import AbstractIncomingMessage, AbstractRobustQueue

from scheduler.fleet.broker import BrokerError, talking

log = logging.getLogger(__name__)

_STANDBY_SECONDS: Final = 2.0
"""How long the queues of others are left to them, before standing by for the case that they end."""
_LEAVING_SECONDS: Final = 4.0


class Lines:
    """A queue's messages go to who has stood in line longest: to its owner, if the others stand aside for a moment.

    One task stands in line and steps out of it, as whoever has the latest word wishes; it is never cancelled while the
    broker is being asked, since what the broker does then nobody would know, and aiormq closes the channel with all
    that is being read.
    """

    def __init__(
        self,
        queues: Sequence[AbstractRobustQueue],
        on_job: Callable[[AbstractIncomingMessage], Awaitable[None]],
        ready: Callable[[], Awaitable[None]],
        *,
        standby: float = _STANDBY_SECONDS,
    ) -> None:
        self._queues = queues
        self._on_job = on_job
        self._ready = ready
        self._standby = standby
        self._tags: dict[int, str] = {}
        self._own: frozenset[int] = frozenset()
        self._is_formed = False
        self._changed = asyncio.Event()
        self._is_leaving = False
        self._following: asyncio.Task[None] | None = None

    def stand(self, own: frozenset[int]) -> None:
        """From now on these queues are ours."""
        if self._is_leaving or (self._is_formed and own == self._own):
            return
        self._own, self._is_formed = own, True
        self._changed.set()
        self._following = self._following or asyncio.create_task(self._follow())

    def forget(self) -> None:
        """The lines have been formed anew, in any order: with the next word about what is ours they are put right."""
        self._is_formed = False

    async def leave(self) -> None:
        """Step out of all lines; for as long as the broker answers."""
        self._is_leaving = True
        self._own = frozenset()
        self._changed.set()
        if self._following is not None:
            await asyncio.wait({self._following}, timeout=_LEAVING_SECONDS)
            self._following.cancel()
            await asyncio.gather(self._following, return_exceptions=True)

    async def _follow(self) -> None:
        while self._changed.is_set() or not self._is_leaving:
            await self._changed.wait()
            self._changed.clear()
            try:
                with talking("the queues cannot be used"):
                    await self._ready()  # while aio-pika restores the lines that we stood in, it wants no others
                    await self._form(self._own)
            except BrokerError as error:
                log.warning("%s", error)
                self.forget()

    async def _form(self, own: frozenset[int]) -> None:
        """Read our own queues, give up what has become somebody else's, and stand in line for it again. Returns early
        when there is another word."""
        for shard in sorted(self._tags.keys() - own):
            if not self._changed.is_set():
                await self._queues[shard].cancel(self._tags.pop(shard))
        for shard in sorted(own - self._tags.keys()):
            await self._enter(shard)
        if self._is_leaving:
            return
        with suppress(TimeoutError):
            async with asyncio.timeout(self._standby):
                await self._changed.wait()
        for shard in range(len(self._queues)):
            if shard not in self._tags:
                await self._enter(shard)

    async def _enter(self, shard: int) -> None:
        if not self._changed.is_set():
            self._tags[shard] = await self._queues[shard].consume(self._on_job)
