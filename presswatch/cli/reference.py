"""The reference of all commands, made from their help: ``python -m presswatch.cli.reference > docs/cli.md``, which
writes the manual page ``docs/man/presswatch.1`` as well."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import click

from presswatch.cli.root import presswatch

MANPAGE = Path(__file__).resolve().parents[2] / "docs" / "man" / "presswatch.1"
_WIDTH = 100
_HEAD = """\
# The command line

<!-- made by `python -m presswatch.cli.reference > docs/cli.md`; a test says so when it is stale -->

Data goes to standard output, everything else (progress, hints, errors) to standard error. Verbs that show something
take `--json`; those that give many rows also `--jsonl` and `--csv`: their field names are stable and their times are
UTC, while people see times in the zone of the configuration, or else of the machine. In CSV a cell that a spreadsheet
would take for a formula begins with an apostrophe. `NO_COLOR` is honoured.

| exit code | meaning |
|---|---|
| 0 | fine |
| 1 | failure |
| 2 | usage or configuration |
| 3 | some sources (or pages) failed |
| 130 | interrupted |

| variable | meaning |
|---|---|
| `PRESSWATCH_HOME` | the folder with `presswatch.toml` and `presswatch.db`; `--home` goes before it |
| `PRESSWATCH_ALLOW_PRIVATE` | what may be reached though it is not global: `host[:port]` or CIDR, by commas |
"""


def render_reference() -> str:
    """The page as Markdown."""
    root = click.Context(presswatch, info_name="presswatch", terminal_width=_WIDTH, help_option_names=["-h", "--help"])
    return "\n".join([_HEAD, *_sections(root)])


def _sections(context: click.Context) -> Iterator[str]:
    yield f"## {context.command_path}\n\n```\n{context.get_help()}\n```\n"
    command = context.command
    if isinstance(command, click.Group):
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            if found is not None:
                yield from _sections(click.Context(found, parent=context, info_name=name, terminal_width=_WIDTH))


if __name__ == "__main__":
    from presswatch.cli.manpage import render_manpage

    MANPAGE.write_text(render_manpage(), encoding="utf-8")
    click.echo(render_reference(), nl=False)
