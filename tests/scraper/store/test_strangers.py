"""What is kept of origins and sites that pages lead to, and what is forgotten."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.clock import to_text
from scraper.latest import Latest
from scraper.robots import RobotsRecord
from scraper.store.db import Store, open_store
from scraper.store.robots import StoredRobots, forget_robots, read_robots
from scraper.store.site_book import forget_sites
from scraper.store.sources import SourceSpec, reconcile
from scraper.store.thread import StoreThread

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as opened:
        yield opened


@pytest.mark.parametrize(
    ("fetched", "lasts", "unreachable", "stays"),
    [
        (HOUR, DAY, None, True),
        (DAY, DAY, None, False),
        (-HOUR, DAY, None, False),
        (HOUR, timedelta(0), DAY, True),
        (29 * DAY, timedelta(0), 40 * DAY, True),
        (30 * DAY, timedelta(0), 40 * DAY, False),
        (-HOUR, timedelta(0), DAY, False),
    ],
)
def test_robots_txt_is_forgotten_once_it_would_be_asked_for_anew_but_not_since_when_it_is_away(
    store: Store, fetched: timedelta, lasts: timedelta, unreachable: timedelta | None, stays: bool
) -> None:
    at = NOW - fetched
    record = RobotsRecord(
        "https://a.example:443", at, at + lasts, 200, b"", NOW - unreachable if unreachable is not None else None
    )

    async def put() -> None:
        thread = StoreThread(open_store(store.path))
        try:
            await StoredRobots(thread).put_robots(record)
        finally:
            thread.close()

    asyncio.run(put())
    with store.transaction() as conn:
        assert forget_robots(conn, NOW) == (not stays)
        assert (read_robots(conn, record.origin) is not None) == stays


def test_sites_that_nobody_watches_are_forgotten_when_they_have_long_been_open(store: Store) -> None:
    with store.transaction() as conn:
        reconcile(conn, [SourceSpec("s", "s", "s", "https://news.watched.org/")], NOW)
        for site, at in (
            ("old.org", NOW - 2 * DAY),
            ("waits.org", NOW + HOUR),
            ("asked.org", NOW - HOUR),
            ("new.org", None),
        ):
            conn.execute("INSERT INTO sites(site, not_before_at) VALUES (?, ?)", (site, to_text(at) if at else None))
        conn.execute("UPDATE sites SET not_before_at = ? WHERE site = 'watched.org'", (to_text(NOW - 9 * DAY),))
        assert forget_sites(conn, NOW) == 2
        assert [row[0] for row in conn.execute("SELECT site FROM sites ORDER BY 1")] == [
            "asked.org",
            "waits.org",
            "watched.org",
        ]


def test_what_is_remembered_is_bounded_by_its_bytes() -> None:
    latest = Latest[str, str](100)
    for key in "abc":
        latest.put(key, key * 2, 30)
    assert latest.get("a") == "aa"
    latest.put("d", "dd", 30)
    assert [latest.get(key) for key in "abcd"] == ["aa", None, "cc", "dd"], "b was not asked for longest"
    latest.put("d", "DD", 40)
    assert [latest.get(key) for key in "acd"] == ["aa", "cc", "DD"], "in place of the one before"
    latest.put("e", "ee", 100)
    assert [latest.get(key) for key in "acde"] == [None, None, None, "ee"]
    latest.put("f", "ff", 101)
    assert [latest.get(key) for key in "ef"] == ["ee", None], "too large to be remembered at all"
    latest.put("e", "ee", 101)
    assert latest.get("e") is None, "the one before does not hold any more"
