"""When articles are looked at again, and what counts as an edit. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.following import (
    STEPS,
    edited_fields,
    fingerprint,
    is_shrunk,
    is_strange,
    is_told,
    leads_away,
    next_step,
    retry_at,
)
from scraper.types import ArticleData

FIRST = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
LISTING = "https://bureau.org/news"


def test_looks_become_rarer_and_end_after_a_month() -> None:
    now, gaps = FIRST, []
    while (due := next_step(FIRST, now)) is not None:
        gaps.append(due - now)
        now = due
    assert now - FIRST == timedelta(days=30)
    assert len(gaps) == len(STEPS)
    assert gaps == sorted(gaps)


@given(st.integers(0, 60 * 24 * 40))
def test_next_step_lies_ahead(minutes: int) -> None:
    now = FIRST + timedelta(minutes=minutes)
    due = next_step(FIRST, now)
    assert (due is None) == (now - FIRST >= STEPS[-1])
    assert due is None or due > now


def test_failures_are_retried_ever_more_rarely_and_then_left_to_the_next_step() -> None:
    waits = [retry_at(count, FIRST, FIRST) for count in range(1, 6)]
    assert [wait - FIRST for wait in waits if wait] == [timedelta(minutes=10 * 2**n) for n in range(5)]
    assert retry_at(6, FIRST, FIRST + timedelta(hours=2)) == FIRST + timedelta(hours=6)
    assert retry_at(6, None, FIRST) is None, "an article that was never seen is given up"


BODY = (
    "The pier is open.\n\nIt was built in 2024 by twelve neighbours who gave their evenings for it all year long.\n\n{}"
)


@pytest.mark.parametrize(
    ("old", "new", "fields"),
    [
        ("1,024 views", "2,077 views", ()),
        ("Updated 3 hours ago", "updated 4  hours ago", ()),
        ("It’s done – at last", "It's done - at last", ()),
        ("It is open.", "It is closed.", ("text",)),
    ],
)
def test_counters_and_spelling_of_quotes_are_no_edit(old: str, new: str, fields: tuple[str, ...]) -> None:
    def article(text: str) -> ArticleData:
        return ArticleData("The pier", BODY.format(text))

    assert edited_fields(article(old), article(new)) == fields
    assert edited_fields(article(new), article(new)) == ()


def test_number_within_a_sentence_is_an_edit_and_so_is_the_title() -> None:
    old = ArticleData("The pier", BODY.format(""))
    assert edited_fields(old, ArticleData("The pier", BODY.format("").replace("2024", "2023"))) == ("text",)
    assert edited_fields(old, ArticleData("The old pier", BODY.format(""))) == ("article_title",)


def test_most_of_the_text_gone_is_not_believed_at_once() -> None:
    whole = ArticleData("The pier", BODY.format("More of it. " * 20))
    assert is_shrunk(whole, ArticleData("The pier", "Subscribe to read on."))
    assert not is_shrunk(whole, ArticleData("The pier", whole.text[: len(whole.text) // 2]))


def test_text_that_flaps_is_told_a_few_times_only() -> None:
    assert is_told(1, returned=False)
    assert is_told(2, returned=True)
    assert not is_told(4, returned=True)
    assert not is_told(10, returned=False)


@pytest.mark.parametrize(
    ("found", "away"),
    [
        ("https://bureau.org/", True),
        ("https://bureau.org/index.html", True),
        ("https://bureau.org/en/", True),
        ("https://bureau.org/news/", True),
        ("http://www.bureau.org/news/1-pier?utm_source=x", False),
        ("https://bureau.org/archive/1-pier", False),
        ("https://bureau.org/?p=12", False),
    ],
)
def test_redirect_to_the_front_page_or_the_listing_leads_away(found: str, away: bool) -> None:
    assert leads_away("https://bureau.org/news/1-pier", found, LISTING) is away


PIER = "The pier of the old harbour reopens on Saturday after two years of work by neighbours and volunteers."
AWAY = "We will be back soon. Our website is being maintained at the moment, please try again in a few hours."
HAFEN = "Die Brücke am alten Hafen wird am Samstag nach zwei Jahren wieder geöffnet, sagte die Bürgermeisterin."
WEG = "Unsere Seiten werden gerade gewartet. Bitte versuchen Sie es in einigen Stunden noch einmal, vielen Dank."
PORT = "旧港の桟橋は二年間の工事を終えて土曜日に再び開通すると市長が発表した。"
REST = "ただいまメンテナンス中です。しばらくしてからもう一度アクセスしてください。"


@pytest.mark.parametrize(("article", "notice"), [(PIER, AWAY), (HAFEN, WEG), (PORT, REST)])
def test_notice_in_place_of_an_article_is_strange(article: str, notice: str) -> None:
    old = ArticleData("The pier", article)
    assert is_strange("anything", old, ArticleData("Maintenance", notice))
    assert is_strange(article[:40], None, ArticleData("Maintenance", notice)), "the first text, by the headline"
    assert not is_strange(article[:40], None, old)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        (PIER, PIER + " " + AWAY),
        (
            PIER,
            "Because of the storm the old pier of the harbour reopens one week later, neighbours and volunteers say.",
        ),
        (PORT, "市長は旧港の桟橋の再開通を一週間延期すると発表した。工事は土曜日に終わる。"),
        ("It is open.", "It is closed."),
        ("", AWAY),
    ],
)
def test_rewritten_article_is_not_strange(old: str, new: str) -> None:
    assert not is_strange("The pier reopens", ArticleData("The pier", old), ArticleData("The pier", new))
    assert not is_strange("", None, ArticleData("", new))


def test_fingerprint_differs_where_an_edit_is_told() -> None:
    assert fingerprint("Read 1,024 times\nIt is open.") == fingerprint("read 2,077  times\nIt is open.")
    assert fingerprint("It is open.") != fingerprint("It is closed.")
