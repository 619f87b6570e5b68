"""A source that is watched in process with messages for a webhook, and what must hold of its database."""

from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any, cast

from scheduler.messages import MessagePlanner, TellingPlan
from scheduler.registry import sync_channels
from scheduler.rules import DEFAULT_RULE
from scraper.check import CheckReport
from scraper.store.jobs import SourceJob
from scraper.types import Extraction, ItemData, Page, PageKind, Validators, Verdict
from tests.support.faults import FailingConnection
from tests.support.watch import Watch, many


class _Hook:
    name, kind = "hook", "webhook"


LOOKS = ("leases", "checks", "sources", "sites", "cadences")
"""Tables that say how the last look went."""
OLD, NEW = many(1, 12), many(1, 15)


class Ledger(Watch):
    """Its listener is the one of the service: messages are written in the transaction of the check."""

    def __init__(self, path: Path) -> None:
        super().__init__(path)
        self.checker.listener = MessagePlanner(TellingPlan(channels=("hook",), rules=(DEFAULT_RULE,), of_source={}))
        with self.store.transaction() as conn:
            sync_channels(conn, cast("Any", [_Hook()]), (DEFAULT_RULE,), self.now)

    def make_fallible(self) -> FailingConnection:
        """From now on statements can be made to fail."""
        conn = FailingConnection(self.store.conn)
        self.store.conn = cast("Any", conn)
        return conn

    def look_at(self, job: SourceJob, items: Sequence[ItemData], *, etag: str) -> CheckReport:
        """Look at a page that lists ``items`` for a source that was leased before."""
        self._extractor.extraction = Extraction(tuple(items), None, Verdict(PageKind.LISTING, 1.0))
        body = repr((items, etag)).encode()
        page = Page(url=self.url, status=200, body=body, validators=Validators(self.url, etag=etag))
        return self._runner.run(self.checker.check(job, page))

    def dump(self, *, but: Collection[str] = LOOKS) -> list[str]:
        """All rows as SQL, those of some tables left out."""
        return [line for line in self.store.conn.iterdump() if not any(f'INTO "{table}"' in line for table in but)]

    def messages(self) -> list[str]:
        """Ids of what is to be told, in order."""
        return [row["message_id"] for row in self.rows("SELECT message_id FROM messages ORDER BY id")]


def after_baseline(folder: Path) -> Path:
    """A database in ``folder`` that knows the items of :data:`OLD`."""
    with Ledger(folder / "presswatch.db") as ledger:
        ledger.look(OLD)
    return folder / "presswatch.db"


def copy_to(database: Path, folder: Path) -> Path:
    """The same in another folder."""
    folder.mkdir()
    shutil.copy(database, folder / database.name)
    shutil.copytree(database.parent / "captures", folder / "captures")
    return folder / database.name
