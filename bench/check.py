"""CPU of a whole check, against Scrapy that only fetches the same pages.

    python -m bench.check [--sites N]

Serves N sites on loopback addresses of their own from another process, then looks at all of them with
``scrapy crawl news`` (parse workers and writer included), interleaved with a spider on the same settings that fetches
the same pages with ``engine.download_async`` and does nothing with them. CPU is that of the process tree, start-up (the
same command with a single site) taken off.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_SERVER = """
import sys
from presswatch.fixture_site import SiteFarm
with SiteFarm(count=int(sys.argv[1]), items=40) as farm:
    print(__import__("json").dumps([farm.url(n) for n in range(int(sys.argv[1]))]), flush=True)
    for line in sys.stdin:
        for n in range(int(sys.argv[1])):
            farm.publish(n, 1)
        print("done", flush=True)
"""

_FETCH = """
import asyncio, json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

class Fetch(Spider):
    name = "fetch"
    async def start(self):
        turn = asyncio.Semaphore(8)
        async def one(url):
            async with turn:
                await self.crawler.engine.download_async(Request(url, dont_filter=True))
        await asyncio.gather(*(one(url) for url in json.load(sys.stdin)))
        return
        yield

settings = Settings()
settings.setmodule("scraper.settings", priority="project")
settings.set("LOG_LEVEL", "WARNING")
process = AsyncCrawlerProcess(settings)
process.crawl(Fetch)
process.start()
"""


@dataclass(frozen=True, slots=True)
class Farm:
    """The sites, in a process of their own."""

    process: subprocess.Popen[str]
    urls: list[str]

    def publish(self) -> None:
        """One new item on every site."""
        if self.process.stdin is None or self.process.stdout is None:
            raise RuntimeError("the farm has no pipes")
        self.process.stdin.write("publish\n")
        self.process.stdin.flush()
        self.process.stdout.readline()


def start_farm(sites: int) -> Farm:
    """Serve ``sites`` sites until the process is ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", _SERVER, str(sites)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    if process.stdout is None:
        raise RuntimeError("the farm has no output")
    return Farm(process, json.loads(process.stdout.readline()))


def cpu_of(command: Sequence[str], environ: dict[str, str], text: str = "") -> float:
    """CPU seconds of ``command`` and its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    done = subprocess.run(command, env=environ, input=text, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{command}: {done.stderr[-2000:]}")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def write_config(home: Path, urls: Sequence[str]) -> None:
    """A configuration that watches all of them."""
    sources = "".join(
        f'[[sources]]\nid = "s{n}"\nslug = "site-{n}"\nurl = "{url}"\nevery = "1s"\n' for n, url in enumerate(urls)
    )
    (home / "presswatch.toml").write_text(f'[presswatch]\nsite_spacing = "0s"\n{sources}', "utf-8")


def measure(urls: Sequence[str], farm: Farm) -> dict[str, float]:
    """CPU milliseconds a page for each case."""
    homes = [Path(tempfile.mkdtemp()), Path(tempfile.mkdtemp())]
    try:
        for home, some in zip(homes, (urls, urls[:1]), strict=True):
            write_config(home, some)
        crawl = [sys.executable, "-m", "scrapy", "crawl", "news", "-L", "WARNING"]
        fetch = [sys.executable, "-c", _FETCH]
        environs = [environ_of(home) for home in homes]
        pages = len(urls) - 1

        def check() -> float:
            whole, single = (cpu_of(crawl, environ) for environ in environs)
            return 1000 * (whole - single) / pages

        def bare() -> float:
            whole = cpu_of(fetch, environs[0], json.dumps(list(urls)))
            single = cpu_of(fetch, environs[0], json.dumps(list(urls[:1])))
            return 1000 * (whole - single) / pages

        found = {"first look": check(), "fetch only": bare()}
        farm.publish()
        found["one new item"] = check()
        found["not modified"] = check()
        return found
    finally:
        for home in homes:
            shutil.rmtree(home, ignore_errors=True)


def environ_of(home: Path) -> dict[str, str]:
    """The environment of a command that works in ``home``."""
    return dict(
        os.environ,
        PRESSWATCH_HOME=str(home),
        PRESSWATCH_ALLOW_PRIVATE="127.0.0.0/8",
        SCRAPY_SETTINGS_MODULE="presswatch.settings",
    )


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--sites", type=int, default=200)
    options = parser.parse_args()
    farm = start_farm(options.sites)
    try:
        found = measure(farm.urls, farm)
    finally:
        farm.process.terminate()
        farm.process.wait()
    base = found["fetch only"]
    print(f"CPU of a check, {options.sites} sites, against Scrapy that fetches the same pages and does nothing:")
    for name, milliseconds in found.items():
        print(f"  {name:14} {milliseconds:6.2f} ms  {milliseconds / base:5.2f} x")
    return 0


if __name__ == "__main__":
    sys.exit(main())
