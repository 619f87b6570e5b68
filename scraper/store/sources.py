"""Sources as configured, and as adopted on the command line. Which are due is :mod:`scraper.store.jobs`' part."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from scraper.clock import to_text
from scraper.errors import NotFoundError
from scraper.types import Recipe
from scraper.urls import canonicalize_url, site_of

_RECIPE_COLUMNS = tuple(field.name for field in fields(Recipe) if field.name != "origin")


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as somebody wants it. ``source_key`` is its stable id; ``every`` of ``None`` is the default interval.

    ``adaptive`` is looked at when it pays, whatever the default; ``cron`` (five fields) and ``hours``
    (``07:00-22:00``) are fixed times; ``weight`` is its importance, ``timezone`` the IANA name of its local time.
    ``requests`` tells one way of asking for its pages from another, without secrets; only its digest is stored.
    """

    source_key: str
    slug: str
    name: str
    url: str
    tags: tuple[str, ...] = ()
    every: timedelta | None = None
    adaptive: bool = False
    cron: str | None = None
    hours: str | None = None
    weight: float = 1.0
    timezone: str | None = None
    language: str | None = None
    follow: bool = False
    paused: bool = False
    recipe: Recipe | None = None
    requests: str = ""

    @property
    def digest(self) -> str:
        """Another one: the source is configured otherwise."""
        return hashlib.sha256(repr(self).encode()).hexdigest()


def reconcile(conn: sqlite3.Connection, specs: Sequence[SourceSpec], now: datetime) -> None:
    """Make the configured sources what ``specs`` say, by their stable ids, inside the caller's transaction.

    What is no longer configured stays with its history, inactive. A source whose address or recipe changed is looked
    at anew soon, unconditionally; its items keep their identity.
    """
    at = to_text(now)
    old = {row["source_key"]: row for row in conn.execute("SELECT * FROM sources WHERE origin = 'config'")}
    wanted = {spec.source_key for spec in specs}
    for key, row in old.items():
        if key not in wanted and row["active"]:
            conn.execute(
                "UPDATE sources SET active = 0, removed_at = ?, slug = ? WHERE id = ?",
                (at, f"{row['slug']}~{row['id']}", row["id"]),
            )
    # Slugs may be swapped between sources: free them all before any is given.
    for spec in specs:
        row = old.get(spec.source_key)
        if row and row["slug"] != spec.slug:
            conn.execute("UPDATE sources SET slug = ? WHERE id = ?", (f"~{row['id']}", row["id"]))
    for spec in specs:
        digest = spec.digest
        row = old.get(spec.source_key)
        if row is None:
            _free_slug(conn, spec.slug)
            _insert(conn, spec, "config", at, digest)
        elif row["config_sha256"] != digest or not row["active"]:
            _update(conn, row, spec, at, digest)


def _free_slug(conn: sqlite3.Connection, slug: str) -> None:
    """A configured source takes its slug from one that was adopted by address or file."""
    conn.execute("UPDATE sources SET slug = slug || '~' || id WHERE slug = ?", (slug,))


def _insert(
    conn: sqlite3.Connection, spec: SourceSpec, origin: Literal["config", "adhoc", "file"], at: str, digest: str | None
) -> int:
    site = site_of(spec.url) or spec.url
    conn.execute("INSERT INTO sites(site) VALUES (?) ON CONFLICT(site) DO NOTHING", (site,))
    source_id: int = conn.execute(
        "INSERT INTO sources(source_key, slug, name, url, site, origin, every_s, adaptive, cron, hours, weight, "
        "timezone, language, follow, created_at, paused_at, config_sha256) "
        "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            spec.source_key,
            spec.slug,
            spec.name,
            spec.url,
            site,
            origin,
            *_times(spec),
            spec.language,
            int(spec.follow),
            at,
            at if spec.paused else None,
            digest,
        ),
    ).fetchone()[0]
    _write_tags(conn, source_id, spec.tags)
    _write_recipe(conn, source_id, spec.recipe, at)
    if origin == "config":
        conn.execute(
            "INSERT INTO cadences(source_id, next_check_at, reason, interval_s) VALUES (?, ?, 'never looked at', 0)",
            (source_id, at),
        )
    return source_id


def _update(conn: sqlite3.Connection, row: sqlite3.Row, spec: SourceSpec, at: str, digest: str) -> None:
    site = site_of(spec.url) or spec.url
    conn.execute("INSERT INTO sites(site) VALUES (?) ON CONFLICT(site) DO NOTHING", (site,))
    _free_slug(conn, spec.slug) if row["slug"] != spec.slug else None
    paused = (row["paused_at"] or at) if spec.paused else None
    conn.execute(
        "UPDATE sources SET slug = ?, name = ?, url = ?, site = ?, origin = 'config', active = 1, every_s = ?, "
        "adaptive = ?, cron = ?, hours = ?, weight = ?, timezone = ?, language = ?, "
        "follow = ?, removed_at = NULL, paused_at = ?, config_sha256 = ? WHERE id = ?",
        (
            spec.slug,
            spec.name,
            spec.url,
            site,
            *_times(spec),
            spec.language,
            int(spec.follow),
            paused,
            digest,
            row["id"],
        ),
    )
    _write_tags(conn, row["id"], spec.tags)
    recipe_changed = _write_recipe(conn, row["id"], spec.recipe, at)
    if row["url"] != spec.url:  # another page: what was learnt of the old one does not hold
        conn.execute("DELETE FROM ways WHERE source_id = ?", (row["id"],))
        conn.execute(
            "UPDATE recipes SET retired_at = ? WHERE source_id = ? AND origin = 'learnt' AND retired_at IS NULL",
            (at, row["id"]),
        )
    if recipe_changed or row["url"] != spec.url:
        conn.execute(
            "UPDATE sources SET validator_url = NULL, etag = NULL, last_modified = NULL, body_sha256 = NULL, "
            "listing_sha256 = NULL WHERE id = ?",
            (row["id"],),
        )
    conn.execute(
        "INSERT INTO cadences(source_id, next_check_at, reason, interval_s) VALUES (?, ?, 'configuration changed', 0) "
        "ON CONFLICT(source_id) DO UPDATE SET next_check_at = excluded.next_check_at, reason = excluded.reason",
        (row["id"], at),
    )


def _times(spec: SourceSpec) -> tuple[float | int | str | None, ...]:
    """The columns that say when a source is looked at: every_s, adaptive, cron, hours, weight, timezone."""
    every = spec.every.total_seconds() if spec.every else None
    return every, int(spec.adaptive), spec.cron, spec.hours, spec.weight, spec.timezone


def _write_tags(conn: sqlite3.Connection, source_id: int, tags: Sequence[str]) -> None:
    conn.execute("DELETE FROM source_tags WHERE source_id = ?", (source_id,))
    conn.executemany(
        "INSERT INTO source_tags(source_id, tag) VALUES (?, ?)", [(source_id, tag) for tag in sorted(set(tags))]
    )


def _write_recipe(conn: sqlite3.Connection, source_id: int, recipe: Recipe | None, at: str) -> bool:
    """Put the hand-written recipe in force; whether it is another one than before."""
    old = recipe_of(conn, source_id)
    if recipe == (old if old and old.origin == "hand" else None):
        return False
    conn.execute(
        "UPDATE recipes SET retired_at = ? WHERE source_id = ? AND origin = 'hand' AND retired_at IS NULL",
        (at, source_id),
    )
    if recipe is not None:
        conn.execute(
            f"INSERT INTO recipes(source_id, origin, created_at, {', '.join(_RECIPE_COLUMNS)}) "  # noqa: S608 - constants
            f"VALUES (?, 'hand', ?{', ?' * len(_RECIPE_COLUMNS)})",
            (source_id, at, *(getattr(recipe, name) for name in _RECIPE_COLUMNS)),
        )
    return True


def recipe_of(conn: sqlite3.Connection, source_id: int) -> Recipe | None:
    """The recipe in use of a source: the hand-written one if there is one."""
    row = conn.execute(
        "SELECT * FROM recipes WHERE source_id = ? AND retired_at IS NULL ORDER BY origin = 'hand' DESC LIMIT 1",
        (source_id,),
    ).fetchone()
    return Recipe(origin=row["origin"], **{name: row[name] for name in _RECIPE_COLUMNS}) if row else None


def adopt(
    conn: sqlite3.Connection,
    url: str,
    *,
    origin: Literal["adhoc", "file"],
    slug: str,
    name: str,
    key: str,
    now: datetime,
) -> int:
    """The id of the source for a page that is not in the configuration, made if it is new.

    ``key`` names it: the same page (or file) named again is the same source, so that a second look finds what is new.
    A configured source with the same address is used as it is.
    """
    if origin == "adhoc":
        canonical = canonicalize_url(url)
        for row in conn.execute("SELECT id, url FROM sources WHERE origin = 'config' AND active = 1"):
            if canonicalize_url(row["url"]) == canonical:
                return int(row["id"])
    row = conn.execute("SELECT id, active FROM sources WHERE source_key = ?", (key,)).fetchone()
    if row and row["active"]:
        return int(row["id"])
    taken = {row["slug"] for row in conn.execute("SELECT slug FROM sources WHERE slug LIKE ?", (f"{slug}%",))}
    free = slug if slug not in taken else next(s for n in range(2, 10_000) if (s := f"{slug}-{n}") not in taken)
    if row:
        conn.execute("UPDATE sources SET active = 1, removed_at = NULL, slug = ? WHERE id = ?", (free, row["id"]))
        return int(row["id"])
    return _insert(conn, SourceSpec(key, free, name, url), origin, to_text(now), None)


def abandon(conn: sqlite3.Connection, slug: str, now: datetime) -> bool:
    """Take back :func:`adopt` for the source with this slug; whether there is one. Its items stay, as those of a source
    that is no longer configured, and it comes back when the page is named again."""
    done = conn.execute(
        "UPDATE sources SET active = 0, removed_at = ?, slug = slug || '~' || id "
        "WHERE slug = ? AND origin IN ('adhoc', 'file') AND active = 1",
        (to_text(now), slug),
    )
    return done.rowcount > 0


def find_sources(conn: sqlite3.Connection, names: Collection[str]) -> list[int]:
    """Ids of the active sources that slugs and ``@tags`` name, in the order of their slugs.

    Raises :class:`NotFoundError` for the first name that fits nothing.
    """
    found: dict[int, str] = {}
    for name in names:
        if name.startswith("@"):
            rows = conn.execute(
                "SELECT s.id, s.slug FROM sources s JOIN source_tags t ON t.source_id = s.id WHERE t.tag = ? "
                "AND s.active = 1",
                (name[1:],),
            ).fetchall()
        else:
            rows = conn.execute("SELECT id, slug FROM sources WHERE slug = ? AND active = 1", (name,)).fetchall()
        if not rows:
            raise NotFoundError("tag" if name.startswith("@") else "source", name, hint="`presswatch list` shows them")
        found.update((row["id"], row["slug"]) for row in rows)
    return sorted(found, key=lambda source_id: found[source_id])


def watched_sources(conn: sqlite3.Connection) -> list[int]:
    """Ids of the configured sources that are not paused, in the order of their slugs."""
    rows = conn.execute(
        "SELECT id FROM sources WHERE active = 1 AND paused_at IS NULL AND origin = 'config' ORDER BY slug"
    )
    return [row[0] for row in rows]
