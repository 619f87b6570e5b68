"""Figures for Prometheus, and how the watch is in a few words. All are read from the database: they are those of the
service, whichever process answers."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import datetime
from typing import Any

from prometheus_client import CollectorRegistry, Metric
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from presswatch.web.source_page import state_of
from scraper.clock import from_text, to_text

CONTENT_TYPE = CONTENT_TYPE_LATEST
_MOST_SOURCES = 2_000
_STATES = ("well", "unwell", "failing", "paused", "new")
_SOURCES = f"""
SELECT s.slug, s.outcome, s.failures, s.paused_at, s.active, s.last_check_at, s.last_ok_at,
       (SELECT group_concat(e.class) FROM episodes e WHERE e.source_id = s.id AND e.closed_at IS NULL) AS unwell
FROM sources s WHERE s.active = 1 AND s.origin = 'config' ORDER BY s.slug LIMIT {_MOST_SOURCES}
"""  # noqa: S608 - a constant
_WAITING = " UNION ALL ".join(  # each by its own index: what was sent is not looked at
    f"SELECT ch.name AS channel, m.state, count(*) AS count, min(m.created_at) AS oldest_at "  # noqa: S608 - constants
    f"FROM messages m INDEXED BY messages_{state} CROSS JOIN channels ch ON ch.id = m.channel_id "
    f"WHERE m.state = '{state}' GROUP BY ch.id"
    for state in ("held", "pending", "dead")
)
_CHANNELS = "SELECT name, failing_since_at, disabled_at, last_sent_at FROM channels WHERE active = 1 ORDER BY name"
_OVERDUE = """
SELECT min(c.next_check_at) FROM cadences c JOIN sources s ON s.id = c.source_id
WHERE s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config'
"""


def exposition(conn: sqlite3.Connection, now: datetime) -> bytes:
    """All figures in Prometheus' text format."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(_Figures(list(_figures(conn, now))))
    return bytes(generate_latest(registry))


def health(conn: sqlite3.Connection, now: datetime) -> dict[str, Any]:
    """The schema's version, when a source was last looked at (``None``: never), and for how many seconds the one that
    has waited longest is overdue: a service that stands still lets it grow."""
    version = conn.execute("PRAGMA user_version").fetchone()[0]
    last = conn.execute("SELECT max(last_check_at) FROM sources").fetchone()[0]
    return {"schema_version": version, "last_check_at": last, "overdue_s": round(_overdue(conn, now), 1)}


class _Figures:
    """What a registry asks for its figures."""

    def __init__(self, families: list[Metric]) -> None:
        self._families = families

    def collect(self) -> list[Metric]:
        """The figures."""
        return self._families


def _figures(conn: sqlite3.Connection, now: datetime) -> Iterator[Metric]:
    yield from _of_sources(conn)
    yield from _of_channels(conn, now)
    yield GaugeMetricFamily("presswatch_overdue_seconds", "How long the longest-waiting look is overdue.",
                            value=_overdue(conn, now))  # fmt: skip
    for name, what in (("items", "Items ever found."), ("changes", "Changes ever recorded.")):
        most = conn.execute(f"SELECT coalesce(max(id), 0) FROM {name}").fetchone()[0]  # noqa: S608 - a constant
        yield CounterMetricFamily(f"presswatch_{name}", what, value=most)
    episodes = GaugeMetricFamily("presswatch_open_episodes", "Open episodes of trouble.", labels=["class"])
    for row in conn.execute("SELECT class, count(*) FROM episodes WHERE closed_at IS NULL GROUP BY 1 ORDER BY 1"):
        episodes.add_metric([row[0]], row[1])
    yield episodes
    size = conn.execute("SELECT page_count * page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
    yield GaugeMetricFamily("presswatch_database_bytes", "Size of the database without its log.", value=size)


def _of_sources(conn: sqlite3.Connection) -> Iterator[Metric]:
    states = dict.fromkeys(_STATES, 0)
    failures = GaugeMetricFamily("presswatch_source_failures", "Looks in a row without a usable answer.",
                                 labels=["source"])  # fmt: skip
    looked = GaugeMetricFamily("presswatch_source_last_check_timestamp_seconds", "The last look.", labels=["source"])
    well = GaugeMetricFamily("presswatch_source_last_ok_timestamp_seconds", "The last believable look.",
                             labels=["source"])  # fmt: skip
    for row in conn.execute(_SOURCES):
        states[state_of(row)] += 1
        failures.add_metric([row["slug"]], row["failures"])
        for family, column in ((looked, "last_check_at"), (well, "last_ok_at")):
            if row[column]:
                family.add_metric([row["slug"]], from_text(row[column]).timestamp())
    sources = GaugeMetricFamily("presswatch_sources", "Configured sources by how they are.", labels=["state"])
    for state, count in states.items():
        sources.add_metric([state], count)
    yield from (sources, failures, looked, well)


def _of_channels(conn: sqlite3.Connection, now: datetime) -> Iterator[Metric]:
    messages = GaugeMetricFamily("presswatch_messages", "Messages that were not sent, or not yet.",
                                 labels=["channel", "state"])  # fmt: skip
    oldest = GaugeMetricFamily("presswatch_oldest_pending_message_seconds", "Age of the oldest message that is due.",
                               labels=["channel"])  # fmt: skip
    for row in conn.execute(_WAITING):
        messages.add_metric([row["channel"], row["state"]], row["count"])
        if row["state"] == "pending":
            oldest.add_metric([row["channel"]], max((now - from_text(row["oldest_at"])).total_seconds(), 0.0))
    failing = GaugeMetricFamily("presswatch_channel_failing", "1 while a channel fails or is disabled.",
                                labels=["channel"])  # fmt: skip
    for row in conn.execute(_CHANNELS):
        failing.add_metric([row["name"]], 1 if row["failing_since_at"] or row["disabled_at"] else 0)
    yield from (messages, oldest, failing)


def _overdue(conn: sqlite3.Connection, now: datetime) -> float:
    soonest = conn.execute(_OVERDUE).fetchone()[0]
    return max((now - from_text(soonest)).total_seconds(), 0.0) if soonest and soonest < to_text(now) else 0.0
