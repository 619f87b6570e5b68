"""Loading what is known of a source: its last listing, and whatever else shares a key with a page."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import TypeVar

from scraper.store.rows import ITEM_COLUMNS, item_of
from scraper.types import ItemKey, KnownItem

_COLUMNS = ", ".join(f"i.{name}" for name in ITEM_COLUMNS)
_KNOWN = (
    f"SELECT i.id, i.item_key, i.revision, i.status, a.rank, a.listed, a.missed, {_COLUMNS} "  # noqa: S608 - constants
    "FROM appearances a JOIN items i ON i.id = a.item_id WHERE a.source_id = ? AND i.status <> 'merged' AND "
)
_SLICE = 400
_MOST_FOUND = 2_000
"""Items outside the last listing that are loaded for one look: the newest, if a key is that of very many."""
_LISTED_ONLY = "title"
"""Kind of key that recognises items of the last listing only: there is no need to look for others."""
T = TypeVar("T")


def load_known(conn: sqlite3.Connection, source_id: int, keys: Iterable[Sequence[ItemKey]]) -> list[KnownItem]:
    """The items of the last listing, in its order, then those found by ``keys``."""
    rows = {row["id"]: row for row in conn.execute(_KNOWN + "a.listed = 1 ORDER BY a.rank DESC", (source_id,))}
    wanted: set[tuple[str, str]] = {
        (key.kind, key.key) for of_item in keys for key in of_item if key.kind != _LISTED_ONLY
    }
    others = sorted(_ids_with(conn, source_id, wanted) - rows.keys())[-_MOST_FOUND:]
    for some in _slices(others):
        marks = ",".join("?" * len(some))
        for row in conn.execute(_KNOWN + f"a.item_id IN ({marks})", (source_id, *some)):
            rows[row["id"]] = row
    of_item = _keys_of(conn, list(rows))
    return [
        KnownItem(
            item_id=item_id,
            item_key=row["item_key"],
            data=item_of(row),
            keys=frozenset(of_item[item_id]),
            rank=row["rank"],
            listed=bool(row["listed"]),
            revision=row["revision"],
            withdrawn=row["status"] == "withdrawn",
            missed=row["missed"],
        )
        for item_id, row in rows.items()
    ]


def _ids_with(conn: sqlite3.Connection, source_id: int, keys: set[tuple[str, str]]) -> set[int]:
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, key in sorted(keys):
        by_kind[kind].append(key)
    found: set[int] = set()
    for kind, of_kind in by_kind.items():
        for some in _slices(of_kind):
            marks = ",".join("?" * len(some))
            sql = (
                "SELECT item_id FROM item_keys WHERE source_id = ? AND kind = ? "  # noqa: S608 - marks
                f"AND key IN ({marks}) ORDER BY item_id DESC LIMIT ?"
            )
            found.update(row[0] for row in conn.execute(sql, (source_id, kind, *some, _MOST_FOUND)))
    return found


def _keys_of(conn: sqlite3.Connection, item_ids: list[int]) -> dict[int, list[ItemKey]]:
    found: dict[int, list[ItemKey]] = defaultdict(list)
    for some in _slices(item_ids):
        marks = ",".join("?" * len(some))
        sql = f"SELECT item_id, kind, key, strong FROM item_keys WHERE item_id IN ({marks})"  # noqa: S608
        for row in conn.execute(sql, some):
            found[row["item_id"]].append(ItemKey(row["kind"], row["key"], bool(row["strong"])))
    return found


def _slices(values: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(values), _SLICE):
        yield values[start : start + _SLICE]
