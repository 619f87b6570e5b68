"""What servers and feeds say of when they want to be asked: it holds looks back, and never more than that."""

from __future__ import annotations

import contextlib
import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.cadence import Cadence, CadenceOptions
from scheduler.cadence.hints import MOST, MOST_SKIPPED, hold_back
from scheduler.cadence.rows import load_hints, save_hints
from scraper.hooks import CheckFacts, NextCheck
from scraper.store.db import Store, open_store
from scraper.store.sources import SourceSpec, reconcile
from scraper.types import FeedHints, Outcome

NOW = datetime(2026, 3, 6, 20, 30, tzinfo=UTC)  # a Friday
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WEEKEND = FeedHints(skip_hours=(0, 1, 2, 3, 4, 5, 22, 23), skip_days=(5, 6))


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """With one configured source, id 1."""
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store:
        with store.transaction() as conn:
            reconcile(conn, [SourceSpec("s", "s", "s", "https://s.example/news")], NOW)
        yield store


def look(store: Store, now: datetime = NOW, **changes: object) -> NextCheck:
    values: dict[str, object] = {
        "source_id": 1, "every": None, "outcome": Outcome.UNCHANGED, "reason": None,
        "failures": 0, "not_before": None,
    }  # fmt: skip
    facts = CheckFacts(**(values | changes))  # type: ignore[arg-type]
    with store.transaction() as conn:
        return Cadence(CadenceOptions(budget=288), random.Random(1)).next_check(conn, facts, now)


hints = st.builds(
    FeedHints,
    st.none() | st.timedeltas(timedelta(0), timedelta(days=400)),
    st.sets(st.integers(0, 23), max_size=23).map(tuple),
    st.sets(st.integers(0, 6), max_size=6).map(tuple),
)
moments = st.timedeltas(timedelta(0), timedelta(days=365)).map(lambda later: NOW + later)


@given(moments, st.timedeltas(timedelta(0), timedelta(days=1)), st.none() | moments, st.none() | hints)
def test_a_hint_never_brings_a_look_forward_and_holds_it_back_for_a_while_at_most(
    now: datetime, wait: timedelta, fresh_until: datetime | None, said: FeedHints | None
) -> None:
    held = hold_back(now + wait, now, fresh_until, said)
    assert now + wait <= held.at <= max(now + wait, now + MOST + MINUTE) + MOST_SKIPPED
    assert bool(held.why) is (held.at > now + wait)
    if said and held.at < now + MOST_SKIPPED:
        assert held.at.hour not in said.skip_hours
        assert held.at.weekday() not in said.skip_days


def test_a_copy_is_asked_for_again_just_after_it_has_run_out(store: Store) -> None:
    held = look(store, fresh_until=NOW + 40 * MINUTE)
    assert NOW + 40 * MINUTE < held.at < NOW + 41 * MINUTE
    assert "fresh" in held.reason
    assert held.interval == held.at - NOW  # so that nobody takes it for the work of a wrong clock


def test_a_server_that_asks_for_a_day_is_given_an_hour(store: Store) -> None:
    assert look(store, fresh_until=NOW + 24 * HOUR).at < NOW + HOUR + MINUTE


def test_what_a_feed_said_holds_until_it_says_something_else(store: Store) -> None:
    assert look(store, hints=FeedHints(wait=45 * MINUTE)).at >= NOW + 45 * MINUTE
    again = look(store, NOW + HOUR, outcome=Outcome.NOT_MODIFIED)
    assert again.at >= NOW + HOUR + 45 * MINUTE
    assert "its feed asks" in again.reason
    assert look(store, NOW + 2 * HOUR, hints=FeedHints()).at < NOW + 2 * HOUR + 45 * MINUTE
    assert load_hints(store.conn, 1) is None


def test_at_the_weekend_a_feed_that_asks_for_it_is_left_alone(store: Store) -> None:
    with store.transaction() as conn:
        save_hints(conn, 1, WEEKEND)
        assert load_hints(conn, 1) == WEEKEND
    found = look(store, NOW + 85 * MINUTE)
    assert found.at == datetime(2026, 3, 9, 6, 0, tzinfo=UTC)
    assert "asks not to be read" in found.reason


@pytest.mark.parametrize("fixed", [{"every": 5 * MINUTE}, {"cron": "*/5 * * * *"}])
def test_times_that_people_fixed_are_kept_whatever_is_hinted(store: Store, fixed: dict[str, object]) -> None:
    found = look(store, fresh_until=NOW + HOUR, hints=FeedHints(HOUR, skip_days=(4,)), **fixed)
    assert found.at <= NOW + 5.2 * MINUTE


def test_a_failed_look_is_tried_again_as_soon_as_without_hints(store: Store) -> None:
    failed = look(store, outcome=Outcome.FAILED, failures=1, fresh_until=NOW + HOUR, reason="timeout")
    assert failed.at < NOW + 11 * MINUTE
    assert "fresh" not in failed.reason
