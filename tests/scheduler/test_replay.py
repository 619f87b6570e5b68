"""Rules replayed over history say what they would have told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from scheduler.messages import TellingPlan
from scheduler.replay import replay
from scheduler.rules import Rule
from scraper.types import ChangeKind

PLAN = TellingPlan(
    channels=("one", "two"),
    rules=(Rule("pier", keywords=("pier",), channels=("one",)), Rule("all", kinds=frozenset(ChangeKind))),
)


def test_rules_are_replayed_in_order_and_each_channel_hears_once(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one", "two")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "before")
    newsroom.now += timedelta(days=1)
    since = newsroom.now
    newsroom.publish("harbour", "pier reopens", "ferry late")
    newsroom.publish("harbour", "surfaced", tell=False)
    newsroom.edit("harbour", "ferry late", title="ferry later")
    found = [(fired.rule.name, fired.change.item.title, fired.channels) for fired in replay(newsroom.conn, PLAN, since)]
    assert found == [
        ("pier", "pier reopens", ("one",)),
        ("all", "pier reopens", ("two",)),
        ("all", "ferry late", ("one", "two")),
        ("all", "ferry later", ("one", "two")),
    ]


def test_a_replay_reads_no_more_than_is_asked_for(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one", "two")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", *[f"item {n}" for n in range(1200)])
    assert len(list(replay(newsroom.conn, PLAN, newsroom.now))) == 1200
    assert list(replay(newsroom.conn, PLAN, newsroom.now + timedelta(seconds=1))) == []
