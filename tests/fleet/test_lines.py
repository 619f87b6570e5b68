"""A worker stands once in each line, and in none when it has left, whatever it is told meanwhile."""

from __future__ import annotations

import asyncio
import random
from collections.abc import Iterable
from typing import Any

import pytest

from scheduler.fleet.broker import Broker, job_queue
from scheduler.fleet.lines import Lines
from scheduler.fleet.shards import SHARDS
from scheduler.fleet.wire import Roster, pack
from scheduler.fleet.worker import Worker
from scraper.clock import utc_now
from tests.fleet.line import Line
from tests.support.broker import RabbitMQ

COUNT = 8


class Queue:
    """A queue of a broker that takes a moment to answer: it has the consumer before we know."""

    def __init__(self) -> None:
        self.consumers: list[str] = []
        self.was_cut_short = False
        self.error: Exception | None = None
        self.has_failed = asyncio.Event()

    async def consume(self, on_job: object) -> str:  # noqa: ARG002
        tag = f"tag{random.random()}"
        self.consumers.append(tag)
        await self._answer()
        return tag

    async def cancel(self, tag: str) -> None:
        self.consumers.remove(tag)
        await self._answer()

    async def _answer(self) -> None:
        try:
            await asyncio.sleep(0.001)
        except asyncio.CancelledError:
            self.was_cut_short = True
            raise
        if self.error is not None:
            self.has_failed.set()
            raise self.error


def lines_at(queues: list[Queue], standby: float = 0.0) -> Lines:
    given: Any = queues

    async def on_job(_: object) -> None:
        raise AssertionError("there is no job")

    async def ready() -> None:
        await asyncio.sleep(0)

    return Lines(given, on_job, ready, standby=standby)


async def settled(queues: list[Queue], wanted: Iterable[int]) -> None:
    """Until we stand in just these lines, once in each."""
    expected = [[1, 0][shard not in set(wanted)] for shard in range(COUNT)]
    for _ in range(5_000):
        if [len(queue.consumers) for queue in queues] == expected:
            return
        await asyncio.sleep(0.001)
    raise AssertionError([queue.consumers for queue in queues])


def test_a_roster_in_the_middle_of_another_leaves_no_second_place_in_a_line() -> None:
    async def move() -> None:
        queues = [Queue() for _ in range(COUNT)]
        lines = lines_at(queues)
        chance = random.Random(20261122)
        for _ in range(40):
            lines.stand(frozenset(chance.sample(range(COUNT), 3)))
            await asyncio.sleep(chance.random() * 0.01)
        await settled(queues, range(COUNT))
        await lines.leave()
        assert not any(queue.consumers for queue in queues)
        assert not any(queue.was_cut_short for queue in queues)

    asyncio.run(move())


@pytest.mark.parametrize("moment", [0.0, 0.0005, 0.0025, 0.006])
def test_who_leaves_while_lines_are_formed_stands_in_none(moment: float) -> None:
    async def leave() -> None:
        queues = [Queue() for _ in range(COUNT)]
        lines = lines_at(queues)
        lines.stand(frozenset({1, 2, 3, 4}))
        await asyncio.sleep(moment)
        await lines.leave()
        lines.stand(frozenset({5}))
        await asyncio.sleep(0.01)
        assert not any(queue.consumers for queue in queues)
        assert not any(queue.was_cut_short for queue in queues)

    asyncio.run(leave())


def test_the_queues_of_others_are_left_to_them_first() -> None:
    async def move() -> None:
        queues = [Queue() for _ in range(COUNT)]
        lines = lines_at(queues, standby=3600)
        lines.stand(frozenset(range(COUNT)))
        await settled(queues, range(COUNT))
        lines.stand(frozenset({0, 1}))
        await settled(queues, {0, 1})
        await lines.leave()

    asyncio.run(move())


def test_lines_are_formed_again_after_the_broker_failed() -> None:
    async def fail() -> None:
        queues = [Queue() for _ in range(COUNT)]
        queues[2].error = ConnectionResetError("gone")
        lines = lines_at(queues)
        lines.stand(frozenset({1, 2, 3}))
        await asyncio.wait_for(queues[2].has_failed.wait(), 5)
        queues[2].error = None
        queues[2].consumers.clear()  # it went with its connection
        lines.stand(frozenset({1, 2, 3}))
        await settled(queues, range(COUNT))
        await lines.leave()

    asyncio.run(fail())


async def stood_in_line(teller: Broker, name: str) -> None:
    """Tell that there is just this worker, until it stands in the last line."""
    await teller.job_queues()
    async with asyncio.timeout(20):
        while True:
            await teller.tell_roster(pack(Roster((name,))))
            channel = await teller.channel.get_underlay_channel()
            if (await channel.queue_declare(job_queue(SHARDS - 1), passive=True)).consumer_count:
                return
            await asyncio.sleep(0.05)


async def noticed(link: Broker) -> None:
    """Until a client knows that the connection is away."""
    for _ in range(5_000):
        if link.channel.is_closed:
            return
        await asyncio.sleep(0.001)
    raise AssertionError("it is still connected")


@pytest.mark.fleet
def test_worker_told_to_end_while_the_broker_is_away_ends(broker: RabbitMQ) -> None:
    async def work() -> None:
        async with Line.to(broker.url) as line:
            nothing: Any = None
            link = await Broker.connect(line.url, "worker", prefetch=1)
            worker = Worker(
                link, download=nothing, extractor=nothing, clock=utc_now, parallel=1, version="1", name="lone"
            )
            stop = asyncio.Event()
            working = asyncio.create_task(worker.run(stop))
            teller = await Broker.connect(broker.url, "teller", prefetch=1)
            try:
                await stood_in_line(teller, "lone")
                line.close()
                await noticed(link)
                stop.set()
                await asyncio.wait_for(working, 15)
            finally:
                await link.close()
                await teller.close()

    asyncio.run(work())
