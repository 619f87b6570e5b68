"""When a source is looked at again."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cadence import CadenceOptions, FixedCadence, retry_wait, spoken
from scraper.hooks import CheckFacts
from scraper.types import Outcome

NOW = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
EXACT = CadenceOptions(jitter=0)


def facts(outcome: Outcome = Outcome.UNCHANGED, **changes: object) -> CheckFacts:
    values: dict[str, object] = {
        "source_id": 1,
        "url": "https://example.org/news",
        "every": None,
        "outcome": outcome,
        "reason": None,
        "failures": 0,
        "new_items": 0,
        "not_before": None,
    }
    return CheckFacts(**(values | changes))  # type: ignore[arg-type]


def test_a_source_without_an_interval_has_the_default_one() -> None:
    found = FixedCadence(EXACT).next_check(facts(), NOW)
    assert (found.at, found.reason) == (NOW + 30 * MINUTE, "every 30m")


def test_its_own_interval_comes_first() -> None:
    assert FixedCadence(EXACT).next_check(facts(every=5 * MINUTE), NOW).at == NOW + 5 * MINUTE


def test_failures_wait_longer_each_time_but_never_for_ever() -> None:
    waits = [retry_wait(n, HOUR, EXACT) for n in range(1, 60)]
    assert waits[:4] == [10 * MINUTE, 20 * MINUTE, 40 * MINUTE, 80 * MINUTE]
    assert waits == sorted(waits)
    assert waits[-1] == EXACT.retry_max


def test_a_quick_source_is_retried_as_quickly_as_it_is_looked_at() -> None:
    assert retry_wait(1, timedelta(seconds=2), EXACT) == timedelta(seconds=2)


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_server_may_slow_us_down_and_never_speed_us_up(outcome: Outcome) -> None:
    cadence = FixedCadence(EXACT)
    alone = cadence.next_check(facts(outcome, failures=1), NOW)
    assert cadence.next_check(facts(outcome, failures=1, not_before=NOW + 9 * HOUR), NOW).at == NOW + 9 * HOUR
    assert cadence.next_check(facts(outcome, failures=1, not_before=NOW), NOW) == alone


@given(
    st.integers(1, 10_000),
    st.timedeltas(timedelta(seconds=1), timedelta(days=7)),
    st.sampled_from(list(Outcome)),
    st.integers(),
)
def test_the_next_look_stays_within_its_bounds(failures: int, every: timedelta, outcome: Outcome, seed: int) -> None:
    options = CadenceOptions()
    found = FixedCadence(options, random.Random(seed)).next_check(facts(outcome, failures=failures, every=every), NOW)
    longest = max(every, options.retry_max) * (1 + options.jitter)
    assert NOW < found.at <= NOW + longest


@pytest.mark.parametrize(
    ("length", "text"),
    [(30 * MINUTE, "30m"), (90 * MINUTE, "1h 30m"), (timedelta(seconds=2), "2s"), (timedelta(days=1), "1d")],
)
def test_lengths_are_written_as_people_do(length: timedelta, text: str) -> None:
    assert spoken(length) == text
