"""A worker by itself: it answers every job it is given, and keeps its distance from sites whatever happens."""

from __future__ import annotations

import asyncio
import itertools
import random
import time
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import pytest
from scrapy import Request
from scrapy.http import Response

from scheduler.fleet.wire import Job, pack
from scheduler.fleet.worker import Worker
from scraper.clock import utc_now
from scraper.fetch import Limits
from scraper.reading import ReadingManners
from scraper.urls import site_of
from tests.fleet.post import Letter, Nothing, Post, request

SPACING = timedelta(milliseconds=60)


class Harbour:
    """Sites, and when each was asked. ``leads`` are redirects; a page is asked for until :attr:`open` is set."""

    def __init__(self, body: bytes = b"<p>High water at six", leads: dict[str, str] | None = None) -> None:
        self.body = body
        self.leads = leads or {}
        self.open = asyncio.Event()
        self.open.set()
        self.reached = asyncio.Event()
        self.asked: dict[str, list[float]] = {}

    async def download(self, wanted: Request) -> Response:
        self.asked.setdefault(urlsplit(wanted.url).hostname or "", []).append(time.monotonic())
        if wanted.url.endswith("/robots.txt"):
            return Response(wanted.url, status=404)
        if wanted.url in self.leads:
            return Response(wanted.url, status=301, headers={"Location": self.leads[wanted.url]})
        self.reached.set()
        await self.open.wait()
        return Response(wanted.url, body=self.body, headers={"Content-Type": "text/html"})


def worker_of(post: Post, harbour: Harbour) -> Worker:
    made: Any = Worker
    worker: Worker = made(
        post, download=harbour.download, extractor=Nothing(), clock=utc_now, parallel=8, version="1", name="w"
    )
    return worker


def letter(url: str = "http://quay.example/notices", limits: Limits | None = None) -> Any:
    manners = ReadingManners("presswatch/1", SPACING, limits=limits or Limits())
    return Letter(pack(Job(id="1", site=site_of(url), request=request(url), manners=manners, robots=())))


def test_reading_that_is_too_large_to_be_sent_is_a_failure_that_is() -> None:
    async def work() -> None:
        post, job = Post(), letter(limits=Limits(body_bytes=20_000_000))
        await worker_of(post, Harbour(random.Random(7).randbytes(17_000_000)))._on_job(job)
        done = await post.done()
        assert done.failure is not None
        assert done.failure.reason == "too_large"
        assert "is too large to be sent" in done.failure.message
        assert job.is_acknowledged

    asyncio.run(work())


def test_job_whose_answer_nobody_took_in_time_is_not_kept() -> None:
    async def work() -> None:
        post, job = Post(), letter()
        post.is_full = True
        await worker_of(post, Harbour())._on_job(job)
        assert job.is_acknowledged

    asyncio.run(work())


def test_message_that_is_no_job_is_not_kept() -> None:
    async def work() -> None:
        job: Any = Letter(b"\x00nonsense")
        await worker_of(Post(), Harbour())._on_job(job)
        assert job.is_acknowledged

    asyncio.run(work())


def test_site_that_several_lead_to_is_asked_with_its_spacing() -> None:
    froms = [f"http://{name}.example/notices" for name in ("quay", "pier", "mole")]

    async def work() -> list[float]:
        harbour = Harbour(leads=dict.fromkeys(froms, "http://lock.example/all"))
        worker = worker_of(Post(), harbour)
        await asyncio.gather(*(worker._on_job(letter(url)) for url in froms))
        return harbour.asked["lock.example"]

    asked = asyncio.run(work())
    assert len(asked) >= 4
    assert min(after - before for before, after in itertools.pairwise(asked)) >= SPACING.total_seconds() - 0.001


def test_site_is_left_alone_after_a_reading_that_was_broken_off() -> None:
    async def work() -> list[float]:
        harbour = Harbour()
        harbour.open.clear()
        worker = worker_of(Post(), harbour)
        reading = asyncio.create_task(worker._on_job(letter()))
        await harbour.reached.wait()
        reading.cancel()
        with pytest.raises(asyncio.CancelledError):
            await reading
        harbour.open.set()
        await worker._on_job(letter())
        return harbour.asked["quay.example"]

    asked = asyncio.run(work())
    assert min(after - before for before, after in itertools.pairwise(asked)) >= SPACING.total_seconds() - 0.001
