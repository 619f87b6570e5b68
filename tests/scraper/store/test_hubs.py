"""Which hubs are asked."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from scraper.clock import to_text
from scraper.store import hubs
from scraper.store.db import open_store
from scraper.store.sources import SourceSpec, reconcile

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
SPEC = SourceSpec("a", "a", "a", "https://a.example/news")


@pytest.mark.parametrize(
    ("change", "asked"),
    [
        ("UPDATE sources SET name = 'b'", ["a"]),
        ("UPDATE sources SET paused_at = created_at", []),
        ("UPDATE sources SET active = 0", []),
        ("UPDATE sources SET origin = 'adhoc'", []),
        ("UPDATE hubs SET next_at = '2026-03-02T00:00:00.000Z'", []),
    ],
)
def test_a_hub_counts_as_due_exactly_if_it_is_then_asked(tmp_path: Path, change: str, asked: list[str]) -> None:
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store, store.transaction() as conn:
        reconcile(conn, [SPEC], NOW)
        conn.execute(
            "INSERT INTO hubs(source_id, hub_url, topic_url, token, secret, state, next_at) "
            "VALUES (1, 'https://hub.example/', 'https://a.example/feed', 't', 's', 'announced', ?)",
            (to_text(NOW - timedelta(days=1)),),
        )
        assert conn.execute(change).rowcount == 1
        assert hubs.count_due(conn, NOW) == len(asked)
        assert [one.slug for one in hubs.take_due(conn, NOW, 10)] == asked
