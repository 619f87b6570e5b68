"""From the store to feeds: of all sources, of one, of a tag, of what a rule wants told."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from scheduler.fact_rows import load_changes
from scheduler.feeds import Feed, FeedEntry, Outline
from scheduler.rules import Rule, matches
from scraper.clock import from_text

_ITEMS = """
SELECT i.item_key, i.title, i.url, i.summary, i.author, i.published_at, i.first_seen_at, i.status,
       s.name AS source, s.slug,
       (SELECT group_concat(t.tag, ',') FROM source_tags t WHERE t.source_id = s.id) AS tags,
       coalesce((SELECT max(c.changed_at) FROM changes c WHERE c.item_id = i.id AND c.kind <> 'surfaced'),
                i.first_seen_at) AS updated
FROM items i JOIN sources s ON s.id = i.source_id
WHERE i.status <> 'merged' AND s.origin = 'config' AND s.active = 1 AND {condition} ORDER BY i.id DESC LIMIT ?
"""
EMPTY_SINCE = datetime(2000, 1, 1, tzinfo=UTC)
"""The date of a feed without entries: always the same, so that its file does not change."""
_BATCH = 500
_MOST_LOOKED_AT = 50_000
"""Changes that are looked at for the feed of a rule that hardly anything fits."""


@dataclass(frozen=True, slots=True)
class FeedPlace:
    """A feed that can be had. ``about`` is the page that it is about, if it is one; ``condition`` and ``values`` are
    SQL over its items, of a rule the ``rule`` in place of them."""

    name: str
    title: str
    about: str | None = None
    condition: str = "1"
    values: tuple[object, ...] = ()
    rule: Rule | None = None


def list_places(conn: sqlite3.Connection, rules: Sequence[Rule]) -> Iterator[FeedPlace]:
    """Every feed there is: of everything, of each source, tag and rule."""
    yield FeedPlace("all", "presswatch")
    rows = conn.execute("SELECT id, slug, name, url FROM sources WHERE origin = 'config' AND active = 1 ORDER BY slug")
    for row in rows.fetchall():
        yield FeedPlace(f"source-{row['slug']}", row["name"], row["url"], "s.id = ?", (row["id"],))
    for (tag,) in conn.execute("SELECT DISTINCT tag FROM source_tags ORDER BY tag").fetchall():
        condition = "s.id IN (SELECT source_id FROM source_tags WHERE tag = ?)"
        yield FeedPlace(f"tag-{tag}", f"presswatch: {tag}", None, condition, (tag,))
    for rule in rules:
        yield FeedPlace(f"rule-{rule.name}", f"presswatch: {rule.name}", rule=rule)


def load_feed(conn: sqlite3.Connection, place: FeedPlace, now: datetime, limit: int) -> Feed:
    """The feed with its latest ``limit`` items. ``now`` is the date of an empty one."""
    if place.rule is not None:
        entries = entries_of_rule(conn, place.rule, limit)
    else:
        entries = entries_of(conn, place.condition, place.values, limit)
    return Feed(place.name, place.title, now, entries, place.about)


def all_feeds(conn: sqlite3.Connection, rules: Sequence[Rule], now: datetime, limit: int) -> Iterator[Feed]:
    """Every feed there is, each with the latest ``limit`` items. ``now`` is the date of an empty one."""
    for place in list_places(conn, rules):
        yield load_feed(conn, place, now, limit)


def entries_of(conn: sqlite3.Connection, condition: str, values: Sequence[object], limit: int) -> tuple[FeedEntry, ...]:
    """The latest items for which ``condition`` (SQL over items ``i`` and sources ``s``) holds, the latest first."""
    rows = conn.execute(_ITEMS.format(condition=condition), (*values, limit))
    return tuple(_entry(row) for row in rows)


def entries_of_rule(conn: sqlite3.Connection, rule: Rule, limit: int) -> tuple[FeedEntry, ...]:
    """The items of the latest changes that ``rule`` wants told, the latest found first."""
    wanted: dict[str, None] = {}
    last, looked = 1 << 62, 0
    while len(wanted) < limit and looked < _MOST_LOOKED_AT:
        rows = conn.execute(
            "SELECT id FROM changes WHERE id < ? AND tell = 1 AND item_id IS NOT NULL ORDER BY id DESC LIMIT ?",
            (last, _BATCH),
        ).fetchall()
        if not rows:
            break
        last, looked = rows[-1]["id"], looked + len(rows)
        changes = load_changes(conn, (row["id"] for row in rows))
        for change_id in sorted(changes, reverse=True):
            change = changes[change_id]
            if change.item_key and matches(rule, change):
                wanted[change.item_key] = None
    keys = json.dumps(list(wanted)[:limit])
    return entries_of(conn, "i.item_key IN (SELECT value FROM json_each(?))", (keys,), limit)


def outlines(conn: sqlite3.Connection, base_url: str | None) -> Iterable[Outline]:
    """All configured sources; their feeds are ours below ``base_url``, or else those that their pages announce."""
    from urllib.parse import quote

    rows = conn.execute(
        "SELECT slug, name, url, feed_url, "
        "(SELECT group_concat(t.tag, ',') FROM source_tags t WHERE t.source_id = s.id) AS tags "
        "FROM sources s WHERE origin = 'config' AND active = 1 ORDER BY slug"
    )
    for row in rows.fetchall():
        ours = f"{base_url.rstrip('/')}/source-{quote(row['slug'])}.atom" if base_url else None
        yield Outline(row["name"], row["url"], ours or row["feed_url"], _split(row["tags"]))


def _entry(row: sqlite3.Row) -> FeedEntry:
    first = from_text(row["first_seen_at"])
    return FeedEntry(
        urn=f"urn:presswatch:item:{row['item_key']}",
        title=row["title"],
        url=row["url"],
        summary=row["summary"],
        author=row["author"],
        source=row["source"] or row["slug"],
        published=from_text(row["published_at"]) if row["published_at"] else first,
        updated=max(from_text(row["updated"]), first),
        tags=_split(row["tags"]),
        withdrawn=row["status"] == "withdrawn",
    )


def _split(tags: str | None) -> tuple[str, ...]:
    return tuple(sorted(tags.split(","))) if tags else ()
