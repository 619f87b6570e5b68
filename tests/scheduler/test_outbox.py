"""At least once, in order, each with one id; a receiver that is down, slow or gone hurts nobody else."""

from __future__ import annotations

import random
import shutil
import threading
import time
from datetime import datetime, timedelta
from typing import Any

import pytest

from scheduler.channels import ChannelKind, ChannelSpec, build_channel
from scheduler.outbox import DeliveryPolicy, Outbox, OutboxOptions
from scheduler.registry import retry_dead, shift_due
from scheduler.timing import Rate
from scraper.clock import from_text
from scraper.store import leases
from tests.scheduler.newsroom import Newsroom
from tests.scheduler.sink import Answer, Sink

SOON = timedelta(seconds=10)


class Hands:
    """An outbox over webhooks whose clock is moved by hand."""

    def __init__(self, newsroom: Newsroom, sinks: dict[str, str], options: OutboxOptions | None = None) -> None:
        self.newsroom = newsroom
        channels = {
            name: build_channel(ChannelSpec(name, "webhook", url=url, timeout=timedelta(seconds=2)), clock=self.clock)
            for name, url in sinks.items()
        }
        self.outbox = Outbox(newsroom.store, channels, options, self.clock, random.Random(7))

    def clock(self) -> datetime:
        return self.newsroom.now

    def forward(self, **delta: float) -> None:
        self.newsroom.now += timedelta(**delta)

    def settle(self) -> Any:
        return self.outbox.drain(SOON)


@pytest.fixture
def make_hands() -> Any:
    opened: list[Hands] = []

    def make(newsroom: Newsroom, options: OutboxOptions | None = None, **sinks: Sink | str) -> Hands:
        urls = {name: sink if isinstance(sink, str) else sink.url for name, sink in sinks.items()}
        opened.append(Hands(newsroom, urls, options))
        return opened[-1]

    yield make
    for hands in opened:
        hands.outbox.close(timedelta(milliseconds=100))


def test_each_new_item_arrives_once_and_is_on_record(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "First tide", "Second tide")
    stats = make_hands(newsroom, hook=sink).settle()
    assert sink.titles == ["First tide", "Second tide"]
    assert (stats.sent, stats.in_flight, stats.leading) == (2, 0, True)
    assert newsroom.rows("SELECT state, attempts, last_error FROM messages") == [("sent", 1, None)] * 2
    assert newsroom.rows("SELECT attempt, outcome, http_status, error FROM deliveries") == [(1, "sent", None, None)] * 2
    assert newsroom.rows("SELECT failing_since_at, last_sent_at IS NOT NULL FROM channels") == [(None, 1)]


def test_a_failed_send_is_retried_with_the_same_id_and_body(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(503))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "First tide")
    hands = make_hands(newsroom, hook=sink)
    assert hands.settle().retried == 1
    sink.answer = lambda _: Answer()
    assert hands.settle().sent == 0, "the wait after a failure is kept"
    hands.forward(seconds=10)
    assert hands.settle().sent == 1
    first, second = sink.received
    assert (first.id, first.body) == (second.id, second.body)
    assert newsroom.rows("SELECT attempt, outcome, http_status FROM deliveries") == [
        (1, "retry", 503),
        (2, "sent", None),
    ]


def test_order_is_kept_per_source_and_others_go_on(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom = make_newsroom()
    fails = True
    sink = make_sink(lambda request: Answer(500 if fails and request.title == "a1" else 200))
    for slug in ("alpha", "beta"):
        newsroom.add_source(slug)
    newsroom.publish("alpha", "a1")
    newsroom.publish("beta", "b1")
    newsroom.publish("alpha", "a2")
    newsroom.publish("beta", "b2")
    hands = make_hands(newsroom, hook=sink)
    hands.settle()
    assert sink.titles == ["b1", "b2"]
    fails = False
    hands.forward(minutes=1)
    hands.settle()
    assert sink.titles == ["b1", "b2", "a1", "a2"]


@pytest.mark.parametrize("status", [400, 401, 404, 413, 422])
def test_a_refused_message_goes_to_the_dead_letters_and_blocks_nobody(
    make_newsroom: Any, make_sink: Any, make_hands: Any, status: int
) -> None:
    newsroom = make_newsroom()
    sink = make_sink(lambda request: Answer(status if request.title == "bad" else 200))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one", "bad", "two")
    stats = make_hands(newsroom, hook=sink).settle()
    assert sink.titles == ["one", "two"]
    assert (stats.sent, stats.dead) == (2, 1)
    assert newsroom.rows("SELECT state FROM messages ORDER BY id") == [("sent",), ("dead",), ("sent",)]


def test_a_redirect_is_a_failure_and_is_not_followed(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    elsewhere = make_sink()
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(302, {"location": elsewhere.url}))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    assert make_hands(newsroom, hook=sink).settle().dead == 1
    assert elsewhere.received == []


def test_a_dead_letter_can_be_tried_again(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(400))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    hands = make_hands(newsroom, hook=sink)
    hands.settle()
    hands.forward(days=30)
    sink.answer = lambda _: Answer(503)
    with newsroom.store.transaction() as conn:
        assert retry_dead(conn, newsroom.now, channel="hook") == 1
    assert hands.settle().retried == 1, "its three days begin anew"


def test_a_message_is_given_up_after_three_days_and_the_next_one_goes(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom = make_newsroom()
    sink = make_sink(lambda request: Answer(500 if request.title == "bad" else 200))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "bad", "good")
    hands = make_hands(newsroom, hook=sink)
    for _ in range(200):
        hands.settle()
        if sink.titles:
            break
        ((due,),) = newsroom.rows("SELECT min(due_at) FROM messages WHERE state = 'pending' AND attempts > 0")
        newsroom.now = from_text(str(due))
    assert sink.titles == ["good"]
    (first,), (last,) = (
        newsroom.rows("SELECT min(attempted_at) FROM deliveries"),
        newsroom.rows("SELECT max(attempted_at) FROM deliveries WHERE outcome = 'dead'"),
    )
    waited = from_text(str(last[0])) - from_text(str(first[0]))
    assert timedelta(days=3) <= waited < timedelta(days=3, hours=3)


def test_time_in_which_nobody_tried_does_not_count_for_giving_up(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    """The machine slept, the service was off, the clock was set: the message is tried as long as promised."""
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(503))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    hands = make_hands(newsroom, hook=sink)
    for days in (4, -30, 40):
        hands.settle()
        hands.forward(days=days)
        with newsroom.store.transaction() as conn:
            shift_due(conn, timedelta(days=days))
    hands.forward(hours=1)
    assert hands.settle().retried == 1
    sink.answer = lambda _: Answer()
    hands.forward(hours=2)
    assert hands.settle().sent == 1


def test_after_six_hours_without_a_receiver_everything_arrives_in_order_once(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom = make_newsroom()
    sink = make_sink(lambda _: Answer(503))
    sources = [f"s{n}" for n in range(4)]
    for slug in sources:
        newsroom.add_source(slug)
    hands = make_hands(newsroom, hook=sink)
    for hour in range(6):
        for slug in sources:
            newsroom.publish(slug, f"{slug} {hour}")
        for _ in range(4):
            hands.settle()
            hands.forward(minutes=15)
    sink.answer = lambda _: Answer()
    for _ in range(5):
        hands.settle()
        hands.forward(minutes=15)
    assert sorted(sink.titles) == sorted(f"{slug} {hour}" for slug in sources for hour in range(6))
    for slug in sources:
        assert [t for t in sink.titles if t.startswith(slug)] == [f"{slug} {hour}" for hour in range(6)]
    assert len({request.id for request in sink.accepted}) == 24


def test_what_waits_goes_at_once_when_the_receiver_is_well_again(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(503))
    for slug in ("alpha", "beta"):
        newsroom.add_source(slug)
    hands = make_hands(newsroom, hook=sink)
    newsroom.publish("alpha", "old")
    for _ in range(12):
        hands.settle()
        hands.forward(minutes=61)
    hands.settle()
    sink.answer = lambda _: Answer()
    newsroom.publish("beta", "fresh")
    hands.settle()
    hands.settle()
    assert sink.titles == ["fresh", "old"]


def test_retry_after_pauses_the_whole_channel(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(429, {"retry-after": "600"}))
    for slug in ("alpha", "beta"):
        newsroom.add_source(slug)
        newsroom.publish(slug, slug)
    hands = make_hands(newsroom, hook=sink)
    hands.settle()
    hands.forward(minutes=9)
    newsroom.publish("beta", "later")
    hands.settle()
    assert len(sink.received) == 1, "nothing is asked before Retry-After"
    sink.answer = lambda _: Answer()
    hands.forward(minutes=2)
    hands.settle()
    assert sorted(sink.titles) == ["alpha", "beta", "later"]


def test_a_silent_receiver_delays_no_other_channel(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom = make_newsroom("silent", "well")
    silent, well = make_sink(lambda _: Answer(delay=30)), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", *[f"item {n}" for n in range(8)])
    hands = make_hands(newsroom, silent=silent, well=well)
    started = time.monotonic()
    while len(well.accepted) < 8 and time.monotonic() < started + 5:
        before = time.monotonic()
        hands.outbox.tick()
        assert time.monotonic() - before < 0.5, "a tick waits for no channel"
        hands.outbox.wait(0.05)
    assert time.monotonic() - started < 4
    assert len(silent.received) == 1


def test_410_disables_the_channel_and_another_one_is_told_once(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom = make_newsroom("gone", "well")
    gone, well = make_sink(lambda _: Answer(410)), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one", "two")
    hands = make_hands(newsroom, gone=gone, well=well)
    hands.settle()
    hands.settle()
    assert len(gone.received) == 1, "it asked never to be called again"
    assert newsroom.rows("SELECT name FROM channels WHERE disabled_at IS NOT NULL") == [("gone",)]
    assert newsroom.rows(
        "SELECT count(*) FROM messages m JOIN channels c ON c.id = m.channel_id "
        "WHERE c.name = 'gone' AND m.state = 'dead'"
    ) == [(2,)]
    notices = [request.json for request in well.accepted if request.json["type"] == "presswatch.notice.v1"]
    assert len(notices) == 1
    assert "gone" in notices[0]["data"]["text"]
    assert newsroom.publish("harbour", "three") == 1, "a disabled channel gets no new messages"


def test_a_channel_that_fails_for_long_is_told_of_once(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom = make_newsroom("down", "well")
    down, well = make_sink(lambda _: Answer(500)), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    hands = make_hands(newsroom, down=down, well=well)
    for _ in range(12):
        hands.settle()
        hands.forward(minutes=30)
    notices = [request for request in well.accepted if request.json["type"] == "presswatch.notice.v1"]
    assert len(notices) == 1
    assert "down has been failing for" in notices[0].json["data"]["text"]


def test_a_restored_database_repeats_with_the_same_id_only(
    make_newsroom: Any, make_sink: Any, make_hands: Any, tmp_path: Any
) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    shutil.copy(tmp_path / "news.db", tmp_path / "before.db")
    newsroom.publish("harbour", "one", "two")
    make_hands(newsroom, hook=sink).settle()
    restored: Newsroom = make_newsroom(name="before.db")
    restored.publish("harbour", "one", "two")
    make_hands(restored, hook=sink).settle()
    assert sink.titles == ["one", "two", "one", "two"]
    assert [request.id for request in sink.received[:2]] == [request.id for request in sink.received[2:]]


def test_a_send_that_was_not_recorded_is_repeated_with_the_same_id(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    killed = make_hands(newsroom, hook=sink)
    killed.outbox.tick()
    sink.wait_for(1)
    with newsroom.store.transaction() as conn:  # what the death of the process does
        conn.execute("UPDATE leases SET holder = NULL")
    make_hands(newsroom, hook=sink).settle()
    assert len({request.id for request in sink.received}) == 1
    assert newsroom.rows("SELECT state FROM messages") == [("sent",)]


def test_only_the_holder_of_the_lease_sends(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    hands = make_hands(newsroom, hook=sink)
    with newsroom.store.transaction() as conn:
        token = leases.acquire(conn, "outbox", "elsewhere:1:1", timedelta(seconds=15), newsroom.now)
    assert token is not None
    stats = hands.settle()
    assert (stats.leading, sink.received) == (False, [])
    with newsroom.store.transaction() as conn:
        leases.release(conn, "outbox", token)
    assert hands.settle().sent == 1
    assert newsroom.rows("SELECT holder FROM leases WHERE name = 'outbox'") == [(None,)], "idle: anybody may send"


def test_a_rate_is_kept(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", *[f"item {n}" for n in range(7)])
    policy = DeliveryPolicy(rate=Rate(3, timedelta(minutes=1)))
    hands = make_hands(newsroom, OutboxOptions(default=policy), hook=sink)
    hands.settle()
    assert len(sink.accepted) == 3
    hands.forward(seconds=59)
    hands.settle()
    assert len(sink.accepted) == 3
    hands.forward(seconds=2)
    hands.settle()
    assert len(sink.accepted) == 6


def test_a_rate_is_kept_by_all_processes_together(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", *[f"item {n}" for n in range(7)])
    options = OutboxOptions(default=DeliveryPolicy(rate=Rate(3, timedelta(hours=1))))
    for _ in range(3):
        hands = make_hands(newsroom, options, hook=sink)
        hands.settle()
        hands.outbox.close()
        hands.forward(minutes=1)
    assert len(sink.accepted) == 3
    hands.forward(hours=1)
    make_hands(newsroom, options, hook=sink).settle()
    assert len(sink.accepted) == 6


def test_a_paused_channel_keeps_its_messages(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    make_hands(newsroom, OutboxOptions(default=DeliveryPolicy(paused=True)), hook=sink).settle()
    assert newsroom.rows("SELECT state FROM messages") == [("pending",)]
    assert sink.received == []


def test_a_send_that_never_ends_is_given_up_and_tried_again(make_newsroom: Any, make_hands: Any) -> None:
    newsroom = make_newsroom("stuck")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    release, calls = threading.Event(), []

    class Stuck:
        name = "stuck"
        kind: ChannelKind = "webhook"

        def send(self, _: Any, message: Any) -> None:
            calls.append(message.message_id)
            if len(calls) == 1:
                release.wait(20)

        def close(self) -> None:
            pass

    policy = DeliveryPolicy(deadline=timedelta(milliseconds=50))
    outbox = Outbox(newsroom.store, {"stuck": Stuck()}, OutboxOptions(default=policy), lambda: newsroom.now)
    outbox.tick()
    time.sleep(0.1)
    assert outbox.tick().retried == 1
    newsroom.now += timedelta(minutes=1)
    assert outbox.drain(SOON).sent == 1
    assert calls[0] == calls[1]
    release.set()
    outbox.close()


def test_a_bug_in_a_channel_costs_that_delivery_only(make_newsroom: Any, caplog: Any) -> None:
    newsroom = make_newsroom("odd")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")

    class Odd:
        name = "odd"
        kind: ChannelKind = "webhook"

        def send(self, *_: Any) -> None:
            raise RuntimeError("https://secret.example/t0ken")

        def close(self) -> None:
            pass

    outbox = Outbox(newsroom.store, {"odd": Odd()}, clock=lambda: newsroom.now)
    assert outbox.drain(SOON).retried == 1
    outbox.close()
    assert newsroom.rows("SELECT last_error FROM messages") == [("internal error: RuntimeError",)]
    assert "t0ken" not in caplog.text


def test_a_clock_that_is_set_back_holds_nothing_up(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    hands = make_hands(newsroom, hook=sink)
    hands.forward(hours=-1)
    assert hands.settle().sent == 0
    with newsroom.store.transaction() as conn:
        assert shift_due(conn, timedelta(hours=-1)) == 1
    assert hands.settle().sent == 1


def test_a_clock_that_is_set_back_prolongs_no_pause(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(429, {"retry-after": "60"}))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    policy = DeliveryPolicy(rate=Rate(1, timedelta(minutes=1)))
    hands = make_hands(newsroom, OutboxOptions(default=policy), hook=sink)
    hands.settle()
    sink.answer = lambda _: Answer()
    hands.forward(days=-1)
    newsroom.publish("harbour", "two")
    with newsroom.store.transaction() as conn:
        shift_due(conn, timedelta(days=-1, seconds=-60))
    assert hands.settle().sent == 1
    assert sink.titles == ["one"]


def test_close_records_what_was_sent_and_leaves_the_rest_pending(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(delay=0.2))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one", "two", "three")
    hands = make_hands(newsroom, hook=sink)
    hands.outbox.tick()
    sink.wait_for(1)
    stats = hands.outbox.close(timedelta(seconds=3))
    assert stats.sent == len(sink.accepted) < 3
    assert newsroom.rows("SELECT count(*) FROM messages WHERE state = 'pending'") == [(3 - stats.sent,)]


def test_close_does_not_wait_for_a_silent_receiver(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, sink = make_newsroom(), make_sink(lambda _: Answer(delay=30))
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one")
    hands = make_hands(newsroom, hook=sink)
    hands.outbox.tick()
    sink.wait_for(1)
    started = time.monotonic()
    hands.outbox.close(timedelta(milliseconds=200))
    assert time.monotonic() - started < 3


def gated(sink: Sink) -> threading.Event:
    """The sink answers nobody before the event."""
    gate = threading.Event()

    def answer(_: Any) -> Answer:
        gate.wait(10)
        return Answer()

    sink.answer = answer
    return gate


def hook_of(url: str, hands: Hands) -> Any:
    return build_channel(ChannelSpec("hook", "webhook", url=url, timeout=timedelta(seconds=5)), clock=hands.clock)


def test_other_channels_leave_what_is_being_sent_alone(make_newsroom: Any, make_sink: Any, make_hands: Any) -> None:
    newsroom, before, after = make_newsroom(), make_sink(), make_sink()
    gate = gated(before)
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one", "two")
    hands = make_hands(newsroom, hook=before)
    hands.outbox.tick()
    before.wait_for(1)
    hands.outbox.reconfigure({"hook": hook_of(after.url, hands)}, OutboxOptions())
    assert hands.outbox.tick().in_flight == 2
    assert after.received == [], "order is kept: the first one has not ended"
    gate.set()
    hands.settle()
    assert (before.titles, after.titles) == (["one"], ["two"])
    assert newsroom.rows("SELECT state, attempts FROM messages") == [("sent", 1)] * 2


def test_the_answer_to_a_channel_that_is_taken_away_still_counts(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom, sink = make_newsroom(), make_sink()
    gate = gated(sink)
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "one", "two")
    hands = make_hands(newsroom, hook=sink)
    hands.outbox.tick()
    sink.wait_for(1)
    hands.outbox.reconfigure({}, OutboxOptions())
    gate.set()
    hands.settle()
    assert newsroom.rows("SELECT state FROM messages ORDER BY id") == [("sent",), ("pending",)]
    hands.outbox.reconfigure({"hook": hook_of(sink.url, hands)}, OutboxOptions())
    hands.settle()
    assert sink.titles == ["one", "two"]


def test_a_pause_ends_with_its_receiver_and_not_with_the_configuration(
    make_newsroom: Any, make_sink: Any, make_hands: Any
) -> None:
    newsroom = make_newsroom()
    sink, other = make_sink(lambda _: Answer(429, {"retry-after": "600"})), make_sink()
    for slug in ("alpha", "beta"):
        newsroom.add_source(slug)
    newsroom.publish("alpha", "one")
    hands = make_hands(newsroom)
    channel = hook_of(sink.url, hands)
    hands.outbox.reconfigure({"hook": channel}, OutboxOptions())
    hands.settle()
    newsroom.publish("beta", "two")
    hands.outbox.reconfigure({"hook": channel}, OutboxOptions())
    hands.settle()
    assert len(sink.received) == 1
    hands.outbox.reconfigure({"hook": hook_of(other.url, hands)}, OutboxOptions())
    hands.settle()
    assert other.titles[0] == "two"
