"""Who looks at the pages of the farm: presswatch, Scrapy that only fetches, a floor written by hand for these very
pages, and other monitors in environments of their own.

A contender is a command that looks once at all pages that its folder is prepared for.
"""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "presswatch-bench"
"""Where the environments of other monitors are kept between runs."""

SELECTORS = ("ul.news li.entry > a:first-of-type", "div.cards article.card h2", "table tr.row td > a")
"""By site number modulo 3: exactly the titles."""

_FETCH = """
import asyncio, json, sys
from scrapy import Request, Spider
from scrapy.crawler import AsyncCrawlerProcess

class Fetch(Spider):
    name = "fetch"
    handle_httpstatus_list = [304]
    async def start(self):
        tags = json.load(open("tags.json")) if %(conditional)r else {}
        for url in json.load(open("urls.json")):
            headers = {"If-None-Match": tags[url]} if url in tags else {}
            yield Request(url, headers=headers, dont_filter=True)
    def parse(self, response):
        if %(remember)r:
            self.tags[response.url] = response.headers[b"ETag"].decode()
    tags = {}
    def closed(self, reason):
        if %(remember)r:
            json.dump(self.tags, open("tags.json", "w"))

process = AsyncCrawlerProcess(%(settings)r)
process.crawl(Fetch)
process.start()
"""

TUNED = {
    "REMOTE_CONTROL_ENABLED": False, "TELNETCONSOLE_ENABLED": False, "LOG_LEVEL": "WARNING", "CONCURRENT_ITEMS": 2,
    "CONCURRENT_REQUESTS": 64, "CONCURRENT_REQUESTS_PER_DOMAIN": 1, "DOWNLOAD_TIMEOUT": 30,
    "DOWNLOAD_MAXSIZE": 10_000_000, "DOWNLOAD_WARNSIZE": 0, "RETRY_ENABLED": False, "REDIRECT_ENABLED": False,
    "METAREFRESH_ENABLED": False, "COOKIES_ENABLED": False, "HTTPCACHE_ENABLED": False, "HTTPPROXY_ENABLED": False,
    "REFERER_ENABLED": False, "STATS_DUMP": False, "LOGSTATS_INTERVAL": 0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Contender:
    """``prepare`` writes what it needs to look at ``urls`` into a folder; ``command`` looks, with that folder as its
    working directory. ``looks_before`` are looks that it takes to settle."""

    name: str
    prepare: Callable[[Path, Sequence[str]], None]
    command: Sequence[str]
    looks_before: int = 1
    environ: dict[str, str] = field(default_factory=dict)


def presswatch() -> Contender:
    """The product, without any selector."""
    return Contender(
        "presswatch",
        _configure,
        [sys.executable, "-m", "presswatch", "--home", ".", "check", "--json"],
        looks_before=2,
        environ={"PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8"},
    )


def scrapy(settings: dict[str, object], name: str, *, conditional: bool = False, remember: bool = False) -> Contender:
    """Scrapy that fetches and does nothing. ``conditional`` asks with the validators that ``remember`` has kept."""
    script = _FETCH % {"settings": settings, "conditional": conditional, "remember": remember}
    return Contender(name, _list_urls, [sys.executable, "-c", script])


def floor() -> Contender:
    """aiohttp, lxml and sqlite3, with the right selectors for these pages."""
    return Contender("floor by hand", _list_urls, [sys.executable, str(Path(__file__).with_name("floor.py"))])


def urlwatch() -> Contender | None:
    """With the right selectors; ``None`` if it cannot be installed."""
    folder = environment("urlwatch")
    if folder is None:
        return None
    files = ["--urls", "jobs.yaml", "--config", "config.yaml", "--cache", "cache.db", "--hooks", "hooks.py"]
    return Contender("urlwatch with selectors", _write_jobs, [str(folder / "bin" / "urlwatch"), *files])


def webchanges() -> Contender | None:
    """With the right selectors; ``None`` if it cannot be installed."""
    folder = environment("webchanges")
    if folder is None:
        return None
    files = ["--jobs", "jobs.yaml", "--config", "config.yaml", "--database", "cache.db", "--hooks", "hooks.py"]
    return Contender("webchanges with selectors", _write_jobs, [str(folder / "bin" / "webchanges"), *files])


def changedetection() -> Contender | None:
    """changedetection.io in its batch mode, with the right selectors; ``None`` if it cannot be installed."""
    folder = environment("changedetection.io")
    if folder is None:
        return None
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [str(folder / "bin" / "changedetection.io"), "-d", ".", "-C", "-l", "ERROR"]
    command += ["-h", "127.0.0.1", "-p", str(port), "-b"]
    environ = {"ALLOW_IANA_RESTRICTED_ADDRESSES": "true"}

    def prepare(home: Path, urls: Sequence[str]) -> None:
        watches: list[str] = []
        for n, url in enumerate(urls):
            options = {"include_filters": [SELECTORS[n % 3]], "fetch_backend": "html_requests"}
            watches += ["-u", url, f"-u{n}", json.dumps(options)]
        environment = dict(os.environ, **environ)
        subprocess.run([*command, *watches], cwd=home, env=environment, capture_output=True, check=True)

    name = "changedetection.io with selectors"
    return Contender(name, prepare, [*command, "-r", "all"], looks_before=1, environ=environ)


def environment(package: str) -> Path | None:
    """An environment with ``package`` in the cache folder, made if it is not there; ``None``, and a printed reason, if
    it could not be."""
    folder = CACHE / package
    if (folder / "bin" / package).exists():
        return folder
    try:
        subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True, capture_output=True)
        pip = [str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", package]
        subprocess.run(pip, check=True, capture_output=True, text=True)
    except subprocess.CalledProcessError as error:
        print(f"{package}: skipped, it cannot be installed ({str(error.stderr).strip().splitlines()[-1:]})")
        return None
    return folder


def _configure(home: Path, urls: Sequence[str]) -> None:
    sources = "".join(
        f'[[sources]]\nid = "s{n}"\nslug = "site-{n}"\nurl = "{url}"\nevery = "5m"\n' for n, url in enumerate(urls)
    )
    channel = '[channels.file]\ntype = "file"\npath = "told.jsonl"\n'
    head = '[presswatch]\nsite_spacing = "0s"\nconcurrency = 32\n'
    (home / "presswatch.toml").write_text(head + channel + sources, "utf-8")


def _list_urls(home: Path, urls: Sequence[str]) -> None:
    (home / "urls.json").write_text(json.dumps(list(urls)), "utf-8")


def _write_jobs(home: Path, urls: Sequence[str]) -> None:
    jobs = [
        f"url: {url}\nfilter:\n- css: '{SELECTORS[n % 3]}'\n- html2text\n" for n, url in enumerate(urls)
    ]  # the selector of a farm's site
    (home / "jobs.yaml").write_text("---\n".join(jobs), "utf-8")
    (home / "config.yaml").write_text("report:\n  stdout:\n    enabled: true\n", "utf-8")
    (home / "hooks.py").write_text("", "utf-8")
    (home / "config.yaml").chmod(0o600)
    (home / "hooks.py").chmod(0o600)
