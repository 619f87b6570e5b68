"""Articles as work to be done: which are due, and taking one, with its site, for one look."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice

from scraper.asking import RequestBook, SourceRequests
from scraper.clock import from_text, to_text
from scraper.store import leases
from scraper.store.jobs import closed_until, reserve_site
from scraper.types import Validators
from scraper.urls import site_of

LEASE = timedelta(minutes=2)
_NEAR_SECONDS = 20.0
_NEAR_SHARE = 0.2
"""An article waits while a listing of its site is due within so many seconds, or such a share of its interval."""
_CANDIDATES = 2_000
"""Due articles that are looked through for sites that may be asked: far more than one closed site has."""


@dataclass(frozen=True, slots=True)
class ArticleJob:
    """One look at the article of an item, and the lease of its site. ``first_at`` is the first answer, ``None`` before;
    ``failures`` and ``gone`` count answers in a row, ``gone_at`` is the first of these; ``doubted`` is the
    fingerprint of a text that is to be seen twice. ``title`` is the item's,
    ``withdrawn`` whether it is."""

    item_id: int
    source_id: int
    source_key: str
    slug: str
    source_url: str
    url: str
    title: str
    withdrawn: bool
    site: str
    lease: tuple[str, int]
    validators: Validators | None
    body_sha256: str | None
    first_at: datetime | None
    failures: int
    gone: int
    gone_at: datetime | None
    doubted: str | None
    asking: SourceRequests


def due_articles(
    conn: sqlite3.Connection, now: datetime, limit: int, book: RequestBook, source_ids: Sequence[int] | None = None
) -> list[int]:
    """Ids of items whose articles are due, at most one of each site that may be asked now, of sources that this process
    knows how to ask for; listings go first. With ``source_ids`` of those sources only, whatever their listings are up
    to."""
    at = to_text(now)
    chosen = "" if source_ids is None else f"AND l.source_id IN ({','.join(map(str, source_ids))}) "
    rows = conn.execute(
        "SELECT l.item_id, i.url, s.source_key, s.config_sha256 "  # noqa: S608 - numbers
        "FROM article_looks l JOIN sources s ON s.id = l.source_id "
        "JOIN items i ON i.id = l.item_id WHERE l.due_at <= ? AND s.active = 1 AND s.paused_at IS NULL "
        f"AND s.follow = 1 AND i.url IS NOT NULL {chosen}ORDER BY l.due_at",
        (at,),
    )
    known = (row for row in rows if book.of(row["source_key"], row["config_sha256"]) is not None)
    found: list[int] = []
    seen: set[str] = set()
    for row in list(islice(known, _CANDIDATES)):
        site = site_of(row["url"])
        if site in seen or len(found) >= limit:
            continue
        seen.add(site)
        if _may_ask(conn, site, now, at) and (source_ids is not None or not _listing_is_near(conn, site, at)):
            found.append(row["item_id"])
    return found


def next_article_at(conn: sqlite3.Connection) -> datetime | None:
    """When the next article of a source that is watched is due, whether or not its site may be asked; ``None`` if there
    is none."""
    row = conn.execute(
        # In the order of the index, as far as it takes.
        "SELECT l.due_at FROM article_looks l CROSS JOIN sources s ON s.id = l.source_id "
        "WHERE l.due_at IS NOT NULL AND s.active = 1 AND s.paused_at IS NULL AND s.follow = 1 "
        "ORDER BY l.due_at LIMIT 1"
    ).fetchone()
    return from_text(row[0]) if row else None


def articles_open_at(conn: sqlite3.Connection, now: datetime, source_ids: Sequence[int]) -> datetime | None:
    """When the first site may be asked of those on which articles of these sources are due; ``None``: none is due."""
    chosen = ",".join(map(str, source_ids))
    rows = conn.execute(
        "SELECT DISTINCT i.url FROM article_looks l JOIN sources s ON s.id = l.source_id "  # noqa: S608 - numbers
        "JOIN items i ON i.id = l.item_id WHERE l.due_at <= ? AND s.active = 1 AND s.paused_at IS NULL "
        f"AND s.follow = 1 AND i.url IS NOT NULL AND l.source_id IN ({chosen}) ORDER BY l.due_at LIMIT ?",
        (to_text(now), _CANDIDATES),
    )
    sites = {site_of(row["url"]) for row in rows.fetchall()}
    marks = ",".join("?" * len(sites))
    known = conn.execute(f"SELECT site, not_before_at FROM sites WHERE site IN ({marks})", tuple(sites))  # noqa: S608
    closed = {row["site"]: closed_until(row["not_before_at"], now) for row in known}
    return min((closed.get(site) or now for site in sites), default=None)


def _may_ask(conn: sqlite3.Connection, site: str, now: datetime, at: str) -> bool:
    row = conn.execute(
        "SELECT t.not_before_at, l.holder, l.expires_at FROM (SELECT ? AS site) x LEFT JOIN sites t ON t.site = x.site "
        "LEFT JOIN leases l ON l.name = 'site:' || x.site",
        (site,),
    ).fetchone()
    is_leased = row["holder"] is not None and row["expires_at"] > at
    return not is_leased and closed_until(row["not_before_at"], now) is None


def _listing_is_near(conn: sqlite3.Connection, site: str, at: str) -> bool:
    return bool(
        conn.execute(
            "SELECT 1 FROM cadences c JOIN sources s ON s.id = c.source_id WHERE s.site = ? AND s.active = 1 "
            "AND s.paused_at IS NULL AND s.origin = 'config' "
            "AND (julianday(c.next_check_at) - julianday(?)) * 86400 < min(?, c.interval_s * ?) LIMIT 1",
            (site, at, _NEAR_SECONDS, _NEAR_SHARE),
        ).fetchone()
    )


def lease_article(
    conn: sqlite3.Connection, item_id: int, holder: str, spacing: timedelta, now: datetime, book: RequestBook
) -> ArticleJob | None:
    """Take the site of an item's article for one look; its first request is paid for. ``None`` if it is taken or must
    be left alone for now, or its source is none that ``book`` knows."""
    row = conn.execute(
        "SELECT l.*, i.url, i.title, i.status, s.source_key, s.config_sha256, s.slug, s.url AS source_url "
        "FROM article_looks l JOIN items i ON i.id = l.item_id "
        "JOIN sources s ON s.id = l.source_id WHERE l.item_id = ? AND l.due_at IS NOT NULL AND i.url IS NOT NULL",
        (item_id,),
    ).fetchone()
    asking = book.of(row["source_key"], row["config_sha256"]) if row else None
    if asking is None:
        return None
    site = site_of(row["url"])
    name = f"site:{site}"
    token = leases.acquire(conn, name, holder, LEASE, now)
    if token is None:
        return None
    if reserve_site(conn, site, spacing, now) is not None:
        leases.release(conn, name, token)
        return None
    known = row["validator_url"]
    return ArticleJob(
        item_id=item_id,
        source_id=row["source_id"],
        source_key=row["source_key"],
        slug=row["slug"],
        source_url=row["source_url"],
        url=row["url"],
        title=row["title"],
        withdrawn=row["status"] == "withdrawn",
        site=site,
        lease=(name, token),
        validators=Validators(known, row["etag"], row["last_modified"]) if known and not row["doubted"] else None,
        body_sha256=None if row["doubted"] else row["body_sha256"],
        first_at=from_text(row["first_at"]) if row["first_at"] else None,
        failures=row["failures"],
        gone=row["gone"],
        gone_at=from_text(row["gone_at"]) if row["gone_at"] else None,
        doubted=row["doubted"],
        asking=asking,
    )
