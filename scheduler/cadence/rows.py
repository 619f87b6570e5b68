"""What the cadence knows, in the database: the tables ``cadence_*``."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from scheduler.cadence.budget import Budget, Demand
from scheduler.cadence.profile import Profile, Weights, no_weights
from scheduler.cadence.rate import RateBelief
from scheduler.cadence.rhythm import Rhythm
from scheduler.cadence.shelf import Shelf
from scraper.clock import from_text, to_text
from scraper.types import FeedHints

KINDS = ("hour", "weekday", "minute")
"""Kinds of slots, in the order of :data:`scheduler.cadence.profile.Weights`."""
DAY = 86_400.0


def load_rhythm(conn: sqlite3.Connection, source_id: int, shelf: Shelf | None = None) -> Rhythm | None:
    """What was learnt of a source; ``None`` if nothing was. A profile is taken off the ``shelf``, if it is there."""
    row = conn.execute(
        "SELECT learnt_at, short_items, short_exposure_s, long_items, long_exposure_s, short_favour, not_modified, "
        "profile_since_at, profile_at FROM cadence_rates WHERE source_id = ?",
        (source_id,),
    ).fetchone()
    if row is None:
        return None
    learnt_at, *evidence, not_modified, since_at, profile_at = row
    counted = _seconds(profile_at)
    profile = shelf.take(source_id, counted) if shelf is not None else None
    if profile is None:
        slots = conn.execute("SELECT kind, slot, weight FROM cadence_profile WHERE source_id = ?", (source_id,))
        profile = Profile(_seconds(since_at), _weights(slots), counted)
    belief = RateBelief(*evidence)
    return Rhythm(_seconds(learnt_at), belief, profile, belief.mean, counted, not_modified)


def _weights(rows: Iterable[sqlite3.Row]) -> Weights:
    weights = no_weights()
    by_kind = dict(zip(KINDS, weights, strict=True))
    for kind, slot, weight in rows:
        by_kind[kind][slot] = weight
    return weights


def is_learnt(conn: sqlite3.Connection, source_id: int, now: datetime, lately: timedelta) -> bool:
    """Whether something was learnt of a source, and not longer ago than ``lately``."""
    row = conn.execute("SELECT learnt_at FROM cadence_rates WHERE source_id = ?", (source_id,)).fetchone()
    return row is not None and timedelta(0) <= now - from_text(row[0]) < lately


def save_rhythm(
    conn: sqlite3.Connection,
    source_id: int,
    rhythm: Rhythm,
    share: float | None,
    *,
    slots: bool,
    shelf: Shelf | None = None,
) -> None:
    """Write what was learnt. ``share`` is ``None`` where the budget has no part in it; ``slots`` says whether the
    profile may have changed. The profile goes onto the ``shelf``."""
    belief = rhythm.belief
    values = (
        _text(rhythm.learnt_at),
        belief.short_items,
        belief.short_exposure,
        belief.long_items,
        belief.long_exposure,
        belief.favour,
        rhythm.not_modified,
        rhythm.rate * DAY,
        share,
        source_id,
    )
    changed = conn.execute(
        "UPDATE cadence_rates SET learnt_at = ?, short_items = ?, short_exposure_s = ?, long_items = ?, "
        "long_exposure_s = ?, short_favour = ?, not_modified = ?, items_per_day = ?, share = ? WHERE source_id = ?",
        values,
    )
    if slots or changed.rowcount == 0:
        _save_profile(conn, source_id, rhythm, values)
    if shelf is not None:
        shelf.put(source_id, _seconds(_text(rhythm.counted_at)), rhythm.profile)


def _save_profile(conn: sqlite3.Connection, source_id: int, rhythm: Rhythm, values: tuple[object, ...]) -> None:
    profile = rhythm.profile
    conn.execute(
        "INSERT INTO cadence_rates(learnt_at, short_items, short_exposure_s, long_items, long_exposure_s, "
        "short_favour, not_modified, items_per_day, share, source_id, profile_since_at, profile_at) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT(source_id) DO UPDATE SET "
        "profile_since_at = excluded.profile_since_at, profile_at = excluded.profile_at",
        (*values, _text(profile.since), _text(rhythm.counted_at)),
    )
    if profile.since == rhythm.counted_at:  # it has just begun, anew perhaps
        conn.execute("DELETE FROM cadence_profile WHERE source_id = ?", (source_id,))
    conn.executemany(
        "INSERT INTO cadence_profile(source_id, kind, slot, weight) VALUES (?, ?, ?, ?) "
        "ON CONFLICT(source_id, kind, slot) DO UPDATE SET weight = excluded.weight",
        [(source_id, KINDS[kind], slot, profile.weights[kind][slot]) for kind, slot in sorted(set(profile.touched))],
    )
    profile.touched.clear()


def load_demand(conn: sqlite3.Connection, *, by_default: bool, site: str = "") -> Demand:
    """All sources that share the budget, or those of a ``site``. ``by_default`` says whether those without times of
    their own do."""
    row = conn.execute(
        "SELECT count(*) AS sources, count(r.share) AS known, coalesce(sum(r.share), 0.0) AS shares, "
        "coalesce(sum(r.items_per_day) FILTER (WHERE r.share IS NOT NULL), 0.0) AS items "
        "FROM sources s LEFT JOIN cadence_rates r ON r.source_id = s.id "
        "WHERE s.origin = 'config' AND s.active = 1 AND s.paused_at IS NULL AND s.cron IS NULL "
        "AND s.every_s IS NULL AND (s.adaptive = 1 OR ?)" + (" AND s.site = ?" if site else ""),
        (int(by_default), site) if site else (int(by_default),),
    ).fetchone()
    # Sources that were never looked at are as the others are.
    scale = row["sources"] / row["known"] if row["known"] else 0.0
    return Demand(row["sources"], row["shares"] * scale, row["items"] / DAY * scale, row["known"])


def fixed_looks(conn: sqlite3.Connection, site: str, every: timedelta | None) -> float:
    """Looks a day that people fixed for sources of a site by intervals; ``every`` is that of those without times of
    their own."""
    usual = every.total_seconds() if every else None
    row = conn.execute(
        "SELECT coalesce(sum(86400.0 / coalesce(every_s, CASE WHEN adaptive = 0 THEN ? END)), 0.0) FROM sources "
        "WHERE site = ? AND origin = 'config' AND active = 1 AND paused_at IS NULL AND cron IS NULL",
        (usual, site),
    ).fetchone()
    return float(row[0])


def load_budget(conn: sqlite3.Connection, now: float, site: str = "") -> Budget:
    """The account of requests, of all sources or of a ``site``; a new one if there is none."""
    row = conn.execute("SELECT as_of_at, debt, made, foretold FROM cadence_budget WHERE site = ?", (site,)).fetchone()
    return Budget(_seconds(row[0]), *row[1:]) if row else Budget(now)


def save_budget(conn: sqlite3.Connection, budget: Budget, site: str = "") -> None:
    """Write the account."""
    conn.execute(
        "INSERT INTO cadence_budget(site, as_of_at, debt, made, foretold) VALUES (?, ?, ?, ?, ?) ON CONFLICT(site) DO "
        "UPDATE SET as_of_at = excluded.as_of_at, debt = excluded.debt, made = excluded.made, "
        "foretold = excluded.foretold",
        (site, _text(budget.as_of), budget.debt, budget.made, budget.foretold),
    )


def load_hints(conn: sqlite3.Connection, source_id: int) -> FeedHints | None:
    """What the source's feed said of when it wants to be read, if it said anything."""
    row = conn.execute(
        "SELECT wait_s, skip_hours, skip_days FROM cadence_hints WHERE source_id = ?", (source_id,)
    ).fetchone()
    if row is None:
        return None
    wait = timedelta(seconds=row[0]) if row[0] is not None else None
    hours, days = (tuple(int(number) for number in text.split(",") if number) for text in row[1:])
    return FeedHints(wait, hours, days)


def save_hints(conn: sqlite3.Connection, source_id: int, hints: FeedHints) -> None:
    """Write what its feed, or a page that is none, says now."""
    if not hints:
        conn.execute("DELETE FROM cadence_hints WHERE source_id = ?", (source_id,))
        return
    conn.execute(
        "INSERT INTO cadence_hints(source_id, wait_s, skip_hours, skip_days) VALUES (?, ?, ?, ?) "
        "ON CONFLICT(source_id) DO UPDATE SET wait_s = excluded.wait_s, skip_hours = excluded.skip_hours, "
        "skip_days = excluded.skip_days",
        (
            source_id,
            hints.wait.total_seconds() if hints.wait else None,
            ",".join(map(str, hints.skip_hours)),
            ",".join(map(str, hints.skip_days)),
        ),
    )


def _seconds(text: str) -> float:
    return from_text(text).timestamp()


@lru_cache(maxsize=16)
def _text(seconds: float) -> str:
    return to_text(datetime.fromtimestamp(seconds, UTC))
