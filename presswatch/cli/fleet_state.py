"""The fleet on one screen: who reads, and how far reading lags."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from presswatch.words import counted

if TYPE_CHECKING:
    from rich.console import Console

_STALE = timedelta(seconds=30)
_WORKERS = """
SELECT name, version, protocol, host, pid, started_at, heard_at, reading, done, failed FROM workers ORDER BY name
"""


def read_fleet(conn: sqlite3.Connection, now: datetime) -> dict[str, Any] | None:
    """What the service last put on record; ``None`` where pages are read by the service itself, or it put nothing on
    record lately. ``is_counted_on``: whether a worker speaks the service's version of the protocol."""
    from scraper.clock import to_text

    row = conn.execute(
        "SELECT seen_at, protocol, waiting, oldest_s, peak_s FROM fleet WHERE seen_at > ?", (to_text(now - _STALE),)
    ).fetchone()
    if row is None:
        return None
    workers = [dict(worker) for worker in conn.execute(_WORKERS)]
    for worker in workers:
        worker["is_counted_on"] = worker["protocol"] == row["protocol"]
    return {**dict(row), "workers": workers}


def fleet_line(fleet: Mapping[str, Any]) -> str:
    """The fleet in a line."""
    able = sum(worker["is_counted_on"] for worker in fleet["workers"])
    parts = [counted(able, "worker"), f"{counted(fleet['waiting'], 'page')} asked for"]
    if fleet["waiting"]:
        parts.append(f"the oldest for {fleet['oldest_s']:.0f} s")
    if not able:
        parts.append("nothing is read")
    return ", ".join(parts)


def print_workers(console: Console, fleet: Mapping[str, Any], now: datetime) -> None:
    """A table of the workers, if there are any."""
    from presswatch.cli.screen import distance, make_table, plain, show

    if not fleet["workers"]:
        return
    table = make_table(
        "worker", "reading", "read", "failed", "since", "", right=("reading", "read", "failed"), wide=("",)
    )
    for worker in fleet["workers"]:
        strange = plain("")
        if not worker["is_counted_on"]:
            strange = plain(f"presswatch {worker['version']} speaks protocol {worker['protocol']}: unused", "red")
        numbers = (str(worker["reading"]), str(worker["done"]), str(worker["failed"]))
        table.add_row(plain(worker["name"], "bold"), *numbers, distance(worker["started_at"], now), strange)
    show(console, "", table)
