"""``presswatch rules``, on a database that has seen the fixture site."""

from __future__ import annotations

import contextlib
import os
import pty
import subprocess
import sys
import termios
from collections.abc import Callable
from pathlib import Path

import pytest

from presswatch.cli.rules import LIST_FIELDS, TEST_FIELDS
from tests.presswatch.cli.conftest import ROOT, Ended

Call = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("home")


def test_rules_are_listed(call: Call) -> None:
    (row,) = call("rules", "list", "--json").json
    assert tuple(row) == LIST_FIELDS
    assert (row["name"], row["kinds"], row["channels"]) == ("all", ["added", "revised", "withdrawn"], None)
    assert "all sources" in call("rules", "list").out


@pytest.mark.parametrize("words", [("list",), ("test",)])
def test_on_a_terminal_of_80_columns_no_word_is_broken_or_left_out(words: tuple[str, ...], home: Path) -> None:
    kinds = ["added", "surfaced", "revised", "relocated", "withdrawn", "reinstated", "episode_opened", "episode_closed"]
    with (home / "presswatch.toml").open("a", encoding="utf-8") as file:
        file.write(
            f'[[rules]]\nname = "everything-there-is"\nkinds = {kinds}\nkeywords = ["low water", "{"y" * 30}"]\n'
        )
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (24, 80))
    environ = {**os.environ, "PRESSWATCH_HOME": str(home), "TERM": "dumb"}
    environ.pop("COLUMNS", None)
    shown = b""
    with subprocess.Popen(
        [sys.executable, "-m", "presswatch", "rules", *words], cwd=ROOT, env=environ, stdout=theirs
    ) as process:
        os.close(theirs)
        with contextlib.suppress(OSError):  # the last end of the terminal was closed
            while piece := os.read(ours, 65_536):
                shown += piece
    os.close(ours)
    assert process.returncode == 0
    lines = shown.decode().replace("\r", "").split("\n")
    assert max(map(len, lines)) <= 80
    flat = " ".join(" ".join(lines).split())
    assert "…" not in flat
    wanted = (
        [*kinds, "everything-there-is", "low water", "y" * 30] if words == ("list",) else ["waters by all to console"]
    )
    assert [word for word in wanted if word not in flat] == []


def test_a_rule_that_leaves_redesigns_out_says_so(call: Call, home: Path) -> None:
    with (home / "presswatch.toml").open("a", encoding="utf-8") as file:
        file.write('[[rules]]\nname = "layout"\nredesigns = false\n')
    assert [row["redesigns"] for row in call("rules", "list", "--json").json] == [True, False]
    assert "no redesigns" in call("rules", "list").out


def test_a_test_of_the_rules_lists_what_was_told(call: Call) -> None:
    done = call("rules", "test", "--json")
    assert done.code == 0
    told = {row["event_id"] for row in call("changes", "--json", "--limit", "0").json if row["tell"]}
    assert told
    assert {row["event_id"] for row in done.json} == told
    assert all(tuple(row) == TEST_FIELDS and row["channels"] == ["console", "hook"] for row in done.json)
    assert f"would have told: all {len(told)}" in done.err
    assert "nothing would have been told" in call("rules", "test", "--since", "2999-01-01").err
    assert call("rules", "test").out.count("console, hook") == len(told)


def test_a_test_of_one_rule_shows_what_it_wants_and_who_would_have_told_it(call: Call, home: Path) -> None:
    with (home / "presswatch.toml").open("a", encoding="utf-8") as file:
        file.write('[[rules]]\nname = "second"\nkinds = ["added"]\nchannels = ["hook"]\n')
    done = call("rules", "test", "--rule", "second", "--json")
    assert done.json
    assert all(row["channels"] == [] and row["told_by"] == {"hook": "all"} for row in done.json)
    assert "nothing would have been told" in done.err
    assert f"second wants more, which other rules would have told: all {len(done.json)}" in done.err
    assert call("rules", "test", "--rule", "second").out.count("hook (by all)") == len(done.json)
    assert {row["rule"] for row in call("rules", "test", "--json").json} == {"all"}


def test_an_unknown_rule_is_refused(call: Call) -> None:
    done = call("rules", "test", "--rule", "none")
    assert (done.code, done.out) == (2, "")
    assert "no rule named 'none'" in done.err
