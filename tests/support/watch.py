"""A source watched in process: pages are handed over as items, checks run through the real lease, comparison and
commit on a real database, under a clock of their own. No network, no parsing."""

# ruff: noqa: ARG002 - stand-ins need not use all that the protocols give

from __future__ import annotations

import asyncio
import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any, Self

from scrapy import Request
from scrapy.http import Response

from scraper.check import Checker, CheckOptions, CheckReport
from scraper.hooks import CheckFacts, NextCheck, RecordedChange
from scraper.robots import RobotsRecord
from scraper.store.db import Store, open_store
from scraper.store.ingest import CheckRecord, Committed, commit_check
from scraper.store.jobs import SourceJob, lease_source
from scraper.store.sources import SourceSpec, reconcile
from scraper.store.thread import StoreThread
from scraper.types import (
    ArticleData,
    ChangeKind,
    Extraction,
    ItemData,
    Outcome,
    Page,
    PageKind,
    Published,
    Recipe,
    Validators,
    Verdict,
)

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
URL = "https://bureau.example/news"


def day(text: str) -> Published:
    """A date as a page prints it."""
    return Published(raw=text, method="text", on=date.fromisoformat(text))


def item(title: str, on: str | None = None, *, url: str | None = "", **fields: Any) -> ItemData:
    """An item whose address is made from its title; ``url=None`` for a teaser without a link."""
    if url == "":
        url = f"https://bureau.example/news/{hashlib.md5(title.encode(), usedforsecurity=False).hexdigest()[:10]}x"
    return ItemData(title=title, url=url, published=day(on) if on else None, **fields)


def many(first: int, last: int, *, dated: bool = True) -> list[ItemData]:
    """Items ``first`` .. ``last`` of a site that publishes one a day, the newest (highest) first."""
    start = date(2026, 1, 1)
    return [
        item(
            f"Announcement number {n} of the bureau",
            (start + timedelta(days=n)).isoformat() if dated else None,
            url=f"https://bureau.example/news/a{n}b",
        )
        for n in range(last, first - 1, -1)
    ]


class Listener:
    """Writes no messages, remembers what it was told."""

    def __init__(self) -> None:
        self.recorded: list[RecordedChange] = []

    def changes_recorded(self, conn: sqlite3.Connection, changes: Sequence[RecordedChange], now: datetime) -> int:
        self.recorded.extend(changes)
        return sum(change.tell for change in changes)


class Hourly:
    """Looks every hour."""

    def next_check(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> NextCheck:
        return NextCheck(now + timedelta(hours=1), timedelta(hours=1), "every hour")


class _Understood:
    """An extractor that has been told what the page says."""

    extraction: Extraction

    async def extract(
        self, body: bytes, url: str, *, content_type: str | None, now: datetime, recipe: Recipe | None
    ) -> Extraction:
        return self.extraction


class _NoRobots:
    async def get_robots(self, origin: str) -> RobotsRecord | None:
        raise AssertionError("nothing is fetched")

    async def put_robots(self, record: RobotsRecord) -> None:
        raise AssertionError("nothing is fetched")


async def _no_download(request: Request) -> Response:
    raise AssertionError("nothing is fetched")


@dataclass(frozen=True, slots=True)
class Seen:
    """What one look led to. ``told`` and ``silent`` are the changes of items as ``(kind, title)``."""

    report: CheckReport | None
    outcome: Outcome
    told: list[tuple[str, str]] = field(default_factory=list)
    silent: list[tuple[str, str]] = field(default_factory=list)
    notices: list[str] = field(default_factory=list)

    @property
    def added(self) -> list[str]:
        """Titles of what was told as new, in the order of the log."""
        return [title for kind, title in self.told if kind == "added"]


class Watch:
    """One source on one database file."""

    def __init__(self, path: Path, *, url: str = URL, key: str = "bureau") -> None:
        self.path = path
        self.url = url
        self.now = START
        self.listener = Listener()
        self._extractor = _Understood()
        self._runner = asyncio.Runner()
        self.store: Store = open_store(path)
        with self.store.transaction() as conn:
            reconcile(conn, [SourceSpec(key, "bureau", "The bureau", url)], self.now)
        self.source_id = int(self.row("SELECT id FROM sources WHERE source_key = ?", key)["id"])
        self._thread = StoreThread(self.store)
        self.checker = Checker(
            store=self._thread,
            download=_no_download,
            extractor=self._extractor,
            robots=_NoRobots(),
            listener=self.listener,
            cadence=Hourly(),
            options=CheckOptions(user_agent="tests"),
            clock=lambda: self.now,
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()

    def close(self) -> None:
        self._thread.close()
        self._runner.close()

    # -- looks -------------------------------------------------------------------------------------------------------

    def lease(self) -> SourceJob:
        """The source, leased for one check an hour later."""
        self.now += timedelta(hours=1)
        with self.store.transaction(durable=False) as conn:
            job = lease_source(conn, self.source_id, self.checker.holder, timedelta(0), self.now, None)
        assert isinstance(job, SourceJob), job
        return job

    def look(
        self,
        items: Sequence[ItemData] = (),
        *,
        kind: PageKind = PageKind.LISTING,
        article: ArticleData | None = None,
        body: bytes | None = None,
        language: str | None = None,
        title: str | None = None,
        at: str | None = None,
        crashes: bool = False,
    ) -> Seen:
        """Look at a page that lists ``items``, found ``at`` an address. ``crashes``: a fault of ours is expected to end
        the look."""
        job = self.lease()
        self._extractor.extraction = Extraction(tuple(items), article, Verdict(kind, 1.0), language=language)
        self._extractor.extraction = replace(self._extractor.extraction, page_title=title)
        shown = body if body is not None else repr((items, kind, article)).encode("utf-8", "surrogatepass")
        page = Page(url=at or self.url, status=200, body=shown, validators=Validators(self.url, etag='"1"'))
        report = self._runner.run(self.checker.check(job, page))
        assert report.crashed is crashes, report.message
        return self._seen(report.committed, report)

    def fail(self, reason: str = "timeout", message: str = "no answer") -> Seen:
        """A look that fails."""
        return self._commit(Outcome.FAILED, reason=reason, message=message)

    def not_modified(self) -> Seen:
        """A look that the server answers with 304."""
        return self._commit(Outcome.NOT_MODIFIED, http_status=304)

    def _commit(self, outcome: Outcome, **fields: Any) -> Seen:
        job = self.lease()
        record = self.record(job, outcome, **fields)
        return self._seen(commit_check(self.store, record, listener=self.listener, cadence=Hourly(), now=self.now))

    def record(self, job: SourceJob, outcome: Outcome, **fields: Any) -> CheckRecord:
        """A check's result for ``job``."""
        return CheckRecord(job.check_key, job.source_id, job.leases, self.now, timedelta(0), outcome, **fields)

    def _seen(self, committed: Committed, report: CheckReport | None = None) -> Seen:
        seen = Seen(report, committed.outcome)
        for change in committed.changes:
            if change.kind in (ChangeKind.EPISODE_OPENED, ChangeKind.EPISODE_CLOSED):
                reason = self.row("SELECT reason FROM changes WHERE id = ?", change.change_id)["reason"]
                seen.notices.append(f"{change.kind.value} {reason.partition(':')[0]}")
                continue
            title = self.row("SELECT title FROM items WHERE id = ?", change.item_id)["title"]
            (seen.told if change.tell else seen.silent).append((change.kind.value, title))
        return seen

    # -- what is stored ----------------------------------------------------------------------------------------------

    def rows(self, sql: str, *values: object) -> list[sqlite3.Row]:
        """The answer of a query."""
        return self.store.conn.execute(sql, values).fetchall()

    def row(self, sql: str, *values: object) -> sqlite3.Row:
        """The first row of the answer of a query."""
        return self.rows(sql, *values)[0]

    def listed(self) -> list[str]:
        """Titles of the last listing, in its order."""
        return [
            row["title"]
            for row in self.rows(
                "SELECT i.title FROM appearances a JOIN items i ON i.id = a.item_id WHERE a.listed = 1 "
                "ORDER BY a.rank DESC"
            )
        ]

    def count(self, table: str) -> int:
        """How many rows a table has."""
        return int(self.row(f"SELECT count(*) AS n FROM {table}")["n"])  # noqa: S608 - a table of ours

    def is_sound(self) -> bool:
        """Whether SQLite finds nothing wrong with the file."""
        return (
            self.row("PRAGMA integrity_check")[0] == "ok"
            and not self.rows("PRAGMA foreign_key_check")
            and not self.rows("SELECT 1 FROM leases WHERE holder IS NOT NULL")
        )
