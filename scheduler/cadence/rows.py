"""What the cadence knows, in the database: tables ``cadence_rates``, ``cadence_profile``, ``cadence_budget``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime

from scheduler.cadence.budget import Budget, Demand
from scheduler.cadence.population import HOURS, MINUTES, WEEKDAYS
from scheduler.cadence.profile import Profile, Weights
from scheduler.cadence.rate import RateBelief
from scheduler.cadence.rhythm import Rhythm
from scraper.clock import from_text, to_text

KINDS = ("hour", "weekday", "minute")
"""Kinds of slots, in the order of :data:`scheduler.cadence.profile.Weights`."""
DAY = 86_400.0


def load_rhythm(conn: sqlite3.Connection, source_id: int) -> Rhythm | None:
    """What was learnt of a source; ``None`` if nothing was."""
    row = conn.execute("SELECT * FROM cadence_rates WHERE source_id = ?", (source_id,)).fetchone()
    if row is None:
        return None
    slots = conn.execute("SELECT kind, slot, weight FROM cadence_profile WHERE source_id = ?", (source_id,))
    learnt = _seconds(row["learnt_at"])
    belief = RateBelief(
        row["short_items"], row["short_exposure_s"], row["long_items"], row["long_exposure_s"], row["short_favour"]
    )
    return Rhythm(learnt, belief, Profile(_seconds(row["profile_since_at"]), _weights(slots), learnt), belief.mean)


def _weights(rows: Iterable[sqlite3.Row]) -> Weights:
    weights: Weights = ([0.0] * len(HOURS), [0.0] * len(WEEKDAYS), [0.0] * len(MINUTES))
    for row in rows:
        weights[KINDS.index(row["kind"])][row["slot"]] = row["weight"]
    return weights


def save_rhythm(conn: sqlite3.Connection, source_id: int, rhythm: Rhythm, share: float | None, *, slots: bool) -> None:
    """Write what was learnt. ``share`` is ``None`` where the budget has no part in it; ``slots`` says whether the
    profile may have changed."""
    belief = rhythm.belief
    conn.execute(
        "INSERT INTO cadence_rates(source_id, learnt_at, short_items, short_exposure_s, long_items, long_exposure_s, "
        "short_favour, items_per_day, share, profile_since_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?) "
        "ON CONFLICT(source_id) DO UPDATE SET learnt_at = excluded.learnt_at, short_items = excluded.short_items, "
        "short_exposure_s = excluded.short_exposure_s, long_items = excluded.long_items, "
        "long_exposure_s = excluded.long_exposure_s, short_favour = excluded.short_favour, "
        "items_per_day = excluded.items_per_day, share = excluded.share, profile_since_at = excluded.profile_since_at",
        (
            source_id,
            _text(rhythm.learnt_at),
            belief.short_items,
            belief.short_exposure,
            belief.long_items,
            belief.long_exposure,
            belief.favour,
            rhythm.rate * DAY,
            share,
            _text(rhythm.profile.since),
        ),
    )
    if slots:
        conn.executemany(
            "INSERT INTO cadence_profile(source_id, kind, slot, weight) VALUES (?, ?, ?, ?) "
            "ON CONFLICT(source_id, kind, slot) DO UPDATE SET weight = excluded.weight WHERE weight <> excluded.weight",
            [
                (source_id, kind, slot, weight)
                for kind, weights in zip(KINDS, rhythm.profile.weights, strict=True)
                for slot, weight in enumerate(weights)
                if weight
            ],
        )


def load_demand(conn: sqlite3.Connection, *, by_default: bool) -> Demand:
    """All sources that share the budget. ``by_default`` says whether those without times of their own do."""
    row = conn.execute(
        "SELECT count(*) AS sources, count(r.share) AS known, coalesce(sum(r.share), 0.0) AS shares, "
        "coalesce(sum(r.items_per_day) FILTER (WHERE r.share IS NOT NULL), 0.0) AS items "
        "FROM sources s LEFT JOIN cadence_rates r ON r.source_id = s.id "
        "WHERE s.origin = 'config' AND s.active = 1 AND s.paused_at IS NULL AND s.cron IS NULL "
        "AND s.every_s IS NULL AND (s.adaptive = 1 OR ?)",
        (int(by_default),),
    ).fetchone()
    # Sources that were never looked at are as the others are.
    scale = row["sources"] / row["known"] if row["known"] else 0.0
    return Demand(row["sources"], row["shares"] * scale, row["items"] / DAY * scale)


def load_budget(conn: sqlite3.Connection, now: float) -> Budget:
    """The account of requests; a new one if there is none."""
    row = conn.execute("SELECT * FROM cadence_budget WHERE id = 1").fetchone()
    return Budget(_seconds(row["as_of_at"]), row["debt"], row["made"], row["foretold"]) if row else Budget(now)


def save_budget(conn: sqlite3.Connection, budget: Budget) -> None:
    """Write the account."""
    conn.execute(
        "INSERT INTO cadence_budget(id, as_of_at, debt, made, foretold) VALUES (1, ?, ?, ?, ?) ON CONFLICT(id) DO "
        "UPDATE SET as_of_at = excluded.as_of_at, debt = excluded.debt, made = excluded.made, "
        "foretold = excluded.foretold",
        (_text(budget.as_of), budget.debt, budget.made, budget.foretold),
    )


def _seconds(text: str) -> float:
    return from_text(text).timestamp()


def _text(seconds: float) -> str:
    return to_text(datetime.fromtimestamp(seconds, UTC))
