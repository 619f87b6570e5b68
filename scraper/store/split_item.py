"""A person's decision that one item was two: from one of its forms on it is another one."""

from __future__ import annotations

import sqlite3
from datetime import datetime

from scraper.clock import to_text
from scraper.errors import PresswatchError
from scraper.identity import keys_of
from scraper.store.correct import get_item, log_by_hand, release_source, take_source
from scraper.store.rows import ITEM_COLUMNS, item_of, item_values, unspaced_text
from scraper.store.write_items import free_item_key
from scraper.types import ItemData, ItemKey

_COLUMNS = ", ".join(ITEM_COLUMNS)
_ASSIGNMENTS = ", ".join(f"{name} = ?" for name in ITEM_COLUMNS)


def split_at(conn: sqlite3.Connection, item_id: int, number: int, now: datetime) -> int:
    """Make what ``item_id`` was from its form ``number`` on an item of its own (in the caller's transaction); its id.

    The new item has copies of those forms, the keys that they bear, and the place on the page. The old one is again as
    it was before, which is its next form: what was believed meanwhile stays on record. ``merge_items`` takes it back.
    Raises :class:`PresswatchError` if that makes no sense.
    """
    item = get_item(conn, item_id)
    if item["status"] == "merged":
        raise PresswatchError(f"item {item_id} is a part of item {item['merged_into']}; split it from that one first")
    rows = conn.execute("SELECT * FROM revisions WHERE item_id = ? ORDER BY number", (item_id,)).fetchall()
    before = [row for row in rows if row["number"] < number]
    after = [row for row in rows if row["number"] >= number]
    if not before or not after:
        raise PresswatchError(f"item {item_id} has forms 1 to {len(rows)}; it can be split at 2 to {len(rows)}")
    token = take_source(conn, item["source_id"], now)
    at = to_text(now)
    source = conn.execute("SELECT source_key, url FROM sources WHERE id = ?", (item["source_id"],)).fetchone()
    old_keys, new_keys = (_keys(half, source["url"]) for half in (before, after))
    new_id = _insert(conn, item, after, free_item_key(conn, source["source_key"], new_keys), at)
    _share_keys(conn, item, new_id, old_keys, new_keys, at)
    _move_place(conn, item, new_id, after[0]["recorded_at"], at)
    _restore(conn, item_id, len(rows), before[-1], at)
    log_by_hand(conn, new_id, "split", f"from item {item_id}, at its form {number}", at)
    log_by_hand(conn, item_id, "split", f"what it was from form {number} on is item {new_id}", at)
    release_source(conn, item["source_id"], token)
    return new_id


def _keys(rows: list[sqlite3.Row], page_url: str) -> list[ItemKey]:
    """The keys that some forms of an item bear, strong ones first."""
    found = dict.fromkeys(key for row in rows for key in keys_of(item_of(row), page_url))
    return sorted(found, key=lambda key: not key.strong)


def _insert(conn: sqlite3.Connection, item: sqlite3.Row, forms: list[sqlite3.Row], key: str, at: str) -> int:
    first, last = forms[0], item_of(forms[-1])
    row = conn.execute(
        "INSERT INTO items(item_key, source_id, status, is_baseline, first_seen_at, first_check_id, changed_at, "  # noqa: S608 - constants
        f"revision, unspaced, {_COLUMNS}) VALUES (?, ?, ?, 0, ?, ?, ?, ?, ?, {', '.join('?' * len(ITEM_COLUMNS))}) "
        "RETURNING id",
        (
            key,
            item["source_id"],
            item["status"],
            first["recorded_at"],
            first["check_id"],
            at,
            len(forms),
            _unspaced(last),
            *item_values(last),
        ),
    ).fetchone()
    new_id = int(row[0])
    for number, form in enumerate(forms, 1):
        conn.execute(
            f"INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, capture_sha256, {_COLUMNS}) "  # noqa: S608 - constants
            f"SELECT ?, ?, recorded_at, check_id, ?, capture_sha256, {_COLUMNS} FROM revisions WHERE id = ?",
            (new_id, number, form["fields"] if number > 1 else "", form["id"]),
        )
    return new_id


def _unspaced(data: ItemData) -> str | None:
    return unspaced_text(data.title, data.summary)


def _share_keys(
    conn: sqlite3.Connection, item: sqlite3.Row, new_id: int, old: list[ItemKey], new: list[ItemKey], at: str
) -> None:
    """Keys of the later forms go to the new item, of the earlier ones stay; of which nobody knows are of both: what
    is listed comes first where two items bear a key."""
    rows = conn.execute("SELECT kind, key, strong FROM item_keys WHERE item_id = ?", (item["id"],)).fetchall()
    borne = {ItemKey(row["kind"], row["key"], bool(row["strong"])) for row in rows}
    conn.executemany(
        "INSERT OR IGNORE INTO item_keys(source_id, kind, key, item_id, strong, first_seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [
            (item["source_id"], key.kind, key.key, new_id, int(key.strong), at)
            for key in (borne | set(new)) - (set(old) - set(new))
        ],
    )
    conn.executemany(
        "DELETE FROM item_keys WHERE item_id = ? AND kind = ? AND key = ?",
        [(item["id"], key.kind, key.key) for key in set(new) - set(old)],
    )


def _move_place(conn: sqlite3.Connection, item: sqlite3.Row, new_id: int, since: str, at: str) -> None:
    conn.execute(
        "INSERT INTO appearances(source_id, item_id, first_listed_at, left_at, listed, rank, missed) "
        "SELECT source_id, ?, ?, left_at, listed, rank, missed FROM appearances WHERE item_id = ?",
        (new_id, since, item["id"]),
    )
    conn.execute(
        "UPDATE appearances SET listed = 0, left_at = coalesce(left_at, ?), missed = 0 WHERE item_id = ?",
        (at, item["id"]),
    )
    conn.execute("UPDATE flaps SET settled_at = coalesce(settled_at, ?) WHERE item_id = ?", (at, item["id"]))
    conn.execute(
        "UPDATE articles SET item_id = ?1 WHERE item_id = ?2 AND url = (SELECT url FROM items WHERE id = ?1)",
        (new_id, item["id"]),
    )


def _restore(conn: sqlite3.Connection, item_id: int, forms: int, form: sqlite3.Row, at: str) -> None:
    """The item is as it was: its next form."""
    data = item_of(form)
    number = forms + 1
    conn.execute(
        f"INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, capture_sha256, {_COLUMNS}) "  # noqa: S608 - constants
        f"SELECT item_id, ?, ?, check_id, 'split', capture_sha256, {_COLUMNS} FROM revisions WHERE id = ?",
        (number, at, form["id"]),
    )
    conn.execute(
        f"UPDATE items SET {_ASSIGNMENTS}, unspaced = ?, revision = ?, changed_at = ?, "  # noqa: S608 - constants
        "status = 'scrolled_off' WHERE id = ?",
        (*item_values(data), _unspaced(data), number, at, item_id),
    )
