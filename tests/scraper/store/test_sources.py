"""Sources as configured, as adopted, and as work to be done."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scraper.asking import PLAIN, RequestBook
from scraper.clock import to_text
from scraper.errors import NotConfiguredError, NotFoundError
from scraper.store.db import Store, open_store
from scraper.store.jobs import (
    SourceJob,
    due_sources,
    lease_source,
    next_due_at,
    ready_sources,
    reserve_site,
    unknown_sources,
)
from scraper.store.sources import SourceSpec, adopt, find_sources, reconcile
from scraper.types import Recipe
from tests.support.watch import START

A = SourceSpec("a", "alpha", "Alpha", "https://alpha.example/news", tags=("x", "y"))
B = SourceSpec("b", "beta", "Beta", "https://beta.example/news", tags=("y",), every=timedelta(minutes=5))
C = SourceSpec("c", "gamma", "Gamma", "https://alpha.example/press")
SPACING = timedelta(seconds=2)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with contextlib.closing(open_store(tmp_path / "presswatch.db")) as store:
        reconcile(store.conn, [A, B], START)
        yield store


def slugs(store: Store, *, active: bool = True) -> dict[str, str]:
    rows = store.conn.execute("SELECT source_key, slug FROM sources WHERE active = ?", (int(active),))
    return {row["source_key"]: row["slug"] for row in rows}


def book_of(*specs: SourceSpec) -> RequestBook:
    return RequestBook({spec.source_key: (spec.digest, PLAIN) for spec in specs})


BOOK = book_of(A, B, C)


def lease(
    store: Store, source_id: int, now: datetime = START, holder: str = "me:1:1", book: RequestBook | None = None
) -> SourceJob | datetime | None:
    return lease_source(store.conn, source_id, holder, SPACING, now, book or BOOK)


def test_configured_sources_are_there_and_due(store: Store) -> None:
    assert slugs(store) == {"a": "alpha", "b": "beta"}
    assert due_sources(store.conn, START, 10) == [1, 2]
    assert next_due_at(store.conn, BOOK) == START


def test_same_configuration_again_changes_nothing(store: Store) -> None:
    before = list(store.conn.iterdump())
    reconcile(store.conn, [A, B], START + timedelta(days=1))
    assert list(store.conn.iterdump()) == before


def test_slugs_may_be_swapped_and_keep_their_history(store: Store) -> None:
    reconcile(store.conn, [replace(A, slug="beta"), replace(B, slug="alpha")], START)
    assert slugs(store) == {"a": "beta", "b": "alpha"}


def test_removed_source_is_kept_inactive_and_gives_its_slug_away(store: Store) -> None:
    reconcile(store.conn, [B, replace(A, source_key="c")], START)
    assert slugs(store) == {"b": "beta", "c": "alpha"}
    assert list(slugs(store, active=False)) == ["a"]
    reconcile(store.conn, [A, B], START)
    assert slugs(store) == {"a": "alpha", "b": "beta"}


def test_changed_address_forgets_validators_and_keeps_the_baseline(store: Store) -> None:
    store.conn.execute("UPDATE sources SET validator_url = url, etag = 'x', body_sha256 = 'y', baseline_at = ?", ("t",))
    reconcile(store.conn, [replace(A, name="Another name"), replace(B, url="https://beta.example/other")], START)
    rows = store.conn.execute("SELECT etag, body_sha256, baseline_at FROM sources ORDER BY source_key").fetchall()
    assert [tuple(row) for row in rows] == [("x", "y", "t"), (None, None, "t")]


def test_recipe_by_hand_replaces_the_one_before_and_none_retires_it(store: Store) -> None:
    for recipe in (Recipe("hand", item="li"), Recipe("hand", item="article", date_order="DMY"), None):
        reconcile(store.conn, [replace(A, recipe=recipe), B], START)
        job = lease(store, 1, START + timedelta(hours=1), book=book_of(replace(A, recipe=recipe)))
        assert isinstance(job, SourceJob)
        assert job.recipe == recipe
        store.conn.execute("UPDATE leases SET holder = NULL, expires_at = NULL")
        store.conn.execute("UPDATE sites SET not_before_at = NULL")


def test_names_and_tags_find_sources(store: Store) -> None:
    assert find_sources(store.conn, ["beta"]) == [2]
    assert find_sources(store.conn, ["@y", "alpha"]) == [1, 2]
    for name in ("gamma", "@z"):
        with pytest.raises(NotFoundError, match=name):
            find_sources(store.conn, ["alpha", name])


def test_paused_and_removed_sources_are_not_due(store: Store) -> None:
    reconcile(store.conn, [replace(A, paused=True)], START)
    assert due_sources(store.conn, START + timedelta(days=1), 10) == []
    assert next_due_at(store.conn, BOOK) is None


def test_adopted_page_is_the_same_source_the_next_time(store: Store) -> None:
    def take(url: str, slug: str) -> int:
        return adopt(store.conn, url, origin="adhoc", slug=slug, name=url, key=f"url-{url}", now=START)

    first = take("https://gamma.example/n", "gamma")
    assert take("https://gamma.example/n", "gamma") == first
    assert take("https://delta.example/n", "gamma") != first
    assert slugs(store)["url-https://delta.example/n"] == "gamma-2"
    assert take("http://www.alpha.example/news/", "alpha") == 1
    assert due_sources(store.conn, START + timedelta(days=9), 10) == [1, 2]


def test_source_and_its_site_are_leased_together(store: Store) -> None:
    reconcile(store.conn, [A, B, C], START)
    assert isinstance(lease(store, 1), SourceJob)
    later = START + timedelta(seconds=3)
    assert lease(store, 1, later, "another:2:2") is None
    assert lease(store, 3, later, "another:2:2") is None
    assert isinstance(lease(store, 2, later, "another:2:2"), SourceJob)
    assert ready_sources(store.conn, later, 10, BOOK) == []


@pytest.mark.parametrize(
    "other",
    [
        replace(A, slug="renamed"),
        replace(A, url="https://elsewhere.example/news"),
        replace(A, requests="proxy"),
        replace(A, source_key="new"),
    ],
)
def test_source_that_another_process_configured_otherwise_is_not_taken(store: Store, other: SourceSpec) -> None:
    reconcile(store.conn, [other, B], START)
    key = store.conn.execute("SELECT id FROM sources WHERE source_key = ?", (other.source_key,)).fetchone()[0]
    with pytest.raises(NotConfiguredError):
        lease(store, key)
    assert ready_sources(store.conn, START, 10, BOOK) == [2]
    assert next_due_at(store.conn, RequestBook({})) is None
    assert unknown_sources(store.conn, START, BOOK) == [other.slug]
    assert store.conn.execute("SELECT count(*) FROM leases").fetchone()[0] == 0


def test_site_that_is_not_to_be_asked_yet_says_when(store: Store) -> None:
    assert reserve_site(store.conn, "alpha.example", SPACING, START) is None
    assert reserve_site(store.conn, "alpha.example", SPACING, START) == START + SPACING
    assert lease(store, 1) == START + SPACING
    assert store.conn.execute("SELECT count(*) FROM leases").fetchone()[0] == 0


def test_answer_that_is_at_hand_needs_no_site(store: Store) -> None:
    reserve_site(store.conn, "alpha.example", SPACING, START)
    job = lease_source(store.conn, 1, "me:1:1", SPACING, START, None)
    assert isinstance(job, SourceJob)
    assert [name for name, _ in job.leases] == ["source:1"]


def test_penalty_from_before_the_clock_was_set_back_does_not_last_for_years(store: Store) -> None:
    far = to_text(START + timedelta(days=800))
    store.conn.execute("UPDATE sites SET not_before_at = ?", (far,))
    assert isinstance(lease(store, 1), SourceJob)
    assert reserve_site(store.conn, "beta.example", SPACING, START) is None


def test_source_that_is_gone_is_said(store: Store) -> None:
    with pytest.raises(NotFoundError):
        lease(store, 99)


def test_page_is_fetched_unconditionally_after_many_not_modified(store: Store) -> None:
    store.conn.execute("UPDATE sources SET validator_url = url, etag = 'x' WHERE id = 1")
    store.conn.execute(
        "INSERT INTO checks(check_key, source_id, started_at, last_at, count, outcome, duration_ms) "
        "VALUES ('k', 1, 't', 't', 19, 'not_modified', 1)"
    )
    for count, asked in ((19, True), (20, False)):
        store.conn.execute("UPDATE checks SET count = ?", (count,))
        store.conn.execute("UPDATE sites SET not_before_at = NULL")
        job = lease(store, 1)
        assert isinstance(job, SourceJob)
        assert (job.validators is not None) is asked
        store.conn.execute("UPDATE leases SET holder = NULL, expires_at = NULL")
