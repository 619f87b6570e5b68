"""What rules would have told: the change log seen through them, before they are trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice

from scheduler.fact_rows import load_changes
from scheduler.facts import ChangeFacts
from scheduler.messages import TellingPlan
from scheduler.rules import Rule, channels_of, matches
from scraper.clock import to_text

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Fired:
    """A change that ``rule`` would have told to ``channels``: those that no earlier rule had told of it."""

    change: ChangeFacts
    rule: Rule
    channels: tuple[str, ...]


def replay(conn: sqlite3.Connection, plan: TellingPlan, since: datetime) -> Iterator[Fired]:
    """Everything that ``plan`` would have told since then, the oldest first; rules in their order. What is recorded
    but never told (a baseline, what surfaced) stays out."""
    cursor = conn.execute("SELECT id FROM changes WHERE changed_at >= ? AND tell = 1 ORDER BY id", (to_text(since),))
    while batch := [row["id"] for row in islice(cursor, _BATCH)]:
        for change in load_changes(conn, batch).values():
            yield from _fired(plan, change)


def _fired(plan: TellingPlan, change: ChangeFacts) -> Iterator[Fired]:
    told: set[str] = set()
    for rule in plan.rules:
        if matches(rule, change):
            targets = channels_of(rule, change.source, channels=plan.channels, of_source=plan.of_source)
            fresh = tuple(name for name in targets if name not in told)
            told.update(fresh)
            if fresh:
                yield Fired(change, rule, fresh)
