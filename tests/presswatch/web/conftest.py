from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from presswatch.web.adding import Adder
from presswatch.web.desk import Desk
from presswatch.web.guard import Access
from presswatch.web.site import Site, make_site
from scheduler.rules import Rule
from scraper.store.captures import write_capture
from scraper.store.db import open_store
from scraper.store.rows import unspaced_text

NOW = datetime(2026, 3, 4, 12, 0, tzinfo=UTC)
EVIL = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'>\u202e"
SEEN = "2026-03-03T10:00:00.000Z"
PAGE = b"<!doctype html><meta charset=utf-8><script>steal()</script><h1>Harbour &amp; <b>docks</b></h1><p>Ships</p>"


def add_item(conn: sqlite3.Connection, number: int, title: str, **given: Any) -> None:
    """An item of source 1, number ``number``, with its first revision."""
    summary = given.get("summary", "")
    values = {
        "id": number, "item_key": f"key{number}", "source_id": 1, "title": title, "url": f"https://a.example/{number}",
        "summary": summary, "published_on": f"2026-02-{number % 28 + 1:02d}", "published_raw": "a day",
        "published_precision": "day", "published_method": "text", "is_baseline": 0, "first_seen_at": SEEN,
        "first_check_id": 1, "changed_at": SEEN, "unspaced": unspaced_text(title, summary),
    } | given  # fmt: skip
    _insert(conn, "items", values)
    shared = ("title", "url", "summary", "published_on", "published_raw", "published_precision", "published_method")
    first = {name: values[name] for name in shared}
    _insert(
        conn, "revisions", {"item_id": number, "number": 1, "recorded_at": SEEN, "check_id": 1, "fields": "", **first}
    )


def _insert(conn: sqlite3.Connection, table: str, values: Mapping[str, Any]) -> None:
    marks = ",".join("?" * len(values))
    conn.execute(f"INSERT INTO {table} ({','.join(values)}) VALUES ({marks})", tuple(values.values()))  # noqa: S608


def make_database(path: Path, items: int = 60) -> None:
    """A store with two sources, ``items`` ordinary items, a hostile one, one in Japanese, an edit, a message."""
    store = open_store(path)
    with store.transaction() as conn:
        conn.execute("INSERT INTO sites (site) VALUES ('a.example')")
        for number, slug, name in ((1, "harbour", "Harbour office"), (2, "evil", EVIL)):
            _insert(conn, "sources", {
                "id": number, "source_key": slug, "slug": slug, "name": name, "url": "https://a.example/news",
                "site": "a.example", "origin": "config", "created_at": SEEN, "outcome": "changed",
                "last_check_at": SEEN, "last_ok_at": SEEN,
            })  # fmt: skip
            conn.execute("INSERT INTO source_tags (tag, source_id) VALUES ('ports', ?)", (number,))
        capture = write_capture(
            path.parent / "captures", PAGE, content_type="text/html", url="https://a.example/news", retention="evidence"
        )
        _insert(conn, "captures", {
            "sha256": capture.sha256, "bytes": capture.bytes, "stored_bytes": capture.stored_bytes, "url": capture.url,
            "content_type": capture.content_type, "captured_at": SEEN, "retention": "evidence",
        })  # fmt: skip
        _insert(conn, "checks", {
            "id": 1, "check_key": "k", "source_id": 1, "started_at": SEEN, "last_at": SEEN, "outcome": "changed",
            "message": EVIL, "duration_ms": 12, "items": items, "capture_sha256": capture.sha256,
        })  # fmt: skip
        for number in range(1, items + 1):
            add_item(conn, number, f"Dredging of basin {number}", summary="Works begin at dawn.")
        add_item(conn, items + 1, EVIL, url="javascript:alert(3)", summary=EVIL, source_id=2, author=EVIL)
        add_item(conn, items + 2, "港湾局が国際会議を開催", source_id=2)
        _edit(conn, items)
        for number in range(7, min(items, 9) + 1):
            _insert(conn, "articles", {
                "source_id": 1, "item_id": number, "url": f"https://a.example/{number}", "title": f"Basin {number}",
                "text": f"The dredger {EVIL} Ludmila came from afar. " + "She worked by night. " * 300,
                "first_seen_at": SEEN, "changed_at": SEEN,
            })  # fmt: skip
    store.close()


def _edit(conn: sqlite3.Connection, number: int) -> None:
    conn.execute(
        "INSERT INTO revisions (item_id, number, recorded_at, check_id, fields, title, url, summary, published_on) "
        "SELECT item_id, 2, ?, 1, 'title', 'Dredging of the west basin', url, summary, published_on "
        "FROM revisions WHERE item_id = ?",
        (SEEN, number),
    )
    conn.execute("UPDATE items SET revision = 2, title = 'Dredging of the west basin' WHERE id = ?", (number,))
    conn.execute(
        "INSERT INTO changes (event_id, changed_at, source_id, item_id, kind, revision, fields, tell, check_id) "
        "VALUES ('e1', ?, 1, ?, 'revised', 2, 'title', 1, 1), ('e2', ?, 2, ?, 'added', 1, '', 1, 1)",
        (SEEN, number, SEEN, number + 1),
    )
    conn.execute("INSERT INTO channels (id, name, kind, created_at) VALUES (1, 'desk', 'webhook', ?)", (SEEN,))
    conn.execute(
        "INSERT INTO messages (id, message_id, channel_id, kind, created_at, due_at, state, last_error) "
        "VALUES (1, 'msg_1', 1, 'digest', ?, ?, 'dead', ?)",
        (SEEN, SEEN, EVIL),
    )
    conn.execute("INSERT INTO message_changes (message_id, change_id) VALUES (1, 1), (1, 2)")


@pytest.fixture(scope="session")
def web_db(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database that the pages only read."""
    path = tmp_path_factory.mktemp("web") / "presswatch.db"
    make_database(path)
    return path


@pytest.fixture
def connection(web_db: Path) -> Any:
    with closing(sqlite3.connect(f"{web_db.as_uri()}?mode=ro", uri=True)) as conn:
        conn.row_factory = sqlite3.Row
        yield conn


Get = Callable[..., Any]


@pytest.fixture(scope="session")
def plain_site(web_db: Path) -> Iterator[Any]:
    """The pages as most tests want them, made once."""
    datasette = make_site(web_db, Site(web_db.parent / "captures", Access(), UTC, NOW))
    yield datasette
    for database in datasette.databases.values():
        database.close()


@pytest.fixture
def get(web_db: Path, plain_site: Any) -> Get:
    """Ask for a page, in this process; the response of httpx."""

    def ask(
        path: str, *, method: str = "GET", access: Access | None = None, rules: Sequence[Rule] = (), **given: Any
    ) -> Any:
        if access is None and not rules:
            return asyncio.run(plain_site.client.request(method, path, **given))
        site = Site(web_db.parent / "captures", access or Access(), UTC, NOW, rules=lambda: rules)
        return _answer(web_db, site, method, path, **given)

    return ask


def _answer(db: Path, site: Site, method: str, path: str, **given: Any) -> Any:
    async def answer() -> Any:
        datasette = make_site(db, site)
        try:
            await datasette.invoke_startup()
            return await datasette.client.request(method, path, **given)
        finally:
            for database in datasette.databases.values():
                database.close()

    return asyncio.run(answer())


@dataclass
class EditedSite:
    """The pages of a process that may write to a database of its own."""

    db: Path
    access: Access
    desk: Desk

    def get(self, path: str, **given: Any) -> Any:
        return self.ask("GET", path, **given)

    def post(self, path: str, form: Mapping[str, str], **given: Any) -> Any:
        """As a form of ours sends it."""
        return self.ask("POST", path, data={"token": self.access.token, **form}, **given)

    def ask(self, method: str, path: str, **given: Any) -> Any:
        site = Site(self.db.parent / "captures", self.access, UTC, NOW, desk=self.desk)
        return _answer(self.db, site, method, path, **given)

    def rows(self, sql: str) -> list[tuple[Any, ...]]:
        return [tuple(row) for row in self.desk.store.conn.execute(sql)]


@pytest.fixture
def edited_site(web_db: Path, tmp_path: Path) -> Iterator[EditedSite]:
    home = tmp_path / "home"
    shutil.copytree(web_db.parent, home)
    environ = {**os.environ, "PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
    store = open_store(home / web_db.name)
    yield EditedSite(home / web_db.name, Access(editing=True), Desk(store, Adder(str(home), environ)))
    store.close()
