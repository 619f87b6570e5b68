"""A worker whose connection was cut comes back to its own queues."""

from __future__ import annotations

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from scheduler.fleet.broker import Broker
from scheduler.fleet.remote import RemoteReader
from scheduler.fleet.shards import SHARDS, shard_of, shards_of
from scheduler.fleet.worker import PREFETCH, Worker
from scraper.clock import utc_now
from scraper.reading import ReadingManners
from scraper.robots import MemoryRobots
from scraper.urls import site_of
from tests.fleet.line import Line
from tests.fleet.post import Nothing, request
from tests.support.broker import RabbitMQ

pytestmark = pytest.mark.fleet

NAMES = {"cut", "kept"}


async def download(wanted: Request) -> Response:
    return Response(wanted.url, body=b"<p>High water at six", headers={"Content-Type": "text/html"})


async def join(stack: AsyncExitStack, url: str, name: str) -> Broker:
    """Have a worker work until the stack is left."""
    link = await Broker.connect(url, name, prefetch=PREFETCH)
    stack.push_async_callback(link.close)
    make: Any = Worker
    worker = make(link, download=download, extractor=Nothing(), clock=utc_now, parallel=4, version="1", name=name)
    stop = asyncio.Event()
    working = asyncio.create_task(worker.run(stop))

    async def end() -> None:
        stop.set()
        await working

    stack.push_async_callback(end)
    return link


async def stood_everywhere(link: Broker) -> None:
    """Until a worker stands in the line of every queue."""
    for _ in range(2_000):
        channel: Any = await link.channel.get_underlay_channel()
        if len(channel.consumers) == SHARDS + 1:  # and hears rosters
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it does not stand by")


async def open_reader(stack: AsyncExitStack, url: str) -> RemoteReader:
    link = await Broker.connect(url, "run", prefetch=100)
    stack.push_async_callback(link.close)
    store: Any = None
    manners = ReadingManners("presswatch/1", timedelta(milliseconds=1))
    reader = RemoteReader(link, store=store, robots=MemoryRobots(), clock=utc_now, manners=lambda: manners)
    await reader.start()
    telling = asyncio.create_task(tell(reader))
    stack.callback(telling.cancel)
    return reader


async def tell(reader: RemoteReader) -> None:
    while True:
        await reader.tell_roster()
        await asyncio.sleep(0.2)


async def read_by(reader: RemoteReader, url: str, wanted: str) -> None:
    """Have a page read until it is this worker that reads it."""
    async with asyncio.timeout(30):
        while True:
            done = await reader.ask(request(url), ())
            if done.worker == wanted:
                return
            await asyncio.sleep(0.1)


def page_of(name: str) -> str:
    """A page of a site whose queue is the worker's."""
    urls = (f"http://pier{n}.example/notices" for n in range(500))
    return next(url for url in urls if shard_of(site_of(url)) in shards_of(name, NAMES))


def test_worker_that_was_away_for_a_moment_reads_its_own_queues_again(broker: RabbitMQ) -> None:
    async def work() -> None:
        async with AsyncExitStack() as stack:
            line = await stack.enter_async_context(Line.to(broker.url))
            reader = await open_reader(stack, broker.url)
            links = [await join(stack, line.url, "cut"), await join(stack, broker.url, "kept")]
            await read_by(reader, page_of("cut"), "cut")
            await read_by(reader, page_of("kept"), "kept")
            for link in links:
                await stood_everywhere(link)
            line.cut()
            await read_by(reader, page_of("cut"), "kept")
            await read_by(reader, page_of("cut"), "cut")

    asyncio.run(work())
