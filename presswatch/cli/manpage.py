"""The manual page ``presswatch(1)``, made from the help of all commands: roff with the macros of man(7). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

import click

from presswatch.cli.root import presswatch

_EXITS = (("0", "fine"), ("1", "failure"), ("2", "usage or configuration"), ("3", "some sources (or pages) failed"),
          ("130", "interrupted"))  # fmt: skip
_FILES = (
    ("presswatch.toml", "the configuration; `presswatch config path` says where it is"),
    ("presswatch.db", "the database, SQLite"),
    ("captures/", "stored answers, beside the database"),
)
_VARIABLES = (
    ("PRESSWATCH_HOME", "the folder of these files"),
    ("PRESSWATCH_ALLOW_PRIVATE", "what may be reached though it is not global: host[:port] or CIDR, by commas"),
    ("NO_COLOR", "if set, no colours"),
)


def render_manpage() -> str:
    """The page as roff."""
    root = click.Context(presswatch, info_name="presswatch", help_option_names=["-h", "--help"])
    parts = [
        '.TH PRESSWATCH 1 "" presswatch "User commands"',
        ".SH NAME",
        _text("presswatch - " + presswatch.get_short_help_str(200).rstrip(".")),
        ".SH SYNOPSIS",
        r".B presswatch",
        _text("[--home DIR] COMMAND [OPTION]... [ARGUMENT]..."),
        ".SH DESCRIPTION",
        *_help(presswatch),
        ".SH OPTIONS",
        *_options(root),
        ".SH COMMANDS",
        *_commands(root),
        *_section("EXIT STATUS", _EXITS),
        *_section("ENVIRONMENT", _VARIABLES),
        *_section("FILES", _FILES),
        ".SH SEE ALSO",
        ".BR datasette (1),",
        ".BR sqlite\\-utils (1),",
        ".BR scrapy (1)",
    ]
    return "\n".join(parts) + "\n"


def _commands(context: click.Context) -> Iterator[str]:
    """Each command that does something, those of groups with both names."""
    group = context.command
    if not isinstance(group, click.Group):
        return
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if command is None:
            continue
        inner = click.Context(command, parent=context, info_name=name)
        if isinstance(command, click.Group):
            yield from _commands(inner)
            continue
        arguments = " ".join(command.collect_usage_pieces(inner))
        yield f".SS {_word(f'{inner.command_path} {arguments}'.rstrip())}"
        yield from _help(command)
        yield from _options(inner)


def _help(command: click.Command) -> Iterator[str]:
    """Paragraphs; what follows a ``\\b`` stands as it is written."""
    told, _, examples = (command.help or "").partition("\b\n")
    for place, paragraph in enumerate(filter(None, told.strip().split("\n\n"))):
        if place:
            yield ".PP"
        yield _text(" ".join(paragraph.split()))
    if examples.strip():
        yield ".PP"
        yield ".EX"
        yield from (_text(line.strip()) for line in examples.strip().split("\n"))
        yield ".EE"


def _options(context: click.Context) -> Iterator[str]:
    for parameter in context.command.get_params(context):
        record = parameter.get_help_record(context) if isinstance(parameter, click.Option) else None
        if record is not None and "--help" not in record[0]:
            yield ".TP"
            yield f".B {_escape(record[0])}"
            yield _text(record[1])


def _section(title: str, pairs: tuple[tuple[str, str], ...]) -> Iterator[str]:
    yield f".SH {title}"
    for name, meaning in pairs:
        yield ".TP"
        yield f".B {_escape(name)}"
        yield _text(meaning)


def _word(text: str) -> str:
    return '"' + _escape(text).replace('"', r"\(dq") + '"'


def _text(text: str) -> str:
    """One line of text; a leading point or apostrophe would be a request."""
    escaped = _escape(text)
    return rf"\&{escaped}" if escaped[:1] in (".", "'") else escaped


def _escape(text: str) -> str:
    escaped = text.replace("\\", r"\e").replace("-", r"\-").replace("`", r"\(ga").replace("^", r"\(ha")
    return re.sub("[^\x20-\x7e]", lambda found: rf"\[u{ord(found[0]):04X}]", escaped).replace("~", r"\(ti")
