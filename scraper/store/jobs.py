"""Sources as work to be done: which are due, and taking one, with its site, for one check."""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from scraper.asking import PLAIN, RequestBook, SourceRequests
from scraper.clock import from_text, to_text
from scraper.errors import NotConfiguredError, NotFoundError
from scraper.store import leases
from scraper.store.prints import PRINT_COLUMNS, print_of
from scraper.store.sources import recipe_of
from scraper.store.ways import way_of
from scraper.types import Access, Gap, PagePrint, Recipe, Validators

_REFRESH_AFTER = 20
"""Answers "not modified" in a row after which a page is fetched unconditionally."""

FARTHEST = timedelta(hours=25)
"""No site may ask to be left alone for more than a day: what lies farther ahead was written under a wrong clock."""

LEASE = timedelta(minutes=3)
"""How long a check may take before another process may take its source over; far more than its wall clock."""


_OF_JOB = f"""
SELECT s.source_key, s.config_sha256, s.slug, s.url, s.site, s.origin, s.validator_url, s.etag, s.last_modified,
       s.body_sha256, s.listing_sha256, s.baseline_at, s.page_language, s.gap_url, s.gap_since_at, s.gap_tries,
       t.not_before_at, t.spacing_s,
       c.outcome, c.count, {PRINT_COLUMNS},
       r.item AS learnt_item,
       EXISTS (SELECT 1 FROM recipes WHERE source_id = s.id AND origin = 'hand' AND retired_at IS NULL) AS has_recipe,
       EXISTS (SELECT 1 FROM ways WHERE source_id = s.id) AS has_way,
       EXISTS (SELECT 1 FROM appearances INDEXED BY appearances_missed WHERE source_id = s.id AND missed > 0) AS misses,
       EXISTS (SELECT 1 FROM flaps WHERE source_id = s.id AND settled_at IS NULL AND settles_at <= :now) AS settles
FROM sources s JOIN sites t ON t.site = s.site
LEFT JOIN checks c ON c.id = (SELECT max(id) FROM checks WHERE source_id = s.id)
LEFT JOIN page_prints p ON p.source_id = s.id
LEFT JOIN recipes r ON r.source_id = s.id AND r.origin = 'learnt' AND r.retired_at IS NULL
WHERE s.id = :source
"""  # noqa: S608 - the columns are a constant
"""``misses``, ``settles``, as a gap, mean that the next look must be a real one, whatever the server says of changes:
while a withdrawal awaits its confirmation, and when a field that went to and fro is to be seen to have settled."""
_UNWELL = ("suspect", "failed")

_NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class SourceJob:
    """One check to be done: what it needs to know, and the leases it holds. ``doubted`` names the classes of doubt of
    the looks before, newest first, ``doubted_since`` when the newest began. A page that fits ``page_print`` need not be
    read if it ``print_holds``. ``access`` is the way that was found to its listing, ``asking`` how it is asked for."""

    source_id: int
    source_key: str
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
    leased_at: datetime = _NEVER
    doubted: tuple[str, ...] = ()
    doubted_since: datetime | None = None
    page_language: str | None = None
    gap: Gap | None = None
    page_print: PagePrint | None = None
    print_holds: bool = False
    access: Access | None = None
    asking: SourceRequests = PLAIN


def due_sources(conn: sqlite3.Connection, now: datetime, limit: int) -> list[int]:
    """Ids of configured sources whose time has come, the longest due first."""
    rows = conn.execute(
        "SELECT c.source_id FROM cadences c JOIN sources s ON s.id = c.source_id "
        "WHERE c.next_check_at <= ? AND s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config' "
        "ORDER BY c.next_check_at LIMIT ?",
        (to_text(now), limit),
    )
    return [row[0] for row in rows]


def ready_sources(conn: sqlite3.Connection, now: datetime, limit: int, book: RequestBook) -> list[int]:
    """Of the due sources the longest due one of each site that may be asked now and that nobody is asking, of those
    that this process knows how to ask for."""
    at = to_text(now)
    # In the order of the index, and only as far as it takes: with everything due at once, sorting would read it all.
    rows = conn.execute(
        "SELECT c.source_id, s.site, s.source_key, s.config_sha256 "
        "FROM cadences c CROSS JOIN sources s ON s.id = c.source_id "
        "CROSS JOIN sites t ON t.site = s.site LEFT JOIN leases l ON l.name = 'site:' || s.site "
        "WHERE c.next_check_at <= ? AND s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config' "
        "AND (coalesce(t.not_before_at, '') <= ? OR t.not_before_at > ?) "
        "AND (l.holder IS NULL OR l.expires_at <= ?) ORDER BY c.next_check_at",
        (at, at, to_text(now + FARTHEST), at),
    )
    found: dict[str, int] = {}
    for row in rows:
        if book.of(row["source_key"], row["config_sha256"]) is not None:
            found.setdefault(row["site"], row["source_id"])
        if len(found) >= limit:
            break
    rows.close()
    return list(found.values())


def next_due_at(conn: sqlite3.Connection, book: RequestBook) -> datetime | None:
    """When the next configured source that this process knows how to ask for is due; ``None`` if there is none."""
    rows = conn.execute(
        # The cross join keeps the order of the index: a minimum over all sources would read them all.
        "SELECT c.next_check_at, s.source_key, s.config_sha256 "
        "FROM cadences c CROSS JOIN sources s ON s.id = c.source_id "
        "WHERE s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config' ORDER BY c.next_check_at"
    )
    found = next((row[0] for row in rows if book.of(row["source_key"], row["config_sha256"]) is not None), None)
    rows.close()
    return from_text(found) if found else None


def unknown_sources(conn: sqlite3.Connection, now: datetime, book: RequestBook) -> list[str]:
    """Slugs of due sources that another process configured, otherwise than this one knows them."""
    rows = conn.execute(
        "SELECT s.slug, s.source_key, s.config_sha256 FROM cadences c CROSS JOIN sources s ON s.id = c.source_id "
        "WHERE c.next_check_at <= ? AND s.active = 1 AND s.paused_at IS NULL AND s.origin = 'config' ORDER BY s.slug",
        (to_text(now),),
    )
    return [row["slug"] for row in rows if book.of(row["source_key"], row["config_sha256"]) is None]


def lease_source(
    conn: sqlite3.Connection, source_id: int, holder: str, spacing: timedelta, now: datetime, book: RequestBook | None
) -> SourceJob | datetime | None:
    """Take a source and its site for one check, and reserve the site's next moment: the first request is paid for.
    ``book`` says how it is asked for; where there is none, the answer is at hand and the site is left out of it.

    A :class:`SourceJob`; or the instant before which the site must not be asked; or ``None`` if somebody else is
    looking at the source or its site. Raises :class:`NotConfiguredError` for a source that ``book`` does not know.
    """
    row = conn.execute(_OF_JOB, {"source": source_id, "now": to_text(now)}).fetchone()
    if row is None:
        raise NotFoundError("source", str(source_id))
    asking = _asking_of(row, book)
    asked = row["origin"] != "file" and book is not None
    until = closed_until(row["not_before_at"], now) if asked else None
    if until:
        return until
    names = (f"source:{source_id}", f"site:{row['site']}") if asked else (f"source:{source_id}",)
    held = leases.acquire_all(conn, names, holder, LEASE, now)
    if held is None:
        return None
    if asked:
        _reserve(conn, row["site"], row["spacing_s"], spacing, now)
    doubted, doubted_since = _doubted(conn, source_id) if row["outcome"] in _UNWELL else ((), None)
    taken = print_of(row)
    whole = bool(row["gap_url"] or row["misses"] or row["settles"])
    return SourceJob(
        source_id=source_id,
        source_key=row["source_key"],
        slug=row["slug"],
        url=row["url"],
        site=row["site"],
        origin=row["origin"],
        check_key=secrets.token_hex(16),
        leases=held,
        validators=None if whole or _refresh_is_due(row) else _validators(row),
        body_sha256=None if whole else row["body_sha256"],
        listing_sha256=None if whole else row["listing_sha256"],
        has_baseline=row["baseline_at"] is not None,
        recipe=_recipe(conn, source_id, row),
        leased_at=now,
        doubted=doubted,
        doubted_since=doubted_since,
        page_language=row["page_language"],
        gap=Gap(row["gap_url"], from_text(row["gap_since_at"]), row["gap_tries"]) if row["gap_url"] else None,
        page_print=taken.page_print if taken else None,
        access=way_of(conn, source_id) if row["has_way"] else None,
        print_holds=bool(taken and not whole and not doubted and taken.holds(row["listing_sha256"], now)),
        asking=asking,
    )


def _asking_of(row: sqlite3.Row, book: RequestBook | None) -> SourceRequests:
    if row["origin"] != "config" or book is None:  # a page that somebody named, or an answer at hand
        return PLAIN
    asking = book.of(row["source_key"], row["config_sha256"])
    if asking is None:
        raise NotConfiguredError(row["slug"])
    return asking


def _recipe(conn: sqlite3.Connection, source_id: int, row: sqlite3.Row) -> Recipe | None:
    if row["has_recipe"]:
        return recipe_of(conn, source_id)
    return Recipe(origin="learnt", item=row["learnt_item"]) if row["learnt_item"] else None


def _validators(row: sqlite3.Row) -> Validators | None:
    return Validators(row["validator_url"], row["etag"], row["last_modified"]) if row["validator_url"] else None


def _refresh_is_due(row: sqlite3.Row) -> bool:
    """Some servers say "not modified" for ever: every so often the page is asked for unconditionally."""
    return bool(row["outcome"] == "not_modified" and row["count"] >= _REFRESH_AFTER)


def reserve_site(conn: sqlite3.Connection, site: str, spacing: timedelta, now: datetime) -> datetime | None:
    """Reserve the site's next moment for one request: ``None`` if that is now, else the instant to wait for."""
    conn.execute("INSERT INTO sites(site) VALUES (?) ON CONFLICT(site) DO NOTHING", (site,))
    row = conn.execute("SELECT not_before_at, spacing_s FROM sites WHERE site = ?", (site,)).fetchone()
    until = closed_until(row["not_before_at"], now)
    if until:
        return until
    _reserve(conn, site, row["spacing_s"], spacing, now)
    return None


def _reserve(conn: sqlite3.Connection, site: str, learnt: float | None, spacing: timedelta, now: datetime) -> None:
    asked = max(spacing, timedelta(seconds=learnt or 0))
    conn.execute("UPDATE sites SET not_before_at = ? WHERE site = ?", (to_text(now + asked), site))


def closed_until(not_before_at: str | None, now: datetime) -> datetime | None:
    """The instant before which a site must not be asked, if that lies ahead."""
    if not_before_at is None or not to_text(now) < not_before_at <= to_text(now + FARTHEST):
        return None
    return from_text(not_before_at)


def _doubted(conn: sqlite3.Connection, source_id: int) -> tuple[tuple[str, ...], datetime | None]:
    """Classes of doubt of the latest looks, newest first, as far back as they were suspect without a break; and since
    when they have been of the newest class."""
    found: list[str] = []
    since: str | None = None
    for row in conn.execute(
        "SELECT outcome, reason, count, started_at FROM checks WHERE source_id = ? ORDER BY id DESC LIMIT 30",
        (source_id,),
    ):
        if row["outcome"] == "failed":
            continue
        if row["outcome"] != "suspect":
            break
        reason = row["reason"] or ""
        if all(one == reason for one in found):
            since = row["started_at"]
        found.extend([reason] * min(row["count"], 10))
    return tuple(found), from_text(since) if since else None
