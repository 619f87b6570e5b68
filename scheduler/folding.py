"""An article that several watched pages list is told once per channel, naming all of them.

New items of different sources are one article if they share a canonical URL that names one item on each page, and
their day or their title. The second sighting joins the first one's message; for a week after that has gone it is
recorded, and told no more. Later, or under another title, the address holds another article.
"""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from scheduler.facts import ChangeFacts
from scraper.clock import from_text
from scraper.identity import title_likeness
from scraper.likeness import fit_numbers
from scraper.text import fold_text
from scraper.types import ChangeKind, ItemData
from scraper.urls import canonicalize_url
from scraper.wording import is_beginning

_LONGEST = 1_000
_ONE_ARTICLE = timedelta(days=7)
"""A page that takes longer to list what another one listed is rarer than an address that is used again."""
_ALIKE = 0.5
"""Likeness from which on two titles at one address are one: most of their words."""
_TOLD = """
SELECT t.change_id, t.message_id, c.source_id, m.state, m.handed_at, m.due_at, m.sent_at, i.title, i.published_on
FROM tellings t JOIN changes c ON c.id = t.change_id JOIN messages m ON m.id = t.message_id
JOIN items i ON i.id = c.item_id
WHERE t.channel_id = ? AND t.url = ?
"""
_BEHIND_ADDRESS = "SELECT count(*) FROM item_keys WHERE source_id = ? AND kind = 'url' AND key = ?"
Fate = Literal["new", "told", "joined", "sooner"]


def article_urls(changes: Sequence[ChangeFacts]) -> dict[int, str]:
    """The canonical addresses of new articles among the changes of one check, by change id. An address that names
    several of them, or the page itself, names none. Pure."""
    found: dict[int, str] = {}
    for change in changes:
        if change.kind is ChangeKind.ADDED and change.item is not None and change.item.url:
            url = canonicalize_url(change.item.url)
            if len(url) <= _LONGEST and url != canonicalize_url(change.source.url):
                found[change.change_id] = url
    counts = Counter(found.values())
    return {change_id: url for change_id, url in found.items() if counts[url] == 1}


def join_telling(
    conn: sqlite3.Connection, channel_id: int, change: ChangeFacts, url: str, release: datetime | None
) -> Fate:
    """What becomes of a new article behind ``url`` that is due at ``release`` (``None``: now) on a channel: ``joined``
    to what was told of it on another page, or still to be told; ``new`` if the channel has never heard of it;
    ``sooner`` if a digest that is due later holds it (:func:`take_out`)."""
    first = conn.execute(_TOLD, (channel_id, url)).fetchone()
    if first is None:
        return "new"
    if first["change_id"] == change.change_id:
        return "joined"
    if change.item is None or not _is_still_told(first, change) or not _is_one(first, change.item):
        # What comes after this is compared with this.
        conn.execute("DELETE FROM tellings WHERE channel_id = ? AND url = ?", (channel_id, url))
        return "told"
    source_id = conn.execute("SELECT source_id FROM changes WHERE id = ?", (change.change_id,)).fetchone()[0]
    if first["source_id"] == source_id or first["state"] == "dead":
        return "told"
    if any(conn.execute(_BEHIND_ADDRESS, (each, url)).fetchone()[0] > 1 for each in (source_id, first["source_id"])):
        return "told"
    if first["state"] == "held" and (release is None or release < from_text(first["due_at"])):
        return "sooner"
    is_open = first["state"] in ("held", "pending") and first["handed_at"] is None
    conn.execute(
        "INSERT OR IGNORE INTO message_changes(message_id, change_id, also_of, told) VALUES (?, ?, ?, ?)",
        (first["message_id"], change.change_id, first["change_id"], int(is_open)),
    )
    return "joined"


def _is_still_told(first: sqlite3.Row, change: ChangeFacts) -> bool:
    """Whether what was told first waits to be sent, or was sent not long before ``change``."""
    return first["sent_at"] is None or change.changed_at - from_text(first["sent_at"]) <= _ONE_ARTICLE


def _is_one(first: sqlite3.Row, item: ItemData) -> bool:
    """Whether an item is the article that was told first, for they have one address: by its day, or its title."""
    day = item.published.on if item.published else None
    if day is not None and day.isoformat() == first["published_on"]:
        return True
    one, other = first["title"], item.title
    if fold_text(one) == fold_text(other) or is_beginning(one, other) or is_beginning(other, one):
        return True
    return fit_numbers(one, other) and title_likeness(one, other) >= _ALIKE


def take_out(conn: sqlite3.Connection, channel_id: int, url: str) -> list[int]:
    """Take the article behind ``url`` out of the digest that holds it, for a message that tells it sooner: the changes
    that this message is to name as well."""
    held = conn.execute(_TOLD, (channel_id, url)).fetchone()
    rows = conn.execute(
        "DELETE FROM message_changes WHERE message_id = ? AND (change_id = ? OR also_of = ?) RETURNING change_id",
        (held["message_id"], held["change_id"], held["change_id"]),
    ).fetchall()
    conn.execute("DELETE FROM tellings WHERE channel_id = ? AND url = ?", (channel_id, url))
    conn.execute(
        "DELETE FROM messages WHERE id = ? AND id NOT IN (SELECT message_id FROM message_changes WHERE message_id = ?)",
        (held["message_id"], held["message_id"]),
    )
    return sorted(row["change_id"] for row in rows)


def record_telling(conn: sqlite3.Connection, channel_id: int, url: str, change_id: int, message_id: int) -> None:
    """``message_id`` tells of the article behind ``url``; of two that do, the first counts unless it is dead."""
    conn.execute(
        "INSERT INTO tellings(channel_id, url, change_id, message_id) VALUES (?, ?, ?, ?) "
        "ON CONFLICT DO UPDATE SET change_id = excluded.change_id, message_id = excluded.message_id "
        "WHERE (SELECT state FROM messages WHERE id = tellings.message_id) = 'dead'",
        (channel_id, url, change_id, message_id),
    )
