"""The questions of the cookbook have answers, and the right ones."""

from __future__ import annotations

import json
import re
import shutil
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlite_utils.cli import cli

from presswatch.cookbook import EXAMPLES, render_cookbook
from presswatch.web.queries import QUERIES, parameters_of
from scraper.clock import to_text
from scraper.store.db import open_store
from tests.presswatch.cli.conftest import ROOT, Ended

Call = Callable[..., Ended]
NOW = datetime.now(UTC)
FRIDAY = to_text(datetime(2026, 3, 6, 17, 30, tzinfo=UTC))
A_YEAR = """
UPDATE items SET first_seen_at = :friday, published_on = '2026-02-01' WHERE id = 13;
UPDATE items SET published_on = date(:now), first_seen_at = :now, published_precision = 'minute',
  published_at = :earlier WHERE id = 14;
UPDATE items SET published_on = NULL WHERE id = 3;
UPDATE sources SET active = 1 WHERE slug = 'ports';
INSERT INTO items (item_key, source_id, title, url, summary, is_baseline, first_seen_at, first_check_id, changed_at,
  unspaced) SELECT 'copy', 2, title, 'http://127.0.0.2/copy', '', 0, first_seen_at, first_check_id, changed_at, ''
  FROM items WHERE id = 14;
INSERT INTO changes (event_id, changed_at, source_id, item_id, kind, revision, fields, tell, check_id)
  SELECT 'back', strftime('%Y-%m-%dT%H:%M:%fZ', changed_at, '+1 hour'), source_id, item_id, 'reinstated', revision, '',
  1, check_id FROM changes WHERE kind = 'withdrawn';
INSERT INTO changes (event_id, changed_at, source_id, item_id, kind, revision, fields, tell, check_id)
  SELECT 'gone', strftime('%Y-%m-%dT%H:%M:%fZ', i.first_seen_at, '+3 hours'), 1, 13, 'withdrawn', 1, '', 1, 1
  FROM items i WHERE i.id = 13;
INSERT INTO revisions (item_id, number, recorded_at, check_id, fields, title, url, summary, published_on, published_raw)
  SELECT item_id, 2, :now, 1, 'published', title, url || '-moved', summary, '2026-01-09', '9 January 2026'
  FROM revisions WHERE item_id = 5 AND number = 1;
INSERT INTO changes (event_id, changed_at, source_id, item_id, kind, revision, fields, tell, check_id)
  VALUES ('dated', :now, 1, 5, 'revised', 2, 'published', 0, 1);
INSERT INTO episodes (source_id, class, opened_at, reason) VALUES (1, 'empty', :earlier, 'the page lists nothing');
UPDATE messages SET state = 'sent', sent_at = strftime('%Y-%m-%dT%H:%M:%fZ', created_at, '+2 seconds') WHERE id <= 2;
UPDATE messages SET state = 'dead', last_error = 'hooks.example answered 404' WHERE id = 3;
INSERT INTO marks (item_id, starred_at, note, changed_at) VALUES (5, :now, 'Ask them why.', :now);
"""


@pytest.fixture(scope="module")
def year(seen_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database in which everything has happened that somebody may ask about."""
    path = Path(shutil.copytree(seen_home, tmp_path_factory.mktemp("year") / "home")) / "presswatch.db"
    store = open_store(path)
    moments = {"now": to_text(NOW), "earlier": to_text(NOW - timedelta(minutes=4)), "friday": FRIDAY}
    store.conn.execute("PRAGMA foreign_keys = OFF")
    for statement in A_YEAR.split(";\n"):
        store.conn.execute(statement, {name: moments[name] for name in parameters_of(statement)})
    store.close()
    return path


def ask(path: Path, name: str) -> list[dict[str, Any]]:
    conn = sqlite3.connect(f"{path.as_uri()}?mode=ro", uri=True)
    conn.row_factory = sqlite3.Row
    try:
        sql = next(saved.sql for saved in QUERIES if saved.name == name)
        given = EXAMPLES | {"moment": to_text(NOW + timedelta(days=1))}
        return [dict(row) for row in conn.execute(sql, {key: given[key] for key in parameters_of(sql)})]
    finally:
        conn.close()


def test_the_page_is_fresh_and_has_thirty_questions() -> None:
    page = (ROOT / "docs" / "querying.md").read_text("utf-8")
    assert page == render_cookbook(), "run: python -m presswatch.cookbook > docs/querying.md"
    assert page.count("```sql") == len(QUERIES) >= 30


@pytest.mark.parametrize("name", [saved.name for saved in QUERIES])
def test_every_question_has_an_answer(year: Path, name: str) -> None:
    rows = ask(year, name)
    assert rows
    assert any(value not in (None, "", 0) for value in rows[0].values())


def test_the_answers_are_the_right_ones(year: Path) -> None:
    [headline] = ask(year, "headlines-changed")
    assert headline["before"].replace("forty", "forty-four") == headline["after"]
    [dated] = ask(year, "dates-changed")
    assert dated["after"] == "9 January 2026"
    assert any(row["after"] == row["before"] + "-moved" for row in ask(year, "moved"))
    [soon] = ask(year, "how-soon")
    assert (soon["items"], soon["mean_minutes"]) == (1, 4.0)
    [short] = ask(year, "short-lived")
    assert short["hours"] == 3.0
    assert [row["title"] for row in ask(year, "friday-evening")] == [short["title"]]
    [same] = ask(year, "same-headline")
    assert set(same["sources"].split(",")) == {"waters", "ports"}
    [dead] = ask(year, "dead-letters")
    assert dead["last_error"] == "hooks.example answered 404"
    assert {row["mean_seconds"] for row in ask(year, "delivery-delay")} == {2.0}
    back = ask(year, "came-back")
    assert all(row["back_at"] > row["gone_at"] for row in back)


def test_a_question_is_answered_in_the_terminal_and_for_programs(call: Call, home: Path) -> None:
    listed = call("query", "--json").json
    assert [row["name"] for row in listed] == [saved.name for saved in QUERIES]
    assert next(row["parameters"] for row in listed if row["name"] == "as-of") == ["source", "moment"]
    [row] = call("query", "headlines-changed", "--json").json
    assert re.fullmatch(r"\d{4}-.*Z", row["changed_at"]), "UTC for programs"
    shown = call("query", "headlines-changed").out.splitlines()[1]
    assert re.match(r"\d{4}-\d\d-\d\d \d\d:\d\d  waters", shown), "their own zone for people"
    assert call("query", "per-weekday", "source=waters", "--csv").out.splitlines()[0] == "weekday,items"
    own = call("query", "select source, count(*) as items from latest_items group by source", "--json")
    assert own.json == [{"source": "waters", "items": 14}]


@pytest.mark.parametrize(
    ("words", "says"),
    [(("per-weekday",), "give a value: source=…"), (("new-today", "x=1"), "there is no parameter 'x'"),
     (("nonsense",), "no question named"), (("delete from items",), "readonly"),
     (("select 1; select 2",), "one statement"), (("select * frm items",), "syntax error")],
)  # fmt: skip
def test_a_mistake_is_a_sentence(call: Call, home: Path, words: tuple[str, ...], says: str) -> None:
    done = call("query", *words)
    assert done.code == 2
    assert says in done.err
    assert done.err.count("\n") == 1


def test_sqlite_utils_takes_the_examples_of_the_page(home: Path) -> None:
    page = (ROOT / "docs" / "querying.md").read_text("utf-8")
    found = re.findall(r'^\$ sqlite-utils presswatch\.db "(.*?)"(.*)$', page, re.MULTILINE)
    assert len(found) == 2
    for sql, rest in found:
        done = CliRunner().invoke(cli, [str(home / "presswatch.db"), sql, *rest.replace("--table", "").split()])
        assert len(json.loads(done.output)) == 5


def test_columns_of_one_name_keep_their_values(call: Call, home: Path) -> None:
    sql = "select 1 as a, 2 as a, 3 as a_2, 4 as a"
    assert call("query", sql, "--csv").out == "a,a_3,a_2,a_4\n1,2,3,4\n"
    assert call("query", sql, "--json").json == [{"a": 1, "a_3": 2, "a_2": 3, "a_4": 4}]


def test_on_a_narrow_terminal_the_words_have_the_room_and_elsewhere_the_address_is_whole(
    call: Call, home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert home.exists()
    url = "https://ministry.example/en/news/8419-applications-open-for-forty-apprenticeships"
    title = "Applications open for forty apprenticeships"
    sql = f"select 'ministry-of-inland-waters' as source, '{title}' as before, '{title}' as after, '{url}' as url"
    assert url in call("query", sql).out
    monkeypatch.setenv("COLUMNS", "100")
    narrow = call("query", sql).out
    assert narrow.count("Applications open for") == 2, narrow
