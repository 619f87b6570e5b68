"""A saved question and its answer, as cells that a page shows."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import Any, Literal, NamedTuple

from presswatch.web.queries import QUERIES, Saved, parameters_of
from scheduler.inert import inert_url

MOST = 200
"""Rows that a page shows; CSV and JSON have more."""
_MOST_VALUE = 300
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


class Cell(NamedTuple):
    """A value, and how it is shown."""

    column: str
    kind: Literal["time", "link", "number", "text"]
    value: Any


@dataclass(frozen=True, slots=True)
class Answer:
    """``values`` of the parameters as they were asked for; ``rows`` is ``None`` while one is missing, or where
    ``problem`` says what is wrong."""

    saved: Saved
    values: dict[str, str]
    columns: tuple[str, ...] = ()
    rows: list[list[Cell]] | None = None
    more: bool = False
    problem: str = ""


def find_saved(name: str) -> Saved | None:
    """The saved question of this name."""
    return next((each for each in QUERIES if each.name == name), None)


def asked(saved: Saved, given: Callable[[str], str | None]) -> Answer:
    """The question with what the form says."""
    return Answer(saved, {name: (given(name) or "")[:_MOST_VALUE] for name in parameters_of(saved.sql)})


def answer(conn: sqlite3.Connection, question: Answer) -> Answer:
    """The rows; nothing is asked while a value is missing."""
    saved, values = question.saved, question.values
    if not all(values.values()):
        return question
    try:
        cursor = conn.execute(saved.sql, values)
        columns = tuple(column[0] for column in cursor.description)
        rows = [[_cell(*pair) for pair in zip(columns, row, strict=True)] for row in islice(cursor, MOST)]
        return Answer(saved, values, columns, rows, more=cursor.fetchone() is not None)
    except sqlite3.Error as error:
        slow = "interrupted" in str(error)
        problem = "This takes too long; `presswatch query` takes its time." if slow else f"SQLite: {error}"
        return Answer(saved, values, problem=problem)


def _cell(column: str, value: Any) -> Cell:
    if isinstance(value, str) and column.endswith("_at") and _INSTANT.fullmatch(value):
        return Cell(column, "time", value)
    if isinstance(value, str) and inert_url(value):
        return Cell(column, "link", value)
    if isinstance(value, int | float):
        return Cell(column, "number", value)
    return Cell(column, "text", "" if value is None else value)
