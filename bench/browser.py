"""What a page that scripts fill costs in CPU: presswatch (fetch, render, read) beside a bare Playwright script that
loads the same page, in turns in one process; both with all processes of their browser, without starting it."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import timedelta
from typing import Any, ClassVar

from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.http import Response
from scrapy.settings import Settings

from bench.processes import cpu_seconds
from scraper.asking import SourceRequests
from scraper.browser.chromium import find_chromium, what_is_missing
from scraper.clock import utc_now
from scraper.gates import SiteBook
from scraper.guard import AddressPolicy, install_guard
from scraper.parsepool import ParsePool
from scraper.reading import PageReader, ReadingManners, ReadRequest
from scraper.robots import MemoryRobots
from tests.browser.spa import Board

ROUNDS, PAGES = 6, 5
MOST = 1.3


class _NoWaiting(SiteBook):
    async def reserve(self, _: str, __: timedelta) -> None:
        return None


class Measuring(Spider):
    """Loads the page at ``url`` in both ways by turns."""

    name = "measuring"
    url: ClassVar[str] = ""
    seconds: ClassVar[dict[str, float]] = {"presswatch": 0.0, "Playwright": 0.0}

    async def start(self) -> AsyncIterator[Any]:
        from playwright.async_api import async_playwright

        async with ParsePool(workers=1) as pool, async_playwright() as driver:
            browser = await driver.chromium.launch(executable_path=find_chromium(), chromium_sandbox=os.geteuid() != 0)
            reader = PageReader(
                download=self.download,
                extractor=pool,
                robots=MemoryRobots(),
                sites=_NoWaiting(),
                manners=ReadingManners("presswatch-bench/1", spacing=timedelta(0)),
                clock=utc_now,
            )

            async def ours() -> None:
                asking = SourceRequests(browser="always")
                reading = await reader.visit(None).read(ReadRequest(self.url, "page", self.url, 40, asking))
                _expect(12, len(reading.extraction.items) if reading.extraction else 0)

            async def bare() -> None:
                page = await browser.new_page()
                await page.goto(self.url)
                await page.wait_for_selector("li.card")
                _expect(12, (await page.content()).count('"card"'))
                await page.close()

            await ours()
            await bare()
            for _ in range(ROUNDS):
                self.seconds["presswatch"] += await _cpu_of(ours)
                self.seconds["Playwright"] += await _cpu_of(bare)
            await reader.close()
            await browser.close()
        for nothing in ():
            yield nothing

    async def download(self, request: Request) -> Response:
        if self.crawler.engine is None:
            raise RuntimeError("the crawler has no engine yet")
        return await self.crawler.engine.download_async(request)


def _expect(wanted: int, found: int) -> None:
    if found != wanted:
        raise RuntimeError(f"the page shows {found} items in place of {wanted}")


async def _cpu_of(work: Callable[[], Awaitable[None]]) -> float:
    before = cpu_seconds(os.getpid())
    for _ in range(PAGES):
        await work()
    # What is closed ends a moment later.
    await asyncio.sleep(0.3)
    return cpu_seconds(os.getpid()) - before


def measure(url: str) -> None:
    """In a process of its own: print what one page costs."""
    Measuring.url = url
    install_guard(AddressPolicy.parse("127.0.0.0/8"))
    settings = Settings()
    settings.setmodule("scraper.settings", priority="project")
    settings.update({"LOG_LEVEL": "ERROR", "SPIDER_MODULES": []}, priority="cmdline")
    process = AsyncCrawlerProcess(settings)
    process.crawl(Measuring)
    process.start()
    ours, bare = (1000 * Measuring.seconds[name] / (ROUNDS * PAGES) for name in ("presswatch", "Playwright"))
    ratio = ours / bare
    print(
        f"browser: {ROUNDS * PAGES} pages; presswatch {ours:.0f} ms CPU a page, bare Playwright {bare:.0f} ms; "
        f"ratio {ratio:.2f} (at most {MOST})"
    )
    sys.exit(ratio > MOST)


def main() -> int:
    """Serve the page and have it measured."""
    missing = what_is_missing()
    if missing:
        print(f"browser: skipped, {missing}")
        return 0
    with Board(("127.0.64.1",)) as board:
        return subprocess.run([sys.executable, "-m", "bench.browser", f"{board.origin()}/"], check=False).returncode


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measure(sys.argv[1])
    sys.exit(main())
