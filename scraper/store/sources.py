"""Sources: as configured, as adopted on the command line, and as work to be done."""

from __future__ import annotations

import hashlib
import json
import secrets
import sqlite3
import uuid
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass, fields
from datetime import datetime, timedelta
from typing import Literal

from scraper.clock import from_text, to_text
from scraper.errors import NotFoundError
from scraper.store import leases
from scraper.types import Recipe, Validators
from scraper.urls import canonicalize_url, site_of

_RECIPE_COLUMNS = tuple(field.name for field in fields(Recipe) if field.name != "origin")
_REFRESH_AFTER = 20
"""Answers "not modified" in a row after which a page is fetched unconditionally."""

LEASE = timedelta(minutes=3)
"""How long a check may take before another process may take its source over; far more than its wall clock."""


@dataclass(frozen=True, slots=True)
class SourceSpec:
    """A source as somebody wants it. ``source_key`` is its stable id; ``every`` of ``None`` is the default interval."""

    source_key: str
    slug: str
    name: str
    url: str
    tags: tuple[str, ...] = ()
    every: timedelta | None = None
    language: str | None = None
    paused: bool = False
    recipe: Recipe | None = None


@dataclass(frozen=True, slots=True)
class SourceJob:
    """One check to be done: what it needs to know, and the leases it holds."""

    source_id: int
    slug: str
    url: str
    site: str
    origin: str
    check_key: str
    leases: tuple[tuple[str, int], ...]
    validators: Validators | None
    body_sha256: str | None
    listing_sha256: str | None
    has_baseline: bool
    recipe: Recipe | None
    doubted: tuple[str, ...] = ()


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
        digest = _digest(spec)
        row = old.get(spec.source_key)
        if row is None:
            _free_slug(conn, spec.slug)
            _insert(conn, spec, "config", at, digest)
        elif row["config_sha256"] != digest or not row["active"]:
            _update(conn, row, spec, at, digest)


def _digest(spec: SourceSpec) -> str:
    return hashlib.sha256(json.dumps(asdict(spec), default=str, sort_keys=True).encode()).hexdigest()


def _free_slug(conn: sqlite3.Connection, slug: str) -> None:
    """A configured source takes its slug from one that was adopted by address or file."""
    conn.execute("UPDATE sources SET slug = slug || '~' || id WHERE slug = ?", (slug,))


def _insert(
    conn: sqlite3.Connection, spec: SourceSpec, origin: Literal["config", "adhoc", "file"], at: str, digest: str | None
) -> int:
    site = site_of(spec.url) or spec.url
    conn.execute("INSERT INTO sites(site) VALUES (?) ON CONFLICT(site) DO NOTHING", (site,))
    source_id: int = conn.execute(
        "INSERT INTO sources(source_key, slug, name, url, site, origin, every_s, language, created_at, paused_at, "
        "config_sha256) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            spec.source_key,
            spec.slug,
            spec.name,
            spec.url,
            site,
            origin,
            spec.every.total_seconds() if spec.every else None,
            spec.language,
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
        "language = ?, removed_at = NULL, paused_at = ?, config_sha256 = ? WHERE id = ?",
        (
            spec.slug,
            spec.name,
            spec.url,
            site,
            spec.every.total_seconds() if spec.every else None,
            spec.language,
            paused,
            digest,
            row["id"],
        ),
    )
    _write_tags(conn, row["id"], spec.tags)
    recipe_changed = _write_recipe(conn, row["id"], spec.recipe, at)
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


def _write_tags(conn: sqlite3.Connection, source_id: int, tags: Sequence[str]) -> None:
    conn.execute("DELETE FROM source_tags WHERE source_id = ?", (source_id,))
    conn.executemany(
        "INSERT INTO source_tags(source_id, tag) VALUES (?, ?)", [(source_id, tag) for tag in sorted(set(tags))]
    )


def _write_recipe(conn: sqlite3.Connection, source_id: int, recipe: Recipe | None, at: str) -> bool:
    """Put the hand-written recipe in force; whether it is another one than before."""
    if recipe == _recipe(conn, source_id):
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


def _recipe(conn: sqlite3.Connection, source_id: int) -> Recipe | None:
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
    row = conn.execute("SELECT id FROM sources WHERE source_key = ?", (key,)).fetchone()
    if row:
        return int(row["id"])
    taken = {row["slug"] for row in conn.execute("SELECT slug FROM sources WHERE slug LIKE ?", (f"{slug}%",))}
    free = slug if slug not in taken else next(s for n in range(2, 10_000) if (s := f"{slug}-{n}") not in taken)
    return _insert(conn, SourceSpec(key, free, name, url), origin, to_text(now), None)


def new_source_key() -> str:
    """A stable id for a new source: eight letters and digits."""
    return secrets.token_hex(4)


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


def due_sources(conn: sqlite3.Connection, now: datetime, limit: int) -> list[int]:
    """Ids of configured sources whose time has come, the longest due first."""
    rows = conn.execute(
        "SELECT c.source_id FROM cadences c JOIN sources s ON s.id = c.source_id "
        "WHERE c.next_check_at <= ? AND s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config' "
        "ORDER BY c.next_check_at LIMIT ?",
        (to_text(now), limit),
    )
    return [row[0] for row in rows]


def ready_sources(conn: sqlite3.Connection, now: datetime, limit: int) -> list[int]:
    """Of the due sources the longest due one of each site that may be asked now and that nobody is asking."""
    at = to_text(now)
    rows = conn.execute(
        "SELECT c.source_id, min(c.next_check_at) AS due_at FROM cadences c "
        "JOIN sources s ON s.id = c.source_id JOIN sites t ON t.site = s.site "
        "LEFT JOIN leases l ON l.name = 'site:' || s.site "
        "WHERE c.next_check_at <= ? AND s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config' "
        "AND coalesce(t.not_before_at, '') <= ? AND (l.holder IS NULL OR l.expires_at <= ?) "
        "GROUP BY s.site ORDER BY due_at LIMIT ?",
        (at, at, at, limit),
    )
    return [row[0] for row in rows]


def next_due_at(conn: sqlite3.Connection) -> datetime | None:
    """When the next configured source is due; ``None`` if there is none."""
    row = conn.execute(
        "SELECT min(c.next_check_at) FROM cadences c JOIN sources s ON s.id = c.source_id "
        "WHERE s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config'"
    ).fetchone()
    return from_text(row[0]) if row[0] else None


def lease_source(
    conn: sqlite3.Connection, source_id: int, holder: str, spacing: timedelta, now: datetime, *, at_hand: bool = False
) -> SourceJob | datetime | None:
    """Take a source and its site for one check, and reserve the site's next moment: the first request is paid for.
    With ``at_hand`` the answer is there already, and the site is left out of it.

    A :class:`SourceJob`; or the instant before which the site must not be asked; or ``None`` if somebody else is
    looking at the source or its site.
    """
    row = conn.execute(
        "SELECT s.*, t.not_before_at FROM sources s JOIN sites t ON t.site = s.site WHERE s.id = ?", (source_id,)
    ).fetchone()
    if row is None:
        raise NotFoundError("source", str(source_id))
    asked = row["origin"] != "file" and not at_hand
    if asked and row["not_before_at"] and row["not_before_at"] > to_text(now):
        return from_text(row["not_before_at"])
    held: list[tuple[str, int]] = []
    for name in (f"source:{source_id}", *([f"site:{row['site']}"] if asked else [])):
        token = leases.acquire(conn, name, holder, LEASE, now)
        if token is None:
            for lease in held:
                leases.release(conn, *lease)
            return None
        held.append((name, token))
    if asked:
        reserve_site(conn, row["site"], spacing, now)
    missed = conn.execute(
        "SELECT 1 FROM appearances WHERE source_id = ? AND listed = 1 AND missed > 0 LIMIT 1", (source_id,)
    ).fetchone()
    return SourceJob(
        source_id=source_id,
        slug=row["slug"],
        url=row["url"],
        site=row["site"],
        origin=row["origin"],
        check_key=uuid.uuid4().hex,
        leases=tuple(held),
        # While a withdrawal awaits its confirmation, every look must be a real one.
        validators=None if missed or _refresh_is_due(conn, source_id) else _validators(row),
        body_sha256=None if missed else row["body_sha256"],
        listing_sha256=None if missed else row["listing_sha256"],
        has_baseline=row["baseline_at"] is not None,
        recipe=_recipe(conn, source_id),
        doubted=_doubted(conn, source_id),
    )


def _validators(row: sqlite3.Row) -> Validators | None:
    return Validators(row["validator_url"], row["etag"], row["last_modified"]) if row["validator_url"] else None


def _refresh_is_due(conn: sqlite3.Connection, source_id: int) -> bool:
    """Some servers say "not modified" for ever: every so often the page is asked for unconditionally."""
    row = conn.execute(
        "SELECT outcome, count FROM checks WHERE source_id = ? ORDER BY id DESC LIMIT 1", (source_id,)
    ).fetchone()
    return bool(row and row["outcome"] == "not_modified" and row["count"] >= _REFRESH_AFTER)


def reserve_site(conn: sqlite3.Connection, site: str, spacing: timedelta, now: datetime) -> datetime | None:
    """Reserve the site's next moment for one request: ``None`` if that is now, else the instant to wait for."""
    conn.execute("INSERT INTO sites(site) VALUES (?) ON CONFLICT(site) DO NOTHING", (site,))
    row = conn.execute("SELECT not_before_at, spacing_s FROM sites WHERE site = ?", (site,)).fetchone()
    if row["not_before_at"] and row["not_before_at"] > to_text(now):
        return from_text(row["not_before_at"])
    asked = max(spacing, timedelta(seconds=row["spacing_s"] or 0))
    conn.execute("UPDATE sites SET not_before_at = ? WHERE site = ?", (to_text(now + asked), site))
    return None


def _doubted(conn: sqlite3.Connection, source_id: int) -> tuple[str, ...]:
    """Classes of doubt of the latest looks, newest first, as far back as they were suspect without a break."""
    found: list[str] = []
    for row in conn.execute(
        "SELECT outcome, reason, count FROM checks WHERE source_id = ? ORDER BY id DESC LIMIT 10", (source_id,)
    ):
        if row["outcome"] == "failed":
            continue
        if row["outcome"] != "suspect":
            break
        found.extend([row["reason"] or ""] * min(row["count"], 10))
    return tuple(found)
