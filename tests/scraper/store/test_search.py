"""Full-text search, CJK substrings included, and rows that say what was written."""

from __future__ import annotations

import contextlib
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.store.db import Store, open_store
from scraper.store.rows import ITEM_COLUMNS, item_of, item_values, search_query, unspaced_text
from scraper.types import ItemData, Precision, Published
from tests.support.watch import Watch, item

TEXTS = [
    ("Harbour reopens after storm", "Ships may enter the port again."),
    ("Große Straßen gesperrt", "Über die Brücke führt ein Weg."),
    ("政府发布海洋保护计划", "新的规定将于四月生效。"),
    ("東京タワーの展望台が再開", "iPhone 20の発売日"),
    ("한국어 보도자료 발표", "정부가 계획을 발표했다"),
    ("ข่าวประชาสัมพันธ์ล่าสุด", "กระทรวงประกาศ"),
    ("О мерах поддержки", "Министр подписал приказ"),
]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with Watch(tmp_path / "presswatch.db") as watch:
        watch.look([item(title, summary=summary) for title, summary in TEXTS])
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store:
        yield store


def found(store: Store, text: str) -> list[str]:
    sql = "SELECT i.title FROM items_fts f JOIN items i ON i.id = f.rowid WHERE items_fts MATCH ? ORDER BY f.rowid DESC"
    return [row["title"] for row in store.conn.execute(sql, (search_query(text),))]


@pytest.mark.parametrize(
    ("words", "place"),
    [
        ("harbour", 0),
        ("HARB*", 0),
        ("HARB", None),
        ("storm ships", 0),
        ("storm shi* harb*", 0),
        ("strassen", None),
        ("straßen", 1),
        ("brucke", 1),
        ("海洋", 2),
        ("保护", 2),
        ("海护", None),
        ("划新", None),
        ("生效", 2),
        ("タワー", 3),
        ("展望", 3),
        ("iPhone 発売", 3),
        ("発売iphone", 3),
        ("보도", 4),
        ("자료", 4),
        ("계획", 4),
        ("ประชา", 5),
        ("министр", 6),
        ("поддерж*", 6),
        ("x", None),
        ('"storm" OR (', None),
        ("storm AND harbour", None),
    ],
)
def test_words_and_parts_of_words_are_found(store: Store, words: str, place: int | None) -> None:
    assert found(store, words) == ([] if place is None else [TEXTS[place][0]])


def test_edited_item_is_found_by_its_new_words_only(tmp_path: Path) -> None:
    with Watch(tmp_path / "presswatch.db") as watch:
        page = [item(title, url=f"https://bureau.example/n/{n}x") for n, (title, _) in enumerate(TEXTS)]
        watch.look(page)
        page[2] = item("政府取消会议", url=page[2].url)
        watch.look(page)
        assert found(watch.store, "海洋") == []
        assert found(watch.store, "会议") == ["政府取消会议"]


def open_fts() -> sqlite3.Connection:
    conn = sqlite3.connect(":memory:")
    conn.row_factory = sqlite3.Row
    conn.execute("CREATE VIRTUAL TABLE f USING fts5(title, unspaced)")
    return conn


@given(st.text(max_size=40))
def test_no_input_is_a_syntax_error(text: str) -> None:
    with contextlib.closing(open_fts()) as conn:
        query = search_query(text)
        if query:
            conn.execute("SELECT * FROM f WHERE f MATCH ?", (query,)).fetchall()


def test_nothing_to_search_for_is_an_empty_query() -> None:
    assert [search_query(text) for text in ("", "  ", '"', "*", "-- ?")] == [""] * 5


def test_runs_of_characters_stay_apart() -> None:
    assert unspaced_text("新闻 and 发布", None, "会") == "新 闻 x 发 布 x 会"
    assert unspaced_text("Nothing of it", None) is None


_PUBLISHED = st.builds(
    Published,
    raw=st.text(max_size=30),
    method=st.sampled_from(["text", "relative", "time_datetime"]),
    precision=st.sampled_from(list(Precision)),
    on=st.none() | st.dates(date(1, 1, 1), date(9999, 12, 31)),
    at=st.none() | st.datetimes(datetime(2, 1, 1), datetime(9990, 1, 1), timezones=st.just(UTC)),  # noqa: DTZ001
    offset_minutes=st.none() | st.integers(-900, 900),
    local_time=st.none() | st.sampled_from(["10:30", "23:59:60"]),
)
_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
_ITEM = st.builds(
    ItemData,
    title=_TEXT,
    url=st.none() | _TEXT,
    published=st.none() | _PUBLISHED,
    summary=st.none() | _TEXT,
    author=st.none() | _TEXT,
    image_url=st.none() | _TEXT,
)


@given(_ITEM)
def test_what_is_stored_is_read_back(one: ItemData) -> None:
    with contextlib.closing(open_fts()) as conn:
        conn.execute(f"CREATE TABLE t ({', '.join(ITEM_COLUMNS)})")
        marks = ", ".join("?" * len(ITEM_COLUMNS))
        conn.execute(f"INSERT INTO t VALUES ({marks})", item_values(one))  # noqa: S608 - marks
        back = item_of(conn.execute("SELECT * FROM t").fetchone())
    if one.published and one.published.at:
        assert back.published
        assert back.published.at
        assert abs(back.published.at - one.published.at) < timedelta(milliseconds=1)
        return
    assert back == one
