"""A listing that turned over completely between two looks: next pages are followed until the known is met."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scraper.paging import Trail
from scraper.types import Outcome
from tests.support.press import PressOffice, Reader

_FULL = 2
"""https://sqlite.org/pragma.html#pragma_synchronous"""


@pytest.fixture
def site() -> Iterator[PressOffice]:
    with PressOffice(40) as opened:
        yield opened


@pytest.fixture
def reader(tmp_path: Path, site: PressOffice) -> Iterator[Reader]:
    with Reader(tmp_path / "presswatch.db", site) as opened:
        opened.check()
        yield opened


def test_items_of_all_pages_between_are_told_oldest_first_and_once(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(25)
    report = reader.check()
    assert (report.outcome, report.message) == (Outcome.CHANGED, None)
    assert reader.told() == fresh
    assert report.committed.new_items == 25
    fetched = reader.rows("SELECT url, purpose, outcome, http_status FROM fetches ORDER BY id")
    assert [tuple(row) for row in fetched] == [
        (site.url(f"/news?page={number}"), "next_page", "ok", 200) for number in (2, 3)
    ]
    assert reader.check().outcome is Outcome.UNCHANGED
    assert reader.value("SELECT count(*) FROM changes WHERE kind = 'withdrawn'") == 0
    assert reader.value("SELECT count(*) FROM appearances WHERE listed = 1") == site.size, "the first page's"


def test_item_that_returns_from_a_further_page_is_the_known_one(site: PressOffice, reader: Reader) -> None:
    site.publish(15)
    reader.check()
    del site.releases[1:4]
    reader.check()
    reader.check()
    assert reader.told() == []
    assert reader.value("SELECT count(*) FROM changes WHERE kind IN ('added', 'surfaced') AND tell = 1") == 15


def test_last_known_items_on_the_page_mean_no_gap(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(8)
    reader.check()
    assert reader.told() == fresh
    assert reader.value("SELECT count(*) FROM fetches") == 0


def test_no_more_pages_than_allowed_are_followed_and_the_check_says_so(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(90)
    report = reader.check()
    assert reader.told() == fresh[-60:]
    assert "of 5 more pages too" in (report.message or "")
    assert reader.value("SELECT message FROM checks ORDER BY id DESC") == report.message


def test_page_that_fails_costs_what_stands_beyond_it_and_is_on_record(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(25)
    site.broken = {3}
    report = reader.check()
    assert report.outcome is Outcome.CHANGED
    assert reader.told() == fresh[-20:]
    assert "could not be read: answered with status 503" in (report.message or "")
    assert reader.value("SELECT outcome || http_status FROM fetches ORDER BY id DESC") == "failed503"


def test_page_that_failed_is_read_at_the_next_look_and_what_it_lists_is_told(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(25)
    site.broken = {3}
    reader.check()
    site.broken = set()
    later = site.publish(2)
    report = reader.check()
    assert (report.outcome, report.message) == (Outcome.CHANGED, None)
    assert sorted(reader.told()) == sorted([*fresh[:5], *later])
    assert reader.value("SELECT gap_url FROM sources") is None
    reader.check()
    assert reader.told() == []
    assert reader.value("SELECT count(*) FROM items") == 37


def test_a_gap_stays_open_where_the_whole_first_page_is_new_again(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(35)
    site.broken = {3}
    reader.check()
    told = reader.told()
    site.broken = set()
    later = site.publish(10)
    reader.check()
    assert sorted([*told, *reader.told()]) == sorted([*fresh, *later])
    assert reader.value("SELECT gap_url FROM sources") is None


def test_what_only_a_late_page_tells_is_a_change_that_survives_a_power_cut(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(25)
    site.broken = {3}
    reader.check()
    site.broken = set()
    report = reader.check()
    assert (report.outcome, reader.told()) == (Outcome.CHANGED, fresh[:5])
    assert reader.value("PRAGMA synchronous") == _FULL, "the connection keeps what the last commit was made with"
    kept = "SELECT outcome, changes, retention FROM checks JOIN captures ON sha256 = capture_sha256 ORDER BY id DESC"
    assert tuple(reader.row(kept)) == ("changed", 5, "evidence")
    assert reader.value("SELECT last_changed_at = last_check_at FROM sources")
    assert reader.check().outcome is Outcome.UNCHANGED
    assert reader.value("PRAGMA synchronous") != _FULL


def test_page_that_keeps_failing_is_given_up_after_five_looks(site: PressOffice, reader: Reader) -> None:
    site.publish(25)
    site.broken = {3}
    for _ in range(7):
        reader.check()
    assert reader.value("SELECT count(*) FROM fetches WHERE outcome = 'failed'") == 5
    assert reader.value("SELECT gap_url FROM sources") is None
    assert reader.value("SELECT count(*) FROM changes WHERE kind = 'added'") == 20


def test_shifted_page_doubles_nothing(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(25)
    listing = site._listing

    def moving(page: int) -> str:
        if page == 2:
            site.publish(2)
            site._listing = listing  # type: ignore[method-assign]
        return listing(page)

    site._listing = moving  # type: ignore[method-assign]
    reader.check()
    assert sorted(reader.told()) == sorted(fresh), "two items stand on both pages now"
    assert reader.value("SELECT count(*) FROM items") == 35


def test_trail_stays_on_its_site_and_goes_nowhere_twice() -> None:
    assert Trail.after("https://a-desk.org/news", "https://b-desk.org/news?page=2").url is None
    assert Trail.after("https://a-desk.org/news", "https://a-desk.org/news#more").url is None
    trail = Trail.after("https://a-desk.org/news", "https://news.a-desk.org/2")
    assert trail.url == "https://news.a-desk.org/2"
    trail.step("https://news.a-desk.org/2", "https://a-desk.org/news")
    assert trail.url is None


def test_time_that_runs_out_keeps_what_was_found(site: PressOffice, reader: Reader) -> None:
    fresh = site.publish(35)
    listing = site._listing

    def slow(page: int) -> str:
        if page == 3:
            site.closing.wait(5)
        return listing(page)

    site._listing = slow  # type: ignore[method-assign]
    reader.checker.reconfigure(replace(reader.options, deadline=timedelta(seconds=4.5)), reader.book)
    report = reader.check()
    assert reader.told() == fresh[-20:]
    assert report.message == "all items are new; there was time for 1 more pages"
