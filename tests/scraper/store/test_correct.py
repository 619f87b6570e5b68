"""A person says that two items are one, and takes it back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from presswatch.cli.root import run
from scraper.errors import PresswatchError
from scraper.store.correct import merge_items, split_item
from scraper.store.split_item import split_at
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


def test_what_people_noted_of_the_merged_item_is_seen_at_the_kept_one(watch: Watch) -> None:
    kept, merged = two_of_one(watch)
    with watch.store.transaction() as conn:
        conn.execute("INSERT INTO marks(item_id, note, changed_at) VALUES (?, 'ask them', 'x')", (merged,))
        merge_items(conn, kept, merged, watch.now)
    assert watch.row("SELECT note FROM marks WHERE item_id = ?", kept)["note"] == "ask them"


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


def test_item_that_two_things_were_is_split_at_the_form_in_which_it_became_the_other(watch: Watch) -> None:
    page = many(1, 10)
    watch.look(page)
    box = replace(page[4], title="Announcement number 6 of the bureau, corrected")
    watch.look([*page[:4], box, *page[5:]])
    other = replace(page[4], title="Something that has nothing to do with it at all")
    watch.look([*page[:4], other, *page[5:]])
    one = int(watch.row("SELECT id FROM items WHERE title = ?", other.title)["id"])
    with watch.store.transaction() as conn:
        new = split_at(conn, one, 3, watch.now)
    assert [tuple(row) for row in watch.rows("SELECT id, title, status FROM items WHERE id IN (?, ?)", one, new)] == [
        (one, box.title, "scrolled_off"),
        (new, other.title, "listed"),
    ]
    forms = watch.rows("SELECT number, title FROM revisions WHERE item_id = ? ORDER BY number", new)
    assert [tuple(row) for row in forms] == [(1, other.title)]
    for _ in range(4):
        seen = watch.look([*page[:4], other, *page[5:]])
        assert (seen.told, seen.silent) == ([], [])
    again = watch.look([*page[:4], replace(other, title=f"{other.title}, after all"), *page[5:]])
    assert [kind for kind, _ in again.told] == ["revised"]
    assert watch.row("SELECT revision FROM items WHERE id = ?", new)["revision"] == 2
    log = watch.rows("SELECT item_id, reason FROM identity_log WHERE decision = 'split' ORDER BY item_id")
    assert [tuple(row) for row in log] == [
        (one, f"by hand: what it was from form 3 on is item {new}"),
        (new, f"by hand: from item {one}, at its form 3"),
    ]
    with watch.store.transaction() as conn:
        merge_items(conn, one, new, watch.now)
    assert watch.row("SELECT title FROM items WHERE id = ?", one)["title"] == f"{other.title}, after all"
    assert watch.is_sound()


@pytest.mark.parametrize("number", [1, 3, 99])
def test_item_can_be_split_only_between_two_of_its_forms(watch: Watch, number: int) -> None:
    page = many(1, 5)
    watch.look(page)
    watch.look([replace(page[0], title="Announcement number 5, corrected"), *page[1:]])
    with pytest.raises(PresswatchError, match="split at 2 to 2"), watch.store.transaction() as conn:
        split_at(conn, 5, number, watch.now)
    assert watch.count("items") == 5


def test_commands(watch: Watch, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    kept, merged = two_of_one(watch)
    monkeypatch.setenv("PRESSWATCH_HOME", str(watch.path.parent))
    assert run(["merge", str(kept), str(merged)]) == 0
    assert run(["split", str(merged)]) == 0
    assert f"items {merged} and {kept} are two" in capsys.readouterr().out
    assert run(["split", str(kept)]) == 1
    assert run(["split", str(kept), "--at", "99"]) == 1
    assert run(["split", str(kept), "--at", "2"]) == 0
    assert "are two" in capsys.readouterr().out
    assert run(["show", str(kept)]) == 0
    shown = capsys.readouterr().out
    assert "split: by hand: what it was from form 2 on is item" in shown
    assert run(["show", str(kept + 2)]) == 0
    assert "split: by hand: from item" in capsys.readouterr().out
