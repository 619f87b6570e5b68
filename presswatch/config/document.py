"""Changing a TOML text in place. tomlkit writes values and keeps the comment of a line; where tables begin and end is
decided here, because tomlkit takes the comment above a table for the end of the table before it."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path
from typing import Any

from presswatch.config.lines import Statement, find_statements, is_within
from scraper.errors import ConfigError


class Document:
    """A valid TOML text under change. Every change is made to the text and to its plain values (``plain``), and
    :meth:`finish` compares the two, so that a text which is written in an unforeseen way is refused, not damaged."""

    def __init__(self, text: str) -> None:
        self.plain: dict[str, Any] = tomllib.loads(text)
        self._text = text.replace("\r\n", "\n").strip("\n")
        self._newline = "\r\n" if "\r\n" in text else "\n"

    def add_member(self, array: str, content: Mapping[str, Any]) -> None:
        """Add ``[[array]]`` after its last member, or at the end."""
        self.add_members(array, [content])

    def add_members(self, array: str, contents: Sequence[Mapping[str, Any]]) -> None:
        """Add several ``[[array]]`` after its last member, or at the end; at the cost of adding one."""
        if contents:
            self.plain.setdefault(array, []).extend(map(dict, contents))
            self._insert_table(array, {array: contents})

    def add_table(self, parent: str, name: str, content: Mapping[str, Any]) -> None:
        """Add ``[parent.name]`` after its last sibling, or at the end."""
        self.plain.setdefault(parent, {})[name] = dict(content)
        self._insert_table(parent, {parent: {name: content}})

    def remove_member(self, array: str, place: int) -> None:
        """Remove a member of ``[[array]]``, counted from 1, and the comments right above it."""
        del self.plain[array][place - 1]
        if not self.plain[array]:
            del self.plain[array]
        self._remove_with_heading(f"{array}[{place}]")

    def remove_table(self, parent: str, name: str) -> None:
        """Remove ``[parent.name]`` and the comments right above it."""
        del self.plain[parent][name]
        if not self.plain[parent]:
            del self.plain[parent]
        self._remove_with_heading(f"{parent}.{name}")
        if parent not in self.plain:
            self._remove(parent)

    def set_keys(self, array: str, place: int, changes: Mapping[str, Any]) -> None:
        """Set keys of a member of ``[[array]]``, counted from 1; ``None`` takes a key away."""
        for name, value in changes.items():
            table = f"{array}[{place}]"
            if value is None:
                self.plain[array][place - 1].pop(name, None)
                self._remove(f"{table}.{name}")
            else:
                self.plain[array][place - 1][name] = value
                self._set(table, name, value)

    def finish(self, path: Path) -> str:
        """The changed text. Raises :class:`ConfigError` if it does not say what was asked for."""
        try:
            faithful = tomllib.loads(self._text) == self.plain
        except tomllib.TOMLDecodeError:
            faithful = False
        if not faithful:
            raise ConfigError("is written in a way that presswatch cannot edit safely; edit it by hand", path=path)
        return (self._text + "\n").replace("\n", self._newline)

    def _insert_table(self, family: str, content: Mapping[str, Any]) -> None:
        import tomlkit

        lines = self._text.split("\n")
        last = [
            each.last for each in find_statements(self._text) if not each.is_blank and is_within(each.table, family)
        ]
        place = last[-1] if last else len(lines)
        block = tomlkit.dumps(content).strip("\n").split("\n")
        before = [""] if place and lines[place - 1].strip() else []
        after = [""] if place < len(lines) and lines[place].strip() else []
        self._write(lines[:place] + before + block + after + lines[place:])

    def _remove(self, key: str) -> None:
        self._cut(self._lines_of(key))

    def _remove_with_heading(self, table: str) -> None:
        """Remove a table, and the comments right above it with the empty line before them."""
        content = self._lines_of(table)
        if not content:
            return
        lines = self._text.split("\n")
        above = min(content) - 1
        while above > 0 and lines[above - 1].lstrip().startswith("#"):
            content.add(above)
            above -= 1
        if above > 0 and not lines[above - 1].strip():
            content.add(above)
        self._cut(content)

    def _lines_of(self, key: str) -> set[int]:
        """The lines of a table or key, with its sub-tables and what stands between its statements."""
        statements = list(find_statements(self._text))
        mine = [index for index, each in enumerate(statements) if _belongs(each, key)]
        found = {line for index in mine for line in range(statements[index].first, statements[index].last + 1)}
        for first, second in pairwise(mine):
            between = statements[first + 1 : second]
            if all(each.is_blank for each in between):
                found.update(each.first for each in between)
        return found

    def _cut(self, numbers: set[int]) -> None:
        self._write([line for number, line in enumerate(self._text.split("\n"), 1) if number not in numbers])

    def _set(self, table: str, name: str, value: Any) -> None:
        key = f"{table}.{name}"
        lines = self._text.split("\n")
        written = [each for each in find_statements(self._text) if not each.is_header and each.keys[:1] == (key,)]
        if written and not isinstance(value, Mapping):
            first, last = written[0].first - 1, written[0].last
            lines[first:last] = _assign("\n".join(lines[first:last]), name, value).split("\n")
            self._write(lines)
            return
        self._remove(key)  # a table in the line, dotted keys or a table of its own
        own = [each for each in find_statements(self._text) if each.table == table and not each.is_blank]
        if own:
            lines = self._text.split("\n")
            lines[own[-1].last : own[-1].last] = _assign("", name, value).split("\n")
            self._write(lines)

    def _write(self, lines: list[str]) -> None:
        self._text = "\n".join(lines).strip("\n")


def _belongs(statement: Statement, key: str) -> bool:
    if statement.is_header:
        return is_within(statement.table, key)
    return bool(statement.keys) and (is_within(statement.table, key) or is_within(statement.keys[0], key))


def _assign(statement: str, name: str, value: Any) -> str:
    """``statement`` with the value replaced; its comment stays."""
    import tomlkit

    document = tomlkit.parse(statement)
    if isinstance(value, Mapping):
        inline = tomlkit.inline_table()
        inline.update(value)
        value = inline
    document[name] = value
    return tomlkit.dumps(document).strip("\n")
