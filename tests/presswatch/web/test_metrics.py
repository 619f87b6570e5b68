"""Figures for a monitor: valid, those of the database, and nothing for strangers."""

from __future__ import annotations

import sqlite3
from datetime import timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from presswatch.web.guard import Access
from presswatch.web.metrics import _OVERDUE, _WAITING, exposition, health
from scraper.clock import to_text
from tests.presswatch.web.conftest import NOW, EditedSite, Get


def figures(text: str) -> dict[str, float]:
    """Each sample by its name and labels."""
    found = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            labels = ",".join(f"{name}={value}" for name, value in sorted(sample.labels.items()))
            found[f"{sample.name}{{{labels}}}" if labels else sample.name] = sample.value
    return found


def test_metrics_are_read_by_prometheus(get: Get) -> None:
    answer = get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    found = figures(answer.text)
    assert found["presswatch_sources{state=well}"] == 2
    assert found["presswatch_messages{channel=desk,state=dead}"] == 1
    assert found["presswatch_items_total"] == 62
    assert found["presswatch_source_last_ok_timestamp_seconds{source=harbour}"] == 1772532000
    assert found["presswatch_database_bytes"] > 4096


def test_a_service_that_stands_still_shows(edited_site: EditedSite) -> None:
    conn: sqlite3.Connection = edited_site.desk.store.conn
    due = to_text(NOW - timedelta(minutes=5))
    conn.execute(
        "INSERT INTO cadences (source_id, next_check_at, reason, interval_s) VALUES (1, ?, 'every', 60)", (due,)
    )
    assert figures(exposition(conn, NOW).decode())["presswatch_overdue_seconds"] == 300
    assert health(conn, NOW)["overdue_s"] == 300
    conn.execute("UPDATE sources SET paused_at = ? WHERE id = 1", (due,))
    assert health(conn, NOW)["overdue_s"] == 0


def test_what_was_sent_is_not_looked_at(connection: sqlite3.Connection) -> None:
    for question in (_WAITING, _OVERDUE):
        plan = [row["detail"] for row in connection.execute(f"EXPLAIN QUERY PLAN {question}")]
        assert not [step for step in plan if step.startswith("SCAN") and "INDEX" not in step], plan


def test_strangers_learn_that_it_is_there_and_nothing_else(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("presswatch.web.guard._WRONG_PASSWORD_S", 0.0)
    access = Access(hosts=frozenset(), password="correct horse")
    assert get("/metrics", access=access, headers={"x-forwarded-for": "127.0.0.1"}).status_code == 401
    assert get("/healthz", access=access).json() == {"ok": True}
    known = get("/healthz", access=access, headers={"authorization": "Bearer correct horse"}).json()
    assert set(known) == {"ok", "schema_version", "last_check_at", "overdue_s"}
