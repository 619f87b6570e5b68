"""A person's corrections of identity: two items that are one, and taking that back. Each is on record in
``identity_log`` without a check. An item that is two: :mod:`scraper.store.split_item`."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta

from scraper.clock import to_text
from scraper.errors import PresswatchError
from scraper.store import leases
from scraper.store.rows import ITEM_COLUMNS

_COLUMNS = ", ".join(ITEM_COLUMNS)
_TTL = timedelta(minutes=1)


def merge_items(conn: sqlite3.Connection, kept_id: int, merged_id: int, now: datetime) -> None:
    """Make ``merged_id`` a part of ``kept_id`` (in the caller's transaction): from now on what bears its keys is the
    kept item. Its history stays under its own id. Raises :class:`PresswatchError` if that makes no sense."""
    kept, merged = get_item(conn, kept_id), get_item(conn, merged_id)
    if kept_id == merged_id:
        raise PresswatchError("an item cannot be merged with itself")
    if kept["source_id"] != merged["source_id"]:
        raise PresswatchError("items of two sources stay two: identity lives within a source")
    for row in (kept, merged):
        if row["status"] == "merged":
            raise PresswatchError(f"item {row['id']} was merged before, into {row['merged_into']}")
    lease = take_source(conn, kept["source_id"], now)
    at = to_text(now)
    conn.execute(
        "INSERT OR IGNORE INTO item_keys(source_id, kind, key, item_id, strong, first_seen_at) "
        "SELECT source_id, kind, key, ?, strong, ? FROM item_keys WHERE item_id = ?",
        (kept_id, at, merged_id),
    )
    if _move_listing(conn, merged_id, kept_id, at):
        _take_form(conn, kept, merged, at)
    conn.execute(
        "UPDATE items SET status = 'merged', merged_into = ?, changed_at = ? WHERE id = ?", (kept_id, at, merged_id)
    )
    conn.execute("UPDATE article_looks SET due_at = NULL WHERE item_id = ?", (merged_id,))
    # What people noted stays under its own item for a split, and is seen at the kept one where that has nothing.
    conn.execute(
        "INSERT OR IGNORE INTO marks(item_id, starred_at, read_at, note, changed_at) "
        "SELECT ?, starred_at, read_at, note, changed_at FROM marks WHERE item_id = ?",
        (kept_id, merged_id),
    )
    log_by_hand(conn, merged_id, "merged", f"into item {kept_id}", at)
    log_by_hand(conn, kept_id, "merged", f"with item {merged_id}", at)
    release_source(conn, kept["source_id"], lease)


def split_item(conn: sqlite3.Connection, item_id: int, now: datetime) -> int:
    """Take back that ``item_id`` was merged into another one (in the caller's transaction); the id of that one.

    The keys that the merging gave it go; the form that it took over is corrected by the next look. Raises
    :class:`PresswatchError` if it was not merged.
    """
    item = get_item(conn, item_id)
    if item["status"] != "merged":
        raise PresswatchError(f"item {item_id} was not merged; to split it, name a form of it: --at N")
    kept_id = int(item["merged_into"])
    lease = take_source(conn, item["source_id"], now)
    at = to_text(now)
    (merged_at,) = conn.execute(
        "SELECT max(decided_at) FROM identity_log WHERE item_id = ? AND decision = 'merged'", (item_id,)
    ).fetchone()
    conn.execute(
        "DELETE FROM item_keys WHERE item_id = ? AND first_seen_at >= ? AND (kind, key) IN "
        "(SELECT kind, key FROM item_keys WHERE item_id = ?)",
        (kept_id, merged_at, item_id),
    )
    conn.execute(
        "UPDATE items SET status = 'scrolled_off', merged_into = NULL, changed_at = ? WHERE id = ?", (at, item_id)
    )
    log_by_hand(conn, item_id, "split", f"from item {kept_id}", at)
    log_by_hand(conn, kept_id, "split", f"from item {item_id}", at)
    release_source(conn, item["source_id"], lease)
    return kept_id


def get_item(conn: sqlite3.Connection, item_id: int) -> sqlite3.Row:
    """The row of an item. Raises :class:`PresswatchError` if there is none."""
    row: sqlite3.Row | None = conn.execute("SELECT * FROM items WHERE id = ?", (item_id,)).fetchone()
    if row is None:
        raise PresswatchError(f"there is no item {item_id}")
    return row


def _move_listing(conn: sqlite3.Connection, merged_id: int, kept_id: int, at: str) -> bool:
    """If only the merged item is on the page, the kept one takes its place; whether it did."""
    places = {
        row["item_id"]: row
        for row in conn.execute("SELECT * FROM appearances WHERE item_id IN (?, ?)", (merged_id, kept_id))
    }
    old, kept = places[merged_id], places[kept_id]
    takes_place = bool(old["listed"] and not old["missed"] and (not kept["listed"] or kept["missed"]))
    if takes_place:
        conn.execute(
            "UPDATE appearances SET listed = 1, left_at = NULL, rank = ?, missed = ? WHERE item_id = ?",
            (old["rank"], old["missed"], kept_id),
        )
        conn.execute("UPDATE items SET status = 'listed' WHERE id = ?", (kept_id,))
    conn.execute(
        "UPDATE appearances SET listed = 0, left_at = coalesce(left_at, ?), missed = 0 WHERE item_id = ?",
        (at, merged_id),
    )
    return takes_place


def _take_form(conn: sqlite3.Connection, kept: sqlite3.Row, merged: sqlite3.Row, at: str) -> None:
    """The kept item is shown as the merged one was: its next revision."""
    number = kept["revision"] + 1
    fields = ",".join(name for name in ("title", "url", "summary", "author") if kept[name] != merged[name])
    conn.execute(
        f"INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, capture_sha256, {_COLUMNS}) "  # noqa: S608 - constants
        f"SELECT ?, ?, ?, check_id, ?, capture_sha256, {_COLUMNS} FROM revisions WHERE item_id = ? AND number = ?",
        (kept["id"], number, at, fields, merged["id"], merged["revision"]),
    )
    conn.execute(
        f"UPDATE items SET ({_COLUMNS}, unspaced) = "  # noqa: S608 - constants
        f"(SELECT {_COLUMNS}, unspaced FROM items WHERE id = ?), revision = ?, changed_at = ? WHERE id = ?",
        (merged["id"], number, at, kept["id"]),
    )


def take_source(conn: sqlite3.Connection, source_id: int, now: datetime) -> int:
    """Keep checks away, and have the next one compare the page with what is known now, changed or not; the token to
    give back. Raises :class:`PresswatchError` while a check is going on."""
    token = leases.acquire(conn, f"source:{source_id}", leases.holder_name(), _TTL, now)
    if token is None:
        raise PresswatchError("this source is being looked at just now; try again in a moment")
    conn.execute(
        "UPDATE sources SET validator_url = NULL, etag = NULL, last_modified = NULL, body_sha256 = NULL, "
        "listing_sha256 = NULL WHERE id = ?",
        (source_id,),
    )
    return token


def release_source(conn: sqlite3.Connection, source_id: int, token: int) -> None:
    """Let checks go on."""
    leases.release(conn, f"source:{source_id}", token)


def log_by_hand(conn: sqlite3.Connection, item_id: int, decision: str, reason: str, at: str) -> None:
    """Put a person's decision on record."""
    conn.execute(
        "INSERT INTO identity_log(item_id, check_id, decided_at, decision, reason) VALUES (?, NULL, ?, ?, ?)",
        (item_id, at, decision, f"by hand: {reason}"),
    )
