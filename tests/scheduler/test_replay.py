"""Rules replayed over history say what they would have told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from scheduler.messages import TellingPlan
from scheduler.replay import replay
from scheduler.rules import Rule
from scheduler.timing import Timing, parse_quiet
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


def test_a_replay_says_which_rule_tells_what_several_want(make_newsroom: Any) -> None:
    """As it was told: the urgent rule stands below, and tells what is held otherwise; what is told at once anyway is
    told by the first."""
    urgent = Rule("urgent", keywords=("flood",), channels=("two",), at_once=True)
    rules = (Rule("all", channels=("one", "two")), urgent, Rule("also", keywords=("flood",)))
    plan = TellingPlan(("one", "two"), rules, timings={"two": Timing(quiet=parse_quiet("00:00-23:59"))})
    newsroom = make_newsroom("one", "two", rules=rules)
    newsroom.planner.plan = plan
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "flood warning")
    fired = [(each.rule.name, each.channels, each.told_by) for each in replay(newsroom.conn, plan, newsroom.now)]
    assert fired == [
        ("all", ("one",), {"two": "urgent"}),
        ("urgent", ("two",), {}),
        ("also", (), {"one": "all", "two": "urgent"}),
    ]
    told = (
        "SELECT c.name, r.name, m.state FROM messages m "
        "JOIN channels c ON c.id = m.channel_id JOIN rules r ON r.id = m.rule_id"
    )
    assert sorted(newsroom.rows(told)) == [("one", "all", "pending"), ("two", "urgent", "pending")]


def test_a_replay_reads_no_more_than_is_asked_for(make_newsroom: Any) -> None:
    newsroom = make_newsroom("one", "two")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", *[f"item {n}" for n in range(1200)])
    assert len(list(replay(newsroom.conn, PLAN, newsroom.now))) == 1200
    assert list(replay(newsroom.conn, PLAN, newsroom.now + timedelta(seconds=1))) == []
