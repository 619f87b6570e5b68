"""The process dies, the disk refuses: nothing is lost, and what comes again has the same id."""

from __future__ import annotations

import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from scheduler.channels import ChannelSpec, build_channel
from scheduler.outbox import Outbox
from scraper.errors import StoreError
from tests.scheduler.sink import Answer

ROOT = Path(__file__).parents[2]
KILLS = 4


def test_kill_9_at_any_moment_loses_nothing_and_repeats_only_what_was_under_way(
    make_newsroom: Any, make_sink: Any, tmp_path: Path
) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(delay=0.01))
    for slug in ("alpha", "beta"):
        newsroom.add_source(slug)
        for batch in range(10):
            newsroom.publish(slug, *[f"{slug} {batch:02} {n}" for n in range(6)])
    command = [sys.executable, "-m", "tests.scheduler.drain_process", str(tmp_path / "news.db"), sink.url]
    rng = random.Random(3)
    for kill in range(KILLS):
        process = subprocess.Popen(command, cwd=ROOT)
        sink.wait_for(20 * kill + rng.randrange(1, 20), seconds=20)
        process.kill()
        process.wait()
    assert subprocess.run(command, cwd=ROOT, timeout=60).returncode == 0
    assert newsroom.rows("SELECT state, count(*) FROM messages GROUP BY state") == [("sent", 120)]
    times_sent = Counter(request.id for request in sink.received)
    assert len(times_sent) == 120
    assert sum(count - 1 for count in times_sent.values()) <= 3 * KILLS
    assert len({(request.id, request.body) for request in sink.received}) == 120, "one id, one message"
    for slug in ("alpha", "beta"):
        first_seen = list(dict.fromkeys(title for title in sink.titles if title.startswith(slug)))
        assert first_seen == sorted(first_seen)


def test_what_was_sent_while_the_database_was_locked_is_recorded_later(
    make_newsroom: Any, make_sink: Any, tmp_path: Path
) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one", "two")
    newsroom.conn.execute("PRAGMA busy_timeout = 0")
    channel = build_channel(ChannelSpec("hook", "webhook", url=sink.url))
    outbox = Outbox(newsroom.store, {"hook": channel}, clock=lambda: newsroom.now)
    outbox.tick()
    sink.wait_for(2)
    other = sqlite3.connect(tmp_path / "news.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreError, match="another process holds the database"):
        _tick_for(outbox, seconds=2)
    other.execute("ROLLBACK")
    other.close()
    outbox.drain(timedelta(seconds=5))
    outbox.close()
    assert newsroom.rows("SELECT state, attempts FROM messages") == [("sent", 1), ("sent", 1)]
    assert len(sink.received) == 2, "what was sent is not sent again"


def _tick_for(outbox: Outbox, seconds: float) -> None:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        outbox.tick()


def test_every_write_that_fails_can_be_made_up_for(make_newsroom: Any, make_sink: Any) -> None:
    """The n-th statement of the outbox fails, for every n: in the end each message is sent, with one id."""
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    channel = build_channel(ChannelSpec("hook", "webhook", url=sink.url))
    outbox = Outbox(newsroom.store, {"hook": channel}, clock=lambda: newsroom.now)
    for n in range(12):
        newsroom.publish("harbour", f"item {n:02}")
        writes = 0

        def authorize(action: int, *_: Any, nth: int = n) -> int:
            nonlocal writes
            if action in (sqlite3.SQLITE_INSERT, sqlite3.SQLITE_UPDATE):
                writes += 1
                if writes == nth:
                    return sqlite3.SQLITE_DENY
            return sqlite3.SQLITE_OK

        newsroom.conn.set_authorizer(authorize)
        try:
            outbox.drain(timedelta(seconds=5))
        except (sqlite3.Error, StoreError):
            pass
        finally:
            newsroom.conn.set_authorizer(None)
        outbox.drain(timedelta(seconds=5))
    outbox.close()
    assert newsroom.rows("SELECT DISTINCT state FROM messages") == [("sent",)]
    assert [request.title for request in sink.received] == [f"item {n:02}" for n in range(12)]
