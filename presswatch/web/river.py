"""What happened, newest first: the river of changes, and the messages that told them."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

from scheduler.episode_words import bare_reason, episode_label, episode_words
from scheduler.worddiff import word_diff

PAGE = 50
KINDS = {
    "added": "new", "revised": "edited", "relocated": "moved", "withdrawn": "withdrawn", "reinstated": "back",
    "surfaced": "surfaced", "episode_opened": "trouble", "episode_closed": "well again",
}  # fmt: skip
"""Each kind of change, and the word for it."""
STATES = ("held", "pending", "sent", "dead")
_CHANGES = """
SELECT c.id, c.changed_at, c.kind, c.fields, c.reason, c.revision, c.tell, s.slug AS source, s.name AS source_name,
       i.item_key, coalesce(r.title, i.title) AS title, coalesce(r.url, i.url) AS url, r.summary AS summary,
       p.title AS old_title, p.summary AS old_summary, p.url AS old_url, r.published_raw, p.published_raw AS old_raw,
       e.class AS episode, c.kind = 'episode_opened' AND e.closed_at = e.opened_at AS is_redesign
FROM changes c CROSS JOIN sources s ON s.id = c.source_id
LEFT JOIN items i ON i.id = c.item_id
LEFT JOIN revisions r ON r.item_id = c.item_id AND r.number = c.revision
LEFT JOIN revisions p ON p.item_id = c.item_id AND p.number = c.revision - 1 AND c.kind IN ('revised', 'relocated')
LEFT JOIN episodes e ON e.id = c.episode_id
"""
_MESSAGES = """
SELECT m.id, m.message_id, m.kind, m.notice, m.created_at, m.due_at, m.state, m.attempts, m.last_error, m.sent_at,
       ch.name AS channel, ch.kind AS channel_kind,
       (SELECT count(*) FROM message_changes x WHERE x.message_id = m.id) AS changes
FROM messages m CROSS JOIN channels ch ON ch.id = m.channel_id
"""
_TOLD = """
SELECT x.message_id, c.kind, i.item_key, i.title, s.slug AS source, s.name AS source_name
FROM message_changes x JOIN changes c ON c.id = x.change_id JOIN sources s ON s.id = c.source_id
LEFT JOIN items i ON i.id = c.item_id
WHERE x.message_id = ? ORDER BY x.change_id LIMIT 10
"""


def find_changes(conn: sqlite3.Connection, *, source: str, kind: str, before: int | None) -> list[dict[str, Any]]:
    """One page of changes and one more; each with the words that changed."""
    by_source = "c.source_id = (SELECT id FROM sources WHERE slug = ?)"
    rows = _latest(conn, _CHANGES, "c.id", {by_source: source, "c.kind = ?": kind, "c.id < ?": before})
    return [row | {"edits": edits_of(row)} | _words(row) for row in rows]


def _words(change: Mapping[str, Any]) -> dict[str, str]:
    """``word`` for what happened; of a source also ``said`` of it, and ``reason`` without its class."""
    kind, episode = change["kind"], change["episode"]
    if not episode:
        return {"word": KINDS[kind]}
    redesign = bool(change["is_redesign"])
    return {
        "word": episode_label(kind, redesign=redesign).lower(),
        "said": episode_words(episode, kind, redesign=redesign),
        "reason": bare_reason(episode, kind, change["reason"] or ""),
    }


def edits_of(change: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The words that changed, by field; empty where nothing was edited."""
    if change["kind"] not in ("revised", "relocated"):
        return []
    pairs = {"title": ("old_title", "title"), "summary": ("old_summary", "summary"), "url": ("old_url", "url"),
             "published": ("old_raw", "published_raw")}  # fmt: skip
    edits = []
    for name in change["fields"].split(","):
        if name not in pairs:
            continue
        old, new = (change[column] or "" for column in pairs[name])
        if old != new:
            edits.append({"field": name, "pieces": word_diff(old[:4_000], new[:4_000])})
    return edits


def find_messages(conn: sqlite3.Connection, *, state: str, before: int | None) -> list[dict[str, Any]]:
    """One page of messages and one more, each with the first ten changes that it tells."""
    rows = _latest(conn, _MESSAGES, "m.id", {"m.state = ?": state, "m.id < ?": before})
    return [row | {"told": [dict(one) for one in conn.execute(_TOLD, (row["id"],))]} for row in rows]


def _latest(conn: sqlite3.Connection, select: str, key: str, wanted: Mapping[str, Any]) -> list[dict[str, Any]]:
    """One page and one more, the latest first, of what meets all conditions whose value is given."""
    given = {condition: value for condition, value in wanted.items() if value not in ("", None)}
    where = " AND ".join(given) or "1"
    rows = conn.execute(f"{select} WHERE {where} ORDER BY {key} DESC LIMIT {PAGE + 1}", list(given.values()))
    return [dict(row) for row in rows]
