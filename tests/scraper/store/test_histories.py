"""Scenarios over many looks: each published item is told once, and nothing else is."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest

from scraper.types import ItemData, Outcome, PageKind, Published
from tests.support.following import follow
from tests.support.newspaper import Newspaper
from tests.support.watch import Watch, day, item, many


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as watching:
        yield watching


def test_first_look_is_a_baseline_and_tells_nothing(watch: Watch) -> None:
    assert watch.fail().told == []
    assert watch.look(many(1, 10)).told == []
    assert watch.listed() == [one.title for one in many(1, 10)]


def test_new_items_are_told_oldest_first(watch: Watch) -> None:
    watch.look(many(1, 10))
    assert watch.look(many(3, 12)).added == [many(11, 11)[0].title, many(12, 12)[0].title]
    assert watch.rows("SELECT title FROM items ORDER BY id DESC LIMIT 1")[0]["title"] == many(12, 12)[0].title


def test_same_page_again_is_unchanged_and_adds_no_row(watch: Watch) -> None:
    watch.look(many(1, 10))
    watch.look(many(1, 10))
    tables = [row["name"] for row in watch.rows("SELECT name FROM sqlite_master WHERE type = 'table'")]
    before = {table: watch.count(table) for table in tables}
    for n in range(5):
        assert watch.look(many(1, 10), body=b"%d" % n).outcome is Outcome.UNCHANGED
        assert watch.look(many(1, 10)).told == []
    assert {table: watch.count(table) for table in tables} == before
    assert watch.row("SELECT count FROM checks ORDER BY id DESC LIMIT 1")["count"] == 11


@pytest.mark.parametrize("dated", [True, False])
def test_order_of_the_page_is_no_news(watch: Watch, dated: bool) -> None:
    items = many(1, 20, dated=dated)
    watch.look(items)
    shuffler = random.Random(4)
    for _ in range(5):
        seen = watch.look(shuffler.sample(items, 20))
        assert (seen.told, seen.silent) == ([], [])


def test_session_ids_in_every_link_are_no_news(watch: Watch) -> None:
    def page(token: str) -> list[ItemData]:
        return [replace(one, url=f"{one.url}?knock={token}") for one in many(1, 10)]

    watch.look(page("a81fc03e"))
    rows = watch.count("revisions"), watch.count("item_keys")
    for token in ("bb3200ff12", "c9921f0a31"):
        seen = watch.look(page(token))
        assert (seen.told, seen.silent, seen.outcome) == ([], [], Outcome.UNCHANGED)
    assert (watch.count("revisions"), watch.count("item_keys")) == rows


def test_pinned_old_item_is_surfaced_and_unpinning_is_no_withdrawal(watch: Watch) -> None:
    watch.look(many(11, 20))
    pinned = item("The charter of the bureau, explained", "2019-05-01")
    assert watch.look([pinned, *many(11, 20)]).told == []
    for _ in range(4):
        seen = watch.look(many(11, 20))
        assert (seen.told, seen.silent) == ([], [])


@pytest.mark.parametrize("dated", [True, False])
def test_withdrawal_is_told_once_after_three_looks_and_what_it_pulls_up_is_not(watch: Watch, dated: bool) -> None:
    watch.look(many(11, 20, dated=dated))
    after = [one for one in many(10, 20, dated=dated) if "number 15" not in one.title]
    seen = [watch.look(after) for _ in range(6)]
    assert [one.told for one in seen] == [[], [], [("withdrawn", many(15, 15)[0].title)], [], [], []]
    assert seen[0].silent == [("surfaced", many(10, 10)[0].title)]
    assert watch.look(many(11, 20, dated=dated)).told == [("reinstated", many(15, 15)[0].title)]


def test_while_a_withdrawal_awaits_confirmation_every_look_is_a_real_one(watch: Watch) -> None:
    watch.look(many(1, 10))
    after = [one for one in many(1, 10) if "number 5 " not in one.title]
    watch.look(after)
    assert watch.lease().validators is None


def test_late_item_in_the_middle_of_a_dated_list_is_told(watch: Watch) -> None:
    watch.look(many(11, 20))
    late = item("A decree that was signed late and dated early", "2026-01-16")
    page = many(12, 20)
    page.insert(4, late)
    assert watch.look(page).added == [late.title]


@pytest.mark.parametrize("dated", [True, False])
def test_scrolling_off_and_returning_is_no_news(watch: Watch, dated: bool) -> None:
    watch.look(many(1, 10, dated=dated))
    watch.look(many(4, 13, dated=dated))
    for _ in range(4):
        seen = watch.look(many(1, 13, dated=dated))
        assert (seen.told, seen.silent) == ([], [])


@pytest.mark.parametrize("ends", [(1, 20), (1, 10)])
def test_ascending_list_tells_what_comes_at_its_end(watch: Watch, ends: tuple[int, int]) -> None:
    first, last = ends
    watch.look(many(first, last)[::-1])
    titles = [one.title for one in many(last + 1, last + 2)[::-1]]
    assert watch.look(many(first + 2, last + 2)[::-1]).added == titles
    for _ in range(4):
        seen = watch.look(many(first + 2, last + 2)[::-1])
        assert (seen.told, seen.silent) == ([], [])
    assert watch.row("SELECT title FROM items ORDER BY id DESC LIMIT 1")["title"] == titles[-1]


def test_ascending_list_without_dates_is_known_by_the_numbers_in_its_addresses(watch: Watch) -> None:
    def page(first: int, last: int) -> list[ItemData]:
        return [item(f"Release {n}", url=f"https://bureau.example/r?id={n}") for n in range(first, last + 1)]

    watch.look(page(1001, 1010))
    assert watch.look(page(1003, 1012)).added == ["Release 1011", "Release 1012"]
    assert [watch.look(page(1003, 1012)).told for _ in range(4)] == [[]] * 4


# -- redesign --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dated", [True, False])
def test_redesign_keeps_all_items_and_tells_the_two_new_ones(watch: Watch, dated: bool) -> None:
    """A new URL scheme, then a new host, two truly new items at each step."""
    items = many(1, 40, dated=dated)
    watch.look(items)
    keys = {row["title"]: row["item_key"] for row in watch.rows("SELECT title, item_key FROM items")}
    for step, form in enumerate(("https://bureau.example/en/press/{}.html", "https://press.bureau.example/release/{}")):
        new = [item(f"A truly new thing {step} {n}", "2026-02-20" if dated else None) for n in (1, 0)]
        page = [replace(one, url=form.format(f"{step}z{n}q")) for n, one in enumerate([*new, *items])]
        seen = watch.look(page)
        assert seen.added == [one.title for one in new[::-1]]
        assert [change for change in seen.told if change[0] != "added"] == []
        items = page
    again = {row["title"]: row["item_key"] for row in watch.rows("SELECT title, item_key FROM items")}
    assert again | keys == again
    assert len(again) == 44
    recognised = watch.rows("SELECT reason FROM identity_log WHERE decision = 'recognised'")
    assert len(recognised) == 40 + 42


def test_nothing_known_and_nothing_that_fits_is_doubted_then_accepted_as_one_batch(watch: Watch) -> None:
    watch.look(many(101, 120))
    other = [
        item(f"Sports result {n} of the season", f"2019-01-{n:02}", url=f"https://x.example/{n}a") for n in range(1, 9)
    ]
    seen = [watch.look(other) for _ in range(6)]
    assert [one.outcome for one in seen] == [Outcome.SUSPECT] * 6
    assert [notice for one in seen for notice in one.notices] == ["episode_opened layout_changed"]
    assert watch.count("items") == 20
    at_last = watch.look(other)  # six hours after the first
    assert (at_last.outcome, at_last.notices) == (Outcome.CHANGED, ["episode_closed layout_changed"])
    assert {kind for kind, _ in at_last.told} <= {"added"}
    newer = item("A new result of this very season", "2019-02-01", url="https://x.example/99a")
    assert watch.look([newer, *other]).added == [newer.title]


@pytest.mark.parametrize(
    "form",
    [
        lambda title: f"{title[:40].rsplit(' ', 1)[0]}…",
        lambda title: f"Press release: {title}",
        str.upper,
    ],
)
def test_new_template_that_cuts_marks_or_shouts_its_headlines_at_new_addresses_keeps_all_items(
    watch: Watch, form: Callable[[str], str]
) -> None:
    def paper(first: int, last: int) -> list[ItemData]:
        return [
            item(f"The bureau answers letter {n} of the year from {'the coast of ' * (n % 3)}the islands", on.title)
            for n, on in ((n, replace(many(n, n)[0], title=f"2026-01-{n:02}")) for n in range(last, first - 1, -1))
        ]

    watch.look(paper(1, 20))
    new = [
        replace(one, title=form(one.title), url=f"https://x.example/n/{n}-page") for n, one in enumerate(paper(1, 22))
    ]
    assert len(watch.look(new).told) == 2
    assert watch.count("items") == 22
    reasons = {row["reason"] for row in watch.rows("SELECT reason FROM identity_log WHERE decision = 'recognised'")}
    assert len(reasons) == 1


def test_undated_item_that_had_scrolled_off_is_recognised_when_a_redesign_shows_it_again(watch: Watch) -> None:
    watch.look(many(1, 10, dated=False))
    watch.look(many(6, 15, dated=False))
    moved = [
        replace(one, url=f"https://press.bureau.example/r/{n}-x") for n, one in enumerate(many(1, 16, dated=False))
    ]
    assert watch.look(moved).added == [many(16, 16)[0].title]
    assert watch.count("items") == 16


@pytest.mark.parametrize("dated", [True, False])
def test_headline_edited_in_place_together_with_its_address_stays_the_item(watch: Watch, dated: bool) -> None:
    page = many(1, 10, dated=dated)
    page[4] = item("Harbour dues rise for small boats from next spring on", "2026-01-07" if dated else None)
    watch.look(page)
    edited = item("Correction: Harbour dues rise for small boats from next spring on", "2026-01-07" if dated else None)
    page[4] = edited
    assert watch.look(page).told == [("revised", edited.title)]
    assert [watch.look(page).told for _ in range(4)] == [[]] * 4
    other = item("Harbour dues fall for large boats from next autumn on", "2026-01-07" if dated else None)
    page[4] = other
    assert watch.look(page).added == [other.title]


@pytest.mark.parametrize("dated", [True, False])
def test_complete_turn_over_is_told(watch: Watch, dated: bool) -> None:
    watch.look(many(1, 10, dated=dated))
    seen = watch.look(many(41, 50, dated=dated))
    assert seen.outcome is Outcome.CHANGED
    assert len(seen.added) == 10


def test_stale_page_from_a_cache_is_no_news(watch: Watch) -> None:
    watch.look(many(1, 10))
    watch.look(many(5, 14))
    watch.look(many(9, 18))
    for page in (many(1, 10), many(9, 18), many(5, 14), many(9, 18)):
        seen = watch.look(page)
        assert (seen.told, seen.silent) == ([], [])


# -- trust -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("kind", "notice"),
    [
        (PageKind.BLOCKED, "blocked"),
        (PageKind.LOGIN, "blocked"),
        (PageKind.EMPTY, "empty"),
        (PageKind.APP_SHELL, "app_shell"),
        (PageKind.ERROR, "failing"),
        (PageKind.OTHER, "layout_changed"),
    ],
)
def test_unwell_state_opens_and_closes_once_and_is_no_item_news(watch: Watch, kind: PageKind, notice: str) -> None:
    watch.look(many(1, 10))
    seen = [watch.look((), kind=kind) for _ in range(20)]
    assert [notice for one in seen for notice in one.notices] == [f"episode_opened {notice}"]
    assert all(one.outcome is Outcome.SUSPECT and not one.told and not one.silent for one in seen)
    assert watch.count("checks") == 2
    back = watch.look(many(3, 12))
    assert back.notices == [f"episode_closed {notice}"]
    assert len(back.added) == 2


def test_failures_fold_and_what_was_published_meanwhile_is_told(watch: Watch) -> None:
    watch.look(many(1, 10))
    notices = [notice for _ in range(20) for notice in watch.fail().notices]
    assert notices == ["episode_opened failing"]
    assert watch.row("SELECT count FROM checks ORDER BY id DESC LIMIT 1")["count"] == 20
    assert len(watch.look(many(4, 13)).added) == 3


def test_list_without_items_is_empty_not_a_change_of_layout(watch: Watch) -> None:
    watch.look(many(1, 10))
    assert watch.look(()).report is not None
    assert watch.row("SELECT reason FROM checks ORDER BY id DESC LIMIT 1")["reason"] == "empty"


def test_shrunk_page_adds_but_never_withdraws_and_is_accepted_in_the_end(watch: Watch) -> None:
    watch.look(many(1, 20))
    first = watch.look(many(18, 21))
    assert (first.outcome, first.added) == (Outcome.SUSPECT, [many(21, 21)[0].title])
    later = [watch.look(many(18, 21)) for _ in range(7)]
    assert [change for one in later for change in one.told + one.silent] == []
    assert [notice for one in later for notice in one.notices] == ["episode_opened shrunk", "episode_closed shrunk"]
    assert later[-1].outcome is Outcome.UNCHANGED
    assert watch.look(many(19, 22)).added == [many(22, 22)[0].title]


def test_ten_quick_looks_at_a_doubtful_page_are_enough_and_nine_are_not(watch: Watch) -> None:
    watch.look(many(1, 20))
    outcomes = []
    for _ in range(10):
        watch.now -= timedelta(minutes=59)
        outcomes.append(watch.look(many(18, 20)).outcome)
    assert outcomes == [Outcome.SUSPECT] * 9 + [Outcome.CHANGED]


def test_shrunk_page_that_recovers_withdraws_nothing(watch: Watch) -> None:
    watch.look(many(1, 20))
    watch.look(many(18, 20))
    for _ in range(4):
        seen = watch.look(many(1, 20))
        assert (seen.told, seen.silent) == ([], [])


def test_many_items_missing_at_once_are_recorded_not_told(watch: Watch) -> None:
    watch.look(many(1, 20))
    page = [one for n, one in enumerate(many(1, 20)) if n % 3]
    for _ in range(3):
        seen = watch.look(page)
        assert seen.told == []
    assert {kind for kind, _ in seen.silent} == {"withdrawn"}


# -- edits -----------------------------------------------------------------------------------------------------------


def test_edits_name_exactly_their_fields(watch: Watch) -> None:
    page = [replace(one, summary=f"What {one.title} says in short") for one in many(1, 10)]
    watch.look(page)
    edits: dict[int, dict[str, Any]] = {
        2: {"title": "Announcement number 8, corrected"},
        3: {"published": day("2026-01-02")},
        4: {"summary": "Now it says something else"},
        5: {"url": "https://bureau.example/news/moved-elsewhere"},
    }
    for place, fields in edits.items():
        page[place] = replace(page[place], **fields)
        seen = watch.look(page)
        assert len(seen.told) == 1
        row = watch.row("SELECT kind, fields, revision FROM changes ORDER BY id DESC LIMIT 1")
        name = next(iter(fields))
        assert (row["kind"], row["fields"], row["revision"]) == ("relocated" if name == "url" else "revised", name, 2)


def test_there_and_back_again_is_two_revisions(watch: Watch) -> None:
    page = many(1, 10)
    watch.look(page)
    changed = [replace(page[0], title="Announcement number 10, corrected"), *page[1:]]
    assert [len(watch.look(one).told) for one in (changed, page, page)] == [1, 1, 0]
    titles = [
        row["title"]
        for row in watch.rows("SELECT title FROM revisions WHERE number > 0 AND item_id = 10 ORDER BY number")
    ]
    assert titles == [page[0].title, changed[0].title, page[0].title]


def test_template_that_edits_all_items_is_stored_and_not_told(watch: Watch) -> None:
    watch.look([replace(one, summary="Old words about it") for one in many(1, 10)])
    seen = watch.look([replace(one, summary="Quite another text") for one in many(1, 10)])
    assert (seen.told, seen.silent) == ([], [])
    assert watch.row("SELECT summary FROM items LIMIT 1")["summary"] == "Quite another text"


def test_counters_on_all_items_are_no_revision(watch: Watch) -> None:
    for views in (10, 11, 250):
        seen = watch.look([replace(one, summary=f"In short. {views} views") for one in many(1, 10)])
        assert seen.told == []
    assert watch.count("revisions") == 10


def test_whitespace_quotes_and_cuts_are_no_edit(watch: Watch) -> None:
    one = item("The bureau’s “new” way of doing things", "2026-01-20", summary="A long summary of all that was said.")
    watch.look([one, *many(1, 9)])
    for form in (
        replace(one, title='The bureau\'s  "new" way of doing things'),
        replace(one, title="The bureau’s “new” way of…"),
        replace(one, summary="A long summary of all…"),
        replace(one, summary=None, published=None),
    ):
        assert watch.look([form, *many(1, 9)]).told == []
    row = watch.row("SELECT title, summary, published_on FROM items WHERE url = ?", one.url)
    assert tuple(row) == (one.title, one.summary, "2026-01-20")


def test_words_added_to_a_headline_are_an_edit(watch: Watch) -> None:
    one = item("Storm warning for the northern coast")
    watch.look([one, *many(1, 9)])
    assert len(watch.look([replace(one, title="Storm warning for the northern coast lifted"), *many(1, 9)]).told) == 1
    assert len(watch.look([one, *many(1, 9)]).told) == 1


# -- identity --------------------------------------------------------------------------------------------------------


def test_recurring_title_is_a_new_item_each_time(watch: Watch) -> None:
    def bulletin(n: int, on: str | None) -> ItemData:
        return item(
            "Weekly navigation bulletin for all coastal waters",
            on,
            url=f"https://bureau.example/bulletin/weekly-navigation-bulletin-{n}",
        )

    for on in (["2026-01-20", "2026-01-27", "2026-02-03"], [None] * 3):
        page = many(1, 10, dated=on[0] is not None)
        watch.look([bulletin(411, on[0]), *page])
        for n, when in ((412, on[1]), (413, on[2])):
            assert len(watch.look([bulletin(n, when), *page]).added) == 1
        with watch.store.transaction() as conn:
            conn.execute("UPDATE sources SET baseline_at = NULL")
            conn.execute("UPDATE appearances SET listed = 0")
            conn.execute("DELETE FROM item_keys")


def test_two_items_with_one_title_on_one_page_stay_two(watch: Watch) -> None:
    twins = [item("Notice to mariners", "2026-01-20", url=f"https://bureau.example/n/{n}00") for n in (1, 2)]
    watch.look([*twins, *many(1, 8)])
    assert watch.count("items") == 10
    assert watch.look([*twins[::-1], *many(1, 8)]).told == []
    assert watch.count("items") == 10


def test_doublets_on_the_page_are_one_item(watch: Watch) -> None:
    page = many(1, 10)
    hero = replace(page[0], title="Announcement number 10 of the bureau draws crowds")
    watch.look([hero, *page, replace(page[3], url=f"{page[3].url}/?utm_source=box"), page[5]])
    assert watch.count("items") == 10


def test_reused_address_with_another_headline_and_date_is_news(watch: Watch) -> None:
    box = item("Budget approved by the council", "2026-01-05", url="https://bureau.example/latest-statement")
    watch.look([box, *many(1, 9)])
    other = item("Minister travels to the islands", "2026-02-05", url=box.url)
    assert watch.look([other, *many(1, 9)]).added == [other.title]
    assert watch.look([other, *many(1, 9)]).added == []
    assert len({row["item_key"] for row in watch.rows("SELECT item_key FROM items")}) == 11


def test_edited_teaser_without_a_link_stays_the_same_item(watch: Watch) -> None:
    texts = [f"On day {n} the bureau said a great many things about matter {n} and its consequences" for n in range(8)]
    page = [item(text, url=None, summary=f"{text}. More was said later.") for text in texts]
    watch.look(page)
    edited = "On day 3 the bureau said a great many things about case 3 and its consequences"
    page[3] = item(edited, url=None, summary=f"{edited}. More was said later.")
    assert watch.look(page).told == [("revised", edited)]
    assert [watch.look(page).told for _ in range(3)] == [[]] * 3


def test_address_that_two_items_share_for_a_while_changes_nobody(watch: Watch) -> None:
    page = many(1, 10)
    watch.look(page)
    guest = item("Photographs from the reception yesterday", "2026-01-11", url=page[0].url)
    assert watch.look([guest, *page]).added == [guest.title]
    assert watch.look(page).added == []
    assert watch.look([guest, *page]).added == []


# -- a whole life ----------------------------------------------------------------------------------------------------


class Site:
    """An oracle: publishes, edits, withdraws and shows a window of its items in many ways."""

    def __init__(self, seed: int, *, dated: bool) -> None:
        self.random = random.Random(seed)
        self.dated = dated
        self.items = many(1, 12, dated=dated)
        self.published = 12

    def publish(self) -> None:
        self.published += 1
        self.items.insert(0, many(self.published, self.published, dated=self.dated)[0])

    def page(self) -> list[ItemData]:
        shown = self.items[:12]
        form = self.random.randrange(6)
        if form == 1:
            shown = [replace(one, url=(one.url or "").replace("https://", "http://www.") + "/") for one in shown]
        elif form == 2:
            shown = [replace(one, url=f"{one.url}?utm_source={n}&utm_medium=web") for n, one in enumerate(shown)]
        elif form == 3:
            shown = [*shown, *self.random.sample(shown, 3)]
        elif form == 4 and self.dated:
            shown = self.random.sample(shown, 12)
        elif form == 5:
            token = f"{self.random.getrandbits(64):016x}7"
            shown = [replace(one, url=f"{one.url}?trace={token}") for one in shown]
        return shown


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_each_published_item_is_told_once_and_nothing_else_is(tmp_path: Path, seed: int, dated: bool) -> None:
    site = Site(seed, dated=dated)
    told: list[tuple[str, str]] = []
    silent: list[tuple[str, str]] = []
    with Watch(tmp_path / "presswatch.db") as watch:
        watch.look(site.page())
        for _ in range(80):
            act = site.random.random()
            if act < 0.15:
                site.publish()
            if act < 0.08:
                site.publish()
            if act > 0.95:
                seen = watch.fail()
            elif act > 0.9:
                seen = watch.look((), kind=site.random.choice([PageKind.BLOCKED, PageKind.EMPTY]))
            else:
                seen = watch.look(site.page())
            told += seen.told
            silent += seen.silent
        told += watch.look(site.page()).told
        assert sorted(told) == sorted(("added", one.title) for one in many(13, site.published, dated=dated))
        assert silent == []
        assert watch.count("items") == site.published
        assert watch.is_sound()


@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("seed", range(2))
def test_newspaper_is_followed_through_all_that_happens_to_it(tmp_path: Path, seed: int, dated: bool) -> None:
    """Publishing, edits, withdrawals, redesigns, break-downs and other spellings, in any order."""
    follow(Newspaper(seed, dated=dated), tmp_path / "presswatch.db", looks=50)


@pytest.mark.parametrize(
    ("title", "at"),
    [("Error 404: Page not found", None), ("Seite nicht gefunden", None), ("Bureau", "https://bureau.example/")],
    ids=["error", "error_in_german", "front_page"],
)
def test_undated_strangers_on_an_error_page_or_the_front_page_are_no_news(
    watch: Watch, title: str, at: str | None
) -> None:
    watch.look(many(20, 31, dated=False))
    seen = watch.look(many(1, 8, dated=False), title=title, at=at)
    assert (seen.outcome, seen.told) == (Outcome.SUSPECT, [])
    assert watch.look(many(21, 32, dated=False)).added == [many(32, 32)[0].title]


def test_a_time_of_the_day_that_is_changed_is_an_edit_and_seconds_are_none(watch: Watch) -> None:
    def page(at: str) -> list[ItemData]:
        raw = Published(raw=f"20 Jan 2026, {at}", method="text", on=date(2026, 1, 20), local_time=at)
        return [replace(many(19, 19)[0], published=raw), *many(10, 18)]

    watch.look(page("10:00:12"))
    assert watch.look(page("10:00:47")).told == []
    assert watch.look(page("15:30:00")).told == [("revised", many(19, 19)[0].title)]
    assert (
        watch.row("SELECT published_time FROM items WHERE published_time IS NOT NULL")["published_time"] == "15:30:00"
    )


def test_on_top_of_a_list_that_is_not_sorted_by_its_days_an_old_day_is_news(watch: Watch) -> None:
    days = ["2026-01-25", "2026-01-09", "2026-02-16", "2026-01-29", "2026-02-03", "2026-01-14", "2026-02-20"]
    rulings = [item(f"Ruling {n} on the fishing quotas of the lake", on) for n, on in enumerate(days)]
    watch.look(rulings)
    new = item("Ruling on the harbour dues of the northern lakes", "2025-11-04")
    assert watch.look([new, *rulings[:-1]]).added == [new.title]


@pytest.mark.parametrize("dated", [True, False])
def test_addresses_that_name_places_of_the_list_name_no_items(watch: Watch, *, dated: bool) -> None:
    nouns = "Ferry Council Quarry Monastery Tunnel Airport Forest Library Orchard Bridge Harbour Museum".split()
    verbs = "opens closes moves repairs visits rents sells".split()
    titles = [f"{noun} {verbs[n % 7]} {nouns[(n * 5 + 3) % 12].lower()} annex" for n, noun in enumerate(nouns)]

    def page(first: int) -> list[ItemData]:
        return [
            item(title, f"2026-01-{20 - first - n:02}" if dated else None, url=f"https://bureau.example/item?pos={n}")
            for n, title in enumerate(titles[first : first + 8])
        ]

    watch.look(page(4))
    for first in (3, 2, 1, 0):
        seen = watch.look(page(first))
        assert (seen.told, seen.added) == ([("added", titles[first])], [titles[first]])
    assert watch.count("items") == 12


def test_what_nobody_heard_of_as_withdrawn_is_not_told_as_reinstated(watch: Watch) -> None:
    watch.look(many(1, 20))
    for _ in range(3):
        seen = watch.look([one for n, one in enumerate(many(1, 20)) if not 2 <= n < 9])
    assert (seen.told, len(seen.silent)) == ([], 7), "so many at once: the list changed"
    back = watch.look(many(1, 20))
    assert (back.told, len(back.silent)) == ([], 7)


def test_a_renewed_list_behind_a_wall_that_comes_and_goes_is_believed_in_the_end(watch: Watch) -> None:
    watch.look(many(1, 20))
    other = [item(f"Sports result {n} of the season", "2019-01-05", url=f"https://x.example/{n}a") for n in range(8)]
    outcomes = [watch.look(other if n % 2 else (), kind=PageKind.LISTING).outcome for n in range(20)]
    assert outcomes == [Outcome.SUSPECT] * 19 + [Outcome.CHANGED]


def test_what_comes_at_the_end_of_the_day_s_page_is_news(watch: Watch) -> None:
    def today(*times: str) -> list[ItemData]:
        on = date(2026, 1, 20)
        return [
            replace(
                item(f"Announcement of {at} by the harbour master"),
                published=Published(raw=at, method="text", on=on, local_time=at),
            )
            for at in times
        ]

    times = ["08:00", "08:15", "08:45", "09:30", "10:05", "11:20", "13:00"]
    watch.look(today(*times[:5]))
    assert watch.look(today(*times[:6])).added == ["Announcement of 11:20 by the harbour master"]
    assert watch.look(today(*times)).added == ["Announcement of 13:00 by the harbour master"]
