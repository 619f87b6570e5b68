"""What rules would have told: the change log seen through them, before they are trusted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice

from scheduler.fact_rows import load_changes
from scheduler.facts import ChangeFacts
from scheduler.messages import TellingPlan
from scheduler.rules import Rule
from scraper.clock import to_text

_BATCH = 500


@dataclass(frozen=True, slots=True)
class Fired:
    """A change that ``rule`` wants told: it would have told it to ``channels``; on those of ``told_by`` the rule named
    there would have, sooner or standing first."""

    change: ChangeFacts
    rule: Rule
    channels: tuple[str, ...]
    told_by: Mapping[str, str] = field(default_factory=dict)


def replay(conn: sqlite3.Connection, plan: TellingPlan, since: datetime) -> Iterator[Fired]:
    """Everything that a rule of ``plan`` would have told since then, the oldest first, and what it wanted told and
    another would have; rules in their order. What is recorded but never told (a baseline, what surfaced) stays out."""
    cursor = conn.execute("SELECT id FROM changes WHERE changed_at >= ? AND tell = 1 ORDER BY id", (to_text(since),))
    while batch := [row["id"] for row in islice(cursor, _BATCH)]:
        for change in load_changes(conn, batch).values():
            yield from _fired(plan, change)


def _fired(plan: TellingPlan, change: ChangeFacts) -> Iterator[Fired]:
    wishes = plan.wishes(change, plan.channels, change.changed_at)
    names = {rule.name for rules in wishes.values() for rule in rules}
    for rule in plan.rules:
        if rule.name in names:
            teller = {name: rules[0].name for name, rules in wishes.items() if rule in rules}
            told = tuple(name for name in plan.channels if teller.get(name) == rule.name)
            yield Fired(change, rule, told, {name: other for name, other in teller.items() if name not in told})
