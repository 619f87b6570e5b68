"""Digests in the making: nothing is lost, all is told once, at the right time."""

from __future__ import annotations

import shutil
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from scheduler.holding import release_held, reschedule_held
from scheduler.messages import TellingPlan
from scheduler.rules import Rule
from scheduler.timing import Timing, parse_quiet
from scheduler.upkeep import correct_due
from tests.scheduler.newsroom import Newsroom
from tests.scheduler.test_outbox import Hands
from tests.scheduler.test_outbox_faults import ROOT

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = Timing(quiet=parse_quiet("22:00-07:00"), zone=BERLIN)
EVERYTHING = Rule("everything")


def set_timing(newsroom: Newsroom, timing: Timing, *rules: Rule) -> None:
    newsroom.planner.plan = TellingPlan(
        channels=newsroom.planner.plan.channels, rules=rules or (EVERYTHING,), timings={"hook": timing, "phone": timing}
    )


def at(newsroom: Newsroom, text: str) -> None:
    newsroom.now = datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


@pytest.mark.parametrize(("evening", "morning"), [("2026-03-28", "2026-03-29"), ("2026-10-24", "2026-10-25")])
def test_a_night_of_a_clock_change_is_one_digest_in_the_morning(
    make_newsroom: Any, make_sink: Any, evening: str, morning: str
) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    set_timing(newsroom, NIGHT)
    hands = Hands(newsroom, {"hook": sink.url})
    for slug in ("harbour", "council"):
        newsroom.add_source(slug)
    at(newsroom, f"{evening}T21:59")
    newsroom.publish("harbour", "before")
    hands.settle()
    assert sink.titles == ["before"]
    at(newsroom, f"{evening}T22:00")
    published = []
    while newsroom.now < datetime.fromisoformat(f"{morning}T07:00").replace(tzinfo=BERLIN):
        published.append(f"item {len(published)}")
        newsroom.publish(("harbour", "council")[len(published) % 2], published[-1])
        assert hands.settle().sent == 0
        hands.forward(minutes=31)
    assert hands.settle().sent == 1
    digest = sink.received[-1].json
    assert digest["type"] == "presswatch.digest.v1"
    assert [change["item"]["title"] for change in digest["data"]["changes"]] == published
    assert newsroom.rows("SELECT kind, state, source_id FROM messages WHERE id > 1") == [("digest", "sent", None)]
    newsroom.publish("harbour", "after")
    hands.settle()
    assert sink.titles[-1] == "after"
    hands.outbox.close()


def test_a_digest_survives_kill_9_before_every_single_write(make_newsroom: Any, make_sink: Any, tmp_path: Path) -> None:
    """After the night that has 02:30 twice: whatever write the process dies before, between release and commit, send
    and record, the next one tells the same digest, with the same id."""
    newsroom, sink = make_newsroom(), make_sink()
    set_timing(newsroom, NIGHT)
    newsroom.add_source("harbour")
    at(newsroom, "2026-10-24T23:30")
    for n in range(3):
        newsroom.publish("harbour", f"item {n}")
        newsroom.now += timedelta(hours=2)
    newsroom.store.close()
    morning = datetime(2026, 10, 25, 7, tzinfo=BERLIN).astimezone(UTC)
    command = [sys.executable, "-m", "tests.scheduler.killed_process", str(tmp_path), str(tmp_path / "news.db"),
               sink.url, morning.isoformat()]  # fmt: skip
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    copies = int(done.stdout)
    assert copies > 8, "release, hand out, record: each has its writes"
    for n in range(1, copies + 1):
        killed = make_newsroom(name=f"{n}.db")
        killed.now = morning
        hands = Hands(killed, {"hook": sink.url})
        hands.settle()
        hands.outbox.close()
        assert killed.rows("SELECT kind, state FROM messages") == [("digest", "sent")], n
        assert killed.rows("SELECT count(*) FROM message_changes") == [(3,)], n
    assert len({(request.id, request.body) for request in sink.received}) == 1, "one id, one message"
    assert copies <= len(sink.received) < 2 * copies, "told again only where it was not on record"
    assert [change["item"]["title"] for change in sink.received[0].json["data"]["changes"]] == [
        "item 0", "item 1", "item 2",
    ]  # fmt: skip


def test_a_power_cut_repeats_a_digest_with_the_same_id_only(make_newsroom: Any, make_sink: Any, tmp_path: Path) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    at(newsroom, "2026-03-02T23:00")
    newsroom.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "news.db", tmp_path / "before.db")
    for room in (newsroom, make_newsroom(name="before.db")):
        set_timing(room, NIGHT)
        at(room, "2026-03-02T23:10")
        room.publish("harbour", "one")
        room.publish("harbour", "two")
        at(room, "2026-03-03T07:00")
        hands = Hands(room, {"hook": sink.url})
        hands.settle()
        hands.outbox.close()
    first, repeat = sink.received
    assert first.id == repeat.id
    assert [change["item"]["title"] for change in repeat.json["data"]["changes"]] == ["one", "two"]


def test_what_is_held_survives_a_restart_and_has_an_id_made_from_what_it_tells(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    set_timing(newsroom, Timing("0 8 * * *", zone=BERLIN))
    at(newsroom, "2026-03-02T10:00")
    assert newsroom.publish("harbour", "one") == 1
    assert newsroom.publish("harbour", "two") == 0
    assert newsroom.rows("SELECT state, due_at FROM messages") == [("held", "2026-03-03T07:00:00.000Z")]
    with newsroom.store.transaction() as conn:
        assert release_held(conn, newsroom.now) == 0
        at(newsroom, "2026-03-05T10:00")
        assert release_held(conn, newsroom.now) == 1
        assert release_held(conn, newsroom.now) == 0
    ((message_id, state),) = newsroom.rows("SELECT message_id, state FROM messages")
    assert state == "pending"
    assert str(message_id).startswith("msg_")


def test_a_single_held_change_is_told_as_one_with_the_id_it_would_have_had_at_once(make_newsroom: Any) -> None:
    ids = []
    for number, timing in enumerate((Timing(), NIGHT)):
        newsroom = make_newsroom(name=f"{number}.db")
        newsroom.add_source("harbour")
        set_timing(newsroom, timing)
        at(newsroom, "2026-03-02T23:00")
        newsroom.publish("harbour", "one")
        with newsroom.store.transaction() as conn:
            release_held(conn, newsroom.now + timedelta(days=1))
        ids += newsroom.rows("SELECT message_id, kind, source_id FROM messages")
    assert ids[0] == ids[1]


def test_a_long_night_names_every_item_to_programs_and_is_one_message_for_people(make_newsroom: Any) -> None:
    newsroom = make_newsroom("hook", "phone")
    newsroom.add_source("harbour")
    set_timing(newsroom, NIGHT)
    at(newsroom, "2026-03-02T23:00")
    for n in range(100):
        newsroom.publish("harbour", f"item {n}")
    with newsroom.store.transaction() as conn:
        assert release_held(conn, newsroom.now + timedelta(days=1)) == 4
    counts = newsroom.rows(
        "SELECT c.name, count(DISTINCT m.id), count(*) FROM messages m JOIN channels c ON c.id = m.channel_id "
        "JOIN message_changes x ON x.message_id = m.id WHERE m.state = 'pending' GROUP BY 1 ORDER BY 1"
    )
    assert counts == [("hook", 3, 100), ("phone", 1, 100)]
    assert newsroom.rows("SELECT count(*) FROM messages WHERE state = 'held'") == [(0,)]
    mixed = (
        "SELECT count(*) FROM tellings t "
        "LEFT JOIN message_changes x ON x.message_id = t.message_id AND x.change_id = t.change_id "
        "WHERE x.change_id IS NULL"
    )
    assert newsroom.rows(mixed) == [(0,)]


def test_an_urgent_rule_breaks_the_silence_and_a_rule_may_have_its_own_digest(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    urgent = Rule("urgent", keywords=("flood",), at_once=True)
    weekly = Rule("weekly", keywords=("minutes",), digest="0 9 * * mon")
    set_timing(newsroom, NIGHT, urgent, weekly, Rule("rest", keywords=("other",)))
    at(newsroom, "2026-03-03T23:00")
    newsroom.publish("harbour", "flood warning", "minutes of the council", "other")
    assert newsroom.rows("SELECT state, due_at FROM messages ORDER BY due_at") == [
        ("pending", "2026-03-03T22:00:00.000Z"),
        ("held", "2026-03-04T06:00:00.000Z"),
        ("held", "2026-03-09T08:00:00.000Z"),
    ]


@pytest.mark.parametrize("order", [(0, 1, 2), (0, 2, 1), (1, 0, 2), (1, 2, 0), (2, 0, 1), (2, 1, 0)])
def test_the_rule_that_tells_soonest_tells_it_once_wherever_it_stands(
    make_newsroom: Any, order: tuple[int, ...]
) -> None:
    rules = (EVERYTHING, Rule("urgent", keywords=("flood",), at_once=True), Rule("noon", digest="0 12 * * *"))
    newsroom = make_newsroom(rules=rules)
    newsroom.add_source("harbour")
    set_timing(newsroom, NIGHT, *(rules[place] for place in order))
    at(newsroom, "2026-03-03T23:00")
    newsroom.publish("harbour", "flood warning", "other")
    told = (
        "SELECT r.name, m.state, m.due_at, count(*) FROM messages m JOIN rules r ON r.id = m.rule_id "
        "JOIN message_changes x ON x.message_id = m.id GROUP BY m.id ORDER BY m.due_at"
    )
    assert newsroom.rows(told) == [
        ("urgent", "pending", "2026-03-03T22:00:00.000Z", 1),
        ("everything", "held", "2026-03-04T06:00:00.000Z", 1),
    ]


def reschedule(newsroom: Newsroom, timing: Timing, *rules: Rule) -> int:
    set_timing(newsroom, timing, *rules)
    with newsroom.store.transaction() as conn:
        return reschedule_held(conn, newsroom.planner.plan, newsroom.now)


def held(newsroom: Newsroom) -> list[tuple[object, ...]]:
    return newsroom.rows(
        "SELECT m.due_at, group_concat(i.title, ', ') FROM messages m JOIN message_changes x ON x.message_id = m.id "
        "JOIN changes c ON c.id = x.change_id JOIN items i ON i.id = c.item_id "
        "WHERE m.state = 'held' GROUP BY m.id ORDER BY m.due_at"
    )


def test_what_is_held_for_quiet_hours_that_are_taken_away_is_told_before_what_comes_later(
    make_newsroom: Any, make_sink: Any
) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    set_timing(newsroom, NIGHT)
    at(newsroom, "2026-03-02T23:00")
    newsroom.publish("harbour", "first")
    newsroom.publish("harbour", "second")
    at(newsroom, "2026-03-02T23:30")
    assert reschedule(newsroom, Timing(zone=BERLIN)) == 2
    newsroom.publish("harbour", "third")
    hands = Hands(newsroom, {"hook": sink.url})
    hands.settle()
    hands.outbox.close()
    told = [change["item"]["title"] for request in sink.received for change in request.json["data"]["changes"]]
    assert told == ["first", "second", "third"]
    assert newsroom.rows("SELECT DISTINCT state FROM messages") == [("sent",)]


@pytest.mark.parametrize(
    "timing",
    [NIGHT, Timing("0 8 * * *", zone=BERLIN), Timing("0 23 * * *", parse_quiet("22:00-07:00"), BERLIN)],
    ids=["quiet", "digest", "both"],
)
def test_a_configuration_that_says_the_same_moves_nothing(make_newsroom: Any, timing: Timing) -> None:
    """However often it is applied, and also when the digest's time is over and it waits for the end of the night."""
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    set_timing(newsroom, timing)
    at(newsroom, "2026-03-02T22:30")
    newsroom.publish("harbour", "one")
    before = newsroom.rows("SELECT * FROM messages")
    for time in ("2026-03-02T22:31", "2026-03-03T01:00", "2026-03-03T06:59"):
        at(newsroom, time)
        assert reschedule(newsroom, timing) == 0
    assert newsroom.rows("SELECT * FROM messages") == before


def test_what_is_held_goes_where_the_rules_say_now(make_newsroom: Any) -> None:
    """Each change for itself, into the digest that is there already; one that no rule wants any more when its channel
    may be told; one that is told at once now, now."""
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    weekly, noon = (
        Rule("weekly", keywords=("minutes", "flood"), digest="0 9 * * mon"),
        Rule("noon", digest="0 12 * * *"),
    )
    set_timing(newsroom, NIGHT, weekly)
    at(newsroom, "2026-03-02T23:00")
    newsroom.publish("harbour", "minutes", "flood", "minutes and flood")
    set_timing(newsroom, NIGHT, noon)
    newsroom.publish("harbour", "other")
    urgent = Rule("urgent", keywords=("flood",), at_once=True)
    assert reschedule(newsroom, NIGHT, replace(noon, keywords=("minutes", "other")), urgent) == 3
    assert held(newsroom) == [
        ("2026-03-02T22:00:00.000Z", "flood, minutes and flood"),
        ("2026-03-03T11:00:00.000Z", "minutes, other"),
    ]
    assert reschedule(newsroom, NIGHT, Rule("none", keywords=("none",))) == 2
    assert held(newsroom)[-1] == ("2026-03-03T06:00:00.000Z", "minutes, other")


def test_an_article_of_two_pages_is_moved_whole_and_told_once(make_newsroom: Any, make_sink: Any) -> None:
    """By the rule of the page that tells it soonest now."""
    newsroom, sink = make_newsroom(), make_sink()
    for slug in ("harbour", "council"):
        newsroom.add_source(slug)
    set_timing(newsroom, NIGHT)
    at(newsroom, "2026-03-02T23:00")
    for slug in ("harbour", "council"):
        newsroom.publish(slug, "pier reopens")
    assert reschedule(newsroom, NIGHT, Rule("now", sources=("council",), at_once=True), EVERYTHING) == 1
    assert newsroom.publish("council", "other") == 1
    hands = Hands(newsroom, {"hook": sink.url})
    hands.settle()
    at(newsroom, "2026-03-03T08:00")
    hands.settle()
    hands.outbox.close()
    changes = [change for request in sink.received for change in request.json["data"]["changes"]]
    assert [change["item"]["title"] for change in changes] == ["pier reopens", "other"]
    assert [other["source"]["slug"] for other in changes[0]["also"]] == ["council"]


def test_what_is_due_and_what_waits_for_a_channel_that_is_gone_stays(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    set_timing(newsroom, NIGHT)
    at(newsroom, "2026-03-02T23:00")
    newsroom.publish("harbour", "one")
    at(newsroom, "2026-03-03T07:00")
    assert reschedule(newsroom, Timing("0 12 * * *", zone=BERLIN)) == 0
    at(newsroom, "2026-03-02T23:01")
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE channels SET active = 0")
    assert reschedule(newsroom, Timing(zone=BERLIN)) == 0


def test_what_was_held_under_a_wrong_clock_is_not_held_for_years(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    set_timing(newsroom, NIGHT)
    at(newsroom, "2039-03-03T23:00")
    newsroom.publish("harbour", "one")
    at(newsroom, "2026-03-02T12:00")
    with newsroom.store.transaction() as conn:
        correct_due(conn, newsroom.now, timedelta(days=-4700))
        assert release_held(conn, newsroom.now) == 1
