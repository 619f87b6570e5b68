"""What is told of a field that goes to and fro, and when again."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from scraper.types import ItemData
from tests.support.watch import Watch, item, many

ONE = item("The council decides on the old bridge", "2026-01-20", summary="What was said there.")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as watching:
        yield watching


def page(*shown: ItemData) -> list[ItemData]:
    return [*shown, *many(1, 9)]


def titled(title: str) -> ItemData:
    return replace(ONE, title=title)


A, B, C = ONE, titled("Nobody expected this of the council"), titled("The council decides on the old bridge tonight")


def test_headline_on_trial_is_told_three_times_the_last_with_a_note(watch: Watch) -> None:
    watch.look(page(A))
    told = [watch.look(page(one)).told for one in (B, A, B, A, B, A, B)]
    assert [len(each) for each in told] == [1, 1, 1, 0, 0, 0, 0]
    reasons = [row["reason"] for row in watch.rows("SELECT reason FROM changes WHERE tell = 1 ORDER BY id")]
    assert [reason.startswith("goes to and fro") for reason in reasons] == [False, False, True]
    forms = {row["title"] for row in watch.rows("SELECT title FROM item_as_of WHERE item_id = 10")}
    assert forms == {A.title, B.title}


def test_what_it_never_said_is_told_even_while_it_goes_to_and_fro(watch: Watch) -> None:
    watch.look(page(A))
    for one in (B, A, B, A, B):
        watch.look(page(one))
    assert watch.look(page(C)).told == [("revised", C.title)]


@pytest.mark.parametrize("last", [A, B])
def test_when_it_has_settled_otherwise_than_was_told_it_is_told(watch: Watch, last: ItemData) -> None:
    """The note told B."""
    watch.look(page(A))
    for one in (B, A, B, A, B, last):
        watch.look(page(one))
    told = [change for _ in range(9) for change in watch.look(page(last)).told]
    assert told == ([("revised", A.title)] if last is A else [])
    assert watch.rows("SELECT 1 FROM flaps WHERE settled_at IS NULL") == []
    assert watch.look(page(C)).told == [("revised", C.title)]
    assert watch.look(page(last)).told == [("revised", last.title)]


def test_item_that_left_while_it_went_to_and_fro_costs_no_more_whole_looks(watch: Watch) -> None:
    watch.look(page(A))
    for one in (B, A, B):
        watch.look(page(one))
    for _ in range(12):
        watch.look(many(3, 14))
    assert watch.lease().validators is not None


def test_teaser_by_turns_is_told_a_bounded_number_of_times(watch: Watch) -> None:
    watch.look(page(A))
    told = [watch.look(page(replace(ONE, summary=f"Teaser of look {'x' * n}"))).told for n in range(40)]
    assert 0 < sum(map(len, told)) <= 10
    assert sum(map(len, told[12:])) == 0


def test_forms_of_one_item_are_stored_without_end_only_if_they_are_told(watch: Watch) -> None:
    watch.look(page(A))
    for n in range(130):
        watch.look(page((A, B)[n % 2]))
    assert watch.row("SELECT revision FROM items WHERE id = 10")["revision"] <= 101
    assert watch.look(page(C)).told == [("revised", C.title)]


def test_item_that_comes_and_goes_is_told_a_few_times(watch: Watch) -> None:
    whole = many(1, 10)
    without = [one for one in whole if "number 5 " not in one.title]
    watch.look(whole)
    told = []
    for _ in range(6):
        for shown in (without, without, without, whole):
            told += [kind for kind, _ in watch.look(shown).told]
    assert told == ["withdrawn", "reinstated", "withdrawn", "reinstated", "withdrawn"]
    last = watch.row("SELECT reason FROM changes WHERE tell = 1 ORDER BY id DESC LIMIT 1")
    assert last["reason"].startswith("goes to and fro")


@pytest.fixture
def returning(watch: Watch) -> tuple[list[ItemData], list[ItemData]]:
    """A listing whose fifth item came and went until that was told no more, and is there; and the same without it."""
    whole = many(1, 10)
    without = [one for one in whole if "number 5 " not in one.title]
    watch.look(whole)
    for _ in range(3):
        for shown in (without, without, without, whole):
            seen = watch.look(shown)
    assert seen.silent == [("reinstated", whole[5].title)]
    return whole, without


def test_item_that_came_and_went_is_told_once_more_when_it_stays(
    watch: Watch, returning: tuple[list[ItemData], list[ItemData]]
) -> None:
    whole, without = returning
    told = [watch.look(whole).told for _ in range(40)]
    assert [change for seen in told for change in seen] == [("reinstated", whole[5].title)]
    assert told[3] == [], "it had been there for so long before"
    assert [kind for _ in range(3) for kind, _ in watch.look(without).told] == ["withdrawn"], "what comes next is told"
    assert watch.look(whole).told == [("reinstated", whole[5].title)]


def test_item_that_goes_on_coming_and_going_is_not_told(
    watch: Watch, returning: tuple[list[ItemData], list[ItemData]]
) -> None:
    whole, without = returning
    for _ in range(8):
        for shown in (whole, whole, without, without, without, whole):
            assert watch.look(shown).told == []


def test_item_that_came_and_went_and_stays_away_is_not_told_as_back(
    watch: Watch, returning: tuple[list[ItemData], list[ItemData]]
) -> None:
    _, without = returning
    for _ in range(60):
        assert watch.look(without).told == []
    assert watch.rows("SELECT 1 FROM flaps WHERE settled_at IS NULL") == []
    assert watch.lease().validators is not None, "and costs no more whole looks"


def test_items_whose_leaving_was_never_told_are_not_told_to_have_settled(watch: Watch) -> None:
    whole = many(1, 10)
    without = [one for one in whole if not any(f"number {n} " in one.title for n in (4, 5, 6, 7))]
    for shown in (whole, without, without, without, whole):
        seen = watch.look(shown)
    assert watch.rows("SELECT count(*) FROM changes WHERE kind = 'withdrawn' AND tell = 0")[0][0] == 4
    assert {kind for kind, _ in [*seen.told, *seen.silent]} == {"reinstated"}
    assert [change for _ in range(40) for change in watch.look(whole).told] == []


def test_counters_on_a_few_items_are_no_revision(watch: Watch) -> None:
    for n in (1, 12, 345):
        counted = [item(f"{what} on the river ({n})", url=f"/{what}/1a2b") for what in ("Fog", "Ice", "Ferries")]
        shown = [replace(ONE, summary=f"What was said. {n} comments"), *counted]
        assert watch.look(page(*shown)).told == []
    assert watch.count("revisions") == watch.count("items")


@pytest.mark.parametrize(
    ("was", "becomes"),
    [
        ("Victims of the ferry accident (41)", "Victims of the ferry accident (58)"),
        ("Schedule of fees for the harbour (2025)", "Schedule of fees for the harbour (2026)"),
        ("The council sells 1,200 shares of the port", "The council sells 9,800 shares of the port"),
        ("No swimming in the harbour basin", "Swimming in the harbour basin"),
    ],
)
def test_a_number_in_one_headline_and_a_word_without_a_sign_are_what_is_said(
    watch: Watch, was: str, becomes: str
) -> None:
    others = [
        item(f"No {what} in the basin of the port", url=f"/n/{what}") for what in ("fishing", "rowing", "parking")
    ]
    watch.look(page(item(was, url="/v/1a2b"), *others))
    assert watch.look(page(item(becomes, url="/v/1a2b"), *others)).told == [("revised", becomes)]


def test_a_sentence_that_ends_earlier_says_something_else(watch: Watch) -> None:
    said = "The pool is open to all, but only for schools and clubs until the summer."
    watch.look(page(replace(ONE, summary=said)))
    assert watch.look(page(replace(ONE, summary="The pool is open to all."))).told == [("revised", ONE.title)]


def test_wrong_encoding_of_a_few_items_is_no_revision(watch: Watch) -> None:
    one = item("Größere Brücke über den Fluss eröffnet", "2026-01-20")
    watch.look(page(one))
    wrong = one.title.encode().decode("cp1252")
    assert watch.look(page(replace(one, title=wrong))).told == []
    assert watch.row("SELECT title FROM items WHERE url = ?", one.url)["title"] == one.title


def test_first_look_in_the_wrong_encoding_is_mended_silently(watch: Watch) -> None:
    one = item("Größere Brücke über den Fluss eröffnet", "2026-01-20", url="https://bureau.example/news/g1x")
    watch.look(page(replace(one, title=one.title.encode().decode("cp1252"))))
    assert watch.look(page(one)).told == []
    assert watch.row("SELECT title FROM items WHERE url = ?", one.url)["title"] == one.title


def test_mark_that_newer_items_take_over_is_no_edit(watch: Watch) -> None:
    def marked(first: int, last: int) -> list[ItemData]:
        return [replace(one, title=f"{one.title} NEW!") if k < 3 else one for k, one in enumerate(many(first, last))]

    watch.look(marked(1, 10))
    seen = [watch.look(marked(n, n + 9)) for n in (2, 3, 4)]
    assert [kind for one in seen for kind, _ in one.told] == ["added"] * 3


def test_mark_that_comes_to_a_known_item_is_an_edit(watch: Watch) -> None:
    watch.look(page(A))
    assert watch.look(page(titled(f"Update: {A.title}"))).told == [("revised", f"Update: {A.title}")]
