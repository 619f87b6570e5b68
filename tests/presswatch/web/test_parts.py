"""The parts of the pages: charts, metadata, CSV in pieces, and what the queries touch."""

from __future__ import annotations

import csv
import io
import sqlite3
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presswatch.web import finding
from presswatch.web.charts import daily_bars, week_cells
from presswatch.web.csvsafe import SafeCsv
from presswatch.web.finding import Filters, find_items, item_sql
from presswatch.web.metadata import make_metadata, split_metadata
from presswatch.web.queries import QUERIES
from presswatch.web.river import find_changes
from scraper.store.db import open_store
from tests.presswatch.web.conftest import add_item, make_database


def test_one_item_is_visible_beside_a_thousand() -> None:
    today = date(2026, 3, 4)
    bars = daily_bars([today] * 1000 + [date(2026, 3, 3)], today)
    assert len(bars) == 60
    assert (bars[-1].height, bars[-2].height, bars[-3].height) == (60, 1, 0)


def test_the_week_has_168_hours() -> None:
    cells = week_cells([datetime(2026, 3, 4, 9, tzinfo=UTC)])
    assert len(cells) == 168
    assert [(c.weekday, c.hour, c.shade) for c in cells if c.count] == [(2, 9, 5)]


@given(st.lists(st.lists(st.text(max_size=8), min_size=1, max_size=3), max_size=6), st.integers(1, 9))
def test_csv_comes_out_in_pieces_with_the_same_cells(rows: list[list[str]], size: int) -> None:
    rows = [[cell.replace("\x00", "").replace("\r", "") for cell in row] for row in rows]
    out = io.StringIO()
    csv.writer(out, quoting=csv.QUOTE_ALL).writerows(rows)
    body = out.getvalue().encode("utf-8", "replace")
    safe = SafeCsv()
    sent = [safe.feed(body[at : at + size], last=False) for at in range(0, len(body), size)]
    text = b"".join([*sent, safe.feed(b"", last=True)]).decode()
    whole = SafeCsv().feed(body, last=True).decode()
    assert text == whole
    read = list(csv.reader(io.StringIO(text, newline="")))
    assert len(read) == len(rows)
    assert not any(cell.startswith(("=", "@", "+")) for row in read for cell in row if not cell[1:].isdecimal())


def test_a_cell_may_be_as_long_as_an_article() -> None:
    article = "Dredging. " * 50_000
    body = f'title,text\r\nharbour,"{article}"\r\n=1,after\r\n'.encode()
    assert SafeCsv().feed(body, last=True).decode() == f"title,text\r\nharbour,{article}\r\n'=1,after\r\n"


def test_every_saved_query_runs(connection: sqlite3.Connection) -> None:
    values = {"source": "harbour", "moment": "2026-03-04", "words": "basin", "item": 1}
    for saved in QUERIES:
        connection.execute(saved.sql, values).fetchall()
    assert len({saved.name for saved in QUERIES}) == len(QUERIES) >= 30


def test_the_metadata_speaks_of_what_there_is(connection: sqlite3.Connection) -> None:
    names = {row["name"] for row in connection.execute("SELECT name FROM sqlite_master")}
    described = make_metadata()["databases"]["presswatch"]["tables"]
    for table, values in described.items():
        if values.get("hidden") and table not in names:
            continue
        assert table in names, table
        columns = {row["name"] for row in connection.execute(f"PRAGMA table_info({table})")}
        named = {*values.get("units", ()), *values.get("facets", ())}
        named |= {values[key] for key in ("label_column", "sort_desc") if key in values}
        assert named <= columns, table


def test_the_metadata_for_datasette_1_is_split_and_whole() -> None:
    described, configured = split_metadata(make_metadata())
    assert "queries" not in described["databases"]["presswatch"]
    assert configured["databases"]["presswatch"]["queries"]["withdrawn"]["sql"]
    assert described["databases"]["presswatch"]["tables"]["items"] == {
        "description": "Things announced, in their latest form."
    }


@pytest.fixture(scope="module")
def many(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twenty thousand items of twenty sources."""
    path = tmp_path_factory.mktemp("many") / "presswatch.db"
    store = open_store(path)
    with store.transaction(durable=False) as conn:
        conn.execute("INSERT INTO sites (site) VALUES ('a.example')")
        for number in range(1, 21):
            conn.execute(
                "INSERT INTO sources (id, source_key, slug, name, url, site, origin, created_at) "
                "VALUES (?, ?, ?, 'n', 'https://a.example/', 'a.example', 'config', '2026-03-03T10:00:00.000Z')",
                (number, f"s{number}", f"s{number}"),
            )
        conn.execute("INSERT INTO source_tags (tag, source_id) SELECT 'half', id FROM sources WHERE id % 2")
        conn.execute(
            "INSERT INTO checks (id, check_key, source_id, started_at, last_at, outcome, duration_ms) "
            "VALUES (1, 'k', 1, '2026-03-03T10:00:00.000Z', '2026-03-03T10:00:00.000Z', 'changed', 1)"
        )
        for number in range(1, 20_001):
            add_item(conn, number, f"Dredging of basin {number}", source_id=number % 20 + 1, unspaced=None)
        conn.execute(
            "INSERT INTO articles (source_id, item_id, url, title, text, first_seen_at, changed_at) "
            "SELECT source_id, id, url, title, 'Ludmila came.', first_seen_at, changed_at FROM items WHERE id <= 2000"
        )
    store.close()
    return path


@pytest.mark.parametrize(
    ("wanted", "most"),
    [
        (Filters(), 60),
        (Filters(before="5000"), 60),
        (Filters(q="basin"), 60),
        (Filters(q="dredg*"), 60),
        (Filters(q="ludmila", within="articles"), 60),
        (Filters(q="ludmila", within="articles", before="1000"), 60),
        (Filters(source="s3"), 60),
        (Filters(kind="unread"), 60),
        (Filters(tag="half"), 10 * 60),
        (Filters(since="2026-02-03"), 60),
        (Filters(since="2026-02-03", until="2026-02-09", before="2026-02-07.900"), 120),
    ],
)
def test_a_page_touches_no_more_items_than_it_shows(many: Path, wanted: Filters, most: int) -> None:
    conn = sqlite3.connect(f"{many.as_uri()}?mode=ro", uri=True)
    conn.row_factory = sqlite3.Row
    try:
        touched = [0]

        def look(_: str | None) -> int:
            touched[0] += 1
            return 1

        conn.create_function("look", 1, look, deterministic=False)
        sources = finding._sources(conn, wanted)
        sql, values = item_sql(wanted, sources)
        counted = sql.replace(
            "i.status <> 'merged'", "look(i.id) = 1", 1 if sources is None or len(sources) == 1 else -1
        )
        rows = conn.execute(counted, values).fetchall()
        assert len(rows) == finding.PAGE + 1
        assert touched[0] <= most
        plan = " ".join(row["detail"] for row in conn.execute(f"EXPLAIN QUERY PLAN {sql}", values))
        if not wanted.tag and not wanted.before.startswith("2"):  # those sort a page or two
            assert "TEMP B-TREE" not in plan
        assert len(find_items(conn, wanted).items) == finding.PAGE
    finally:
        conn.close()


def test_trouble_is_told_in_the_words_of_an_alert(tmp_path: Path) -> None:
    make_database(tmp_path / "presswatch.db", items=1)
    day = "2026-03-01T00:00:00.000Z"
    conn = sqlite3.connect(tmp_path / "presswatch.db")
    conn.row_factory = sqlite3.Row
    for number, name, closed in ((1, "failing", None), (2, "layout_changed", day)):
        conn.execute("INSERT INTO episodes VALUES (?, 1, ?, ?, ?, 'x', 1)", (number, name, day, closed))
    for event, episode, kind, reason in (
        ("o", 1, "episode_opened", "failing: status 503"),
        ("c", 1, "episode_closed", "failing: over"),
        ("r", 2, "episode_opened", "layout_changed: 12 recognised"),
    ):
        conn.execute(
            "INSERT INTO changes (event_id, changed_at, source_id, episode_id, kind, reason, tell, check_id) "
            "VALUES (?, ?, 1, ?, ?, ?, 1, 1)",
            (event, day, episode, kind, reason),
        )
    rows = find_changes(conn, source="", kind="", before=None)[:3]
    conn.close()
    assert [(row["word"], row["said"], row["reason"]) for row in rows] == [
        ("redesigned", "has a new layout", "12 recognised"),
        ("well again", "is no longer failing", ""),
        ("trouble", "is failing", "status 503"),
    ]
