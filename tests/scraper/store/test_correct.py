"""A person says that two items are one, and takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from presswatch.cli.root import run
from scraper.errors import PresswatchError
from scraper.store.correct import merge_items, split_item
from tests.support.watch import Watch, item, many


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "home" / "presswatch.db") as opened:
        yield opened


def two_of_one(watch: Watch) -> tuple[int, int]:
    """An item that came back under another address and title, so that nobody could know it; both ids."""
    page = many(1, 10)
    watch.look(page)
    moved = item("Quite another headline for what was number ten", "2026-01-12")
    watch.look([moved, *page[1:]])
    ids = [int(row["id"]) for row in watch.rows("SELECT id FROM items ORDER BY id")]
    assert len(ids) == 11
    return int(watch.row("SELECT id FROM items WHERE title = ?", page[0].title)["id"]), ids[-1]


def test_merged_item_is_the_kept_one_from_then_on_and_nothing_is_told(watch: Watch) -> None:
    kept, merged = two_of_one(watch)
    with watch.store.transaction() as conn:
        merge_items(conn, kept, merged, watch.now)
    moved = item("Quite another headline for what was number ten", "2026-01-12")
    for _ in range(5):
        seen = watch.look([moved, *many(1, 9)])
        assert not [one for one in seen.told if one[0] in ("added", "withdrawn", "reinstated")]
    assert watch.listed().count(moved.title) == 1
    assert watch.row("SELECT status, merged_into FROM items WHERE id = ?", merged)["merged_into"] == kept
    assert watch.row("SELECT title FROM items WHERE id = ?", kept)["title"] == moved.title
    log = watch.rows("SELECT decision, reason, check_id FROM identity_log WHERE decision = 'merged' ORDER BY item_id")
    assert [(row["reason"], row["check_id"]) for row in log] == [
        (f"by hand: with item {merged}", None),
        (f"by hand: into item {kept}", None),
    ]
    assert watch.is_sound()


def test_split_takes_it_back(watch: Watch) -> None:
    kept, merged = two_of_one(watch)
    before = {tuple(row) for row in watch.rows("SELECT kind, key FROM item_keys WHERE item_id = ?", kept)}
    with watch.store.transaction() as conn:
        merge_items(conn, kept, merged, watch.now)
        assert split_item(conn, merged, watch.now) == kept
    assert {tuple(row) for row in watch.rows("SELECT kind, key FROM item_keys WHERE item_id = ?", kept)} == before
    moved = item("Quite another headline for what was number ten", "2026-01-12")
    seen = watch.look([moved, *many(1, 9)])
    assert seen.added == []
    assert watch.row("SELECT status FROM items WHERE id = ?", merged)["status"] == "listed"
    assert watch.is_sound()


def test_what_makes_no_sense_is_refused_and_changes_nothing(watch: Watch) -> None:
    kept, merged = two_of_one(watch)
    with pytest.raises(PresswatchError, match="itself"), watch.store.transaction() as conn:
        merge_items(conn, kept, kept, watch.now)
    with pytest.raises(PresswatchError, match="not merged"), watch.store.transaction() as conn:
        split_item(conn, kept, watch.now)
    with watch.store.transaction() as conn:
        merge_items(conn, kept, merged, watch.now)
    with pytest.raises(PresswatchError, match="merged before"), watch.store.transaction() as conn:
        merge_items(conn, kept, merged, watch.now)
    job = watch.lease()
    other = int(watch.row("SELECT id FROM items WHERE id NOT IN (?, ?) LIMIT 1", kept, merged)["id"])
    with pytest.raises(PresswatchError, match="being looked at"), watch.store.transaction() as conn:
        merge_items(conn, kept, other, watch.now)
    assert job.leases


def test_commands(watch: Watch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    kept, merged = two_of_one(watch)
    monkeypatch.setenv("PRESSWATCH_HOME", str(watch.path.parent))
    assert run(["merge", str(kept), str(merged)]) == 0
    assert run(["split", str(merged)]) == 0
    assert f"items {merged} and {kept} are two" in capsys.readouterr().out
    assert run(["split", str(kept)]) == 1
