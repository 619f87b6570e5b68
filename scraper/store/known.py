"""Loading what is known of a source: its last listing, and whatever else shares a key with a page; and of what was
edited or was away before, how often."""

from __future__ import annotations

import itertools
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, TypeVar

from scraper.clock import from_text
from scraper.flaps import LISTED, WINDOW, text_of
from scraper.store.rows import ITEM_COLUMNS, item_from, item_of
from scraper.types import Flap, ItemKey, KnownItem, Turn

_COLUMNS = ", ".join(f"i.{name}" for name in ITEM_COLUMNS)
_REVISION = ", ".join(f"r.{name}" for name in ITEM_COLUMNS)
_KNOWN = (
    f"SELECT i.id, i.item_key, i.revision, i.status, a.rank, a.listed, a.missed, {_COLUMNS} "  # noqa: S608 - constants
    "FROM appearances a JOIN items i ON i.id = a.item_id WHERE a.source_id = ? AND i.status <> 'merged' AND "
)
_SLICE = 400
_MOST_FOUND = 2_000
"""Items outside the last listing that are loaded for one look: the newest, if a key is that of very many."""
_LISTED_ONLY = "title"
"""Kind of key that recognises items of the last listing only, but where the site gave its items new addresses."""
_TURNS = 12
"""Latest forms of an item that are compared."""
T = TypeVar("T")


def load_known(conn: sqlite3.Connection, source_id: int, keys: Iterable[Sequence[ItemKey]]) -> list[KnownItem]:
    """The items of the last listing, in its order, then those found by ``keys``."""
    keys = list(keys)
    rows = {row[0]: row for row in _read(conn, _KNOWN + "a.listed = 1 ORDER BY a.rank DESC", (source_id,))}
    wanted: set[tuple[str, str]] = {key[:2] for of_item in keys for key in of_item if key.kind != _LISTED_ONLY}
    found, borne = _bearers(conn, source_id, wanted)
    found |= _bearers(conn, source_id, _titles_of_strange(keys, borne))[0]
    others = sorted(found - rows.keys())[-_MOST_FOUND:]
    for some in _slices(others):
        marks = ",".join("?" * len(some))
        for row in _read(conn, _KNOWN + f"a.item_id IN ({marks})", (source_id, *some)):
            rows[row[0]] = row
    of_item = _keys_of(conn, list(rows))
    flaps = _flaps_of(conn, source_id)
    turns = _turns_of(conn, [row[0] for row in rows.values() if row[2] > 1])
    quiet = _quietly_withdrawn(conn, [row[0] for row in rows.values() if row[3] == "withdrawn"])
    returns = returns_of(conn, [row[0] for row in rows.values() if row[3] == "withdrawn" or row[6]])
    return [
        KnownItem(
            item_id=item_id,
            item_key=item_key,
            data=item_from(values),
            keys=frozenset(of_item[item_id]),
            rank=rank,
            listed=listed == 1,
            revision=revision,
            withdrawn=status == "withdrawn",
            missed=missed,
            turns=tuple(turns.get(item_id, ())),
            flaps=tuple(flaps.get(item_id, ())),
            returns=returns.get(item_id, 0),
            quietly=item_id in quiet,
        )
        for item_id, item_key, revision, status, rank, listed, missed, *values in rows.values()
    ]


def _read(conn: sqlite3.Connection, sql: str, values: Sequence[object]) -> list[tuple[Any, ...]]:
    """Rows as plain tuples: of so many, looking up columns by their names is what costs."""
    cursor = conn.cursor()
    cursor.row_factory = None
    return cursor.execute(sql, values).fetchall()


def _titles_of_strange(keys: Sequence[Sequence[ItemKey]], borne: AbstractSet[tuple[str, str]]) -> set[tuple[str, str]]:
    """The titles of the items of a page that bear no strong key that is known (of those ``borne``): of all if these are
    half of it, else of those at its end."""
    is_strange = [not any(key.strong and key[:2] in borne for key in of_item) for of_item in keys]
    first = 0 if sum(is_strange) * 2 >= len(keys) else len(keys) - is_strange[::-1].index(False)
    strange = [of_item for of_item, no in zip(keys[first:], is_strange[first:], strict=True) if no]
    return {key[:2] for of_item in strange for key in of_item if key.kind == _LISTED_ONLY}


def any_known(conn: sqlite3.Connection, source_id: int, keys: Iterable[Sequence[ItemKey]]) -> bool:
    """Whether an item of the source has one of these keys, of the strong ones."""
    wanted = {(key.kind, key.key) for of_item in keys for key in of_item if key.strong}
    sql = "SELECT 1 FROM item_keys WHERE source_id = ? AND kind = ? AND key = ? LIMIT 1"
    return any(conn.execute(sql, (source_id, *one)).fetchone() for one in wanted)


def _bearers(
    conn: sqlite3.Connection, source_id: int, keys: set[tuple[str, str]]
) -> tuple[set[int], set[tuple[str, str]]]:
    """The items that bear any of ``keys``, and which of these are borne by one."""
    by_kind: dict[str, list[str]] = defaultdict(list)
    for kind, key in sorted(keys):
        by_kind[kind].append(key)
    found: set[int] = set()
    borne: set[tuple[str, str]] = set()
    for kind, of_kind in by_kind.items():
        for some in _slices(of_kind):
            marks = ",".join("?" * len(some))
            of_these = f"FROM item_keys WHERE source_id = ? AND kind = ? AND key IN ({marks})"
            given = (source_id, kind, *some)
            rows = _read(conn, f"SELECT item_id, key {of_these} ORDER BY item_id DESC LIMIT {_MOST_FOUND}", given)
            found.update(row[0] for row in rows)
            if len(rows) == _MOST_FOUND:
                rows = _read(conn, f"SELECT DISTINCT 0, key {of_these}", given)
            borne.update((kind, row[1]) for row in rows)
    return found, borne


def _keys_of(conn: sqlite3.Connection, item_ids: list[int]) -> dict[int, list[ItemKey]]:
    found: dict[int, list[ItemKey]] = defaultdict(list)
    for some in _slices(item_ids):
        marks = ",".join("?" * len(some))
        sql = f"SELECT item_id, kind, key, strong FROM item_keys WHERE item_id IN ({marks})"  # noqa: S608
        for item_id, kind, key, strong in _read(conn, sql, some):
            found[item_id].append(ItemKey(kind, key, strong == 1))
    return found


def _turns_of(conn: sqlite3.Connection, item_ids: list[int]) -> dict[int, list[Turn]]:
    """The latest edits of items, the oldest first; those from before a field had settled are over."""
    found: dict[int, list[Turn]] = defaultdict(list)
    for some in _slices(item_ids):
        marks = ",".join("?" * len(some))
        over = {
            (row["item_id"], row["field"]): row["settled_at"]
            for row in conn.execute(
                f"SELECT item_id, field, settled_at FROM flaps WHERE settled_at IS NOT NULL AND item_id IN ({marks})",  # noqa: S608
                tuple(some),
            )
        }
        sql = (
            f"SELECT r.item_id, r.recorded_at, r.fields, {_REVISION} FROM revisions r JOIN items i ON i.id = r.item_id "  # noqa: S608 - constants
            f"WHERE r.item_id IN ({marks}) AND r.number >= i.revision - {_TURNS} ORDER BY r.item_id, r.number"
        )
        for before, row in itertools.pairwise(conn.execute(sql, tuple(some)).fetchall()):
            if before["item_id"] != row["item_id"]:
                continue
            was, at = item_of(before), row["recorded_at"]
            for field in filter(None, row["fields"].split(",")):
                if at > over.get((row["item_id"], field), ""):
                    found[row["item_id"]].append(Turn(field, text_of(was, field), from_text(at)))
    return found


def _flaps_of(conn: sqlite3.Connection, source_id: int) -> dict[int, list[tuple[str, Flap]]]:
    found: dict[int, list[tuple[str, Flap]]] = defaultdict(list)
    for row in conn.execute(
        "SELECT * FROM flaps WHERE source_id = ? AND settled_at IS NULL AND field <> ?", (source_id, LISTED)
    ):
        flap = Flap(from_text(row["began_at"]), row["turns"], row["shown"], row["told"], from_text(row["settles_at"]))
        found[row["item_id"]].append((row["field"], flap))
    return found


def returns_of(conn: sqlite3.Connection, item_ids: list[int]) -> dict[int, int]:
    """How often items were back after a withdrawal, since so long before their last change, or since they had
    settled."""
    found: dict[int, int] = {}
    for some in _slices(item_ids):
        marks = ",".join("?" * len(some))
        sql = (
            f"SELECT item_id, count(*) AS n FROM changes WHERE item_id IN ({marks}) AND kind = 'reinstated' "  # noqa: S608 - marks
            "AND julianday(changed_at) >= (SELECT julianday(max(c.changed_at)) - ? FROM changes c "
            "WHERE c.item_id = changes.item_id) AND changed_at > coalesce((SELECT coalesce(f.settled_at, f.began_at) "
            "FROM flaps f WHERE f.item_id = changes.item_id AND f.field = ?), '') GROUP BY item_id"
        )
        found.update({row["item_id"]: row["n"] for row in conn.execute(sql, (*some, WINDOW.days, LISTED))})
    return found


def _quietly_withdrawn(conn: sqlite3.Connection, item_ids: list[int]) -> set[int]:
    """Those of which the last withdrawal was recorded and told to nobody."""
    sql = "SELECT tell FROM changes WHERE item_id = ? AND kind = 'withdrawn' ORDER BY id DESC LIMIT 1"
    return {item_id for item_id in item_ids if _read(conn, sql, (item_id,)) == [(0,)]}


def _slices(values: Sequence[T]) -> Iterable[Sequence[T]]:
    for start in range(0, len(values), _SLICE):
        yield values[start : start + _SLICE]
