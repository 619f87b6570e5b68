"""What changed between what was known and what a page shows: the properties, and the cases that a table tells best.
Whole stories are in ``store/test_histories.py``."""

from __future__ import annotations

import itertools
import time
from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.diff import Diff, diff, keys_for, listing_digest
from scraper.text import fold_text
from scraper.types import ChangeKind, ItemData, Published
from tests.support.memory import PAGE_URL, Memory
from tests.support.watch import day, item, many

_POOL = st.builds(
    item,
    st.sampled_from(["Correction", "Weekly bulletin for all the waters", "Budget of the year approved", "Storm"]),
    st.sampled_from([None, "2026-01-15", "2026-01-16", "2026-01-17"]),
    url=st.sampled_from([None, *(f"https://bureau.example/{n}00/page" for n in range(1, 9))]),
    summary=st.sampled_from([None, "Short text", "Short text that goes on…", "Short text that goes on for a while"]),
)
_PAGES = st.lists(_POOL, min_size=1, max_size=12)


@given(_PAGES)
def test_same_page_again_changes_nothing(page: list[ItemData]) -> None:
    memory = Memory.of(page)
    ranks = tuple(one.rank for one in sorted(memory.known.values(), key=lambda one: -one.rank))
    assert replace(memory.compare(page), matches=(), ascending=False) == Diff(ranks=ranks)


@given(_PAGES, _PAGES)
def test_applying_the_difference_gives_the_page(before: list[ItemData], after: list[ItemData]) -> None:
    memory = Memory.of(before)
    found = memory.look(after)
    if found.doubt:
        found = memory.look(after, accepted=True)
    unique, _ = keys_for(after, PAGE_URL)
    listed = memory.listed()
    assert len(listed) == len(unique)
    for shown, kept in zip(unique, listed, strict=True):
        assert fold_text(kept.title) == fold_text(shown.title)
        assert kept.url == shown.url or shown.url is None
        assert not shown.published or kept.published == shown.published
    assert not memory.compare(after).changes


@given(_PAGES, _PAGES, _PAGES)
def test_an_item_is_new_only_once(first: list[ItemData], second: list[ItemData], third: list[ItemData]) -> None:
    memory = Memory.of(first)
    for page in (second, third):
        found = memory.look(page, accepted=True)
        assert {one.match for one in found.changes if one.kind in (ChangeKind.ADDED, ChangeKind.SURFACED)} == set(
            found.new
        )
        assert memory.look(page).new == ()


@given(_PAGES, _PAGES)
def test_ranks_always_fall(before: list[ItemData], after: list[ItemData]) -> None:
    found = Memory.of(before).compare(after)
    if found.doubt is None:
        assert all(a > b for a, b in itertools.pairwise(found.ranks))


def test_baseline_is_no_news() -> None:
    found = Memory().compare(many(1, 5), baseline=True)
    assert (len(found.new), found.changes, found.doubt) == (5, (), None)


@pytest.mark.parametrize(
    ("place", "on", "kind"),
    [
        (0, "2026-02-20", "added"),
        (0, None, "added"),
        (0, "2019-01-01", "surfaced"),
        (5, "2026-01-16", "added"),
        (5, None, "added"),
        (10, None, "surfaced"),
        (10, "2026-01-11", "surfaced"),
        (10, "2025-12-31", "surfaced"),
        (10, "2026-02-20", "added"),
        (10, "2026-01-21", "added"),
    ],
)
def test_place_and_date_say_whether_an_unseen_item_is_new(place: int, on: str | None, kind: str) -> None:
    """Known are ten items of 11 to 20 January (and 21 at the top)."""
    memory = Memory.of(many(11, 20))
    page = many(11, 20)
    page.insert(place, item("Something that was not there", on))
    changes = memory.compare(page).changes
    assert [change.kind.value for change in changes] == [kind]
    assert changes[0].tell is (kind == "added")


def test_item_of_the_same_day_as_all_others_beyond_the_last_is_surfaced() -> None:
    page = [item(f"Release {n} of a busy day", "2026-01-15") for n in range(5)]
    (change,) = Memory.of(page).compare([*page, item("Another release of the day", "2026-01-15")]).changes
    assert change.kind is ChangeKind.SURFACED


def reports(on: str | None) -> list[ItemData]:
    """A list of quite other things."""
    return [item(f"Match report {n}", on, url=f"https://sport.example/{n}") for n in range(9)]


@pytest.mark.parametrize(
    ("shown", "doubt"),
    [
        (many(1, 20), None),
        (many(11, 20), None),
        (many(12, 20), "shrunk"),
        (many(20, 20), "shrunk"),
        (many(40, 60), None),
        (
            [item(f"Match report {n}", "2012-01-01", url=f"https://sport.example/{n}") for n in range(9)],
            "layout_changed",
        ),
        ([item(f"Match report {n}", url=f"https://sport.example/{n}") for n in range(9)], "layout_changed"),
        (
            [
                many(20, 20)[0],
                *(item(f"Match report {n}", "2012-01-01", url=f"https://x.example/{n}") for n in range(9)),
            ],
            "layout_changed",
        ),
    ],
)
def test_when_a_page_is_doubted(shown: list[ItemData], doubt: str | None) -> None:
    found = Memory.of(many(1, 20)).compare(shown)
    assert (found.doubt[0] if found.doubt else None) == doubt
    if doubt:
        assert (found.left, found.missed) == ((), ())
        assert not [one for one in found.changes if one.kind is ChangeKind.WITHDRAWN]


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ({"title": "Storm warning for the coast"}, {"title": "Storm warning for the coast lifted"}, ["title"]),
        ({"title": "Storm warning for the coast"}, {"title": "STORM  warning for the coast"}, []),
        ({"title": "Storm warning for the coast"}, {"title": "Storm warning for…"}, []),
        ({"summary": "One text"}, {"summary": "Another text"}, ["summary"]),
        ({"summary": "A text that is whole. And more."}, {"summary": "A text that is whole."}, []),
        ({"summary": "A text that is whole."}, {"summary": "A text that is whole. And more."}, ["summary"]),
        ({"summary": "A text that is…"}, {"summary": "A text that is whole. And more."}, []),
        ({"summary": "One text"}, {"summary": None}, []),
        ({"author": "A. Baker"}, {"author": "B. Cook"}, ["author"]),
        ({"published": day("2026-01-20")}, {"published": day("2026-01-19")}, ["published"]),
        ({"published": day("2026-01-20")}, {"published": None}, []),
        (
            {"published": day("2026-01-20")},
            {"published": replace(day("2026-01-21"), method="relative", raw="3 hours ago")},
            [],
        ),
        ({"image_url": "https://a.example/1.png"}, {"image_url": "https://a.example/2.png"}, []),
        ({"url": "https://b.example/p"}, {"url": "http://www.b.example/p/?utm_source=x"}, []),
    ],
)
def test_edit_names_exactly_the_fields_that_say_something_else(
    old: dict[str, object], new: dict[str, object], fields: list[str]
) -> None:
    one = item("A title of five words", "2026-01-20", url="https://b.example/p", guid="g1")
    before = replace(one, **old)  # type: ignore[arg-type]
    after = replace(before, **new)  # type: ignore[arg-type]
    changes = Memory.of([before, *many(1, 9)]).compare([after, *many(1, 9)]).changes
    assert [name for change in changes for name in change.fields] == fields


@pytest.mark.parametrize(
    "sample", ["Lorem ipsum dolor sit amet, part {}", "Test {}", "Sample post #{}", "Hello world! {}"]
)
def test_newer_list_of_samples_is_not_believed(sample: str) -> None:
    shown = [item(sample.format(n), "2026-03-01", url=f"https://bureau.example/news/t{n}b") for n in range(12)]
    assert (Memory.of(many(1, 20)).compare(shown).doubt or ("",))[0] == "layout_changed"
    flights = [item(f"Test flight {n} over the bay succeeds", "2026-03-01") for n in range(12)]
    assert Memory.of(many(1, 20)).compare(flights).doubt is None


def test_page_in_another_language_is_not_believed_unless_it_shows_what_is_known() -> None:
    memory = Memory.of(many(1, 20))
    foreign = [item(f"Mitteilung Nummer {n} des Amtes", f"2026-02-{n:02}") for n in range(1, 21)]
    unique, keys = keys_for(foreign, PAGE_URL)
    known = list(memory.known.values())
    assert diff(unique, keys, known, now=memory.now).doubt is None
    found = diff(unique, keys, known, now=memory.now, strange="are in another language")
    assert found.doubt is not None
    assert "another language" in found.doubt[1]
    unique, keys = keys_for(many(3, 22), PAGE_URL)
    assert diff(unique, keys, known, now=memory.now, strange="are in another language").doubt is None


def test_lower_numbers_in_the_addresses_of_an_undated_list_are_another_page_of_it() -> None:
    def page(first: int, last: int) -> list[ItemData]:
        return [
            item(f"Notice of office {n}", url=f"https://bureau.example/n?id=5{n}") for n in range(last, first - 1, -1)
        ]

    memory = Memory.of(page(126, 140))
    assert (memory.compare(page(111, 125)).doubt or ("",))[0] == "layout_changed"
    assert [one.tell for one in memory.compare(page(141, 155)).changes] == [True] * 15
    old = item("The charter of the office", url="https://bureau.example/n?id=1000")
    assert [one.kind for one in memory.compare([old, *page(126, 140)]).changes] == [ChangeKind.SURFACED]


def test_undated_list_that_grows_at_its_end_is_told_from_the_first_item_on() -> None:
    def page(last: int) -> list[ItemData]:
        return [item(f"Minutes of the {'x' * n} meeting of the council") for n in range(1, last + 1)]

    memory = Memory.of(page(8))
    for last in (9, 10, 12):
        assert all(one.kind is ChangeKind.ADDED for one in memory.look(page(last)).changes)
    sliding = page(13)[2:]
    assert [one.tell for one in memory.look(sliding).changes] == [True]
    assert memory.look(sliding).missed == ()
    assert {one.kind for one in Memory.of(page(8)).compare(page(16)).changes} == {ChangeKind.SURFACED}


def test_finer_date_is_stored_silently() -> None:
    one = item("A title of five words", "2026-01-20")
    finer = Published(raw="20 Jan 2026, 10:30", method="text", on=day("2026-01-20").on, local_time="10:30")
    found = Memory.of([one, *many(1, 9)]).compare([replace(one, published=finer), *many(1, 9)])
    assert found.changes == ()
    assert found.filled[0].match.data.published == finer


def test_digest_sees_what_the_difference_sees_and_not_how_it_is_spelt() -> None:
    page = many(1, 5)
    spelt = [
        replace(one, title=one.title.upper(), url=f"{one.url}/?utm_source=x", image_url="https://a.example/x")
        for one in page
    ]
    assert listing_digest(page) == listing_digest(spelt)
    assert listing_digest(page) != listing_digest(page[::-1])
    assert listing_digest(page) != listing_digest([replace(page[0], summary="More"), *page[1:]])


def test_page_of_two_thousand_items_is_compared_in_less_than_two_seconds() -> None:
    memory = Memory.of(many(1, 2_000))
    started = time.process_time()
    memory.compare([*many(2_001, 2_020), *(replace(one, url=f"{one.url}?v=2") for one in many(21, 2_000))])
    assert time.process_time() - started < 2


def test_two_thousand_edits_at_once_cost_less_than_three_seconds() -> None:
    words = "Zahlen und Worte über das Wasser, 1.024 an der Zahl, wurden am Montag in der Stadt genannt. "
    before = [replace(one, summary=words * 10) for one in many(1, 2_000)]
    after = [
        replace(one, title=f"{one.title} Mark{n}", summary=one.summary.replace("Montag", f"Tag {n}", 1))
        for n, one in enumerate(before)
        if one.summary
    ]
    memory = Memory.of(before)
    started = time.process_time()
    memory.compare(after)
    assert time.process_time() - started < 3


def test_short_list_of_which_nothing_is_known_tells_nothing_however_new() -> None:
    """As the coming events beside the news, where these are away for a moment."""
    found = Memory.of(many(1, 20)).compare(many(40, 42))
    assert found.doubt is not None
    assert found.doubt[0] == "shrunk"
    assert (found.changes, found.matches) == ((), ())


@pytest.mark.parametrize("place", [0, 4])
def test_undated_list_that_turned_over_around_an_item_that_was_kept_is_all_new(place: int) -> None:
    """What stands below it is not the old end: what stood below it before is gone."""
    kept = item("Opening hours of the reading room")
    page = many(41, 50, dated=False)
    page.insert(place, kept)
    changes = Memory.of([kept, *many(1, 10, dated=False)]).compare(page).changes
    assert [change.match.data for change in changes] == many(41, 50, dated=False)[::-1]
    assert all(change.tell and change.kind is ChangeKind.ADDED for change in changes)


def test_longer_page_below_the_last_known_item_is_no_news_however_much_of_it_is_unseen() -> None:
    found = Memory.of(many(41, 50, dated=False)).compare(many(1, 41, dated=False))
    assert {change.kind for change in found.changes} == {ChangeKind.SURFACED}


def test_of_a_page_that_became_another_one_only_what_is_later_than_all_known_is_told() -> None:
    memory = Memory.of(many(1, 12))
    newest = max(one.published.on for one in memory.listed() if one.published and one.published.on)

    def other(n: int, days: int) -> ItemData:
        return item(f"Under another name: {n}", str(newest + timedelta(days=days)), url=f"https://new.example/x/{n}a")

    page = [other(1, 2), other(2, 0), other(3, 0), *(other(n, -n) for n in range(4, 12))]
    assert memory.compare(page).doubt is not None
    found = memory.compare(page, accepted=True)
    told = [change.match.data.title for change in found.changes if change.tell]
    assert told == ["Under another name: 2", "Under another name: 1"], "one of the newest day was known already"
    assert len(found.unseen) == len(page)
    undated = [replace(one, published=None) for one in page]
    assert sum(change.tell for change in memory.compare(undated, accepted=True).changes) == len(page)
