"""A press office on loopback: its releases stand on pages of a listing and each on a page of its own. And a source that
watches it in process, over real HTTP and the real extraction, under a clock of its own."""

from __future__ import annotations

import asyncio
import hashlib
import http.client
import sqlite3
from collections.abc import Callable, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Self, TypeVar
from urllib.parse import parse_qs, urlsplit

from scrapy import Request as ScrapyRequest
from scrapy.http import HtmlResponse, Response

from presswatch.fixture_site.server import Answer, LoopbackServer, Request
from scraper.articles import look_at_article
from scraper.asking import PLAIN, RequestBook
from scraper.check import Checker, CheckOptions, CheckReport
from scraper.extract import extract
from scraper.robots import MemoryRobots
from scraper.store.article_jobs import due_articles, lease_article
from scraper.store.db import Store, open_store
from scraper.store.jobs import SourceJob
from scraper.store.sources import SourceSpec, reconcile
from scraper.store.thread import StoreThread
from scraper.types import Extraction, Recipe
from tests.support.watch import START, Hourly, Listener

T = TypeVar("T")
_SUBJECTS = ("The harbour master", "A mountain school", "The orchard council", "The lamp museum", "The ferry line")
_DEEDS = ("opens a second pier", "plants early pears", "lends out old maps", "repairs its clock", "trains new pilots")
_WORDS = ("At first", "In between", "Later on", "In the end")
_HTML = (("Content-Type", "text/html; charset=utf-8"),)


@dataclass
class Release:
    """One release. ``gone`` is the status that its own page answers with, 0 while it stands."""

    number: int
    title: str
    on: date
    text: str
    gone: int = 0

    @property
    def path(self) -> str:
        return f"/news/{self.number}-release"


class PressOffice(LoopbackServer):
    """``/news`` lists ``releases`` from new to old, ``size`` of them on a page; those in ``broken`` fail.
    ``numbered``: the pages are named by their numbers only."""

    def __init__(self, count: int, *, size: int = 10, numbered: bool = False) -> None:
        super().__init__()
        self.size = size
        self.numbered = numbered
        self.releases: list[Release] = []
        self.broken: set[int] = set()
        self.today = date(2025, 6, 1)
        self.publish(count)

    def publish(self, count: int = 1) -> list[str]:
        """So many more releases; their titles, the oldest first."""
        titles = []
        for _ in range(count):
            number = len(self.releases) + 101
            self.today += timedelta(days=1)
            what = f"{_SUBJECTS[number % 5]} {_DEEDS[number // 5 % 5]} for the {number}th time"
            paragraph = (
                f"{what}, as was said on {self.today:%d %B}. The work took several weeks and was done by neighbours. "
                "Nobody was hurt, and the weather was kind. Visitors are welcome from the morning on, and those who "
                "come early are shown around by people who took part. "
            )
            self.releases.insert(
                0, Release(number, what, self.today, "\n".join(f"{word}: {paragraph}" for word in _WORDS))
            )
            titles.append(what)
        return titles

    def url(self, path: str = "/news") -> str:
        return self.origin() + path

    def find(self, title: str) -> Release:
        return next(one for one in self.releases if one.title == title)

    def answer(self, request: Request) -> Answer:
        parts = urlsplit(request.target)
        if parts.path == "/news":
            page = int(parse_qs(parts.query).get("page", ["1"])[0])
            return Answer(503 if page in self.broken else 200, self._listing(page).encode(), _HTML)
        release = next((one for one in self.releases if one.path == parts.path), None)
        if release is None:
            return super().answer(request)
        if 300 <= release.gone < 400:
            return Answer(release.gone, b"", (("Location", "/news"),))
        if release.gone:
            return Answer(release.gone, b"<p>no such page</p>", _HTML)
        body = self._article(release).encode()
        tag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        if request.headers.get("if-none-match") == tag:
            return Answer(304, b"", (("ETag", tag),))
        return Answer(200, body, (*_HTML, ("ETag", tag)))

    def _listing(self, page: int) -> str:
        shown = self.releases[(page - 1) * self.size : page * self.size]
        records = "".join(
            f'<li class="entry"><time datetime="{one.on.isoformat()}">{one.on:%d.%m.%Y}</time>'
            f'<h3><a href="{one.path}">{one.title}</a></h3></li>'
            for one in shown
        )
        more = page * self.size < len(self.releases)
        following = f'<a rel="next" href="/news?page={page + 1}">Older releases</a>' if more else ""
        if self.numbered:
            pages = range(1, (len(self.releases) - 1) // self.size + 2)
            following = " ".join(f'<a href="/news?page={n}">{n}</a>' if n != page else f"<b>{n}</b>" for n in pages)
        return (
            '<html lang="en"><head><title>Releases</title></head><body><header><a href="/">Home</a></header>'
            f'<main><h1>Releases</h1><ul class="list">{records}</ul>{following}</main></body></html>'
        )

    def _article(self, release: Release) -> str:
        paragraphs = "".join(f"<p>{part}</p>" for part in release.text.split("\n"))
        return (
            f'<html lang="en"><head><title>{release.title}</title><meta property="og:type" content="article"></head>'
            f'<body><header><a href="/">Home</a></header><main><article><h1>{release.title}</h1>'
            f'<time datetime="{release.on.isoformat()}">{release.on:%d.%m.%Y}</time>{paragraphs}</article></main>'
            "</body></html>"
        )


async def download(request: ScrapyRequest) -> Response:
    """As Scrapy's downloader: one request over a connection of its own, no redirects followed."""
    return await asyncio.to_thread(_download, request)


def _download(request: ScrapyRequest) -> Response:
    parts = urlsplit(request.url)
    connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
    try:
        headers = {name.decode(): b",".join(values).decode() for name, values in request.headers.items()}
        connection.request("GET", parts.path + (f"?{parts.query}" if parts.query else ""), headers=headers)
        answer = connection.getresponse()
        body = answer.read()
        found = {name: value for name, value in answer.getheaders() if name.lower() != "content-encoding"}
        return HtmlResponse(request.url, status=answer.status, headers=found, body=body)
    finally:
        connection.close()


class InProcess:
    """The real extraction, here instead of in a worker."""

    async def extract(
        self, body: bytes, url: str, *, content_type: str | None, now: datetime, recipe: Recipe | None
    ) -> Extraction:
        return extract(body, url, content_type=content_type, now=now, recipe=recipe)


@dataclass
class Reader:
    """A source that watches ``site``; :attr:`now` is its clock."""

    path: Path
    site: PressOffice
    follow: bool = False
    options: CheckOptions = field(
        default_factory=lambda: CheckOptions(user_agent="tests/1", spacing=timedelta(0), patience=timedelta(seconds=1))
    )
    now: datetime = START

    def __post_init__(self) -> None:
        self.listener = Listener()
        self.store: Store = open_store(self.path)
        with self.store.transaction() as conn:
            spec = SourceSpec("office", "office", "The office", self.site.url(), follow=self.follow)
            reconcile(conn, [spec], self.now)
        self.source_id = int(self.row("SELECT id FROM sources")["id"])
        self.book = RequestBook({spec.source_key: (spec.digest, PLAIN)})
        self.thread = StoreThread(self.store)
        self._runner = asyncio.Runner()
        self.checker = Checker(
            store=self.thread,
            download=download,
            extractor=InProcess(),
            robots=MemoryRobots(),
            listener=self.listener,
            cadence=Hourly(),
            options=self.options,
            clock=lambda: self.now,
            book=self.book,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.thread.close()
        self._runner.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(work)

    def check(self, change: Callable[[SourceJob], SourceJob] = lambda job: job) -> CheckReport:
        """Look once, an hour later."""
        self.now += timedelta(hours=1)
        self.listener.recorded.clear()
        job = self.run(self.checker.lease(self.source_id))
        assert isinstance(job, SourceJob), job
        return self.run(self.checker.check(change(job)))

    def look_at_articles(self, *, patiently: bool = False) -> int:
        """Look at all articles that are due now; how many. ``patiently``: listings that are due go first."""
        count = 0
        while due := due_articles(self.store.conn, self.now, 1, self.book, None if patiently else [self.source_id]):
            with self.store.transaction(durable=False) as conn:
                job = lease_article(conn, due[0], "tests", timedelta(0), self.now, self.book)
            assert job is not None
            self.run(look_at_article(self.checker, job))
            count += 1
        return count

    def told(self, kind: str = "added") -> list[str]:
        """Titles of the items whose changes of this kind were told since the last look began, in order."""
        ids = [change.change_id for change in self.listener.recorded if change.tell and change.kind.value == kind]
        return [
            self.row("SELECT i.title FROM changes c JOIN items i ON i.id = c.item_id WHERE c.id = ?", one)["title"]
            for one in ids
        ]

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        return self.store.conn.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row:
        return self.rows(sql, *values)[0]

    def value(self, sql: str, *values: object) -> Any:
        return self.row(sql, *values)[0]
