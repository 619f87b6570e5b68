"""Opening: ours and no other, whole and not newer; and never a byte changed in a file that is refused."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import sqlite3
import stat
import struct
import subprocess
import sys
from pathlib import Path

import pytest

from scraper.errors import SchemaError, StoreError
from scraper.store.db import open_reader, open_store
from scraper.store.marks import APPLICATION_ID, SCHEMA_VERSION
from tests.support.watch import Watch, many

# ruff: noqa: PT012 - a transaction is the statement that raises

ROOT = Path(__file__).parents[3]


def digests(folder: Path) -> dict[str, str]:
    return {file.name: hashlib.sha256(file.read_bytes()).hexdigest() for file in folder.iterdir() if file.is_file()}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A database with something in it, closed."""
    path = tmp_path / "home" / "presswatch.db"
    with Watch(path) as watch:
        watch.look(many(1, 40))
    shutil.rmtree(path.parent / "captures")
    return path


def refuse(path: Path, error: type[StoreError], words: str) -> None:
    before = digests(path.parent)
    for opener in (open_store, open_reader):
        with pytest.raises(error, match=words) as caught:
            opener(path)
        assert "\n" not in str(caught.value)
        assert digests(path.parent) == before


def patch(path: Path, at: int, data: bytes) -> None:
    with path.open("r+b") as file:
        file.seek(at)
        file.write(data)


def test_fresh_file_has_mark_version_and_wal(tmp_path: Path) -> None:
    with contextlib.closing(open_store(tmp_path / "new" / "presswatch.db")) as store:
        pragmas = [store.conn.execute(f"PRAGMA {name}").fetchone()[0] for name in ("application_id", "user_version")]
        assert pragmas == [APPLICATION_ID, SCHEMA_VERSION]
        assert store.conn.execute("PRAGMA journal_mode").fetchone()[0] == "wal"
        assert store.conn.execute("PRAGMA foreign_keys").fetchone()[0] == 1


def test_opening_again_changes_nothing_and_leaves_nothing(path: Path) -> None:
    before = digests(path.parent)
    open_store(path).close()
    assert digests(path.parent) == before


def test_file_that_is_no_database_is_refused(tmp_path: Path) -> None:
    for n, content in enumerate((b"hello, this is a text\n" * 50, b"x", b"SQLite format 2\x00" * 20)):
        (tmp_path / str(n)).mkdir()
        file = tmp_path / str(n) / "presswatch.db"
        file.write_bytes(content)
        refuse(file, SchemaError, "not an SQLite database")


def test_database_of_another_program_is_refused(tmp_path: Path) -> None:
    for mark in (0, 1234567):
        (tmp_path / str(mark)).mkdir()
        path = tmp_path / str(mark) / "other.db"
        with contextlib.closing(sqlite3.connect(path)) as conn:
            conn.execute(f"PRAGMA application_id={mark}")
            conn.execute("CREATE TABLE theirs(x)")
            conn.commit()
        refuse(path, SchemaError, "another program")


def test_newer_database_is_refused(path: Path) -> None:
    patch(path, 60, struct.pack(">I", SCHEMA_VERSION + 1))
    refuse(path, SchemaError, "newer presswatch")


def test_newer_version_that_stands_in_the_log_only_is_refused(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.execute(f"PRAGMA user_version={SCHEMA_VERSION + 1}")
        for opener in (open_store, open_reader):
            with pytest.raises(SchemaError, match="newer presswatch"):
                opener(path)


@pytest.mark.parametrize("keep", [30, 99, 100, 5_000, 0.5, -4096, -1])
def test_cut_file_is_refused(path: Path, keep: float) -> None:
    size = path.stat().st_size
    kept = int(size * keep) if isinstance(keep, float) else keep if keep > 0 else size + keep
    os.truncate(path, kept)
    refuse(path, StoreError, "damaged")


def test_overwritten_pages_are_refused(path: Path) -> None:
    patch(path, 4096 * 3, os.urandom(4096 * 4))
    refuse(path, StoreError, "damaged")


def test_damage_with_the_log_of_a_killed_process_beside_it_is_refused_untouched(path: Path) -> None:
    with contextlib.closing(sqlite3.connect(path)) as conn:
        conn.execute("INSERT INTO meta VALUES ('a', 'b')")
        conn.commit()
        for end in ("", "-wal"):
            shutil.copy(f"{path}{end}", f"{path}{end}.kept")
    for end in ("", "-wal"):
        Path(f"{path}{end}.kept").replace(f"{path}{end}")
    patch(path, 4096 * 3, os.urandom(4096 * 4))
    before = {name: one for name, one in digests(path.parent).items() if not name.endswith("-shm")}
    with pytest.raises(StoreError, match="damaged"):
        open_store(path)
    assert {name: one for name, one in digests(path.parent).items() if not name.endswith("-shm")} == before


def test_damage_that_shows_later_is_one_sentence(path: Path) -> None:
    with contextlib.closing(open_store(path)) as store:
        store.conn.execute("PRAGMA cache_size=0")
        patch(path, 4096, b"\xff" * (path.stat().st_size - 4096))
        with pytest.raises(StoreError, match="damaged"), store.transaction() as conn:
            conn.execute("SELECT count(*), sum(length(summary)) FROM items NOT INDEXED").fetchall()
            conn.execute("SELECT * FROM revisions").fetchall()


def test_full_disk_is_one_sentence_and_nothing_is_half_written(path: Path) -> None:
    with contextlib.closing(open_store(path)) as store:
        pages = store.conn.execute("PRAGMA page_count").fetchone()[0]
        store.conn.execute(f"PRAGMA max_page_count={pages}")
        with pytest.raises(StoreError, match="disk is full"), store.transaction() as conn:
            conn.execute("INSERT INTO meta VALUES ('small', 'x')")
            conn.executemany("INSERT INTO meta VALUES (?, ?)", [(str(n), "x" * 4000) for n in range(99)])
        assert store.conn.execute("SELECT count(*) FROM meta").fetchone()[0] == 0
        store.conn.execute("PRAGMA max_page_count=1000000")
        with store.transaction() as conn:
            conn.execute("INSERT INTO meta VALUES ('small', 'x')")


def test_locked_database_is_one_sentence(path: Path) -> None:
    with contextlib.closing(open_store(path)) as store, contextlib.closing(sqlite3.connect(path)) as other:
        other.execute("BEGIN IMMEDIATE")
        store.conn.execute("PRAGMA busy_timeout=50")
        with pytest.raises(StoreError, match="another process"), store.transaction():
            pass


def test_bug_keeps_its_name(path: Path) -> None:
    with contextlib.closing(open_store(path)) as store:
        with pytest.raises(sqlite3.OperationalError, match="no such column"), store.transaction() as conn:
            conn.execute("SELECT disk_full FROM items")
        with pytest.raises(sqlite3.IntegrityError), store.transaction() as conn:
            conn.execute("INSERT INTO source_tags VALUES (99, 'x')")
        assert not store.conn.in_transaction


def test_transaction_that_raises_writes_nothing(path: Path) -> None:
    with contextlib.closing(open_store(path)) as store:
        with pytest.raises(ValueError, match="stop"), store.transaction() as conn:
            conn.execute("INSERT INTO meta VALUES ('a', 'b')")
            raise ValueError("stop")
        assert store.conn.execute("SELECT count(*) FROM meta").fetchone()[0] == 0


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_folder_without_permission_is_one_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    with pytest.raises(StoreError):
        open_store(tmp_path / "presswatch.db")


def test_path_that_is_a_folder_or_lies_below_a_file_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x")
    for path in (tmp_path, tmp_path / "file" / "presswatch.db"):
        with pytest.raises(StoreError):
            open_store(path)


def test_reader_needs_a_database_and_cannot_write(path: Path, tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        open_reader(tmp_path / "none.db")
    with contextlib.closing(open_reader(path)) as store:
        assert store.conn.execute("SELECT count(*) FROM items").fetchone()[0] == 40
        with pytest.raises(StoreError, match="cannot be written"), store.transaction() as conn:
            conn.execute("DELETE FROM meta")


def run_opener(path: Path, *args: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "tests.scraper.store.opener", str(path), *args]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def test_two_processes_may_open_a_new_file_at_once(tmp_path: Path) -> None:
    path = tmp_path / "presswatch.db"
    for process in [run_opener(path) for _ in range(3)]:
        _, errors = process.communicate(timeout=30)
        assert process.returncode == 0, errors
    with contextlib.closing(open_store(path)) as store:
        assert store.conn.execute("SELECT count(*) FROM _sqlite_migrations").fetchone()[0] == 1


def test_kill_at_any_point_of_the_creation_is_made_good_by_the_next_start(tmp_path: Path) -> None:
    process = run_opener(tmp_path / "whole.db", "1000000")
    statements = int(process.communicate(timeout=30)[0])
    assert statements > 50
    for kill_at in (6, 8, 10, statements // 2, statements):
        path = tmp_path / f"killed-{kill_at}.db"
        process = run_opener(path, str(kill_at))
        process.communicate(timeout=30)
        assert process.returncode == -9
        with contextlib.closing(open_store(path)) as store:
            assert store.conn.execute("PRAGMA user_version").fetchone()[0] == SCHEMA_VERSION
            assert store.conn.execute("PRAGMA application_id").fetchone()[0] == APPLICATION_ID
            assert store.conn.execute("PRAGMA integrity_check").fetchone()[0] == "ok"


def test_what_is_made_is_readable_by_its_owner_only(tmp_path: Path) -> None:
    before = os.umask(0o022)
    try:
        path = tmp_path / "home" / "presswatch.db"
        with contextlib.closing(open_store(path)) as store:
            store.conn.execute("INSERT INTO meta VALUES ('k', 'v')")
            modes = {each.name: stat.S_IMODE(each.stat().st_mode) for each in path.parent.iterdir()}
    finally:
        os.umask(before)
    assert modes == {"presswatch.db": 0o600, "presswatch.db-wal": 0o600, "presswatch.db-shm": 0o600}
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700
    path.chmod(0o640)
    open_store(path).close()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640, "who shares it on purpose goes on sharing it"
