"""Looking back, on a database that has seen the fixture site."""

from __future__ import annotations

import csv
import io
import json
import os
import pty
import re
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click import BadParameter

from presswatch.cli.filters import parse_since
from presswatch.cli.reading import CHANGE_FIELDS, ITEM_FIELDS
from presswatch.cli.sources import FIELDS as SOURCE_FIELDS
from presswatch.cli.telling import FIELDS as MESSAGE_FIELDS
from tests.presswatch.cli.conftest import ROOT, Ended

Call = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("home")


def test_items_for_programs_have_stable_fields_and_utc_times(call: Call) -> None:
    done = call("items", "--json", "--limit", "0")
    assert done.code == 0
    rows = done.json
    assert len(rows) == 14
    assert all(tuple(row) == ITEM_FIELDS for row in rows)
    assert [row["id"] for row in rows] == sorted((row["id"] for row in rows), reverse=True)
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", rows[0]["first_seen_at"])
    assert rows[-1]["baseline"] is True
    assert rows[-1]["published"].startswith("2025-")


def test_the_three_forms_say_the_same(call: Call) -> None:
    array = call("items", "--json").json
    lines = [json.loads(line) for line in call("items", "--jsonl").out.splitlines()]
    table = list(csv.DictReader(io.StringIO(call("items", "--csv").out)))
    assert lines == array
    assert [row["title"] for row in table] == [row["title"] for row in array]
    assert list(table[0]) == list(ITEM_FIELDS)


def test_people_see_their_own_time_and_the_latest_first(call: Call) -> None:
    done = call("items", "--limit", "2")
    assert done.out.splitlines()[0].split() == ["id", "seen", "source", "dated", "title"]
    assert len(done.out.splitlines()) == 3
    seen = datetime.now(UTC) + timedelta(hours=5, minutes=30)
    assert seen.strftime("%Y-%m-%d %H:") in done.out or (seen - timedelta(hours=1)).strftime("%H:") in done.out
    assert "--limit 0 shows all" in done.err
    assert all(line == line.rstrip() for line in done.out.splitlines())


@pytest.mark.parametrize(
    ("filters", "count"),
    [
        (("--source", "waters"), 14),
        (("--source", "ports"), 0),
        (("--tag", "water"), 14),
        (("--tag", "port"), 0),
        (("--source", "ports", "--tag", "water"), 14),
        (("--since", "1h"), 14),
        (("--since", "2999-01-01"), 0),
        (("--search", "quay"), 1),
        (("--search", "rebuilt qua*"), 1),
        (("--search", "quay zeppelin"), 0),
        (("--search", 'quay" OR "low'), 0),
        (("--search", "quay", "--source", "ports"), 0),
        (("--limit", "3"), 3),
    ],
)
def test_filters(call: Call, filters: tuple[str, ...], count: int) -> None:
    assert len(call("items", "--json", *filters, *(() if "--limit" in filters else ("--limit", "0"))).json) == count


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("items", "--source", "watters"), "no source named 'watters'"),
        (("items", "--tag", "nix"), "no tag named 'nix'"),
        (("items", "--since", "soonish"), "'soonish' is no time"),
        (("items", "--search", "!?"), "there is no word in it"),
        (("show", "999"), "no item named '999'"),
        (("show", "%"), "no item named '%'"),
        (("list", "nix"), "no source named 'nix'"),
        (("list", "@nix"), "no tag named 'nix'"),
        (("changes", "--kind", "exploded"), "exploded"),
        (("remove", "nix"), "no source named 'nix'"),
        (("retry", "--channel", "nix"), "no channel named 'nix'"),
        (("chekc",), "No such command 'chekc'"),
        (("items", "--bad"), "--bad"),
        (("extract",), "name a saved page"),
    ],
)
def test_what_is_not_there_is_one_sentence_and_usage(call: Call, words: tuple[str, ...], sentence: str) -> None:
    done = call(*words)
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("presswatch: ")
    assert sentence in done.err
    assert done.err.count("\n") == 1


def test_changes_tell_what_happened(call: Call) -> None:
    rows = call("changes", "--json").json
    assert all(tuple(row) == CHANGE_FIELDS for row in rows)
    told = [row["kind"] for row in reversed(rows) if row["tell"]]
    assert told == ["added", "added", "revised", "withdrawn"]
    revised = call("changes", "--kind", "revised", "--json").json
    assert [row["fields"] for row in revised] == [["title"]]
    assert "withdrawn" in call("changes").out


def test_show_indents_what_an_edit_changed_under_its_line(call: Call) -> None:
    key = call("changes", "--kind", "revised", "--json").json[0]["item_key"]
    lines = call("show", key).out.splitlines()
    [place] = [at for at, line in enumerate(lines) if "  revised  revision 2  " in line]
    assert lines[place].startswith("  2")
    assert lines[place + 1].startswith("    title was  ")
    assert lines[place + 2].startswith("    title is   ")


def test_show_has_revisions_with_what_they_changed(call: Call) -> None:
    key = call("changes", "--kind", "revised", "--json").json[0]["item_key"]
    shown = call("show", key, "--json").json
    assert [each["fields"] for each in shown["revisions"]] == [[], ["title"]]
    assert list(shown["revisions"][1]["before"]) == ["title"]
    assert shown["revisions"][1]["before"]["title"] != shown["title"]
    assert {each["kind"] for each in shown["keys"]} >= {"url", "title"}
    assert shown["identity"]
    assert {each["channel"] for each in shown["messages"]} == {"console", "hook"}
    assert shown["appearance"]["listed"] is True
    assert shown["published_method"]
    people = call("show", key[:12]).out
    assert "title was" in people
    assert shown["title"] in people
    assert call("show", f"urn:presswatch:item:{key}", "--json").json == shown
    assert call("show", str(shown["id"]), "--json").json == shown


def test_a_beginning_that_fits_several_items_is_refused(call: Call, home: Path) -> None:
    with sqlite3.connect(home / "presswatch.db") as conn:
        conn.execute("UPDATE items SET item_key = 'zz' || item_key WHERE id IN (3, 4)")
    conn.close()
    done = call("show", "zz")
    assert done.code == 1
    assert "begins several keys" in done.err


def test_list_joins_what_is_configured_with_what_was_observed(call: Call) -> None:
    rows = call("list", "--json").json
    assert [row["slug"] for row in rows] == ["waters", "ports"]
    assert all(tuple(row) == SOURCE_FIELDS for row in rows)
    assert rows[0]["items"] == 14
    assert rows[0]["unwell"] == []
    assert rows[1]["paused"] is True
    assert rows[1]["outcome"] is None
    assert [row["slug"] for row in call("list", "@port", "--json").json] == ["ports"]
    assert "paused" in call("list").out


def test_status_is_one_screen(call: Call) -> None:
    done = call("status")
    assert "not running" in done.out
    assert "2 watched, 1 well, 1 paused" in done.out
    assert len(done.out.splitlines()) <= 24
    record = call("status", "--json").json
    assert record["config_error"] is None
    assert record["daemon"] == {"running": False, "host": None, "pid": None}
    assert record["messages"] == {"pending": 8, "dead": 0}
    assert record["items"]["total"] == 14
    assert [row["source"] for row in record["next"]] == ["waters"]


def test_status_shows_trouble_and_dead_letters(call: Call, home: Path) -> None:
    with sqlite3.connect(home / "presswatch.db") as conn:
        conn.execute("UPDATE messages SET state = 'dead', last_error = 'HTTP 500' WHERE channel_id = 2")
        conn.execute("UPDATE sources SET outcome = 'failed', failures = 3 WHERE slug = 'waters'")
        conn.execute(
            "INSERT INTO episodes(source_id, class, opened_at, reason) "
            "SELECT id, 'blocked', '2026-01-01T00:00:00.000Z', 'x' FROM sources WHERE slug = 'waters'"
        )
    conn.close()
    assert "blocked" in call("status").out
    assert call("status", "--json").json["unwell"][0]["unwell"] == "blocked"
    dead = call("messages", "--dead", "--json").json
    assert len(dead) == 4
    assert all(tuple(row) == MESSAGE_FIELDS for row in dead)
    assert "HTTP 500" in call("messages", "--dead").out
    assert call("retry").err == "presswatch: 4 dead letters are due again\n"
    assert call("messages", "--dead", "--json").json == []
    assert len(call("messages", "--pending", "--channel", "hook", "--json").json) == 4


def test_a_title_controls_neither_terminal_nor_spreadsheet(call: Call, home: Path) -> None:
    evil = '=HYPERLINK("http://x")\x1b[31mred\x1b]0;t\x07[bold]\u202e\x9b2J'
    with sqlite3.connect(home / "presswatch.db") as conn:
        conn.execute("UPDATE items SET title = ?, url = 'javascript:alert(1)' WHERE id = 14", (evil,))
    conn.close()
    for words in (("items", "--limit", "1"), ("show", "14"), ("items", "--limit", "1", "--json"), ("items", "--csv")):
        out = call(*words).out
        assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202e]", out), words
        assert "[bold]" in out
    cells = next(csv.DictReader(io.StringIO(call("items", "--csv", "--limit", "1").out)))
    assert cells["title"].startswith("'=HYPERLINK")
    assert call("items", "--json", "--limit", "1").json[0]["title"] == evil
    assert next(csv.DictReader(io.StringIO(call("list", "@port", "--csv").out)))["name"] == "'=Ports [red]"


def test_a_mistake_in_the_configuration_keeps_nobody_from_looking_back(call: Call, home: Path) -> None:
    (home / "presswatch.toml").write_text("[presswatch]\nevery = 3", encoding="utf-8")
    assert call("items").code == 0
    assert call("config", "check").code == 2
    assert "line 2: presswatch.every" in call("config", "check").err
    assert "configuration  not in force, it has a mistake: presswatch config check" in call("status").out
    assert "line 2: presswatch.every" in call("status", "--json").json["config_error"]


def test_without_a_database_there_is_a_sentence(call: Call, home: Path) -> None:
    (home / "presswatch.db").unlink()
    done = call("items")
    assert done.code == 1
    assert "there is no database yet" in done.err
    assert call("list", "--json").json[0]["items"] == 0


@pytest.mark.parametrize("text", ["", "[presswatch]"])
def test_without_a_source_a_person_is_told_how_to_add_one(call: Call, home: Path, text: str) -> None:
    (home / "presswatch.toml").write_text(text, encoding="utf-8")
    for words in (("check",), ("list",)):
        done = call(*words)
        assert done.code == (2 if words == ("check",) else 0)
        assert done.err == "presswatch: nothing is watched yet; add a page: presswatch add https://…/news\n"
        assert done.out == ""


def test_a_restored_configuration_that_waits_to_be_read_is_named(call: Call, home: Path) -> None:
    waiting = (home / "presswatch.toml").rename(home / "presswatch.toml.restored")
    for words in (("check",), ("list",)):
        assert f"is not in force; read {waiting}" in call(*words).err
    assert str(waiting) in call("doctor", "--offline").out.replace("\n", "")
    waiting.rename(home / "presswatch.toml")
    assert call("list").err == ""


def test_init_writes_a_configuration_once(call: Call, home: Path) -> None:
    (home / "presswatch.toml").unlink()
    first = call("init")
    assert str(home / "presswatch.toml") in first.out
    assert call("config", "check").code == 0
    assert call("init").code == 2


def test_remove_keeps_the_items(call: Call) -> None:
    assert call("remove", "waters").code == 0
    assert [row["slug"] for row in call("list", "--json").json] == ["ports"]
    assert len(call("items", "--json", "--limit", "0").json) == 14


def test_config_is_shown_without_secrets(call: Call) -> None:
    for words in (("config", "show"), ("channel", "list"), ("channel", "list", "--json")):
        done = call(*words)
        assert done.code == 0
        assert "very-secret-path" not in done.out + done.err
    assert call("config", "schema").json["title"] == "presswatch.toml"


def test_channels_are_added_and_removed(call: Call) -> None:
    assert call("channel", "add", "phone", "ntfy://ntfy.sh/${env:TOPIC}").code == 0
    assert call("channel", "add", "log", "out/messages.jsonl").code == 0
    assert call("channel", "add", "second", "https://hooks.example/2", "--secret", "env:HOOK_SECRET").code == 0
    kinds = {row["name"]: row["type"] for row in call("channel", "list", "--json").json}
    assert kinds == {"console": "console", "hook": "webhook", "phone": "apprise", "log": "file", "second": "webhook"}
    assert call("channel", "add", "log", "x.jsonl").code == 2
    assert call("channel", "remove", "log").code == 0
    assert "log" not in {row["name"] for row in call("channel", "list", "--json").json}


def test_a_narrow_terminal_shows_whole_titles(home: Path) -> None:
    output = _on_a_terminal(home, 60, "items", "--limit", "3")
    assert "\x1b" in output
    plain = re.sub(r"\x1b\][^\x1b]*\x1b\\|\x1b\[[0-9;]*m", "", output)
    assert all(len(line) <= 60 for line in plain.splitlines())
    assert "…" not in plain


def test_no_color_is_honoured(home: Path) -> None:
    assert "\x1b[3" not in _on_a_terminal(home, 80, "list", environ={"NO_COLOR": "1"})


def _on_a_terminal(home: Path, width: int, *words: str, environ: dict[str, str] | None = None) -> str:
    ours, theirs = pty.openpty()
    kept = {name: value for name, value in os.environ.items() if name not in ("NO_COLOR", "FORCE_COLOR")}
    kept |= {"PRESSWATCH_HOME": str(home), "COLUMNS": str(width), "TERM": "xterm-256color", **(environ or {})}
    process = subprocess.Popen(
        [sys.executable, "-m", "presswatch", *words], cwd=ROOT, env=kept, stdout=theirs, stderr=subprocess.DEVNULL
    )
    os.close(theirs)
    found = b""
    try:
        while chunk := os.read(ours, 65_536):
            found += chunk
    except OSError:  # the other end is closed: how a pseudo terminal says that nothing more comes
        pass
    finally:
        os.close(ours)
    assert process.wait(30) == 0
    return found.decode().replace("\r\n", "\n")


NOW = datetime(2026, 3, 4, 23, 30, tzinfo=UTC)  # a Wednesday; in Kolkata it is Thursday already


@pytest.mark.parametrize(
    ("text", "instant"),
    [
        ("7d", "2026-02-25T23:30:00+00:00"),
        ("1h30m", "2026-03-04T22:00:00+00:00"),
        ("today", "2026-03-05T00:00:00+05:30"),
        ("Yesterday", "2026-03-04T00:00:00+05:30"),
        ("thursday", "2026-03-05T00:00:00+05:30"),
        ("monday", "2026-03-02T00:00:00+05:30"),
        ("friday", "2026-02-27T00:00:00+05:30"),
        ("2026-01-02", "2026-01-02T00:00:00+05:30"),
        ("2026-01-02T03:04", "2026-01-02T03:04:00+05:30"),
        ("2026-01-02T03:04Z", "2026-01-02T03:04:00+00:00"),
    ],
)
def test_since_is_understood_in_the_zone_of_the_person(text: str, instant: str) -> None:
    from zoneinfo import ZoneInfo

    assert parse_since(text, NOW, ZoneInfo("Asia/Kolkata")) == datetime.fromisoformat(instant)


@pytest.mark.parametrize("text", ["", "soon", "99999999w", "2026-13-01", "-3d", "0001-01-01T00:00+23:59x"])
def test_since_refuses_what_is_no_time(text: str) -> None:
    with pytest.raises(BadParameter):
        parse_since(text, NOW, UTC)


def test_messages_are_found_by_source_time_and_words(call: Call) -> None:
    every = call("messages", "--json", "--limit", "0").json
    word = re.findall(r"\w{6,}", next(row["subject"] for row in every if row["kind"] == "change"))[-1]
    about = call("messages", "--search", word, "--json").json
    assert about
    assert len(about) < len(every)
    assert all(word.lower() in row["subject"].lower() for row in about if row["kind"] == "change")
    source = next(row["source"] for row in every if row["source"])
    assert {row["source"] for row in call("messages", "--source", source, "--json").json} == {source}
    assert call("messages", "--since", "1d", "--json", "--limit", "0").json == every
    assert call("messages", "--source", "nobody").code == 2
