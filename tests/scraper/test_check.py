"""A check whose commit meets a fault of our own."""

# ruff: noqa: ARG002 - stand-ins need not use all that the protocols give

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from scraper.check import CheckReport
from scraper.errors import LeaseLostError, StoreError
from scraper.hooks import RecordedChange
from scraper.store import leases
from scraper.types import Extraction, Outcome, Page, PageKind, Verdict
from tests.support.watch import Watch, many


class Faulty:
    """A listener that fails as often as it is told to."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def changes_recorded(self, conn: sqlite3.Connection, changes: Sequence[RecordedChange], now: datetime) -> int:
        raise self.error


def look(watch: Watch) -> CheckReport:
    """Look at a page with one new item."""
    watch._extractor.extraction = Extraction(tuple(many(1, 11)), None, Verdict(PageKind.LISTING, 1.0))
    return watch._runner.run(watch.checker.check(watch.lease(), Page(watch.url, 200, b"eleven")))


def test_fault_of_ours_in_the_commit_goes_on_the_sources_row_and_the_item_is_found_later(tmp_path: Path) -> None:
    with Watch(tmp_path / "presswatch.db") as watch:
        watch.look(many(1, 10))
        watch.checker.listener = Faulty(ZeroDivisionError("a bug"))
        report = look(watch)
        assert (report.outcome, report.reason, report.crashed) == (Outcome.FAILED, "internal", True)
        assert "a bug" in (report.message or "")
        assert watch.row("SELECT count(*) AS n FROM items")["n"] == 10
        assert watch.row("SELECT next_check_at FROM cadences")["next_check_at"] > "2026-03-02T11:30"
        watch.checker.listener = watch.listener
        assert watch.look(many(1, 11)).added == [many(11, 11)[0].title]


@pytest.mark.parametrize("error", [StoreError("the disk is full"), LeaseLostError("source:1")])
def test_store_that_cannot_be_written_and_lost_leases_are_not_results(tmp_path: Path, error: Exception) -> None:
    with Watch(tmp_path / "presswatch.db") as watch:
        watch.look(many(1, 10))
        watch.checker.listener = Faulty(error)
        with pytest.raises(type(error)):
            look(watch)
        assert watch.row("SELECT count(*) AS n FROM checks")["n"] == 1
        with watch.store.transaction() as conn:
            assert leases.release_dead(conn) == 0, "the process that holds the lease lives"
