"""Captures go when their time is over; evidence stays; what a crash left behind is collected."""

from __future__ import annotations

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scraper.store.captures import capture_path
from scraper.store.retention import Retention, Retired, retire_captures
from scraper.types import PageKind
from tests.support.watch import Watch, many


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as opened:
        opened.look(many(1, 10))
        opened.look(many(2, 11))
        opened.look(kind=PageKind.BLOCKED)
        yield opened


def classes(watch: Watch) -> set[str]:
    kept = watch.rows("SELECT sha256, retention FROM captures")
    assert all(capture_path(watch.store.captures_dir, row["sha256"]).exists() for row in kept)
    assert len(list(watch.store.captures_dir.glob("??/*"))) == len(kept)
    return {row["retention"] for row in kept}


def test_each_class_is_kept_as_long_as_it_is_said(watch: Watch) -> None:
    assert classes(watch) == {"baseline", "evidence", "suspect"}
    assert retire_captures(watch.store, Retention(), watch.now + timedelta(days=29)) == Retired()
    assert retire_captures(watch.store, Retention(), watch.now + timedelta(days=31)) == Retired(captures=1)
    assert classes(watch) == {"baseline", "evidence"}
    assert retire_captures(watch.store, Retention(), watch.now + timedelta(days=91)) == Retired(captures=1)
    assert retire_captures(watch.store, Retention(), watch.now + timedelta(days=9999)) == Retired()
    assert classes(watch) == {"evidence"}
    assert watch.rows("SELECT 1 FROM revisions WHERE capture_sha256 IS NOT NULL"), "the evidence of the new item"
    assert watch.rows("SELECT 1 FROM revisions WHERE capture_sha256 IS NULL")
    assert watch.is_sound()
    kept = Retention(evidence=timedelta(days=1))
    assert retire_captures(watch.store, kept, watch.now + timedelta(days=2)) == Retired(captures=1)
    assert classes(watch) == set()


def test_files_that_no_row_names_are_collected_when_they_are_old(watch: Watch) -> None:
    folder = watch.store.captures_dir / "ab"
    folder.mkdir(exist_ok=True)
    orphan, half, foreign = folder / ("ab" * 32 + ".zst"), folder / ".new-x1y2", folder / "notes.txt"
    for path in (orphan, half, foreign):
        path.write_bytes(b"x")
    now = datetime.fromtimestamp(orphan.stat().st_mtime, watch.now.tzinfo)
    keep = Retention(None, None, None)
    assert retire_captures(watch.store, keep, now + timedelta(hours=1)) == Retired()
    assert retire_captures(watch.store, keep, now + timedelta(days=2)) == Retired(orphans=2)
    assert foreign.exists(), "not ours"
    foreign.unlink()
    assert classes(watch) == {"baseline", "evidence", "suspect"}


def test_file_that_cannot_be_removed_is_tried_again(watch: Watch, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(self: Path, missing_ok: bool = False) -> None:
        raise PermissionError(self, missing_ok)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "unlink", refuse)
        assert retire_captures(watch.store, Retention(), watch.now + timedelta(days=31)).captures == 1
    for path in watch.store.captures_dir.glob("??/*"):
        os.utime(path, (0, 0))
    assert retire_captures(watch.store, Retention(), watch.now + timedelta(days=31)) == Retired(orphans=1)
