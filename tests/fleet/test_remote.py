"""The scheduler's side by itself: each answer reaches who waits for it, whatever else goes wrong."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from scrapy import Request
from scrapy.http import Response

from scheduler.fleet.remote import RemoteReader, _LedTo
from scheduler.fleet.wire import PROTOCOL, Done, Job, pack
from scheduler.fleet.worker import Worker
from scraper.clock import to_text
from scraper.errors import FetchError, StoreError
from scraper.reading import ReadingManners
from scraper.robots import MemoryRobots, RobotsRecord
from scraper.store import leases
from scraper.store.db import open_store
from scraper.store.jobs import LEASE
from scraper.store.thread import StoreThread
from tests.fleet.post import Letter, Nothing, Post, request

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)


class FullDisk(MemoryRobots):
    def __init__(self, error: Exception) -> None:
        super().__init__()
        self.error = error

    async def put_robots(self, record: RobotsRecord) -> None:  # noqa: ARG002
        raise self.error


def reader_of(post: Post, robots: MemoryRobots) -> Any:
    manners = ReadingManners("presswatch/1", spacing=timedelta(milliseconds=1))
    reader: Any = RemoteReader
    return reader(post, store=None, robots=robots, clock=lambda: NOW, manners=lambda: manners)


def answer(job: Job, *origins: str) -> Letter:
    robots = tuple(RobotsRecord(origin, NOW, NOW + DAY, 404) for origin in origins)
    return Letter(pack(Done(id=job.id, worker="w", spacing=timedelta(seconds=2), robots=robots)))


@pytest.mark.parametrize("error", [StoreError("the disk is full"), sqlite3.OperationalError("disk I/O error")])
def test_answer_is_given_and_acknowledged_though_its_robots_txt_cannot_be_kept(error: Exception) -> None:
    async def look() -> None:
        post = Post()
        reader = reader_of(post, FullDisk(error))
        asked = asyncio.create_task(reader.ask(request(), ()))
        letter = answer(await post.job(), "http://quay.example")
        await reader._on_done(letter)
        assert letter.is_acknowledged
        assert (await asyncio.wait_for(asked, 5)).worker == "w"

    asyncio.run(look())


def test_robots_txt_of_where_a_page_leads_is_asked_for_once_a_day() -> None:
    asked: list[str] = []

    async def download(wanted: Request) -> Response:
        asked.append(wanted.url)
        if wanted.url.endswith("/robots.txt"):
            return Response(wanted.url, status=404)
        if wanted.url.startswith("http:"):
            return Response(wanted.url, status=301, headers={"Location": wanted.url.replace("http:", "https:")})
        return Response(wanted.url, body=b"<p>High water at six", headers={"Content-Type": "text/html"})

    async def look() -> None:
        post = Post()
        reader = reader_of(post, MemoryRobots())
        broker: Any = None
        worker = Worker(
            broker, download=download, extractor=Nothing(), clock=lambda: NOW, parallel=1, version="1", name="w"
        )
        for _ in range(2):
            asking = asyncio.create_task(reader.ask(request(), ()))
            await reader._on_done(Letter(pack(await worker._read(await post.job()))))
            assert (await asking).page is not None

    asyncio.run(look())
    home, there = "http://quay.example", "https://quay.example"
    first = [f"{home}/robots.txt", f"{home}/notices", f"{there}/robots.txt", f"{there}/notices"]
    assert asked == [*first, f"{home}/notices", f"{there}/notices"]


def test_few_origins_are_remembered_that_a_page_led_to() -> None:
    led = _LedTo()
    led.note("http://a.example", ["http://a.example"])
    assert led.of("http://a.example") == ()
    led.note("http://a.example", [f"http://{n}.example" for n in range(40)])
    led.note("http://a.example", ["http://late.example"])
    assert led.of("http://a.example") == ("http://late.example", *(f"http://{n}.example" for n in range(9)))
    for n in range(30_000):
        led.note(f"http://home{n}.example", ["http://b.example"])
    assert len(led._known) == 20_000
    assert led.of("http://a.example") == ()


def test_page_that_cannot_be_asked_for_is_a_failed_check() -> None:
    async def look() -> None:
        wanted = replace(request(), source_key="\ud800")
        with pytest.raises(FetchError, match="a Job cannot be sent") as raised:
            await reader_of(Post(), MemoryRobots()).visit(None).read(wanted)
        assert raised.value.reason == "internal"

    asyncio.run(look())


def test_leases_are_kept_up_while_the_broker_is_away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("scheduler.fleet.remote._RENEW_SECONDS", 0.01)
    moments = iter(NOW + timedelta(minutes=minute) for minute in range(1_000_000))

    async def look() -> None:
        post, store = Post(), StoreThread(open_store(tmp_path / "presswatch.db"))
        post.is_full = True
        try:
            token = await store.write(lambda store: leases.acquire(store.conn, "source:1", "we:1:1", LEASE, NOW))
            assert token is not None
            make: Any = RemoteReader
            reader = make(
                post,
                store=store,
                robots=MemoryRobots(),
                clock=lambda: next(moments),
                manners=lambda: ReadingManners("presswatch/1"),
            )
            asked = asyncio.create_task(reader.ask(request(), (("source:1", token),)))
            later = NOW + LEASE * 3
            for _ in range(3_000):
                if await store.run(lambda store: expiry(store.conn)) > to_text(later):
                    break
                await asyncio.sleep(0.005)
            assert await store.run(lambda store: expiry(store.conn)) > to_text(later)
            post.is_full = False
            await reader._on_done(answer(await post.job()))
            assert (await asyncio.wait_for(asked, 5)).worker == "w"
        finally:
            store.close()

    asyncio.run(asyncio.wait_for(look(), 20))


def expiry(conn: sqlite3.Connection) -> str:
    return str(conn.execute("SELECT expires_at FROM leases WHERE name = 'source:1'").fetchone()[0])


def hello(**changed: object) -> Letter:
    said = {"name": "w", "protocol": PROTOCOL, "version": "1", "host": "h", "pid": 1, "started_at": NOW} | changed
    return Letter(b"\x00" + msgspec.msgpack.encode(said))


@pytest.mark.parametrize("odd", [{"pid": 2**63}, {"started_at": NOW.replace(tzinfo=None)}, {"done": -1}])
def test_worker_that_says_what_cannot_be_put_on_record_is_not_counted_on(odd: dict[str, object]) -> None:
    async def hear() -> None:
        reader = reader_of(Post(), MemoryRobots())
        await reader._on_hello(hello())
        await reader._on_hello(hello(name="odd", **odd))
        assert [worker.name for worker in reader.state().workers] == ["w"]

    asyncio.run(hear())


def test_workers_of_other_versions_are_forgotten_when_they_leave() -> None:
    async def hear() -> None:
        reader = reader_of(Post(), MemoryRobots())
        for n in range(50):
            await reader._on_hello(hello(name=f"old{n}", protocol=PROTOCOL + 1))
            await reader._on_hello(hello(name=f"old{n}", protocol=PROTOCOL + 1, leaving=True))
        assert not reader._strangers

    asyncio.run(hear())
