"""Channels and rules in the database, as configured and as observed."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from scheduler.registry import enable_channel, retry_dead, shift_due, sync_channels
from scheduler.rules import Rule
from scraper.errors import NotFoundError
from tests.scheduler.newsroom import NamedStub


def test_a_channel_that_leaves_the_configuration_keeps_its_messages_and_its_state(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one", "two")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "news")
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE channels SET disabled_at = 'then', disabled_reason = '410' WHERE name = 'one'")
        sync_channels(conn, [NamedStub("two", "file")], [Rule("new")], newsroom.now)
    assert newsroom.rows("SELECT name, kind, active, disabled_reason FROM channels ORDER BY name") == [
        ("one", "webhook", 0, "410"),
        ("two", "file", 1, None),
    ]
    assert newsroom.rows("SELECT name, active FROM rules ORDER BY name") == [("default", 0), ("new", 1)]
    assert newsroom.rows("SELECT state FROM messages") == [("pending",), ("pending",)]


def test_enabling_takes_back_what_was_observed(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one")
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE channels SET disabled_at = 'then', disabled_reason = '410', failing_since_at = 'then'")
        enable_channel(conn, "one")
    assert newsroom.rows("SELECT disabled_at, disabled_reason, failing_since_at FROM channels") == [(None, None, None)]


def test_dead_letters_of_one_channel_or_of_all_are_due_again(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one", "two")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "news")
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE messages SET state = 'dead', attempts = 9")
        assert retry_dead(conn, newsroom.now, channel="one") == 1
        assert retry_dead(conn, newsroom.now) == 1
    assert newsroom.rows("SELECT state, attempts FROM messages") == [("pending", 0)] * 2


def test_what_is_due_moves_with_the_clock(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "news")
    with newsroom.store.transaction() as conn:
        assert shift_due(conn, timedelta(hours=-1)) == 1
    assert newsroom.rows("SELECT due_at FROM messages") == [("2026-03-02T08:00:00.000Z",)]


def test_an_unknown_channel_is_said(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one")
    with pytest.raises(NotFoundError, match="no channel named 'other'"), newsroom.store.transaction() as conn:
        enable_channel(conn, "other")
