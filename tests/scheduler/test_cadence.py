"""When a source is looked at again."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from scheduler.cadence import Cadence, CadenceOptions, retry_wait
from scraper.hooks import CheckFacts, NextCheck
from scraper.store.db import Store, open_store
from scraper.store.sources import SourceSpec, reconcile
from scraper.types import Outcome

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EXACT = CadenceOptions(every=timedelta(minutes=30), jitter=0)


def facts(outcome: Outcome = Outcome.UNCHANGED, **changes: object) -> CheckFacts:
    values: dict[str, object] = {
        "source_id": 1,
        "every": None,
        "outcome": outcome,
        "reason": None,
        "failures": 0,
        "not_before": None,
    }
    return CheckFacts(**(values | changes))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With three configured sources, ids 1 to 3."""
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store:
        specs = [SourceSpec(f"s{n}", f"s{n}", f"s{n}", f"https://s{n}.example/news") for n in (1, 2, 3)]
        with store.transaction() as conn:
            reconcile(conn, specs, NOW)
        yield store


def decide(store: Store, made: CheckFacts, options: CadenceOptions, now: datetime = NOW) -> NextCheck:
    with store.transaction() as conn:
        return Cadence(options, random.Random(1)).next_check(conn, made, now)


def test_a_source_without_times_of_its_own_has_the_default_interval(store: Store) -> None:
    found = decide(store, facts(), EXACT)
    assert (found.at, found.reason) == (NOW + 30 * MINUTE, "every 30m")


def test_its_own_interval_comes_first(store: Store) -> None:
    assert decide(store, facts(every=5 * MINUTE), EXACT).at == NOW + 5 * MINUTE


def test_fixed_times_are_kept_to_the_minute(store: Store) -> None:
    options = CadenceOptions(zone=ZoneInfo("Europe/Berlin"))
    assert decide(store, facts(cron="0 8 * * mon-fri"), options).at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)


def test_outside_its_hours_a_source_is_left_alone(store: Store) -> None:
    found = decide(store, facts(every=HOUR, hours="07:00-12:30"), EXACT)
    assert found.at == datetime(2026, 3, 2, 7, 0, tzinfo=UTC)
    assert found.interval == found.at - NOW  # so that nobody takes it for the work of a wrong clock
    assert decide(store, facts(every=20 * MINUTE, hours="07:00-12:30"), EXACT).at == NOW + 20 * MINUTE


def test_failures_wait_longer_each_time_but_never_for_ever() -> None:
    waits = [retry_wait(n, HOUR, EXACT) for n in range(1, 60)]
    assert waits[:3] == [10 * MINUTE, 12.5 * MINUTE, 15.625 * MINUTE]
    assert waits == sorted(waits)
    assert waits[-1] == EXACT.retry_max


def test_a_source_that_comes_back_is_found_within_about_a_quarter_of_the_time_it_was_away() -> None:
    tried, away = [timedelta(0)], timedelta(hours=6)
    while tried[-1] < away:
        tried.append(tried[-1] + retry_wait(len(tried), HOUR, EXACT))
    assert tried[-1] - away <= away / 4 + EXACT.retry_first
    assert len(tried) < 15  # and it was not asked much more often for that


def test_a_quick_source_is_retried_as_quickly_as_it_is_looked_at() -> None:
    assert retry_wait(1, timedelta(seconds=2), EXACT) == timedelta(seconds=2)


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("fixed", [{"every": HOUR}, {"adaptive": True}, {"cron": "0 * * * *"}])
def test_a_server_may_slow_us_down_and_never_speed_us_up(
    store: Store, outcome: Outcome, fixed: dict[str, object]
) -> None:
    alone = decide(store, facts(outcome, failures=1, **fixed), EXACT).at
    slow = decide(store, facts(outcome, failures=1, not_before=NOW + 30 * HOUR, **fixed), EXACT)
    assert slow.at == NOW + 30 * HOUR
    assert "the server asked" in slow.reason
    early = decide(store, facts(outcome, failures=1, not_before=NOW + timedelta(seconds=1), **fixed), EXACT).at
    assert early >= min(alone, NOW + 5 * MINUTE)


@given(
    st.integers(1, 10_000),
    st.timedeltas(timedelta(seconds=1), timedelta(days=7)),
    st.sampled_from(list(Outcome)),
    st.integers(),
)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_the_next_look_stays_within_its_bounds(
    store: Store, failures: int, every: timedelta, outcome: Outcome, seed: int
) -> None:
    options = CadenceOptions()
    cadence = Cadence(options, random.Random(seed))
    with store.transaction() as conn:
        found = cadence.next_check(conn, facts(outcome, failures=failures, every=every), NOW)
    longest = max(every, options.retry_max) * (1 + options.jitter)
    assert NOW < found.at <= NOW + longest
