"""What fails between us and the broker is one kind of error, and leaves no connection behind."""

from __future__ import annotations

import asyncio
import logging
from datetime import timedelta
from types import SimpleNamespace
from typing import Any

import aio_pika
import pytest

from scheduler.fleet.broker import HELLOS, Broker, BrokerError
from scheduler.fleet.hub import Hub
from scheduler.fleet.remote import RemoteReader
from scheduler.fleet.worker import Worker
from scraper.clock import utc_now
from scraper.reading import ReadingManners
from scraper.robots import MemoryRobots
from tests.fleet.line import Line
from tests.support.broker import RabbitMQ

CLOSED = aio_pika.exceptions.ChannelInvalidStateError("Channel is not opened")
STUCK = asyncio.CancelledError()
"""What aiormq raises in those who wait when nothing was heard from the broker for three heartbeats."""


class Away:
    """A channel whose connection is away."""

    def __init__(self, error: BaseException, exchange: object = None) -> None:
        self.error = error
        self.exchange = exchange
        self.reopen_callbacks: set[object] = set()

    async def declare_exchange(self, *_: object, **__: object) -> object:
        if self.exchange is not None:
            return self.exchange
        raise self.error

    async def declare_queue(self, *_: object, **__: object) -> object:
        raise self.error


def broker_on(channel: Away) -> Broker:
    return Broker(SimpleNamespace(), channel)  # type: ignore[arg-type]


def reader_on(broker: Broker) -> RemoteReader:
    store: Any = None
    manners = ReadingManners("presswatch/1")
    return RemoteReader(broker, store=store, robots=MemoryRobots(), clock=utc_now, manners=lambda: manners)


@pytest.mark.parametrize("error", [CLOSED, STUCK, ConnectionResetError(), aio_pika.exceptions.ChannelClosed(406)])
def test_rosters_are_told_on_after_one_could_not_be(error: BaseException) -> None:
    async def tell() -> None:
        broker = broker_on(Away(error))
        with pytest.raises(BrokerError, match="did not take a message"):
            await broker.tell_roster(b"")
        await reader_on(broker).tell_roster()

    asyncio.run(tell())


def test_who_tells_rosters_can_be_cancelled() -> None:
    class Silent(Away):
        async def declare_exchange(self, *_: object, **__: object) -> object:
            return await asyncio.Event().wait()

    async def tell() -> None:
        telling = asyncio.create_task(broker_on(Silent(STUCK)).tell_roster(b""))
        await asyncio.sleep(0)
        telling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await telling

    asyncio.run(tell())


@pytest.mark.parametrize("error", [CLOSED, STUCK])
def test_beginning_without_the_broker_is_a_broker_error_on_both_sides(error: BaseException) -> None:
    async def begin() -> None:
        broker, nothing = broker_on(Away(error)), Any
        worker: Any = Worker
        with pytest.raises(BrokerError, match="cannot be used"):
            await reader_on(broker).start()
        with pytest.raises(BrokerError, match="cannot be used"):
            await worker(
                broker, download=nothing, extractor=nothing, clock=utc_now, parallel=1, version="1", name="w"
            ).run(asyncio.Event())

    asyncio.run(begin())


def test_libraries_do_not_tell_of_every_frame(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.DEBUG):
        for name in ("aiormq.connection", "aio_pika.exchange"):
            assert not logging.getLogger(name).isEnabledFor(logging.INFO)
            assert logging.getLogger(name).isEnabledFor(logging.WARNING)


@pytest.mark.fleet
def test_hub_that_cannot_begin_leaves_no_connection(broker: RabbitMQ) -> None:
    async def begin() -> None:
        connection = await aio_pika.connect(broker.url)
        async with connection, connection.channel() as channel, Line.to(broker.url) as line:
            await channel.queue_delete(HELLOS)
            made = await channel.declare_queue(HELLOS, durable=True)  # somebody else's, with other arguments
            service: Any = SimpleNamespace(store=None, clock=utc_now)
            try:
                with pytest.raises(BrokerError, match="PRECONDITION_FAILED"):
                    await Hub.open(line.url, service, manners=lambda: ReadingManners("presswatch/1"))
                assert not line.is_used
            finally:
                await made.delete()

    asyncio.run(begin())


@pytest.mark.fleet
def test_channel_that_the_broker_closed_is_told_when_it_is_there_again(broker: RabbitMQ) -> None:
    async def close() -> None:
        link, is_back = await Broker.connect(broker.url, "worker", prefetch=1), asyncio.Event()
        try:
            link.on_return(is_back.set)
            await (await link.channel.get_underlay_channel()).basic_ack(delivery_tag=4711)  # what it never sent
            await asyncio.wait_for(is_back.wait(), 10)
            assert not link.channel.is_closed
        finally:
            await link.close()

    asyncio.run(close())


@pytest.mark.fleet
def test_message_for_a_queue_that_is_gone_is_sent_when_it_is_there_again(broker: RabbitMQ) -> None:
    async def send() -> None:
        link = await Broker.connect(broker.url, "run", prefetch=1)
        try:
            with pytest.raises(BrokerError, match="did not take a message within 0"):
                await link.send("presswatch.gone", b"1", keep=timedelta(seconds=60), patience=timedelta(seconds=0.2))
            sending = asyncio.create_task(
                link.send("presswatch.gone", b"2", keep=timedelta(seconds=60), patience=timedelta(seconds=20))
            )
            await asyncio.sleep(0.1)
            queue = await link.channel.declare_queue("presswatch.gone", exclusive=True)
            await sending
            assert (await queue.get(no_ack=True)).body == b"2"
        finally:
            await link.close()

    asyncio.run(send())
