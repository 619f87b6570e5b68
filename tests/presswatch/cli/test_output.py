"""Rows for machines."""

from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from presswatch.cli.output import csv_cell, to_json, write_rows

TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.mark.parametrize(
    ("value", "cell"),
    [
        (None, ""),
        (True, "true"),
        (-3, -3),
        ("=1+1", "'=1+1"),
        ("+49 30", "'+49 30"),
        ("-x", "'-x"),
        ("@user", "'@user"),
        ("\tx", "'\tx"),
        ("\rx", "'\rx"),
        ("＝1", "'＝1"),
        ("a=b", "a=b"),
        (["a", "b"], "a, b"),
        (["=a"], "'=a"),
        ([{"a": 1}], '[{"a": 1}]'),
        ("a\x1b[31mb", "a[31mb"),
    ],
)
def test_cells(value: object, cell: object) -> None:
    assert csv_cell(value) == cell


@given(TEXTS)
def test_no_cell_begins_a_formula(text: str) -> None:
    cell = csv_cell(text)
    assert isinstance(cell, str)
    assert not cell.startswith(("=", "+", "-", "@", "\t", "\r"))


@given(st.recursive(st.none() | st.booleans() | st.integers() | TEXTS, lambda inner: st.lists(inner, max_size=3)))
def test_json_reads_back_and_controls_no_terminal(value: object) -> None:
    text = to_json(value)
    assert json.loads(text) == value
    assert not any(ord(c) < 0x20 or 0x7F <= ord(c) < 0xA0 or c in "\u202e\u2066" for c in text)


@pytest.mark.parametrize("count", [0, 1, 3])
def test_each_form_is_whole_for_any_number_of_rows(count: int) -> None:
    rows = [{"a": n, "b": f"line\n{n}", "more": 1} for n in range(count)]
    fields = ("a", "b")
    expected = [{"a": row["a"], "b": row["b"]} for row in rows]
    forms = {form: io.StringIO() for form in ("json", "jsonl", "csv")}
    for form, stream in forms.items():
        write_rows(rows, fields, form, stream)
    assert json.loads(forms["json"].getvalue()) == expected
    assert [json.loads(line) for line in forms["jsonl"].getvalue().splitlines()] == expected
    forms["csv"].seek(0)
    assert list(csv.DictReader(forms["csv"])) == [{"a": str(row["a"]), "b": row["b"]} for row in expected]
