"""The schema: documented, strict, indexed where it is asked, and the same as its page."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import get_args, get_type_hints

import pytest
from sqlite_utils import Database

from scraper.store.captures import RetentionClass
from scraper.store.db import Store, open_store
from scraper.store.document import PURPOSES, describe, index_comments
from scraper.store.writing import FetchRecord
from scraper.types import ChangeKind, EpisodeClass, Outcome, Way

ROOT = Path(__file__).parents[3]
SHADOWS = re.compile(r"_fts_|^sqlite_|_sqlite_migrations")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    with contextlib.closing(open_store(tmp_path_factory.mktemp("schema") / "presswatch.db")) as store:
        yield store


def names(store: Store, kind: str) -> set[str]:
    rows = store.conn.execute("SELECT name FROM sqlite_master WHERE type = ?", (kind,))
    return {row["name"] for row in rows if not SHADOWS.search(row["name"])}


def test_page_is_fresh(store: Store) -> None:
    page = ROOT / "docs" / "schema.md"
    assert page.read_text("utf-8") == describe(store.conn), "run: python -m scraper.store.document > docs/schema.md"


def test_every_table_and_view_says_what_it_is_for(store: Store) -> None:
    assert names(store, "table") | names(store, "view") == set(PURPOSES)


def test_every_index_says_which_query_it_serves(store: Store) -> None:
    assert names(store, "index") == {name for name, _ in index_comments()}


def test_every_column_that_may_be_null_says_when_it_is(store: Store) -> None:
    silent = []
    for table in names(store, "table"):
        if table.endswith("_fts"):
            continue
        sql = store.conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()["sql"]
        explained = [line for line in sql.splitlines() if "null:" in line]
        said = {name for line in explained for name in re.findall(r"\w+", line)}
        silent += [
            f"{table}.{row['name']}"
            for row in store.conn.execute(f"PRAGMA table_info({table})")
            if not row["notnull"] and not row["pk"] and row["name"] not in said
        ]
    assert silent == []


@pytest.mark.parametrize(
    ("column", "values"),
    [
        ("fetches.purpose", get_args(get_type_hints(FetchRecord)["purpose"])),
        ("fetches.outcome", get_args(get_type_hints(FetchRecord)["outcome"])),
        ("captures.retention", get_args(RetentionClass)),
        ("ways.way", get_args(Way)),
        ("checks.outcome", tuple(Outcome)),
        ("episodes.class", tuple(EpisodeClass)),
        ("changes.kind", tuple(ChangeKind)),
    ],
)
def test_column_allows_what_is_written_and_nothing_else(store: Store, column: str, values: tuple[str, ...]) -> None:
    table, _, name = column.partition(".")
    sql = store.conn.execute("SELECT sql FROM sqlite_master WHERE name = ?", (table,)).fetchone()["sql"]
    found = re.search(rf"\({name} IN\s*\(([^)]*)\)", sql)
    assert found
    assert set(re.findall(r"'(\w+)'", found[1])) == set(values)


def test_tables_are_strict(store: Store) -> None:
    rows = store.conn.execute("PRAGMA table_list").fetchall()
    loose = {row["name"] for row in rows if row["type"] == "table" and not row["strict"]}
    assert {name for name in loose if not SHADOWS.search(name)} == set()


@pytest.mark.parametrize(
    ("sql", "index"),
    [
        ("SELECT * FROM appearances WHERE source_id = 1 AND listed = 1 ORDER BY rank DESC", "appearances_listing"),
        ("SELECT item_id FROM item_keys WHERE source_id = 1 AND kind = 'url' AND key IN ('a', 'b')", "PRIMARY KEY"),
        ("SELECT * FROM item_keys WHERE item_id IN (1, 2)", "item_keys_item"),
        ("SELECT * FROM checks WHERE source_id = 1 ORDER BY id DESC LIMIT 1", "checks_source"),
        ("SELECT * FROM changes WHERE id > 5 ORDER BY id LIMIT 100", "PRIMARY KEY"),
        ("SELECT count(*) FROM changes WHERE item_id = 5", "changes_item"),
        ("SELECT * FROM cadences WHERE next_check_at <= 'x' ORDER BY next_check_at", "cadences_due"),
        ("SELECT * FROM episodes WHERE source_id = 1 AND closed_at IS NULL", "episodes_open"),
        ("SELECT * FROM item_as_of WHERE item_id = 5", "revisions"),
    ],
)
def test_common_queries_use_an_index_and_sort_nothing(store: Store, sql: str, index: str) -> None:
    plan = " / ".join(row["detail"] for row in store.conn.execute(f"EXPLAIN QUERY PLAN {sql}"))
    assert index in plan, plan
    assert "TEMP B-TREE" not in plan, plan
    assert "SCAN" not in plan, plan


def test_file_is_open_to_sqlite_utils(store: Store) -> None:
    assert {"items", "sources", "changes"} <= set(Database(store.conn).table_names())
