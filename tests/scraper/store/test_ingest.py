"""The one transaction of a check: all of it or nothing, and the same facts when it is redone."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scraper.errors import LeaseLostError, NotFoundError, StoreError
from scraper.hooks import RecordedChange
from scraper.store.ingest import commit_check
from scraper.store.leases import acquire
from scraper.store.writing import event_id_of
from scraper.types import ArticleData, Outcome, PageKind, Validators
from tests.support.watch import Hourly, Listener, Seen, Watch, item, many

# ruff: noqa: ARG002 - stand-ins need not use all that the protocols give


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as watching:
        yield watching


LOOKS = ("leases", "checks", "sources", "sites", "cadences")
"""Tables that say how the last look went."""


def dump(watch: Watch, *, but: Collection[str] = ("leases",)) -> list[str]:
    return [line for line in watch.store.conn.iterdump() if not any(f'INTO "{table}"' in line for table in but)]


def test_check_whose_lease_was_taken_over_commits_nothing(watch: Watch) -> None:
    watch.look(many(1, 5))
    record = watch.record(watch.lease(), Outcome.FAILED, reason="timeout")
    with watch.store.transaction() as conn:
        later = watch.now + timedelta(minutes=4)
        assert acquire(conn, record.leases[0][0], "another:1:1", timedelta(minutes=3), later)
    before = dump(watch, but=())
    with pytest.raises(LeaseLostError):
        commit_check(watch.store, record, listener=watch.listener, cadence=Hourly(), now=watch.now)
    assert dump(watch, but=()) == before


def test_check_is_committed_once(watch: Watch) -> None:
    watch.look(many(1, 5))
    record = watch.record(watch.lease(), Outcome.UNCHANGED)
    commit_check(watch.store, record, listener=watch.listener, cadence=Hourly(), now=watch.now)
    before = dump(watch)
    with pytest.raises(LeaseLostError):
        commit_check(watch.store, record, listener=watch.listener, cadence=Hourly(), now=watch.now)
    assert dump(watch) == before


def test_source_that_is_gone_is_said(watch: Watch) -> None:
    record = replace(watch.record(watch.lease(), Outcome.UNCHANGED), source_id=99)
    with pytest.raises(NotFoundError):
        commit_check(watch.store, record, listener=watch.listener, cadence=Hourly(), now=watch.now)


class Raising(Listener):
    def changes_recorded(self, conn: sqlite3.Connection, changes: Sequence[RecordedChange], now: datetime) -> int:
        raise RuntimeError("no message today")


def test_fault_while_messages_are_written_leaves_nothing_of_the_look_but_that_it_failed(watch: Watch) -> None:
    watch.look(many(1, 5))
    before = dump(watch, but=LOOKS)
    watch.checker.listener = Raising()
    assert watch.look(many(1, 6), crashes=True).outcome is Outcome.FAILED
    assert dump(watch, but=LOOKS) == before
    watch.checker.listener = watch.listener
    assert len(watch.look(many(1, 6)).added) == 1


def test_full_disk_loses_nothing_and_it_goes_on_when_there_is_room(watch: Watch) -> None:
    watch.look(many(1, 5))
    pages = watch.row("PRAGMA page_count")[0]
    watch.rows(f"PRAGMA max_page_count={pages}")
    before = dump(watch)
    with pytest.raises(StoreError, match="disk is full"):
        watch.look([replace(one, summary="long " * 500) for one in many(1, 60)])
    assert dump(watch) == before
    watch.rows("PRAGMA max_page_count=1000000")
    watch.now += timedelta(minutes=10)
    assert len(watch.look(many(1, 60)).added) == 55
    assert watch.is_sound()


@pytest.mark.parametrize(
    "table", ["checks", "items", "appearances", "item_keys", "revisions", "changes", "identity_log", "captures"]
)
def test_each_table_may_refuse_a_row_and_nothing_is_half_written(watch: Watch, table: str) -> None:
    watch.look(many(1, 5))
    page = [replace(many(5, 5)[0], title="Announcement number 5, corrected"), *many(1, 4)]
    before = dump(watch, but=LOOKS)
    watch.rows(f"CREATE TEMP TRIGGER broken BEFORE INSERT ON main.{table} BEGIN SELECT RAISE(ABORT, 'broken'); END")
    if table == "checks":
        with pytest.raises(sqlite3.IntegrityError):
            watch.look([*many(6, 8), *page])
    else:
        assert watch.look([*many(6, 8), *page], crashes=True).outcome is Outcome.FAILED
    watch.rows("DROP TRIGGER broken")
    assert dump(watch, but=LOOKS) == before
    watch.now += timedelta(minutes=10)
    assert len(watch.look([*many(6, 8), *page]).told) == 4


def test_check_that_is_redone_names_the_same_items_and_events(tmp_path: Path) -> None:
    page = [replace(many(5, 5)[0], title="Announcement number 5, corrected"), *many(6, 8), *many(1, 4)]
    answers = []
    with Watch(tmp_path / "a" / "presswatch.db") as watch:
        watch.look(many(1, 5))
    (tmp_path / "b").mkdir()
    shutil.copy(tmp_path / "a" / "presswatch.db", tmp_path / "b" / "presswatch.db")
    for folder in ("a", "b"):
        with Watch(tmp_path / folder / "presswatch.db") as watch:
            if folder == "b":
                watch.now += timedelta(days=2)
                page = page[:4] + [replace(one, url=f"{one.url}?utm_source=later") for one in page[4:]]
            watch.look(page)
            events = {(row["event_id"], row["kind"]) for row in watch.rows("SELECT event_id, kind FROM changes")}
            keys = {(row["item_key"], row["title"]) for row in watch.rows("SELECT item_key, title FROM items")}
            answers.append((events, keys))
    assert answers[0] == answers[1]


def test_event_ids_are_of_a_source_of_its_own() -> None:
    assert event_id_of("a", "b") != event_id_of("b", "b")
    assert len(event_id_of("a\ud800")) == 32


def test_validators_and_items_stand_in_one_commit_and_a_suspect_page_keeps_the_old_ones(watch: Watch) -> None:
    watch.look(many(1, 5))
    row = watch.row("SELECT validator_url, etag, body_sha256, listing_sha256 FROM sources")
    assert all(row)
    watch.look((), kind=PageKind.BLOCKED)
    assert tuple(watch.row("SELECT validator_url, etag, body_sha256, listing_sha256 FROM sources")) == tuple(row)
    assert watch.lease().validators == Validators(watch.url, etag='"1"')


def test_body_that_was_doubted_is_read_again(watch: Watch) -> None:
    watch.look(many(1, 20))
    assert watch.look(many(18, 20), body=b"same").outcome is Outcome.SUSPECT
    later = [watch.look(many(18, 20), body=b"same").outcome for _ in range(7)]
    assert later == [*[Outcome.SUSPECT] * 5, Outcome.CHANGED, Outcome.UNCHANGED]


def test_article_of_the_page_is_kept_with_its_revisions(watch: Watch) -> None:
    article = ArticleData("The title of it", "First paragraph.\n\nSecond paragraph.")
    watch.look(many(1, 5), kind=PageKind.BOTH, article=article)
    watch.look(many(1, 5), kind=PageKind.BOTH, article=replace(article, text="First  paragraph.\n\nSecond paragraph."))
    assert watch.count("article_revisions") == 1
    watch.look(many(1, 5), kind=PageKind.BOTH, article=replace(article, text="Other words."))
    assert [tuple(row) for row in watch.rows("SELECT number, fields FROM article_revisions")] == [(1, ""), (2, "text")]
    watch.look((), kind=PageKind.BLOCKED, article=ArticleData("Are you human?", "Prove it."))
    assert watch.count("articles") == 1


def test_what_is_told_is_durable_and_nothing_else_need_be(watch: Watch) -> None:
    def durable() -> bool:
        return bool(watch.row("PRAGMA synchronous")[0] == 2)

    watch.look(many(1, 5))
    steps: list[tuple[Callable[[], Seen], bool]] = [
        (lambda: watch.look(many(1, 5), body=b"1"), False),
        (lambda: watch.look(many(1, 6)), True),
        (watch.fail, False),
        (watch.fail, False),
        (watch.fail, True),  # an episode opens
        (watch.fail, False),
        (watch.not_modified, True),  # and closes
        (watch.not_modified, False),
    ]
    for n, (step, expected) in enumerate(steps):
        step()
        assert durable() is expected, n


def test_changes_can_only_be_appended(watch: Watch) -> None:
    watch.look(many(1, 5))
    watch.look(many(1, 6))
    for sql in ("UPDATE changes SET tell = 0", "DELETE FROM changes"):
        with pytest.raises(sqlite3.IntegrityError, match="insert-only"):
            watch.rows(sql)


def test_clock_that_is_set_back_disturbs_neither_checks_nor_history(watch: Watch) -> None:
    one = item("A title with several words in it", "2026-01-20")
    watch.look([one, *many(1, 5)])
    watch.now -= timedelta(days=700)
    watch.look([replace(one, title="Another title with several words"), *many(1, 5)])
    now = "2999"
    rows = watch.rows(
        "SELECT title FROM item_as_of WHERE revision > 0 AND item_id = 6 AND valid_from <= ? "
        "AND (valid_to IS NULL OR valid_to > ?)",
        now,
        now,
    )
    assert [row["title"] for row in rows] == ["Another title with several words"]


def test_captures_of_what_led_to_changes_are_kept(watch: Watch) -> None:
    watch.look(many(1, 5), body=b"first")
    watch.look(many(1, 5), body=b"other")
    watch.look(many(1, 6), body=b"third")
    assert [row["retention"] for row in watch.rows("SELECT retention FROM captures ORDER BY captured_at")] == [
        "baseline",
        "evidence",
    ]
    assert watch.row("SELECT count(*) FROM revisions WHERE capture_sha256 IS NULL")[0] == 0


def test_page_kept_as_a_curiosity_becomes_evidence_when_it_is_accepted(watch: Watch) -> None:
    watch.look(many(1, 20))
    for _ in range(7):
        watch.look(many(17, 20), body=b"short")
    assert watch.rows("SELECT retention FROM captures ORDER BY captured_at")[-1]["retention"] == "evidence"
