"""The reference page, and what every help says."""

from __future__ import annotations

from collections.abc import Iterator

import click
import pytest

from presswatch.cli.reference import render_reference
from presswatch.cli.root import presswatch
from tests.presswatch.cli.conftest import ROOT


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
    assert example.lstrip().startswith(("presswatch ", "$EDITOR"))
    options = [parameter for parameter in command.params if isinstance(parameter, click.Option)]
    assert all(option.help for option in options), path
