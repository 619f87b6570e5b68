"""A home whose database has seen the fixture site from its first moment to its last, through the code of a check, at
the site's own times; its messages went out through the code of the outbox."""

from __future__ import annotations

import asyncio
import sqlite3
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

from scrapy import Request as ScrapyRequest
from scrapy.http import HtmlResponse, Response

from presswatch.config import load_config
from presswatch.fixture_site import FixtureSite, Request
from presswatch.fixture_site.site import list_moments
from presswatch.web.marks import write_marks
from presswatch.wiring import outbox_options, source_spec, telling_plan
from scheduler.cadence import Cadence, CadenceOptions
from scheduler.channels import ChannelSpec, build_channel
from scheduler.messages import MessagePlanner
from scheduler.outbox import Outbox
from scheduler.registry import sync_channels
from scraper.articles import look_at_article
from scraper.asking import PLAIN, RequestBook
from scraper.check import Checker, CheckOptions
from scraper.robots import MemoryRobots
from scraper.store.article_jobs import due_articles, lease_article
from scraper.store.db import open_store
from scraper.store.jobs import SourceJob
from scraper.store.sources import reconcile
from scraper.store.thread import StoreThread
from tests.scheduler.sink import Answer, Sink
from tests.support.press import InProcess

WATERS, PORT = "https://waters.example", "https://port.example"
NOW = datetime(2025, 10, 22, 14, 30, tzinfo=UTC)
_LOOKS = {"m3": 3, "m5": 2}
"""How often a moment is looked at, where not once."""
_OPTIONS = CheckOptions(user_agent="gallery", spacing=timedelta(0), patience=timedelta(seconds=1))
CONFIG = f"""
[presswatch]
timezone = "Europe/Berlin"

[channels.desk]
type = "console"

[channels.hook]
type = "webhook"
url = "https://hooks.example/news"

[channels.morning]
type = "mail"
url = "smtp://mail.example"
sender = "watch@example.org"
recipients = ["me@example.org"]
digest = "0 8 * * mon-fri"

[[rules]]
name = "everything"
kinds = ["added", "revised", "withdrawn", "episode_opened", "episode_closed"]

[[sources]]
id = "waters-en"
slug = "waters"
name = "Ministry of Inland Waters"
url = "{WATERS}/en/news/"
tags = ["ministry", "water"]
follow = true

[[sources]]
id = "waters-de"
slug = "gewaesser"
name = "Ministerium für Binnengewässer"
url = "{WATERS}/de/aktuelles/"
tags = ["ministry"]
language = "de"

[[sources]]
id = "port"
slug = "port"
name = "Port of Sarnhaven"
url = "{PORT}/news"
tags = ["port"]
"""


@dataclass
class Watched:
    """The site as the checks see it, under names of the public internet."""

    site: FixtureSite
    now: datetime = field(default_factory=lambda: NOW)

    async def download(self, request: ScrapyRequest) -> Response:
        """As Scrapy's downloader."""
        if request.url.startswith(PORT):
            return HtmlResponse(request.url, status=403, body=b"<h1>Access denied</h1>")
        parts = urlsplit(request.url)
        target = parts.path + (f"?{parts.query}" if parts.query else "")
        answer = self.site.answer(Request("GET", target, "127.0.0.1", {}, b"", 0.0))
        body = answer.body.replace(self.site.origin().encode(), WATERS.encode())
        return HtmlResponse(request.url, status=answer.status, headers=dict(answer.headers), body=body)


def make_home(folder: Path) -> None:
    """Fill ``folder``."""
    folder.mkdir(parents=True)
    (folder / "presswatch.toml").write_text(CONFIG, encoding="utf-8")
    (folder / "presswatch.toml").chmod(0o600)
    asyncio.run(_fill(folder))


async def _fill(folder: Path) -> None:
    config = load_config(folder / "presswatch.toml", environ={})
    plan, store = telling_plan(config), open_store(folder / "presswatch.db")
    specs = [source_spec(source) for source in config.sources]
    sink = Sink()
    channels = {
        "desk": build_channel(ChannelSpec("desk", "file", path=folder / "desk.jsonl")),
        "hook": build_channel(ChannelSpec("hook", "webhook", url=sink.url)),
        "morning": build_channel(ChannelSpec("morning", "file", path=folder / "morning.jsonl")),
    }
    with FixtureSite() as site:
        watched = Watched(site, datetime(2025, 10, 13, 11, tzinfo=UTC))
        with store.transaction() as conn:
            reconcile(conn, specs, watched.now)
            sync_channels(conn, list(channels.values()), plan.rules, watched.now)
            conn.execute("UPDATE channels SET kind = CASE name WHEN 'desk' THEN 'console' ELSE 'mail' END "
                         "WHERE kind = 'file'")  # fmt: skip
        thread = StoreThread(store)
        checker = Checker(
            store=thread, download=watched.download, extractor=InProcess(), robots=MemoryRobots(),
            listener=MessagePlanner(plan), cadence=Cadence(CadenceOptions()), options=_OPTIONS,
            clock=lambda: watched.now, book=RequestBook({spec.source_key: (spec.digest, PLAIN) for spec in specs}),
        )  # fmt: skip
        outbox_store = open_store(folder / "presswatch.db")
        outbox = Outbox(outbox_store, channels, outbox_options(config), lambda: watched.now)
        for moment in list_moments():
            site.moment = moment
            if moment.startswith("m8"):
                sink.answer = lambda _: Answer(400, body=b"unknown field")
            at = datetime.fromisoformat(f"2025-10-{13 + _day(moment)}T09:40+00:00")
            for look in range(_LOOKS.get(moment[:2], 1)):
                watched.now = at + timedelta(hours=look)
                await _look(checker, watched)
                outbox.drain(timedelta(seconds=5))
        outbox.close()
        outbox_store.close()
        with store.transaction() as conn:
            _mark(conn)
        thread.close()
    sink.close()


def _day(moment: str) -> int:
    return {"m7": 7, "m8": 9}.get(moment[:2], int(moment[1]))


async def _look(checker: Checker, watched: Watched) -> None:
    """All sources, then the articles that are due."""
    for source_id in (1, 2, 3):
        watched.now += timedelta(seconds=20)
        job = await checker.lease(source_id)
        if isinstance(job, SourceJob):
            await checker.check(job)
    while due := await checker.store.run(lambda store: due_articles(store.conn, watched.now, 1, checker.book)):
        number = due[0]
        article = await checker.store.write(
            lambda store, number=number: lease_article(
                store.conn, number, "gallery", timedelta(0), watched.now, checker.book
            )
        )
        if article is not None:
            await look_at_article(checker, article)


def _mark(conn: sqlite3.Connection) -> None:
    """An analyst was here."""
    noted = {"star": "1", "note": "Ask the ministry why the number changed."}
    for like, form in (("Applications open%", noted), ("State Secretary%", {"star": "1"}), ("Weekly%", {"read": "1"})):
        for (key,) in conn.execute("SELECT item_key FROM items WHERE title LIKE ? LIMIT 2", (like,)).fetchall():
            write_marks(conn, key, form, NOW)
