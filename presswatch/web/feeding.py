"""Feeds over HTTP: of everything, of each source, tag and rule, and the list of sources. They have the names of the
files that ``presswatch feeds`` writes."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from urllib.parse import quote

from scheduler.feed_rows import EMPTY_SINCE, FeedPlace, list_places, load_feed, outlines
from scheduler.feeds import Feed, atom_bytes, json_bytes, opml_bytes
from scheduler.rules import Rule
from scraper.http_dates import parse_http_date

ITEMS = 50
"""Items in each feed."""
CONTENT_TYPES = {"atom": "application/atom+xml; charset=utf-8", "json": "application/feed+json; charset=utf-8"}


def find_feed(conn: sqlite3.Connection, name: str, rules: Sequence[Rule]) -> Feed | None:
    """The feed of this name with its latest items; ``None`` if there is no such feed."""
    place = next((place for place in list_places(conn, rules) if place.name == name), None)
    return load_feed(conn, place, EMPTY_SINCE, ITEMS) if place else None


def feed_address(name: str, ending: str) -> str:
    """Where a feed is served."""
    return f"/feeds/{quote(name, safe='')}.{ending}"


def feed_bytes(feed: Feed, ending: str) -> bytes:
    """The document. It names itself by a relative address (RFC 4287 allows it): by which name a server before this one
    is called is not known here, and what a request says of it is not believed."""
    return atom_bytes(feed, self_url=feed_address(feed.name, "atom")) if ending == "atom" else json_bytes(feed)


def list_addresses(conn: sqlite3.Connection, rules: Sequence[Rule]) -> list[dict[str, str]]:
    """All feeds for a page that links them."""
    return [
        {
            "title": _heading(place),
            "of": "rule" if place.rule else place.name.partition("-")[0],
            "atom": feed_address(place.name, "atom"),
            "json": feed_address(place.name, "json"),
        }
        for place in list_places(conn, rules)
    ]


def _heading(place: FeedPlace) -> str:
    """What a feed is of, where others stand beside it."""
    if place.name == "all":
        return "Everything"
    return place.title if place.about else place.name.partition("-")[2]


def opml_document(conn: sqlite3.Connection, base_url: str) -> bytes:
    """The sources with their feeds at this server, which the reader called ``base_url``."""
    return opml_bytes("presswatch", list(outlines(conn, f"{base_url}/feeds")))


def validators(body: bytes, updated: datetime | None, now: datetime) -> dict[str, str]:
    """``etag`` and ``last-modified`` of a document. What changed within this very second has no date: it may change
    again in it (RFC 9110, 8.8.2.2)."""
    found = {"etag": f'"{hashlib.sha256(body).hexdigest()[:32]}"', "cache-control": "private, no-cache"}
    if updated is not None and now - updated >= timedelta(seconds=2):
        found["last-modified"] = format_datetime(updated.astimezone(UTC).replace(microsecond=0), usegmt=True)
    return found


def is_unchanged(asked: Mapping[str, str], has: Mapping[str, str]) -> bool:
    """Whether a request's conditions are met by the document, so that 304 is the answer (RFC 9110, 13.2.2):
    ``if-none-match`` goes before ``if-modified-since``."""
    tags = asked.get("if-none-match")
    if tags is not None:
        given = [tag.strip().removeprefix("W/") for tag in tags[:2_000].split(",")]
        return has["etag"] in given or "*" in given
    since = parse_http_date(asked.get("if-modified-since", "")[:100])
    modified = parse_http_date(has.get("last-modified", ""))
    return since is not None and modified is not None and modified <= since
