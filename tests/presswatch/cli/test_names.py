"""Completion in a shell, and other short names for sources."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from presswatch.cli.root import presswatch
from tests.presswatch.cli.conftest import Ended

Call = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("home")


@pytest.fixture
def complete(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], set[str]]:
    """What is proposed for the last word of a line."""
    from click.shell_completion import BashComplete

    monkeypatch.setenv("PRESSWATCH_HOME", str(tmp_path / "home"))

    def completed(line: str) -> set[str]:
        words = line.split(" ")
        shell = BashComplete(presswatch, {}, "presswatch", "_PRESSWATCH_COMPLETE")
        return {item.value for item in shell.get_completions(words[1:-1], words[-1])}

    return completed


def test_sources_tags_and_channels_are_proposed_where_they_belong(complete: Callable[[str], set[str]]) -> None:
    assert complete("presswatch check ") == {"waters", "ports"}
    assert complete("presswatch check w") == {"waters"}
    assert complete("presswatch check @") == {"@ministry", "@water", "@port"}
    assert complete("presswatch items --source p") == {"ports"}
    assert complete("presswatch items --tag mi") == {"ministry"}
    assert complete("presswatch rename ") == {"waters", "ports"}
    assert complete("presswatch add https://a.example/ --channel h") == {"hook"}
    assert complete("presswatch notify test h") == {"hook"}
    assert complete("presswatch messages --channel ") == complete("presswatch retry --channel ") == {"console", "hook"}
    assert complete("presswatch rules test --rule a") == {"all"}
    assert complete("presswatch ren") == {"rename"}
    assert {"--source", "--since", "--json"} <= complete("presswatch items --")


def test_a_broken_configuration_proposes_nothing(complete: Callable[[str], set[str]], home: Path) -> None:
    (home / "presswatch.toml").write_text("[nonsense")
    assert complete("presswatch check ") == set()


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_each_shell_gets_a_script_that_it_can_read(call: Call, shell: str, tmp_path: Path) -> None:
    done = call("completion", shell)
    assert done.code == 0
    assert f"{shell}_complete" in done.out
    script = tmp_path / "script"
    script.write_text(done.out)
    program = shutil.which(shell)
    if program is not None:
        subprocess.run([program, "-n", str(script)], check=True, timeout=20)


def test_the_script_and_the_command_understand_each_other(start: Callable[..., Ended]) -> None:
    done = start(
        environ={"_PRESSWATCH_COMPLETE": "bash_complete", "COMP_WORDS": "presswatch pause wa", "COMP_CWORD": "2"}
    )
    assert done.out == "plain,waters\n"


def test_a_renamed_source_keeps_its_history_and_its_rules(call: Call, home: Path) -> None:
    path = home / "presswatch.toml"
    path.write_text(path.read_text() + '[[rules]]\nname = "mine"\nsources = ["waters", "ports"]\n')
    before = call("items", "--source", "waters", "--json", "--limit", "0").json
    done = call("rename", "waters", "rivers", "--name", "Rivers and lakes")
    assert done.code == 0
    assert done.err == "presswatch: waters is rivers from now on (Rivers and lakes)\n"
    after = call("items", "--source", "rivers", "--json", "--limit", "0").json
    assert [item["item_key"] for item in after] == [item["item_key"] for item in before]
    assert {item["source_name"] for item in after} == {"Rivers and lakes"}
    assert 'sources = ["rivers", "ports"]' in path.read_text()
    with sqlite3.connect(home / "presswatch.db") as conn:
        assert conn.execute("SELECT count(*) FROM sources").fetchone()[0] == 2


@pytest.mark.parametrize(("new", "says"), [("ports", "already the name"), ("Not a slug", "will not do")])
def test_a_name_that_is_taken_or_none_is_refused(call: Call, home: Path, new: str, says: str) -> None:
    text = (home / "presswatch.toml").read_text()
    done = call("rename", "waters", new)
    assert done.code == 2
    assert says in done.err
    assert (home / "presswatch.toml").read_text() == text


@pytest.mark.parametrize(
    ("words", "says"),
    [(("itms",), "No such command 'itms'; perhaps items; see presswatch --help"),
     (("search", "harbour"), "No such command 'search'; perhaps items --search WORDS; see presswatch --help"),
     (("history",), "No such command 'history'; perhaps changes, or show ITEM; see presswatch --help"),
     (("export", "items", "--output", "e.xlsx"), ".xlsx files are not written; name it FILE.csv"),
     (("add", "ftp://a.example/"), "url: 'ftp://a.example/' will not do; write a whole address"),
     (("add", "https://a.example/", "--slug", "waters"), "slug: 'waters' is already the name of another source"),
     (("add", "https://a.example/", "--every", "1m"), "every: 1m is too often for a public site"),
     (("add", "https://a.example/", "--channel", "hok"), "channels: there is no channel 'hok'; did you mean hook?")],
)  # fmt: skip
def test_a_mistake_in_a_command_is_named_as_it_was_typed(call: Call, words: tuple[str, ...], says: str) -> None:
    done = call(*words)
    assert done.code == 2
    assert done.err.startswith(f"presswatch: {says}")


def test_what_is_proposed_for_a_command_that_does_not_exist_does() -> None:
    from presswatch.cli.root import _GUESSES, _MODULES

    assert _GUESSES.keys().isdisjoint(_MODULES)
    for proposed in _GUESSES.values():
        assert all(part.split()[0] in _MODULES or part == "--version" for part in proposed.split(", or "))


@pytest.mark.parametrize(("name", "begins"), [("e.json", "[{"), ("e.ndjson", "{"), ("e.csv", "id,"), ("e", "id,")])
def test_the_name_of_an_exported_file_says_its_form(call: Call, tmp_path: Path, name: str, begins: str) -> None:
    assert call("export", "items", "--output", str(tmp_path / name)).code == 0
    assert "".join((tmp_path / name).read_text("utf-8").split()).startswith(begins)
