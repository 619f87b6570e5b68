"""What is due after the clock was set."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scheduler.upkeep import compact, correct_due, forget_strangers
from scraper.clock import from_text, to_text

DUE = {"hubs": "next_at", "flaps": "settles_at"}


@pytest.fixture
def newsroom(make_newsroom: Any) -> Any:
    opened = make_newsroom()
    opened.add_source("harbour")
    opened.publish("harbour", "The harbour opens")
    at = to_text(opened.now + timedelta(hours=1))
    conn = opened.store.conn
    conn.execute(
        "INSERT INTO hubs(source_id, hub_url, topic_url, token, secret, state, next_at) "
        "SELECT id, 'https://hub.example/', 'https://harbour.example/', 't', 's', 'active', ? FROM sources",
        (at,),
    )
    conn.execute(
        "INSERT INTO flaps(item_id, field, source_id, began_at, turns, shown, told, settles_at) "
        "SELECT id, 'title', source_id, ?, 3, 'a', 'b', ? FROM items",
        (at, at),
    )
    return opened


def due(newsroom: Any, table: str) -> timedelta:
    at = newsroom.store.conn.execute(f"SELECT {DUE[table]} FROM {table}").fetchone()[0]  # noqa: S608 - constants
    return from_text(at) - newsroom.now


@pytest.mark.parametrize("table", DUE)
def test_what_is_due_goes_back_with_the_clock(newsroom: Any, table: str) -> None:
    newsroom.now -= timedelta(days=3, seconds=0.5)
    correct_due(newsroom.store.conn, newsroom.now, timedelta(days=-3, seconds=-0.5))
    assert due(newsroom, table) == timedelta(hours=1)


@pytest.mark.parametrize("table", DUE)
def test_what_was_written_under_a_clock_of_years_ahead_is_due_now(newsroom: Any, table: str) -> None:
    newsroom.now -= timedelta(days=4_700)
    correct_due(newsroom.store.conn, newsroom.now)
    assert due(newsroom, table) == timedelta(0)


def test_at_night_the_search_index_is_drawn_together_and_still_finds_all(newsroom: Any) -> None:
    for n in range(3):
        newsroom.publish("harbour", *[f"Quay {n * 4 + k} is repaired" for k in range(4)])
    conn, segments = newsroom.store.conn, "SELECT count(DISTINCT segid) FROM items_fts_idx"
    assert conn.execute(segments).fetchone()[0] > 1
    compact(newsroom.store)
    assert conn.execute(segments).fetchone()[0] == 1
    conn.execute("INSERT INTO items_fts(items_fts, rank) VALUES ('integrity-check', 1)")
    found = conn.execute("SELECT count(*) FROM items_fts WHERE items_fts MATCH 'repaired'").fetchone()[0]
    assert found == 12


def test_at_night_the_log_is_folded_into_the_file(newsroom: Any) -> None:
    log = newsroom.store.path.with_name(newsroom.store.path.name + "-wal")
    assert log.stat().st_size > 0
    compact(newsroom.store)
    assert log.stat().st_size == 0


def test_at_night_what_pages_led_to_is_forgotten(newsroom: Any) -> None:
    conn, day_ago = newsroom.store.conn, to_text(newsroom.now - timedelta(days=1))
    conn.execute("INSERT INTO robots VALUES ('https://cdn.example:443', 200, x'', ?, ?, NULL)", (day_ago, day_ago))
    conn.execute("INSERT INTO sites(site, not_before_at) VALUES ('cdn.example', ?)", (day_ago,))
    forget_strangers(conn, newsroom.now)
    assert conn.execute("SELECT count(*) FROM robots").fetchone()[0] == 0
    assert conn.execute("SELECT count(*) FROM sites").fetchone()[0] == 1
