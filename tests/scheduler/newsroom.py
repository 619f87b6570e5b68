"""A database with sources, items and changes in it, written as a check writes them."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import quote

from scheduler.channels.base import ChannelKind
from scheduler.messages import MessagePlanner, TellingPlan
from scheduler.registry import sync_channels
from scheduler.rules import DEFAULT_RULE, Rule
from scraper.clock import to_text
from scraper.hooks import RecordedChange
from scraper.store.db import Store, open_store
from scraper.store.rows import ITEM_COLUMNS, item_values
from scraper.types import ChangeKind, ItemData

START = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


class NamedStub:
    """A channel as the configuration names it."""

    def __init__(self, name: str, kind: ChannelKind = "webhook") -> None:
        self.name = name
        self.kind: ChannelKind = kind


class Newsroom:
    """Writes what checks would write, in the same order and transaction."""

    def __init__(self, path: Path, *, channels: Sequence[str] = ("hook",), rules: Sequence[Rule] = (DEFAULT_RULE,)):
        """``channels`` are webhooks, but for one that is called ``phone``."""
        self.store: Store = open_store(path)
        self.now = START
        self.planner = MessagePlanner(TellingPlan(channels=tuple(channels), rules=tuple(rules)))
        with self.store.transaction() as conn:
            sync_channels(
                conn,
                [NamedStub(name, "apprise" if name == "phone" else "webhook") for name in channels],
                rules,
                self.now,
            )
        self._items: dict[tuple[str, str], tuple[int, ItemData, int]] = {}

    @property
    def conn(self) -> sqlite3.Connection:
        return self.store.conn

    def add_source(self, slug: str, *, tags: Sequence[str] = (), origin: str = "config", name: str = "") -> int:
        with self.store.transaction() as conn:
            conn.execute("INSERT OR IGNORE INTO sites(site) VALUES ('example.org')")
            row = conn.execute(
                "INSERT INTO sources(source_key, slug, name, url, site, origin, created_at) "
                "VALUES (?, ?, ?, 'https://example.org/news', 'example.org', ?, ?) RETURNING id",
                (f"key-{slug}", slug, name or slug.title(), origin, to_text(self.now)),
            ).fetchone()
            conn.executemany("INSERT INTO source_tags(source_id, tag) VALUES (?, ?)", [(row[0], tag) for tag in tags])
            return int(row[0])

    def publish(self, slug: str, *items: ItemData | str, tell: bool = True) -> int:
        """One check that found new items; how many messages it wrote."""
        found = [
            ItemData(item, url=f"https://example.org/{quote(item)}") if isinstance(item, str) else item
            for item in items
        ]
        with self.store.transaction() as conn:
            source_id, check_id = self._check(conn, slug)
            changes = [self._insert(conn, slug, source_id, check_id, item, tell) for item in found]
            return self.planner.changes_recorded(conn, changes, self.now)

    def edit(self, slug: str, known_as: str, **fields: str) -> int:
        """One check that found an item edited."""
        item_id, before, revision = self._items[slug, known_as]
        after, number = replace(before, **fields), revision + 1  # type: ignore[arg-type]
        with self.store.transaction() as conn:
            source_id, check_id = self._check(conn, slug)
            self._revision(conn, item_id, number, check_id, after, ",".join(fields))
            self._items[slug, known_as] = (item_id, after, number)
            change = self._change(
                conn, ChangeKind.REVISED, source_id, check_id, item_id, number, fields=",".join(fields)
            )
            return self.planner.changes_recorded(conn, [change], self.now)

    def open_episode(self, slug: str, episode: str, reason: str) -> int:
        with self.store.transaction() as conn:
            source_id, check_id = self._check(conn, slug)
            row = conn.execute(
                "INSERT INTO episodes(source_id, class, opened_at, reason, check_id) "
                "VALUES (?, ?, ?, ?, ?) RETURNING id",
                (source_id, episode, to_text(self.now), reason, check_id),
            ).fetchone()
            change = self._change(
                conn, ChangeKind.EPISODE_OPENED, source_id, check_id, None, None, episode_id=int(row[0])
            )
            return self.planner.changes_recorded(conn, [change], self.now)

    def rows(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        return [tuple(row) for row in self.conn.execute(sql, values)]

    def _check(self, conn: sqlite3.Connection, slug: str) -> tuple[int, int]:
        source_id = conn.execute("SELECT id FROM sources WHERE slug = ?", (slug,)).fetchone()[0]
        count = conn.execute("SELECT count(*) FROM checks").fetchone()[0]
        row = conn.execute(
            "INSERT INTO checks(check_key, source_id, started_at, last_at, outcome, duration_ms) "
            "VALUES (?, ?, ?, ?, 'changed', 5) RETURNING id",
            (f"check-{count}", source_id, to_text(self.now), to_text(self.now)),
        ).fetchone()
        return source_id, int(row[0])

    def _insert(
        self, conn: sqlite3.Connection, slug: str, source_id: int, check_id: int, item: ItemData, tell: bool
    ) -> RecordedChange:
        columns, marks = ", ".join(ITEM_COLUMNS), ", ".join("?" * len(ITEM_COLUMNS))
        key = hashlib.sha256(f"{slug}{item.title}{item.url}".encode("utf-8", "surrogatepass")).hexdigest()[:26]
        row = conn.execute(
            "INSERT INTO items(item_key, source_id, is_baseline, first_seen_at, first_check_id, changed_at, "  # noqa: S608
            f"{columns}) VALUES (?, ?, 0, ?, ?, ?, {marks}) RETURNING id",
            (key, source_id, to_text(self.now), check_id, to_text(self.now), *item_values(item)),
        ).fetchone()
        item_id = int(row[0])
        self._items[slug, item.title] = (item_id, item, 1)
        self._revision(conn, item_id, 1, check_id, item, "")
        return self._change(conn, ChangeKind.ADDED, source_id, check_id, item_id, 1, tell=tell)

    def _revision(
        self, conn: sqlite3.Connection, item_id: int, number: int, check_id: int, item: ItemData, fields: str
    ) -> None:
        columns, marks = ", ".join(ITEM_COLUMNS), ", ".join("?" * len(ITEM_COLUMNS))
        conn.execute(
            f"INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, {columns}) "  # noqa: S608
            f"VALUES (?, ?, ?, ?, ?, {marks})",
            (item_id, number, to_text(self.now), check_id, fields, *item_values(item)),
        )

    def _change(
        self,
        conn: sqlite3.Connection,
        kind: ChangeKind,
        source_id: int,
        check_id: int,
        item_id: int | None,
        revision: int | None,
        *,
        fields: str = "",
        tell: bool = True,
        episode_id: int | None = None,
    ) -> RecordedChange:
        seed = f"{source_id}/{kind}/{item_id}/{revision}/{episode_id}"
        event_id = hashlib.sha256(seed.encode()).hexdigest()[:32]
        row = conn.execute(
            "INSERT INTO changes(event_id, changed_at, source_id, item_id, episode_id, kind, revision, fields, tell, "
            "check_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
            (
                event_id,
                to_text(self.now),
                source_id,
                item_id,
                episode_id,
                kind.value,
                revision,
                fields,
                int(tell),
                check_id,
            ),
        ).fetchone()
        return RecordedChange(int(row[0]), event_id, kind, source_id, item_id, episode_id, tell)
