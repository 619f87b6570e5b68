"""Which followed articles are due: no site stands in the way of another."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from scheduler.rules import DEFAULT_RULE
from scraper.asking import PLAIN, RequestBook
from scraper.clock import to_text
from scraper.store.article_jobs import due_articles, next_article_at
from tests.scheduler.newsroom import Newsroom


@pytest.fixture
def newsroom(tmp_path: Path) -> Iterator[Newsroom]:
    """A ministry with many due articles, whose site is closed for a day, and a small office with one."""
    opened = Newsroom(tmp_path / "presswatch.db", channels=("hook",), rules=(DEFAULT_RULE,))
    for slug in ("ministry", "office"):
        opened.add_source(slug)
    opened.publish("ministry", *[f"Notice {n} of the ministry" for n in range(80)])
    opened.publish("office", "The office opens")
    conn = opened.store.conn
    conn.execute("UPDATE sources SET follow = 1")
    conn.execute(
        "UPDATE items SET url = 'https://' || (SELECT slug FROM sources WHERE id = source_id) || '.example/' || id"
    )
    longest, shorter = (to_text(opened.now - timedelta(minutes=minutes)) for minutes in (60, 50))
    conn.execute(
        "INSERT OR REPLACE INTO article_looks(item_id, source_id, due_at) SELECT i.id, i.source_id, "
        "CASE s.slug WHEN 'ministry' THEN ? ELSE ? END FROM items i JOIN sources s ON s.id = i.source_id",
        (longest, shorter),
    )
    closed = to_text(opened.now + timedelta(hours=24))
    conn.execute("INSERT OR REPLACE INTO sites(site, not_before_at) VALUES ('ministry.example', ?)", (closed,))
    conn.execute("INSERT OR IGNORE INTO sites(site) VALUES ('office.example')")
    yield opened
    opened.store.close()


def test_articles_of_a_closed_site_do_not_stand_before_those_of_others(newsroom: Newsroom) -> None:
    rows = newsroom.store.conn.execute("SELECT source_key, config_sha256 FROM sources").fetchall()
    book = RequestBook({row["source_key"]: (row["config_sha256"], PLAIN) for row in rows})
    (item,) = due_articles(newsroom.store.conn, newsroom.now, 4, book)
    url = newsroom.store.conn.execute("SELECT url FROM items WHERE id = ?", (item,)).fetchone()[0]
    assert url.startswith("https://office.example/")


def test_articles_of_paused_sources_wake_nobody(newsroom: Newsroom) -> None:
    conn = newsroom.store.conn
    assert next_article_at(conn) == newsroom.now - timedelta(minutes=60)
    conn.execute("UPDATE sources SET paused_at = ? WHERE slug = 'ministry'", (to_text(newsroom.now),))
    assert next_article_at(conn) == newsroom.now - timedelta(minutes=50)
    conn.execute("UPDATE sources SET active = 0")
    assert next_article_at(conn) is None
