"""The reference page, the manual page, and what every help says."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from presswatch.cli.manpage import render_manpage
from presswatch.cli.reference import MANPAGE, render_reference
from presswatch.cli.root import presswatch
from tests.presswatch.cli.conftest import ROOT
from tests.support.commands import take_apart


def _commands(command: click.Command, path: str) -> Iterator[tuple[str, click.Command]]:
    if not isinstance(command, click.Group):
        yield path, command
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        found = command.get_command(context, name)
        assert found is not None
        yield from _commands(found, f"{path} {name}")


COMMANDS = dict(_commands(presswatch, "presswatch"))


def test_the_page_is_fresh() -> None:
    page = (ROOT / "docs" / "cli.md").read_text(encoding="utf-8")
    assert page == render_reference(), "run: python -m presswatch.cli.reference > docs/cli.md"


@pytest.mark.parametrize("path", COMMANDS)
def test_every_command_says_what_it_does_and_shows_an_example(path: str) -> None:
    command = COMMANDS[path]
    help_text = command.help or ""
    first = help_text.split("\n\n")[0]
    assert first.endswith(".")
    assert len(first) <= 75
    example = help_text.partition("\b\n")[2]
    assert path.removeprefix("presswatch ") in example
    assert re.match(r"([A-Z_]+=\S+ )*(presswatch |\$EDITOR )", example.lstrip())
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert all(option.help for option in options), path


EXAMPLES = [
    (path, line.strip())
    for path, command in COMMANDS.items()
    for line in (command.help or "").partition("\b\n")[2].strip().splitlines()
    if line.strip().startswith("presswatch ")
]


@pytest.mark.parametrize(("path", "line"), EXAMPLES)
def test_every_example_is_taken_by_the_command_it_is_for(
    path: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert take_apart(line, tmp_path).command_path == path


def test_the_manual_page_is_fresh_and_names_every_command() -> None:
    page = render_manpage()
    assert MANPAGE.read_text(encoding="utf-8") == page, "run: python -m presswatch.cli.reference > docs/cli.md"
    assert page.isascii()
    for path in COMMANDS:
        assert f'.SS "{path}'.replace("-", "\\-") in page


@pytest.mark.skipif(shutil.which("groff") is None, reason="groff is not installed")
def test_the_manual_page_is_well_formed() -> None:
    done = subprocess.run(
        ["groff", "-ww", "-man", "-Tutf8", str(MANPAGE)], capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stderr == ""
    assert "presswatch import [OPTIONS] FILE" in re.sub(".\b", "", done.stdout).replace("\u2010", "-")
