"""From changes to messages, in the check's transaction."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.channels.base import ChannelKind
from scheduler.fact_rows import load_messages
from scheduler.holding import release_held
from scheduler.messages import TellingPlan, make_message_id
from scheduler.payload import encode_payload, make_payload
from scheduler.registry import enable_channel, sync_channels
from scheduler.render import render
from scheduler.rules import DEFAULT_RULE, Rule
from scheduler.timing import Timing
from scraper.hooks import RecordedChange
from scraper.types import ChangeKind, ItemData
from tests.scheduler.newsroom import NamedStub

ALL_KINDS = frozenset(ChangeKind)


def _title(item: ItemData | None) -> str | None:
    return item.title if item else None


def test_each_channel_gets_a_message_for_each_item_in_order(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one", "two")
    newsroom.add_source("harbour")
    assert newsroom.publish("harbour", "oldest", "middle", "newest") == 6
    told = newsroom.rows(
        "SELECT c.name, i.title FROM messages m JOIN channels c ON c.id = m.channel_id "
        "JOIN message_changes x ON x.message_id = m.id JOIN changes g ON g.id = x.change_id "
        "JOIN items i ON i.id = g.item_id ORDER BY m.id"
    )
    for name in ("one", "two"):
        assert [title for channel, title in told if channel == name] == ["oldest", "middle", "newest"]


def test_what_is_not_to_be_told_is_not_told(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    newsroom.add_source("by-hand", origin="adhoc")
    assert newsroom.publish("harbour", "surfaced", tell=False) == 0
    assert newsroom.publish("by-hand", "looked at once") == 0
    assert newsroom.rows("SELECT * FROM messages") == []


def test_several_rules_tell_a_change_to_one_channel_once(make_newsroom: Any) -> None:
    rules = [Rule("by tag", tags=("sea",)), Rule("by word", keywords=("pier",))]
    newsroom = make_newsroom(rules=rules)
    newsroom.add_source("harbour", tags=["sea"])
    assert newsroom.publish("harbour", "pier reopens") == 1
    assert newsroom.rows("SELECT r.name FROM messages m JOIN rules r ON r.id = m.rule_id") == [("by tag",)]


def test_a_burst_is_one_digest_for_people_and_names_every_item_to_programs(make_newsroom: Any) -> None:
    newsroom = make_newsroom("phone", "hook")
    newsroom.add_source("harbour")
    assert newsroom.publish("harbour", *[f"item {n:02}" for n in range(10)]) == 20
    assert newsroom.publish("harbour", *[f"flood {n:03}" for n in range(300)]) == 1 + 8
    assert newsroom.rows(
        "SELECT c.name, count(*) FROM messages m JOIN channels c ON c.id = m.channel_id "
        "WHERE m.kind = 'digest' GROUP BY c.name ORDER BY c.name"
    ) == [("hook", 8), ("phone", 1)]
    ids = newsroom.rows(
        "SELECT m.id, c.name FROM messages m JOIN channels c ON c.id = m.channel_id WHERE m.kind = 'digest'"
    )
    named = []
    for message_id, channel in ids:
        facts = load_messages(newsroom.conn, [message_id])[message_id]
        if channel == "phone":
            assert facts.total == 300
        else:
            payload = make_payload(facts)
            assert len(encode_payload(payload)) < 20_000
            named += [change["item"]["title"] for change in payload["data"]["changes"]]  # type: ignore[index]
    assert named == [f"flood {n:03}" for n in range(300)]


def test_an_edit_carries_what_was_before_and_stays_as_it_was_told(make_newsroom: Any) -> None:
    newsroom = make_newsroom(rules=[Rule("all", kinds=ALL_KINDS)])
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "Pier reopens")
    newsroom.edit("harbour", "Pier reopens", title="Pier reopens late")
    newsroom.edit("harbour", "Pier reopens", title="Pier stays closed")
    messages = load_messages(newsroom.conn, [1, 2, 3])
    assert [_title(messages[n].changes[0].item) for n in (1, 2, 3)] == [
        "Pier reopens",
        "Pier reopens late",
        "Pier stays closed",
    ]
    assert messages[1].changes[0].previous is None
    assert _title(messages[3].changes[0].previous) == "Pier reopens late"
    assert messages[3].changes[0].fields == ("title",)


def test_episodes_are_told_with_their_reason(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    assert newsroom.open_episode("harbour", "blocked", "a login form") == 1
    (change,) = load_messages(newsroom.conn, [1])[1].changes
    assert change.item is None
    assert change.episode is not None
    assert (change.episode.episode, change.episode.reason) == ("blocked", "a login form")


def test_channels_that_are_disabled_or_no_longer_configured_get_nothing(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one", "two")
    newsroom.add_source("harbour")
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE channels SET disabled_at = 'x' WHERE name = 'one'")
        conn.execute("UPDATE channels SET active = 0 WHERE name = 'two'")
    assert newsroom.publish("harbour", "nobody hears") == 0
    with newsroom.store.transaction() as conn:
        enable_channel(conn, "one")
        sync_channels(conn, [NamedStub("two")], [], newsroom.now)
    newsroom.planner.plan = TellingPlan(channels=("one", "two"))
    assert newsroom.publish("harbour", "two hears") == 1


def test_the_same_changes_planned_twice_are_one_message(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    (row,) = newsroom.rows("SELECT id, event_id, source_id, item_id FROM changes")
    change = RecordedChange(row[0], row[1], ChangeKind.ADDED, row[2], row[3], None, tell=True)
    with newsroom.store.transaction() as conn:
        assert newsroom.planner.changes_recorded(conn, [change], newsroom.now) == 0


@given(st.lists(st.text(st.characters(codec="ascii", categories=("L", "N")), min_size=1), min_size=1, unique=True))
def test_a_message_id_depends_on_channel_and_events_only(event_ids: list[str]) -> None:
    made = make_message_id("hook", event_ids)
    assert made == make_message_id("hook", reversed(event_ids))
    assert made != make_message_id("mail", event_ids)
    assert made != make_message_id("hook", [*event_ids, "another"])
    assert made.isascii()
    assert len(made) == 36
    assert "." not in made, "Standard Webhooks signs id.timestamp.body"


@pytest.mark.parametrize("timing", [Timing(), Timing("0 8 * * *")], ids=["at once", "held"])
@pytest.mark.parametrize("kind", ["webhook", "file", "command"])
def test_programs_are_told_of_every_item_however_long_its_name(
    make_newsroom: Any, timing: Timing, kind: ChannelKind
) -> None:
    """Letters of two bytes, pages that have the same articles, and a rest of a few long ones with long summaries."""
    newsroom = make_newsroom()
    with newsroom.store.transaction() as conn:
        sync_channels(conn, [NamedStub("hook", kind)], [DEFAULT_RULE], newsroom.now)
    newsroom.planner.plan = TellingPlan(("hook",), timings={"hook": timing})
    for slug in ("harbour", *(f"page-{n}" for n in range(9))):
        newsroom.add_source(slug, name="Ратуша " * 14)
    items = [ItemData(f"{n:03} " + "Щ" * 300, url=f"https://example.org/{n}", summary="ж" * 2_000) for n in range(47)]
    newsroom.publish("harbour", *items)
    for n in range(9):
        newsroom.publish(f"page-{n}", *items)
    with newsroom.store.transaction() as conn:
        release_held(conn, newsroom.now + timedelta(days=2))
    ids = [row[0] for row in newsroom.rows("SELECT id FROM messages ORDER BY id")]
    documents = [render(message).payload["data"] for message in load_messages(newsroom.conn, ids).values()]
    named = [change["item"]["title"][:3] for data in documents for change in data["changes"]]
    assert sorted(named) == [item.title[:3] for item in items]
    assert [data["omitted"] for data in documents] == [0] * len(documents)
    assert all(len(render(message).body) < 20_000 for message in load_messages(newsroom.conn, ids).values())
