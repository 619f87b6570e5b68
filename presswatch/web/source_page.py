"""How the sources are: all of them on one page, and one with its rhythm, episodes and checks."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping, Sequence
from datetime import date, datetime, tzinfo
from typing import Any

from presswatch.web.charts import daily_bars, week_cells
from scraper.clock import from_text

_SOURCE = """
SELECT s.*, c.next_check_at, c.interval_s, c.reason AS next_reason
FROM sources s LEFT JOIN cadences c ON c.source_id = s.id
"""
_LISTED = """
SELECT i.item_key, i.title, i.url, i.published_on FROM appearances a CROSS JOIN items i ON i.id = a.item_id
WHERE a.source_id = ? AND a.listed = 1 ORDER BY a.rank DESC LIMIT 30
"""
_MOMENTS = """
SELECT published_on, published_at, published_time, first_seen_at, is_baseline FROM items
WHERE source_id = ? AND status <> 'merged' ORDER BY id DESC LIMIT 5000
"""
_CHECKS = """
SELECT id, started_at, last_at, count, outcome, reason, message, http_status, duration_ms, items, new_items, changes,
       confidence, capture_sha256
FROM checks WHERE source_id = ? ORDER BY id DESC LIMIT 50
"""
_SOURCES = """
SELECT s.id, s.slug, s.name, s.url, s.outcome, s.failures, s.paused_at, s.active, s.last_check_at, s.last_ok_at,
       s.last_changed_at, c.next_check_at,
       (SELECT group_concat(e.class, ', ') FROM episodes e WHERE e.source_id = s.id AND e.closed_at IS NULL) AS unwell,
       (SELECT group_concat(t.tag, ', ') FROM source_tags t WHERE t.source_id = s.id) AS tags
FROM sources s LEFT JOIN cadences c ON c.source_id = s.id
WHERE s.slug > ? ORDER BY s.slug LIMIT 201
"""


def find_sources(conn: sqlite3.Connection, after: str) -> list[dict[str, Any]]:
    """Two hundred sources by slug and one more, after the slug ``after``."""
    return [dict(row) | {"state": state_of(row)} for row in conn.execute(_SOURCES, (after,))]


def state_of(row: Mapping[str, Any] | sqlite3.Row) -> str:
    """One word for how a source is: ``well``, ``unwell``, ``failing``, ``paused``, ``removed``, ``new``."""
    if not row["active"]:
        return "removed"
    if row["paused_at"]:
        return "paused"
    if row["unwell"]:
        return "unwell"
    if row["outcome"] is None:
        return "new"
    return "failing" if row["failures"] else "well"


def find_source(conn: sqlite3.Connection, slug: str, now: datetime, zone: tzinfo | None) -> dict[str, Any] | None:
    """One source with all that its page shows; ``None`` if there is none. ``zone``: that of the charts' hours."""
    found = conn.execute(f"{_SOURCE} WHERE s.slug = ?", (slug,)).fetchone()
    if found is None:
        return None

    def rows(sql: str) -> list[dict[str, Any]]:
        return [dict(row) for row in conn.execute(sql, (found["id"],))]

    episodes = rows("SELECT * FROM episodes WHERE source_id = ? ORDER BY id DESC LIMIT 30")
    unwell = ", ".join(each["class"].replace("_", " ") for each in episodes if each["closed_at"] is None)
    source = dict(found) | {"unwell": unwell}
    return {
        "source": source | {"state": state_of(source)},
        "tags": [row["tag"] for row in rows("SELECT tag FROM source_tags WHERE source_id = ? ORDER BY tag")],
        "episodes": episodes,
        "checks": rows(_CHECKS),
        "recipes": rows("SELECT * FROM recipes WHERE source_id = ? AND retired_at IS NULL ORDER BY origin"),
        "listed": rows(_LISTED),
        **_rhythm(rows(_MOMENTS), now, zone),
    }


def _rhythm(items: Sequence[Mapping[str, Any]], now: datetime, zone: tzinfo | None) -> dict[str, Any]:
    days = [day for item in items if (day := _day(item, zone)) is not None]
    moments = [moment for item in items if (moment := _moment(item, zone)) is not None]
    bars = daily_bars(days, now.astimezone(zone).date())
    return {
        "bars": bars,
        "busiest": max(bar.count for bar in bars),
        "cells": week_cells(moments),
        "timed": len(moments),
        "counted": len(items),
    }


def _day(item: Mapping[str, Any], zone: tzinfo | None) -> date | None:
    """When it was published, or else found; of what was found at the first look only what is dated."""
    if item["published_on"]:
        return date.fromisoformat(item["published_on"])
    return None if item["is_baseline"] else from_text(item["first_seen_at"]).astimezone(zone).date()


def _moment(item: Mapping[str, Any], zone: tzinfo | None) -> datetime | None:
    """The same with the hour, where it is known."""
    if item["published_at"]:
        return from_text(item["published_at"]).astimezone(zone)
    if item["published_on"] and item["published_time"]:
        return datetime.fromisoformat(f"{item['published_on']}T{item['published_time']}")
    return None if item["is_baseline"] else from_text(item["first_seen_at"]).astimezone(zone)
