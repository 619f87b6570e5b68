"""Rows for machines: JSON, JSON lines, CSV. Field names are stable, times are UTC."""

from __future__ import annotations

import csv
import json
import re
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any, TextIO, TypeVar

import click

from scraper.cells import inert_cell

Row = Mapping[str, Any]
_F = TypeVar("_F", bound=Callable[..., Any])

_CONTROL = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\u061c]")


def form_options(*, table: bool = True) -> Callable[[_F], _F]:
    """``--json``, and of verbs that give many rows ``--jsonl`` and ``--csv``; the parameter is ``form``."""

    def decorate(function: _F) -> _F:
        choices = [("--json", "json", "For programs: a JSON array." if table else "For programs: JSON.")]
        if table:
            choices += [
                ("--jsonl", "jsonl", "One JSON object a line."),
                ("--csv", "csv", "CSV, safe for spreadsheets."),
            ]
        for name, value, text in reversed(choices):
            function = click.option(name, "form", flag_value=value, default=None, help=text)(function)
        return function

    return decorate


def to_json(value: Any, *, indent: int | None = None) -> str:
    """JSON in which text stands readable, but nothing that controls a terminal."""
    text = json.dumps(value, ensure_ascii=False, indent=indent, default=str)
    return _CONTROL.sub(lambda found: f"\\u{ord(found.group()):04x}", text)


def write_rows(rows: Iterable[Row], fields: Sequence[str], form: str, stream: TextIO | None = None) -> None:
    """Write ``rows`` as they come, each with exactly ``fields``."""
    stream = stream or sys.stdout
    if form == "csv":
        writer = csv.writer(stream, lineterminator="\n")
        writer.writerow(fields)
        for row in rows:
            writer.writerow([csv_cell(row[name]) for name in fields])
    elif form == "jsonl":
        for row in rows:
            stream.write(to_json({name: row[name] for name in fields}) + "\n")
    else:
        separator = "[\n"
        for row in rows:
            stream.write(separator + to_json({name: row[name] for name in fields}))
            separator = ",\n"
        stream.write("[]\n" if separator == "[\n" else "\n]\n")


def csv_cell(value: Any) -> str | int | float:
    """A value as a cell that a spreadsheet takes for text: what it would read as a formula gets a leading apostrophe.
    Nothing is empty, truth is ``true`` or ``false``, a list is joined by commas, other structures are JSON."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return value
    if isinstance(value, Mapping) or (isinstance(value, list | tuple) and any(isinstance(v, Mapping) for v in value)):
        return to_json(value)
    text = ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)
    return inert_cell(text)
