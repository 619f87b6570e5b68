"""Budgets: of a site, beside the common one; and what an answer "not modified" costs."""

from __future__ import annotations

import contextlib
import heapq
import random
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import MappingProxyType

import pytest

from scheduler.cadence import Cadence, CadenceOptions
from scheduler.cadence.rows import fixed_looks, load_budget, load_demand, load_rhythm
from scraper.hooks import CheckFacts
from scraper.store.db import Store, open_store
from scraper.store.sources import SourceSpec, reconcile
from scraper.types import Outcome, Precision, Published

NOW = datetime(2026, 3, 2, 0, 0, tzinfo=UTC)  # a Monday
HOUR = timedelta(hours=1)
HARBOUR, COAST = (1, 2, 3), (4, 5, 6)
"""Sources of either site; the first of each publishes rarely, the last often."""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store:
        specs = [SourceSpec(f"h{n}", f"h{n}", f"h{n}", f"https://h{n}.harbour.org/") for n in HARBOUR]
        specs += [SourceSpec(f"c{n}", f"c{n}", f"c{n}", f"https://c{n}.coast.org/") for n in COAST]
        with store.transaction() as conn:
            reconcile(conn, specs, NOW)
        yield store


def facts(source_id: int, published: tuple[Published, ...] = (), **changes: object) -> CheckFacts:
    values: dict[str, object] = {
        "source_id": source_id, "every": None, "reason": None, "failures": 0,
        "outcome": Outcome.CHANGED if published else Outcome.UNCHANGED,
        "not_before": None, "published": published, "site": "harbour.org" if source_id in HARBOUR else "coast.org",
    }  # fmt: skip
    return CheckFacts(**(values | changes))  # type: ignore[arg-type]


def _printed(at: datetime) -> Published:
    return Published(at.isoformat(), "text", Precision.MINUTE, at.date(), at, 0, f"{at:%H:%M}")


def _watch(
    store: Store,
    cadence: Cadence,
    days: int,
    *,
    etags: tuple[int, ...] = (),
    fixed: Mapping[int, Mapping[str, object]] = MappingProxyType({}),
) -> Counter[int]:
    """Looks at each source after the first ``days``; sources in ``etags`` answer 304 where nothing is new."""
    rng, rates = random.Random(7), {1: 0.5, 2: 3.0, 3: 20.0, 4: 0.5, 5: 3.0, 6: 20.0}
    due = [(NOW, source_id) for source_id in rates]
    last, looks = dict.fromkeys(rates, NOW), Counter[int]()
    with store.transaction() as conn:
        while due[0][0] < NOW + timedelta(days=2 * days):
            now, source_id = heapq.heappop(due)
            news, at = list[Published](), last[source_id]
            while (at := at + timedelta(days=rng.expovariate(rates[source_id]))) < now:
                news.append(_printed(at))
            changes: dict[str, object] = {"first": now == NOW, **fixed.get(source_id, {})}
            if source_id in etags and not news and now > NOW:
                changes["outcome"] = Outcome.NOT_MODIFIED
            found = cadence.next_check(conn, facts(source_id, tuple(news), **changes), now)
            last[source_id] = now
            looks[source_id] += now > NOW + timedelta(days=days)
            heapq.heappush(due, (found.at, source_id))
    return looks


def test_a_site_takes_no_more_than_its_budget_and_shares_it_by_the_root_of_the_rate(store: Store) -> None:
    options = CadenceOptions(budget=48, site_budgets={"harbour.org": 30})
    looks = _watch(store, Cadence(options, random.Random(1)), 10)
    at_harbour = sum(looks[source_id] for source_id in HARBOUR)
    assert 270 <= at_harbour <= 306
    assert looks[1] < looks[2] < looks[3]
    assert looks[3] < 8 * looks[1]  # forty times the rate
    # What the site leaves of the common budget goes to the others.
    assert at_harbour + sum(looks[source_id] for source_id in COAST) == pytest.approx(6 * 48 * 10, rel=0.05)


def test_what_people_fixed_is_paid_first_and_the_others_share_the_rest(store: Store) -> None:
    fixed = {3: {"every": HOUR}, 2: {"cron": "0 8,20 * * *"}}
    with store.transaction() as conn:
        conn.execute("UPDATE sources SET every_s = 3600 WHERE id = 3")
        conn.execute("UPDATE sources SET cron = '0 8,20 * * *' WHERE id = 2")
    options = CadenceOptions(site_budgets={"harbour.org": 36})
    looks = _watch(store, Cadence(options, random.Random(1)), 10, fixed=fixed)
    assert looks[3] == pytest.approx(240, abs=3)
    assert looks[2] == pytest.approx(20, abs=1)
    assert looks[1] == pytest.approx(100, rel=0.15)


@pytest.mark.parametrize("looks_a_day", [1, 10, 100, 1000])
def test_a_budget_of_a_site_never_makes_a_look_come_earlier(store: Store, looks_a_day: float) -> None:
    free, bound = (
        Cadence(CadenceOptions(site_budgets=budgets), random.Random(5))
        for budgets in ({}, {"harbour.org": looks_a_day})
    )
    rng = random.Random(int(looks_a_day))
    for number in range(40):
        now, source_id = NOW + number * HOUR / 2, rng.choice((*HARBOUR, *COAST))
        news = tuple(_printed(now - rng.random() * HOUR) for _ in range(rng.choice((0, 0, 3))))
        found = []
        for cadence in (free, bound):
            # Each decides on the same database; what the first one wrote is taken back.
            with contextlib.suppress(_TakenBackError), store.transaction() as conn:
                found.append(cadence.next_check(conn, facts(source_id, news), now).at)
                if cadence is free:
                    raise _TakenBackError
        assert found[0] <= found[1]


class _TakenBackError(Exception):
    pass


def test_what_people_fixed_counts_in_the_budget_of_a_site(store: Store) -> None:
    with store.transaction() as conn:
        conn.execute("UPDATE sources SET every_s = 3600 WHERE id = 3")
        conn.execute("UPDATE sources SET cron = '0 8 * * *' WHERE id = 2")
        assert fixed_looks(conn, "harbour.org", None) == 24
        assert fixed_looks(conn, "coast.org", 2 * HOUR) == 36
        assert load_demand(conn, by_default=True, site="harbour.org").sources == 1
        cadence = Cadence(CadenceOptions(site_budgets={"harbour.org": 30}), random.Random(1))
        cadence.next_check(conn, facts(3, every=HOUR), NOW)
        assert load_budget(conn, NOW.timestamp(), "harbour.org").made == 1
        cadence.next_check(conn, facts(6), NOW)
        accounts = conn.execute("SELECT site FROM cadence_budget ORDER BY site").fetchall()
    assert [row["site"] for row in accounts] == ["", "harbour.org"]


def test_the_reason_says_that_a_site_has_no_more(store: Store) -> None:
    cadence = Cadence(CadenceOptions(budget=48, site_budgets={"harbour.org": 3}), random.Random(1))
    news = tuple(_printed(NOW - n * HOUR) for n in range(20))
    with store.transaction() as conn:
        for source_id in (*HARBOUR, *COAST):
            cadence.next_check(conn, facts(source_id, news, first=True), NOW)
        near = cadence.next_check(conn, facts(3), NOW + HOUR)
        far = cadence.next_check(conn, facts(6), NOW + HOUR)
    assert "the budget of harbour.org" in near.reason
    assert "the budget" not in far.reason
    assert near.at > far.at


def test_cheap_answers_are_asked_for_more_often_and_the_budget_holds_in_whole_ones(store: Store) -> None:
    options = CadenceOptions(budget=24)
    looks = _watch(store, Cadence(options, random.Random(1)), 14, etags=HARBOUR)
    for cheap, dear in zip(HARBOUR, COAST, strict=True):
        assert looks[cheap] > 1.4 * looks[dear]
    rhythm = load_rhythm(store.conn, 1)
    assert rhythm is not None
    assert rhythm.not_modified > 0.8
    cost = sum(looks[source_id] for source_id in COAST) + sum(looks[source_id] for source_id in HARBOUR) / 4
    news = 23.5 * 14  # each look with news is a whole answer; at most as many as there were items
    assert cost <= 6 * 24 * 14 * 1.05
    assert cost + news * 3 / 4 >= 6 * 24 * 14 * 0.95
