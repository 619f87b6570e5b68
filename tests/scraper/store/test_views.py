"""The views that people read: any item at any moment, the latest, what happened, how the sources are."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from scraper.clock import to_text
from tests.support.watch import Watch, day, item, many


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as watching:
        yield watching


def test_item_as_of_rebuilds_any_item_at_any_moment(watch: Watch) -> None:
    dice = random.Random(3)
    one = item("A title of several words", "2026-01-20", url="https://bureau.example/n/one", summary="First words")
    truth = []
    for n in range(25):
        edits: list[dict[str, Any]] = [
            {"title": f"Title that was edited for the {n}th time"},
            {"summary": f"Summary of look {n} in other words"},
            {"published": day(f"2026-01-{n + 1:02}")},
            {},
        ]
        if n:
            one = replace(one, **dice.choice(edits))
        watch.look([one, *many(1, 5)])
        truth.append((to_text(watch.now), one))
    for at, expected in truth:
        rows = watch.rows(
            "SELECT * FROM item_as_of WHERE url = ? AND valid_from <= ? AND (valid_to IS NULL OR valid_to > ?)",
            one.url,
            at,
            at,
        )
        assert len(rows) == 1
        on = expected.published.on.isoformat() if expected.published and expected.published.on else None
        assert (rows[0]["title"], rows[0]["summary"], rows[0]["published_on"]) == (expected.title, expected.summary, on)


def test_latest_items_come_newest_first(watch: Watch) -> None:
    watch.look(many(1, 5))
    watch.look(many(2, 7))
    titles = [row["title"] for row in watch.rows("SELECT title FROM latest_items LIMIT 3")]
    assert titles == [one.title for one in many(5, 7)]


def test_item_history_shows_each_change_with_the_form_of_then(watch: Watch) -> None:
    page = many(1, 5)
    watch.look(page)
    new = item("A new thing with a long title", "2026-01-20", url="https://bureau.example/n/new")
    watch.look([new, *page])
    watch.look([replace(new, title="A new thing under another title"), *page])
    rows = watch.rows("SELECT kind, fields, title, revision FROM item_history ORDER BY change_id")
    assert [tuple(row) for row in rows] == [
        ("added", "", "A new thing with a long title", 1),
        ("revised", "title", "A new thing under another title", 2),
    ]


def test_source_health_names_what_is_wrong(watch: Watch) -> None:
    watch.look(many(1, 5))
    for _ in range(3):
        watch.fail("timeout", "no answer within 30 s")
    row = watch.row("SELECT * FROM source_health")
    assert (row["outcome"], row["failures"], row["unwell"], row["last_message"], row["items"]) == (
        "failed", 3, "failing", "no answer within 30 s", 5,
    )  # fmt: skip


def test_times_are_text_whose_order_is_the_order_of_time(watch: Watch) -> None:
    watch.look(many(1, 3))
    watch.look(many(1, 4))
    for table in ("items", "checks", "changes", "revisions", "appearances", "sources", "cadences"):
        for row in watch.rows(f"SELECT * FROM {table}"):  # noqa: S608 - tables of ours
            for name in row.keys():  # noqa: SIM118 - a row is not a dict
                if name.endswith("_at") and row[name] is not None:
                    assert len(row[name]) == 24
                    assert row[name][-5] == "."
                    assert row[name].endswith("Z")
