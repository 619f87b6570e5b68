"""What programs are given: the same in each form, with times in UTC, whatever zone people live in."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from tests.presswatch.cli.conftest import Ended

Call = Callable[..., Ended]
pytestmark = pytest.mark.usefixtures("home")

TABLES = ("list", "items", "changes", "messages", "schedule", "rules list", "channel list", "query",
          "query new-today", "doctor --offline", "rules test")  # fmt: skip
RECORDS = ("status", "show 13", "diff 11", "recipe show waters")
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")


def _instants(value: Any, name: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _instants(inner, key)
    elif isinstance(value, list):
        for inner in value:
            yield from _instants(inner, name)
    elif name.endswith("_at") and value is not None and name != "not_looked_at":
        yield name, value


@pytest.mark.parametrize("verb", [*TABLES, *RECORDS])
def test_times_are_utc_for_programs(call: Call, verb: str) -> None:
    for name, value in _instants(call(*verb.split(), "--json").json):
        assert INSTANT.fullmatch(value), f"{name}: {value}"


@pytest.mark.parametrize("verb", TABLES)
def test_the_forms_of_a_table_say_the_same(call: Call, verb: str) -> None:
    array = call(*verb.split(), "--json").json
    lines = [json.loads(line) for line in call(*verb.split(), "--jsonl").out.splitlines()]
    table = list(csv.reader(io.StringIO(call(*verb.split(), "--csv").out)))
    assert len(lines) == len(array) == len(table) - 1 > 0
    assert all(list(row) == table[0] for row in array)
    assert [list(row) for row in lines] == [list(row) for row in array]


@pytest.mark.parametrize("verb", ["items", "changes"])
def test_what_is_shown_can_be_narrowed_in_the_same_way(call: Call, verb: str) -> None:
    everything = call(verb, "--limit", "0", "--json").json
    assert call(verb, "--source", "waters", "--limit", "0", "--json").json == everything
    assert call(verb, "--tag", "port", "--limit", "0", "--json").json == []
    assert call(verb, "--since", "1h", "--limit", "0", "--json").json == everything
    assert call(verb, "--since", "2999-01-01", "--json").json == []
    found = call(verb, "--search", "minister orvek", "--json").json
    assert {row["title"] for row in found} == {"Minister Orvek opens the rebuilt east quay in Sarnhaven"}
