"""Runs fetch() in a real Scrapy engine: reads one JSON job from stdin, prints one JSON list of results.

A process of its own, because the reactor and the connection guard are for the life of a process.
Job: ``{"allow": str, "settings": {...}, "fetches": [{"url", "validators"?, "headers"?, "limits"?,
"proxy"?}],
"at_once"?: int, "robots"?: bool, "robots_seconds"?: float, "ways"?: bool}``; with ``ways`` the results are followed by
how many requests went through all of Scrapy's engine.
"""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any, ClassVar

from scrapy import Request, Spider, signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.settings import Settings

from scraper.answers import NotModified
from scraper.errors import FetchError
from scraper.fetch import FetchRequest, Gate, Limits, OpenGate, fetch
from scraper.guard import AddressPolicy, install_guard
from scraper.proxy import Proxy
from scraper.robots import MemoryRobots, RobotsGate
from scraper.sending import Sender
from scraper.types import Validators

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class MarkingMiddleware:
    """A downloader middleware of somebody's own."""

    def process_request(self, request: Request) -> None:
        request.headers["X-Marked"] = "by a middleware"


class MarkingExtension:
    """An extension that listens to the downloader."""

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> MarkingExtension:
        self = cls()
        crawler.signals.connect(self.mark, signal=signals.request_reached_downloader)
        return self

    def mark(self, request: Request) -> None:
        request.headers["X-Marked"] = "by an extension"


class Probe(Spider):
    name = "probe"
    job: ClassVar[dict[str, Any]] = {}
    results: ClassVar[list[dict[str, Any]]] = []

    async def start(self) -> AsyncIterator[Any]:
        self.download = Sender(self.crawler)
        user_agent = self.crawler.settings["USER_AGENT"]
        robots = RobotsGate(
            store=MemoryRobots(),
            download=self.download,
            user_agent=user_agent,
            now=lambda: NOW,
            limits=Limits(seconds=self.job.get("robots_seconds", 30)),
        )
        self.gate: Gate = robots if self.job.get("robots") else OpenGate()
        self.turn = asyncio.Semaphore(self.job.get("at_once", 8))
        type(self).results = list(await asyncio.gather(*(self.one(wanted) for wanted in self.job["fetches"])))
        if self.job.get("ways"):
            assert self.crawler.stats is not None
            self.results.append({"through_engine": self.crawler.stats.get_value("downloader/request_count", 0)})
        return
        yield

    async def one(self, wanted: dict[str, Any]) -> dict[str, Any]:
        validators = wanted.get("validators")
        limits = wanted.get("limits", {})
        request = FetchRequest(
            url=wanted["url"],
            validators=Validators(**validators) if validators else None,
            headers=wanted.get("headers", {}),
        )
        async with self.turn:
            return await self.result(request, Limits(**limits), wanted.get("proxy"))

    async def result(self, request: FetchRequest, limits: Limits, proxy: str | None) -> dict[str, Any]:
        began = time.monotonic()
        way = Proxy.parse(proxy) if proxy else None
        try:
            got = await fetch(
                request,
                download=(lambda asked: way.download(asked, self.download)) if way else self.download,
                gate=self.gate,
                now=lambda: NOW,
                limits=limits,
            )
        except FetchError as error:
            return {
                "reason": error.reason,
                "error": str(error),
                "status": error.status,
                "wait": (error.not_before - NOW) // timedelta(seconds=1) if error.not_before else None,
                "seconds": time.monotonic() - began,
            }
        if isinstance(got, NotModified):
            return {"not_modified": True, "etag": got.validators.etag, "url": got.url}
        return {
            "url": got.url,
            "status": got.status,
            "body": got.body[:200_000].decode("latin-1"),
            "size": len(got.body),
            "redirects": list(got.redirects),
            "etag": got.validators.etag if got.validators else None,
            "content_type": got.content_type,
            "seconds": time.monotonic() - began,
        }


def main() -> None:
    Probe.job = json.load(sys.stdin)
    install_guard(AddressPolicy.parse(Probe.job.get("allow", "")))
    settings = Settings()
    settings.setmodule("scraper.settings", priority="project")
    settings.update({"LOG_LEVEL": "ERROR", "SPIDER_MODULES": [], **Probe.job.get("settings", {})}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(Probe)
    process.start()
    json.dump(Probe.results, sys.stdout)


if __name__ == "__main__":
    main()
