"""Commands as documents show them, taken apart as a shell and presswatch would, without running them."""

from __future__ import annotations

import re
import shlex
from itertools import takewhile
from pathlib import Path

import click

from presswatch.cli.root import presswatch

_FILES = (".opml", ".yaml", ".json", ".tar.gz", ".txt", ".html", ".zip")


def take_apart(line: str, folder: Path) -> click.Context:
    """The context that ``presswatch …`` leads to, up to a pipe or a redirection. ``folder`` is the present one; files
    that the line names are made there. Raises :class:`click.UsageError` where presswatch would."""
    lexer = shlex.shlex(re.sub(r"\$\([^)]*\)", "x", line), posix=True, punctuation_chars="|<>&;")
    lexer.whitespace_split = True
    words = [word for word in takewhile(lambda word: word[0] not in "|<>&;", lexer) if word != "\\"]
    for word in words[1:]:
        if word.endswith("/") and "://" not in word:
            (folder / word).mkdir(parents=True, exist_ok=True)
        elif word.endswith(_FILES) and not word.startswith("/"):
            (folder / word).parent.mkdir(parents=True, exist_ok=True)
            (folder / word).touch()
    context = presswatch.make_context("presswatch", words[1:])
    command: click.Command = presswatch
    while isinstance(command, click.Group):
        name, found, rest = command.resolve_command(context, [*context._protected_args, *context.args])
        if found is None:
            raise click.UsageError(f"no command {name}")
        command = found
        context = command.make_context(name, rest, parent=context)
    return context
