"""A source's silence is told from its rhythm."""

from __future__ import annotations

import random
from datetime import timedelta
from itertools import islice

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.health_silence import judge_silence
from tests.support.rhythms import RHYTHMS, START
from tests.support.silences import simulate

HOUR = timedelta(hours=1)
YEARS = {"hourly": 1, "weekdays": 4, "weekly": 30, "bursty": 12}


@pytest.mark.parametrize("name", RHYTHMS)
def test_alarm_comes_within_two_expected_gaps_and_rarely_for_nothing(name: str) -> None:
    years = [simulate(RHYTHMS[name], seed, step=97 if name == "hourly" else 1) for seed in range(YEARS[name])]
    assert sum(year.false_alarms for year in years) <= max(len(years), 2)
    assert sum(year.late is not None and year.late <= 2 for year in years) >= 0.9 * len(years)


def test_a_few_finds_are_no_rhythm() -> None:
    assert judge_silence([]) is None
    assert judge_silence([START + n * HOUR for n in range(8)]) is None
    assert judge_silence([START] * 50) is None, "one look that found fifty"


def test_weekend_is_no_silence() -> None:
    days = [START + timedelta(days=n, hours=10) for n in range(70) if (START + timedelta(days=n)).weekday() < 5]
    found = judge_silence(days)
    assert found is not None
    friday = days[-1]
    assert friday.weekday() == 4
    assert not found.is_conspicuous(friday + timedelta(days=3, hours=2)), "Monday noon"
    assert found.is_conspicuous(friday + timedelta(days=5)), "Wednesday"


def test_time_in_which_nobody_could_look_is_no_silence() -> None:
    finds = [START + n * HOUR for n in range(100)]
    last = finds[-1]
    seen = judge_silence(finds)
    blind = judge_silence(finds, [(last, last + 30 * HOUR)])
    assert seen is not None
    assert blind is not None
    assert blind.conspicuous_at - seen.conspicuous_at >= timedelta(hours=29)
    gap = [*finds, *(last + (48 + n) * HOUR for n in range(30))]
    learnt = judge_silence(gap, [(last + HOUR, last + 47 * HOUR)])
    assert learnt is not None
    assert learnt.longest <= 2 * HOUR, "a gap in which nobody looked says nothing of the rhythm"


@given(st.integers(0, 10_000), st.sampled_from(sorted(RHYTHMS)), st.integers(9, 300))
def test_silence_never_begins_before_the_next_ordinary_gap_is_over(seed: int, name: str, count: int) -> None:
    finds = list(islice(RHYTHMS[name](random.Random(seed)), count))
    found = judge_silence(finds)
    if found is not None:
        assert found.since == max(finds)
        assert found.conspicuous_at > found.since
        assert found.longest > timedelta(0)
