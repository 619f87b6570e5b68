"""What stands where the broker would, for tests of one side: messages that arrive, and what is sent."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from scheduler.fleet.broker import BrokerError
from scheduler.fleet.wire import Done, Job, unpack
from scraper.asking import PLAIN
from scraper.reading import ReadRequest
from scraper.types import Extraction, PageKind, Verdict

PAGE = "http://quay.example/notices"


class Letter:
    """A message that arrived."""

    def __init__(self, body: bytes) -> None:
        self.body = body
        self.redelivered = False
        self.is_acknowledged = False

    async def ack(self) -> None:
        self.is_acknowledged = True


class Post:
    """A broker that keeps what is sent."""

    def __init__(self) -> None:
        self.sent: asyncio.Queue[bytes] = asyncio.Queue()
        self.is_full = False

    async def send(self, queue: str, body: bytes, *, keep: timedelta, patience: timedelta) -> None:  # noqa: ARG002
        if self.is_full:
            raise BrokerError("the queue did not take a message")
        await self.sent.put(body)

    async def tell_roster(self, body: bytes) -> None:
        """Nobody listens."""

    async def job(self) -> Job:
        return unpack(await self.sent.get(), Job)

    async def done(self) -> Done:
        return unpack(await self.sent.get(), Done)


class Nothing:
    """An extractor for which no page lists anything."""

    async def extract(self, *_: object, **__: object) -> Extraction:
        return Extraction((), None, Verdict(PageKind.OTHER, 0.5))


def request(url: str = PAGE) -> ReadRequest:
    return ReadRequest(url=url, source_key="quay", source_url=url, seconds=10, asking=PLAIN)
