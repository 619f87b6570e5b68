"""Writing what a diff found: items, their keys, appearances, revisions and changes."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence

from scraper.diff import Diff
from scraper.identity import item_key
from scraper.store.rows import ITEM_COLUMNS, item_values, unspaced_text
from scraper.store.write_flaps import write_flaps
from scraper.store.write_look import ask_after_missing, queue_articles
from scraper.store.write_returns import write_returns
from scraper.store.writing import Writing, write_item_fact
from scraper.types import ChangeKind, ItemChange, ItemKey, KnownItem, Match

_COLUMNS = ", ".join(ITEM_COLUMNS)
_MARKS = ", ".join("?" * len(ITEM_COLUMNS))
_ASSIGNMENTS = ", ".join(f"{name} = ?" for name in ITEM_COLUMNS)
_MOST_KEYS = 40
"""Keys that one item may gather. A text that flaps gives a new one at each look."""


def write_diff(writing: Writing, diff: Diff) -> None:
    """Write all of ``diff`` inside the transaction; counts go to ``writing``."""
    # Discovery order is the order of ids: the oldest of a page first, so that "newest first" is id descending.
    ranked = list(zip(diff.matches, diff.ranks, strict=True))
    new: dict[int, tuple[int, str]] = {}
    older = sum(write_further(writing, further) for further in reversed(writing.record.further))
    for match, rank in ranked if diff.ascending else reversed(ranked):
        if match.known is None:
            new[id(match)] = _insert_item(writing, match, rank)
        else:
            _touch_appearance(writing, match.known, rank)
            _learn_keys(writing, match, match.known)
    revised = {
        change.match.known.item_id: _revise(writing, change, change.match.known)
        for change in (*diff.filled, *diff.changes)
        if change.match.known is not None
        and change.kind in (ChangeKind.REVISED, ChangeKind.RELOCATED)
        # What settled was stored as it came.
        and change.match.data != change.match.known.data
    }
    for change in diff.changes:
        known = change.match.known
        if known is None:
            _write_change(writing, change, *new[id(change.match)], revision=1)
        else:
            _write_change(
                writing, change, known.item_id, known.item_key, revision=revised.get(known.item_id, known.revision)
            )
    _write_absent(writing, diff)
    write_returns(writing, diff)
    write_flaps(writing, diff.flaps)
    queue_articles(writing, [new[id(one.match)][0] for one in diff.changes if id(one.match) in new and one.tell])
    ask_after_missing(writing, diff.missed)
    added = sum(change.kind is ChangeKind.ADDED for change in diff.changes)
    writing.new_items = older + (len(new) if writing.record.baseline else added)


def write_further(writing: Writing, diff: Diff) -> int:
    """Write the items of a page after the first one that were not known: they are remembered and told, but what is
    listed is what the first page shows. How many are news."""
    for change in diff.unseen:
        item_id, key = _insert_item(writing, change.match, 0.0, listed=False)
        _write_change(writing, change, item_id, key, revision=1)
        if change.tell:
            queue_articles(writing, [item_id])
    return sum(change.kind is ChangeKind.ADDED for change in diff.unseen)


# -- items and their keys --------------------------------------------------------------------------------------------


def _insert_item(writing: Writing, match: Match, rank: float, *, listed: bool = True) -> tuple[int, str]:
    """The database id and the public id of a new item."""
    conn, source_id, item = writing.conn, writing.record.source_id, match.data
    key = free_item_key(conn, writing.source["source_key"], match.keys)
    row = conn.execute(
        "INSERT INTO items(item_key, source_id, status, is_baseline, first_seen_at, first_check_id, changed_at, "  # noqa: S608 - constants
        f"unspaced, {_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, {_MARKS}) RETURNING id",
        (
            key,
            source_id,
            "listed" if listed else "scrolled_off",
            int(writing.record.baseline),
            writing.at,
            writing.check_id,
            writing.at,
            unspaced_text(item.title, item.summary),
            *item_values(item),
        ),
    ).fetchone()
    item_id = int(row[0])
    conn.execute(
        "INSERT INTO appearances(source_id, item_id, first_listed_at, left_at, listed, rank) VALUES (?, ?, ?, ?, ?, ?)",
        (source_id, item_id, writing.at, None if listed else writing.at, int(listed), rank),
    )
    _insert_keys(writing, item_id, match.keys)
    _insert_revision(writing, item_id, 1, "", match)
    _log_identity(writing, item_id, "new", f"no known item has its {match.keys[0].kind} {match.keys[0].key}")
    return item_id, key


def free_item_key(conn: sqlite3.Connection, source_key: str, keys: Sequence[ItemKey]) -> str:
    """The public id of a new item. A key may have been another item's before (an address that is used again)."""
    for ordinal in range(1000):
        key = item_key(source_key, keys, ordinal)
        if conn.execute("SELECT 1 FROM items WHERE item_key = ?", (key,)).fetchone() is None:
            return key
    raise AssertionError("a thousand items had the same first key")


def _insert_keys(writing: Writing, item_id: int, keys: Sequence[ItemKey]) -> None:
    writing.conn.executemany(
        "INSERT OR IGNORE INTO item_keys(source_id, kind, key, item_id, strong, first_seen_at) "
        "VALUES (?, ?, ?, ?, ?, ?)",
        [(writing.record.source_id, key.kind, key.key, item_id, int(key.strong), writing.at) for key in keys],
    )


def _learn_keys(writing: Writing, match: Match, known: KnownItem) -> None:
    learnt = [key for key in match.keys if key not in known.keys]
    if not learnt or len(known.keys) >= _MOST_KEYS:
        return
    _insert_keys(writing, known.item_id, learnt)
    if not any(key.strong and key.kind in match.by for key in match.keys):
        _log_identity(writing, known.item_id, "recognised", f"by {' and '.join(match.by)} together")


def _log_identity(writing: Writing, item_id: int, decision: str, reason: str) -> None:
    writing.conn.execute(
        "INSERT INTO identity_log(item_id, check_id, decided_at, decision, reason) VALUES (?, ?, ?, ?, ?)",
        (item_id, writing.check_id, writing.at, decision, reason[:500]),
    )


# -- where and whether it is listed ----------------------------------------------------------------------------------


def _touch_appearance(writing: Writing, known: KnownItem, rank: float) -> None:
    if known.listed and known.rank == rank and not known.missed:
        return
    writing.conn.execute(
        "UPDATE appearances SET listed = 1, left_at = NULL, rank = ?, missed = 0 WHERE source_id = ? AND item_id = ?",
        (rank, writing.record.source_id, known.item_id),
    )
    if not known.listed:
        writing.conn.execute("UPDATE items SET status = 'listed' WHERE id = ?", (known.item_id,))


def _write_absent(writing: Writing, diff: Diff) -> None:
    conn, source_id = writing.conn, writing.record.source_id
    conn.executemany(
        "UPDATE appearances SET missed = ? WHERE source_id = ? AND item_id = ?",
        [(count, source_id, item_id) for item_id, count in diff.missed],
    )
    conn.executemany(
        "UPDATE appearances SET listed = 0, left_at = ?, missed = 0 WHERE source_id = ? AND item_id = ?",
        [(writing.at, source_id, item_id) for item_id in diff.left],
    )
    conn.executemany(
        "UPDATE items SET status = 'scrolled_off' WHERE id = ? AND status = 'listed'",
        [(item_id,) for item_id in diff.left],
    )


# -- revisions and changes -------------------------------------------------------------------------------------------


def _revise(writing: Writing, change: ItemChange, known: KnownItem) -> int:
    """Store another form of an item; its number."""
    number, item = known.revision + 1, change.match.data
    writing.conn.execute(
        f"UPDATE items SET {_ASSIGNMENTS}, revision = ?, changed_at = ?, unspaced = ? WHERE id = ?",  # noqa: S608 - constants
        (*item_values(item), number, writing.at, unspaced_text(item.title, item.summary), known.item_id),
    )
    _insert_revision(writing, known.item_id, number, ",".join(change.fields), change.match)
    return number


def _insert_revision(writing: Writing, item_id: int, number: int, fields: str, match: Match) -> None:
    writing.conn.execute(
        "INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, capture_sha256, "  # noqa: S608 - constants
        f"{_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, {_MARKS})",
        (item_id, number, writing.at, writing.check_id, fields, writing.capture, *item_values(match.data)),
    )


def _write_change(writing: Writing, change: ItemChange, item_id: int, key: str, *, revision: int) -> None:
    if change.kind is ChangeKind.WITHDRAWN:
        writing.conn.execute(
            "UPDATE items SET status = 'withdrawn', changed_at = ? WHERE id = ?", (writing.at, item_id)
        )
    write_item_fact(
        writing,
        change.kind,
        item_id,
        key,
        revision=revision,
        fields=change.fields,
        reason=change.reason,
        tell=change.tell,
        is_new=change.match.known is None,
    )
