"""Which line of a TOML text says what. TOML libraries do not tell, and an editor that keeps every comment in its place
has to know."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass

MAX_STATEMENT_LINES = 200
MAX_DEPTH = 8
"""Levels of a value whose lines are told; the configuration has fewer."""


@dataclass(frozen=True, slots=True)
class Statement:
    """A header, an assignment, or lines without content. ``first`` and ``last`` count lines from 1.

    ``table`` is the dotted key of the table in which (for a header: which) it is, members of arrays counted from 1:
    ``sources[2].recipe``; ``keys`` are the dotted keys that an assignment sets, the outermost first.
    """

    first: int
    last: int
    table: str
    is_header: bool = False
    keys: tuple[str, ...] = ()

    @property
    def is_blank(self) -> bool:
        """Whether it is only space and comments."""
        return not self.is_header and not self.keys


def find_statements(text: str) -> Iterator[Statement]:
    """The statements of a *valid* TOML text.

    A statement ends at the first line end up to which it parses on its own, so that multi-line texts and arrays need no
    scanner of our own. Stops at a statement of more than 200 lines, because finding its end costs their square.
    """
    counts: dict[str, int] = {}
    table = ""
    for first, last, statement in _split(text):
        content = tomllib.loads(statement)
        if statement.lstrip().startswith("["):
            table = _enter(content, counts, is_array=statement.lstrip().startswith("[["))
            yield Statement(first, last, table, is_header=True)
        else:
            yield Statement(first, last, table, keys=tuple(_keys(content, table)) if content else ())


def find_lines(text: str) -> dict[str, int]:
    """The line on which each dotted key of a valid TOML text first stands."""
    lines: dict[str, int] = {}
    for statement in find_statements(text):
        for key in (statement.table,) if statement.is_header else statement.keys:
            lines.setdefault(key, statement.first)
    return lines


def join_key(table: str, name: str) -> str:
    """The dotted key of ``name`` in ``table``."""
    return f"{table}.{name}" if table else name


def is_within(key: str, table: str) -> bool:
    """Whether a dotted key is ``table`` or lies in it (or, for an array, is one of its members)."""
    return key == table or key.startswith((f"{table}.", f"{table}["))


def _split(text: str) -> Iterator[tuple[int, int, str]]:
    pending: list[str] = []
    first = 1
    for number, line in enumerate(text.replace("\r\n", "\n").split("\n"), 1):
        pending.append(line)
        statement = "\n".join(pending)
        try:
            tomllib.loads(statement)
        except tomllib.TOMLDecodeError:
            if len(pending) > MAX_STATEMENT_LINES:
                return
            continue
        yield first, number, statement
        pending, first = [], number + 1


def _enter(header: object, counts: dict[str, int], *, is_array: bool) -> str:
    """The dotted key of the table that a header opens, with the places of the arrays on its way."""
    key, content = "", header
    while isinstance(content, dict) and content:
        name, inner = next(iter(content.items()))
        key = join_key(key, name)
        content = inner[0] if isinstance(inner, list) else inner
        if is_array and not content:
            counts[key] = counts.get(key, 0) + 1
        if key in counts:
            key = f"{key}[{counts[key]}]"
    return key


def _keys(value: object, key: str, depth: int = MAX_DEPTH) -> Iterator[str]:
    if depth == 0:
        return
    if isinstance(value, dict):
        for name, inner in value.items():
            yield join_key(key, name)
            yield from _keys(inner, join_key(key, name), depth - 1)
    elif isinstance(value, list):
        for place, inner in enumerate(value, 1):
            yield f"{key}[{place}]"
            yield from _keys(inner, f"{key}[{place}]", depth - 1)
