"""An article on two watched pages is told once per channel, naming both."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from scheduler.fact_rows import load_messages
from scheduler.holding import release_held
from scheduler.messages import TellingPlan
from scheduler.render import render
from scheduler.rules import DEFAULT_RULE, Rule
from scheduler.timing import Timing, parse_quiet
from scraper.types import ChangeKind, ItemData, Published
from tests.scheduler.newsroom import Newsroom
from tests.scheduler.test_outbox import Hands

ARTICLE = ItemData("Pier reopens", url="https://example.org/pier")
AGAIN = ItemData("The pier reopens", url="http://www.example.org/pier/?utm_source=list#top")


def two_pages(newsroom: Newsroom) -> Newsroom:
    for slug in ("harbour", "council"):
        newsroom.add_source(slug)
    return newsroom


def told(newsroom: Newsroom) -> list[tuple[str, tuple[str, ...]]]:
    ids = [row[0] for row in newsroom.rows("SELECT id FROM messages ORDER BY id")]
    found = load_messages(newsroom.conn, ids)  # type: ignore[arg-type]
    return [
        (change.source.slug, tuple(other.source.slug for other in change.also))
        for message in found.values()
        for change in message.changes
    ]


def test_a_second_sighting_joins_the_message_that_waits(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom())
    assert newsroom.publish("harbour", ARTICLE) == 1
    before = newsroom.rows("SELECT message_id FROM messages")
    assert newsroom.publish("council", AGAIN) == 0
    assert newsroom.rows("SELECT message_id FROM messages") == before
    assert told(newsroom) == [("harbour", ("council",))]
    rendered = render(load_messages(newsroom.conn, [1])[1])
    for form in (rendered.text, rendered.html, rendered.markdown, rendered.subject, rendered.chat(2000)):
        assert "Harbour" in form
        assert "Council" in form
    (change,) = rendered.payload["data"]["changes"]  # type: ignore[index]
    assert [other["source"]["slug"] for other in change["also"]] == ["council"]


def test_a_second_sighting_after_the_message_went_is_recorded_only(make_newsroom: Any, make_sink: Any) -> None:
    newsroom, sink = two_pages(make_newsroom()), make_sink()
    hands = Hands(newsroom, {"hook": sink.url})
    newsroom.publish("harbour", ARTICLE)
    hands.settle()
    assert newsroom.publish("council", AGAIN) == 0
    hands.settle()
    assert len(sink.received) == 1
    assert told(newsroom) == [("harbour", ())]
    assert newsroom.rows("SELECT change_id, also_of, told FROM message_changes") == [(1, None, 1), (2, 1, 0)]
    hands.outbox.close()


def test_what_was_tried_once_is_repeated_as_it_was(make_newsroom: Any, make_sink: Any) -> None:
    newsroom, sink = two_pages(make_newsroom()), make_sink()
    sink.answer = lambda _: type("Down", (), {"status": 503, "headers": {}, "body": b"", "delay": 0, "drip": False})()
    hands = Hands(newsroom, {"hook": sink.url})
    newsroom.publish("harbour", ARTICLE)
    hands.settle()
    newsroom.publish("council", AGAIN)
    hands.forward(minutes=1)
    hands.settle()
    assert len({(each.id, each.body) for each in sink.received}) == 1
    assert len(sink.received) == 2
    hands.outbox.close()


def test_the_message_has_one_id_whichever_page_is_looked_at_first(make_newsroom: Any) -> None:
    ids = []
    for number, order in enumerate((("harbour", "council"), ("council", "harbour"))):
        newsroom = two_pages(make_newsroom(name=f"{number}.db"))
        for slug in order:
            newsroom.publish(slug, ARTICLE)
        ids.append(newsroom.rows("SELECT message_id FROM messages"))
    assert ids[0] == ids[1]
    assert len(ids[0]) == 1


def test_each_channel_is_told_once(make_newsroom: Any) -> None:
    rules = [Rule("a", tags=("sea",), channels=("hook",)), DEFAULT_RULE]
    newsroom = make_newsroom("hook", "phone", rules=rules)
    newsroom.add_source("harbour", tags=["sea"])
    newsroom.add_source("council")
    newsroom.publish("harbour", ARTICLE)
    newsroom.publish("council", AGAIN)
    assert newsroom.rows("SELECT channel_id, count(*) FROM messages GROUP BY 1") == [(1, 1), (2, 1)]


@pytest.mark.parametrize(
    ("first", "second"),
    [
        (ARTICLE, ItemData("Pier reopens", url="https://example.org/pier-2")),
        (ItemData("Pier reopens"), ItemData("Pier reopens")),
        (ItemData("One", url="https://example.org/news"), ItemData("Two", url="https://example.org/news")),
    ],
)
def test_only_an_address_of_its_own_names_an_article(make_newsroom: Any, first: ItemData, second: ItemData) -> None:
    newsroom = two_pages(make_newsroom())
    assert newsroom.publish("harbour", first) == 1
    assert newsroom.publish("council", second) == 1


def test_an_address_behind_which_a_page_has_several_items_names_none(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom())
    same = [ItemData(f"Notice {n}", url="https://example.org/notices") for n in range(2)]
    assert newsroom.publish("harbour", *same) == 2
    assert newsroom.publish("council", *same) == 2
    assert newsroom.publish("harbour", ItemData("Notice 3", url="https://example.org/notices")) == 1


LEVELS = "https://example.org/levels.pdf"


def test_another_article_at_an_address_that_was_told_before_is_told(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom())
    newsroom.add_source("mayor")
    assert newsroom.publish("harbour", ItemData("Water levels: the yearly tables are out", url=LEVELS)) == 1
    assert newsroom.publish("council", ItemData("Flood warning for the lower river", url=LEVELS)) == 1
    assert newsroom.publish("mayor", ItemData("A flood warning for the lower river", url=LEVELS)) == 0
    assert told(newsroom) == [("harbour", ()), ("council", ("mayor",))]


@pytest.mark.parametrize(("days", "messages"), [(6, 0), (9, 1)])
def test_an_address_is_one_article_for_a_week_after_it_was_sent(
    make_newsroom: Any, make_sink: Any, days: int, messages: int
) -> None:
    newsroom, sink = two_pages(make_newsroom()), make_sink()
    hands = Hands(newsroom, {"hook": sink.url})
    newsroom.publish("harbour", ARTICLE)
    hands.settle()
    newsroom.now += timedelta(days=days)
    assert newsroom.publish("council", ARTICLE) == messages
    hands.outbox.close()


def test_what_a_digest_holds_for_a_month_is_one_entry(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom())
    newsroom.planner.plan = TellingPlan(channels=("hook",), timings={"hook": Timing("0 8 1 * *")})
    newsroom.publish("harbour", ARTICLE)
    newsroom.now += timedelta(days=20)
    newsroom.publish("council", AGAIN)
    assert told(newsroom) == [("harbour", ("council",))]


@pytest.mark.parametrize(
    ("second", "days", "is_one"),
    [
        ("Pier reopens after two years", (2, None), True),
        ("PIER REOPENS", (2, 3), True),
        ("Harbour office announces the end of its works", (2, 2), True),
        ("Harbour office announces the end of its works", (2, 3), False),
        ("Harbour office announces the end of its works", (None, None), False),
        ("Pier reopens in 2027", (None, None), True),
        ("The reopening of piers", (2, None), False),
    ],
)
def test_one_address_is_one_article_by_its_title_or_its_day(
    make_newsroom: Any, second: str, days: tuple[int | None, int | None], is_one: bool
) -> None:
    newsroom = two_pages(make_newsroom())
    for slug, title, day in zip(("harbour", "council"), ("Pier reopens", second), days, strict=True):
        on = date(2026, 3, day) if day else None
        newsroom.publish(slug, ItemData(title, url=LEVELS, published=Published(str(on), "text", on=on) if on else None))
    assert len(told(newsroom)) == (1 if is_one else 2)


def test_numbers_tell_two_issues_at_one_address_apart(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom())
    newsroom.publish("harbour", ItemData("The weekly bulletin, number 45", url=LEVELS))
    assert newsroom.publish("council", ItemData("The weekly bulletin, number 46", url=LEVELS)) == 1


def test_edits_are_told_of_each_page(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom(rules=[Rule("all", kinds=frozenset(ChangeKind))]))
    newsroom.publish("harbour", ARTICLE)
    newsroom.publish("council", ARTICLE)
    assert newsroom.edit("harbour", "Pier reopens", title="Pier reopens late") == 1
    assert newsroom.edit("council", "Pier reopens", title="Pier reopens late") == 1


def test_what_the_receiver_refused_is_told_from_the_other_page(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom())
    newsroom.publish("harbour", ARTICLE)
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE messages SET state = 'dead'")
    assert newsroom.publish("council", ARTICLE) == 1
    assert len(set(newsroom.rows("SELECT message_id FROM messages"))) == 2


def test_two_sightings_in_a_night_are_one_entry_of_the_digest(make_newsroom: Any) -> None:
    newsroom = two_pages(make_newsroom())
    timing = Timing(quiet=parse_quiet("00:00-23:59"))
    newsroom.planner.plan = TellingPlan(channels=("hook",), timings={"hook": timing})
    newsroom.publish("harbour", ARTICLE, "other")
    newsroom.publish("council", AGAIN)
    with newsroom.store.transaction() as conn:
        release_held(conn, newsroom.now + timedelta(days=1))
    assert told(newsroom) == [("harbour", ("council",)), ("harbour", ())]
    assert load_messages(newsroom.conn, [1])[1].total == 2


@pytest.mark.parametrize("others", [(), ("other",)])
def test_what_a_digest_holds_is_told_once_where_another_page_has_it_told_at_once(
    make_newsroom: Any, make_sink: Any, others: tuple[str, ...]
) -> None:
    newsroom, sink = two_pages(make_newsroom()), make_sink()
    newsroom.add_source("mayor")
    hands = Hands(newsroom, {"hook": sink.url})
    rules = (Rule("now", sources=("council",), at_once=True), Rule("all"))
    newsroom.planner.plan = TellingPlan(("hook",), rules, timings={"hook": Timing("0 8 * * *")})
    newsroom.publish("harbour", ARTICLE, *others)
    newsroom.publish("mayor", ARTICLE)
    assert newsroom.publish("council", AGAIN) == 1
    hands.settle()
    (change,) = sink.received[0].json["data"]["changes"]
    assert change["source"]["slug"] == "council"
    assert [other["source"]["slug"] for other in change["also"]] == ["harbour", "mayor"]
    hands.forward(days=1)
    hands.settle()
    assert [request.title for request in sink.received[1:]] == list(others)
    assert newsroom.rows("SELECT count(*) FROM messages WHERE state <> 'sent'") == [(0,)]
    hands.outbox.close()
