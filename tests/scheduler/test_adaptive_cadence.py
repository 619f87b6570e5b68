"""The learnt cadence: what it promises whatever a source does, and that it learns what it should."""

from __future__ import annotations

import contextlib
import heapq
import random
from array import array
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.cadence import Cadence, CadenceOptions
from scheduler.cadence.adaptive import wait
from scheduler.cadence.budget import Budget, Demand
from scheduler.cadence.profile import DAY, HOUR, Profile
from scheduler.cadence.rhythm import Rhythm, Span
from scheduler.cadence.rows import load_budget, load_demand, load_rhythm, save_budget, save_rhythm
from scheduler.cadence.threshold import crossing
from scraper.hooks import CheckFacts
from scraper.store.db import Store, open_store
from scraper.store.sources import SourceSpec, reconcile
from scraper.types import Outcome, Precision, Published

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # a Monday
SECONDS = NOW.timestamp()
AUTO = CadenceOptions(budget=24)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With eight configured sources, ids 1 to 8."""
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store:
        specs = [SourceSpec(f"s{n}", f"s{n}", f"s{n}", f"https://s{n}.example/news") for n in range(1, 9)]
        with store.transaction() as conn:
            reconcile(conn, specs, NOW)
        yield store


def facts(source_id: int = 1, published: tuple[Published | None, ...] = (), **changes: object) -> CheckFacts:
    values: dict[str, object] = {
        "source_id": source_id,
        "every": None,
        "outcome": Outcome.CHANGED if published else Outcome.UNCHANGED,
        "reason": None,
        "failures": 0,
        "not_before": None,
        "published": published,
    }
    return CheckFacts(**(values | changes))  # type: ignore[arg-type]


def printed(at: datetime) -> Published:
    return Published(at.isoformat(), "text", Precision.MINUTE, at.date(), at, 0, f"{at:%H:%M}")


instants = st.integers(-70 * 365, 170 * 365).map(lambda days: NOW + timedelta(days=days, minutes=days))
dates = st.one_of(
    st.none(),
    instants.map(printed),
    st.dates(date(1, 1, 1), date(9999, 12, 31)).map(lambda on: Published("x", "text", Precision.DAY, on)),
    st.builds(Published, st.just("x"), st.just("text"), st.sampled_from(Precision), st.none()),
)
looks = st.lists(
    st.tuples(
        st.sampled_from(Outcome),
        st.lists(dates, max_size=30),
        st.timedeltas(timedelta(seconds=-90_000), timedelta(days=100)),
        st.booleans(),
    ),
    min_size=1,
    max_size=12,
)


@given(looks, st.sampled_from([0.1, 1.0, 10.0]), st.sampled_from([1.0, 24.0, 288.0]), st.integers(0, 99))
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_a_source_did_the_next_look_stays_within_bounds(
    store: Store, history: list[tuple[Outcome, list[Published | None], timedelta, bool]], weight: float, budget: float,
    seed: int,
) -> None:  # fmt: skip
    options = CadenceOptions(budget=budget)
    cadence, now = Cadence(options, random.Random(seed)), NOW
    for outcome, published, pause, first in history:
        now += pause
        well = outcome not in (Outcome.FAILED, Outcome.SUSPECT)
        look = facts(published=tuple(published) if well else (), outcome=outcome, failures=0 if well else 2)
        with store.transaction() as conn:
            found = cadence.next_check(conn, CheckFacts(**{**_fields(look), "weight": weight, "first": first}), now)
        waits = (found.at - now).total_seconds()
        assert options.bounds.shortest <= waits <= options.bounds.longest * (1 + options.jitter)


def _fields(made: CheckFacts) -> dict[str, object]:
    return {name: getattr(made, name) for name in CheckFacts.__slots__}


@given(
    st.lists(st.tuples(st.floats(60, 30 * DAY), st.integers(0, 20)), min_size=1, max_size=20),
    st.floats(-12 * HOUR, 14 * HOUR),
)
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_was_learnt_is_read_back_as_it_was_written(
    store: Store, history: list[tuple[float, int]], offset: float
) -> None:
    now = SECONDS
    rhythm = Rhythm.begin([Span(now - DAY), None, Span(now - 2 * DAY, now - DAY)], now, offset)
    for pause, count in history:
        now += round(pause)
        rhythm.learn([Span(now - 30), None, Span(now - DAY, now)][: count % 4] + [None] * (count // 4), now, offset)
    with store.transaction() as conn:
        conn.execute("DELETE FROM cadence_profile")
        save_rhythm(conn, 1, rhythm, 0.5, slots=True)
        again = load_rhythm(conn, 1)
    assert again is not None
    assert again.rate == pytest.approx(rhythm.rate)
    assert again.profile.weights == rhythm.profile.weights
    demand = Demand(1, 1.0, rhythm.rate)
    # The factors fade with the day of the last item and with that of the last look.
    assert wait(again, demand, 300, 1, now, offset) == pytest.approx(wait(rhythm, demand, 300, 1, now, offset), rel=0.1)


def test_the_account_is_read_back_as_it_was_written(store: Store) -> None:
    budget = Budget(SECONDS, 3.5, 12.25, 11.5)
    with store.transaction() as conn:
        save_budget(conn, budget)
        assert load_budget(conn, 0.0) == budget


def test_with_a_flat_profile_intervals_follow_the_square_root_of_the_rate() -> None:
    profile = Profile(SECONDS)
    profile.hour_factors, profile.weekday_factors = array("d", [1.0] * 24), array("d", [1.0] * 7)
    profile.minute_factors, profile.least_minute = array("d", [1.0] * 12), 1.0
    profile.passed = array("d", [300.0 * slot for slot in range(13)])
    seldom, often = (crossing(profile, rate / DAY, 60.0, 17 * HOUR) for rate in (4, 16))
    assert seldom == pytest.approx(60.0 / (4 / DAY) ** 0.5)
    assert seldom / often == pytest.approx(2.0)


def test_a_source_that_publishes_at_nine_is_looked_at_soon_after_nine_and_left_alone_at_night() -> None:
    now = SECONDS
    rhythm = Rhythm.begin([], now, 0.0)
    for _ in range(60):
        for hour in range(24):
            now += HOUR
            rhythm.learn([Span(now - HOUR + 60)] * 2 if hour == 9 else [], now, 0.0)
    demand = Demand(1, 1.0, rhythm.rate)
    theta = 5 / (rhythm.rate * 12) ** 0.5
    hours = {((now + start * HOUR + wait(rhythm, demand, theta, 1, now + start * HOUR, 0.0)) % DAY) / HOUR
             for start in (11.5, 15.0, 20.0)}  # fmt: skip
    assert all(9.0 < hour < 11.5 for hour in hours), hours


def test_the_first_listing_tells_how_often_a_source_publishes() -> None:
    busy, quiet = (Rhythm.begin([Span(SECONDS - gap * n) for n in range(20)], SECONDS, 0.0) for gap in (HOUR, 7 * DAY))
    assert 12 < busy.rate * DAY < 25
    assert quiet.rate * DAY < 0.3


def test_a_failed_look_teaches_nothing_and_the_time_counts_once_the_source_is_back(store: Store) -> None:
    cadence = Cadence(AUTO, random.Random(1))
    with store.transaction() as conn:
        cadence.next_check(conn, facts(first=True), NOW)
        before = load_rhythm(conn, 1)
        cadence.next_check(conn, facts(outcome=Outcome.FAILED, failures=1), NOW + timedelta(hours=5))
        after = load_rhythm(conn, 1)
        assert before is not None
        assert after is not None
        assert before.belief == after.belief
        cadence.next_check(conn, facts(), NOW + timedelta(hours=10))
        learnt = load_rhythm(conn, 1)
    assert learnt is not None
    assert learnt.learnt_at == SECONDS + 10 * HOUR
    assert learnt.rate < before.rate


@pytest.mark.parametrize("every", [None, timedelta(hours=1)])
def test_items_found_late_say_how_many_come_and_nothing_of_when(store: Store, every: timedelta | None) -> None:
    cadence = Cadence(AUTO, random.Random(1))
    with store.transaction() as conn:
        for source_id, late in ((1, 0), (2, 12)):
            cadence.next_check(conn, facts(source_id, first=True, every=every), NOW)
            cadence.next_check(conn, facts(source_id, (None,), every=every), NOW + timedelta(hours=5))
            cadence.next_check(conn, facts(source_id, late=late, every=every), NOW + timedelta(hours=10))
        without, found = load_rhythm(conn, 1), load_rhythm(conn, 2)
    assert without is not None
    assert found is not None
    assert found.rate > 2 * without.rate
    assert found.profile.weights == without.profile.weights


def test_a_weighty_source_is_looked_at_more_often(store: Store) -> None:
    cadence = Cadence(CadenceOptions(budget=24, jitter=0), random.Random(1))
    news = tuple(printed(NOW - timedelta(hours=3 * n)) for n in range(20))
    waits = []
    with store.transaction() as conn:
        for source_id, weight in ((1, 1.0), (2, 1.0), (3, 4.0)):
            look = facts(source_id, news, first=True, weight=weight)
            waits.append(cadence.next_check(conn, look, NOW + timedelta(hours=9)).at)
    assert waits[2] < waits[1]


def test_sources_with_times_of_their_own_take_no_part_in_the_budget(store: Store) -> None:
    with store.transaction() as conn:
        conn.execute("UPDATE sources SET every_s = 600 WHERE id = 1")
        conn.execute("UPDATE sources SET cron = '0 8 * * *' WHERE id = 2")
        conn.execute("UPDATE sources SET adaptive = 1 WHERE id = 3")
        assert load_demand(conn, by_default=True).sources == 6
        assert load_demand(conn, by_default=False).sources == 1


@pytest.mark.parametrize("per_day", [12, 48])
def test_over_weeks_the_requests_are_those_of_the_budget_within_two_percent(store: Store, per_day: int) -> None:
    """Eight sources from an item a month to sixty a day, through the database."""
    rng = random.Random(7)
    rates = [1 / 30, 0.2, 0.5, 1, 3, 10, 25, 60]
    cadence = Cadence(CadenceOptions(budget=per_day), rng)
    weeks, due, made = 4, [(NOW, source_id) for source_id in range(1, 9)], 0
    heapq.heapify(due)
    last = dict.fromkeys(range(1, 9), NOW)
    end = NOW + timedelta(weeks=weeks)
    with store.transaction() as conn:
        while due[0][0] < end:
            now, source_id = heapq.heappop(due)
            news = _published_between(rng, rates[source_id - 1], last[source_id], now)
            found = cadence.next_check(conn, facts(source_id, news, first=now == NOW), now)
            last[source_id] = now
            heapq.heappush(due, (found.at, source_id))
            made += 1
    assert made / (8 * 7 * weeks * per_day) == pytest.approx(1, abs=0.02)


def _published_between(rng: random.Random, per_day: float, start: datetime, end: datetime) -> tuple[Published, ...]:
    """By day only."""
    found, at = [], start
    while True:
        at += timedelta(days=rng.expovariate(per_day))
        if at > end:
            return tuple(found)
        if 7 <= at.hour < 19:
            found.append(printed(at))


def test_what_is_kept_at_hand_is_what_the_database_says(store: Store) -> None:
    """One cadence that lives on, and a new one for each look, on two sources that do the same."""
    kept = Cadence(CadenceOptions(budget=24, jitter=0))
    rng, now, last = random.Random(3), NOW, NOW
    with store.transaction() as conn:
        for number in range(60):
            news = _published_between(rng, 12, last, now)
            last = now
            for cadence, source_id in ((kept, 1), (Cadence(kept.options), 2)):
                cadence.next_check(conn, facts(source_id, news, first=number == 0), now)
            now += timedelta(minutes=rng.randrange(5, 300), microseconds=rng.randrange(10**6))
        lasting, fresh = load_rhythm(conn, 1), load_rhythm(conn, 2)
    assert lasting is not None
    assert fresh is not None
    assert lasting.profile.weights == fresh.profile.weights
    # The factors were worked out to the microsecond of an item in the one, to the millisecond in the other.
    assert lasting.belief.long_exposure == pytest.approx(fresh.belief.long_exposure, rel=1e-9)
    assert lasting.rate == pytest.approx(fresh.rate, rel=1e-6)


def test_what_a_transaction_took_back_is_not_kept_at_hand(store: Store) -> None:
    cadence, news = Cadence(CadenceOptions(jitter=0)), (printed(NOW + timedelta(hours=2)),) * 9
    with store.transaction() as conn:
        cadence.next_check(conn, facts(first=True), NOW)
        before = load_rhythm(conn, 1)
    with contextlib.suppress(ZeroDivisionError), store.transaction() as conn:
        cadence.next_check(conn, facts(published=news), NOW + timedelta(hours=3))
        _ = 1 / 0
    with store.transaction() as conn:
        cadence.next_check(conn, facts(), NOW + timedelta(hours=4))
        after = load_rhythm(conn, 1)
    assert before is not None
    assert after is not None
    assert after.profile.weights == before.profile.weights
    assert after.rate < before.rate


def test_a_source_with_fixed_times_is_learnt_from_when_it_has_news_and_once_a_day(store: Store) -> None:
    cadence, hour = Cadence(CadenceOptions(every=timedelta(hours=1))), timedelta(hours=1)
    learnt = []
    with store.transaction() as conn:
        for number in range(30):
            news = (printed(NOW + 3 * hour),) if number == 3 else ()
            seen_at = NOW + (number - 1) * hour if news else None
            cadence.next_check(conn, facts(published=news, first=number == 0, seen_at=seen_at), NOW + number * hour)
            rhythm = load_rhythm(conn, 1)
            assert rhythm is not None
            learnt.append((rhythm.learnt_at - SECONDS) / HOUR)
    assert sorted(set(learnt)) == [0, 3, 27]


def test_an_undated_item_of_a_source_with_fixed_times_came_after_the_look_before() -> None:
    now = SECONDS + 10 * HOUR
    lazy, eager = Rhythm.begin([], SECONDS, 0.0), Rhythm.begin([], SECONDS, 0.0)
    eager.learn([], now - HOUR, 0.0)
    eager.learn([None], now, 0.0)
    lazy.learn([None], now, 0.0, seen=now - HOUR)
    assert list(lazy.profile.weights[0]) == pytest.approx(list(eager.profile.weights[0]))
    assert lazy.belief.long_items == pytest.approx(eager.belief.long_items)
    assert lazy.belief.long_exposure == pytest.approx(eager.belief.long_exposure, rel=0.01)
