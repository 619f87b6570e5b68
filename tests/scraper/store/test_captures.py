"""Stored answers, robots records, and the thread that serves them."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from datetime import timedelta
from pathlib import Path

import pytest

from scraper.robots import RobotsRecord
from scraper.store.captures import capture_path, read_capture, write_capture
from scraper.store.db import open_store
from scraper.store.robots import StoredRobots
from scraper.store.thread import StoreThread
from tests.support.watch import START

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

BODY = "Ünïcode body ".encode() * 100


def keep(folder: Path, body: bytes = BODY) -> str:
    return write_capture(folder, body, content_type="text/html", url="https://a.example/", retention="evidence").sha256


def test_body_is_read_back_and_named_by_its_digest(tmp_path: Path) -> None:
    sha256 = keep(tmp_path)
    assert sha256 == hashlib.sha256(BODY).hexdigest()
    assert read_capture(tmp_path, sha256) == BODY
    path = capture_path(tmp_path, sha256)
    assert path.stat().st_size < len(BODY)
    assert zstd.decompress(path.read_bytes()) == BODY
    assert path.stat().st_mode & 0o77 == 0


def test_same_body_is_kept_once_and_leaves_no_other_file(tmp_path: Path) -> None:
    first = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*.zst")}
    keep(tmp_path)
    first = {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()}
    keep(tmp_path)
    assert {path: path.stat().st_mtime_ns for path in tmp_path.rglob("*") if path.is_file()} == first
    assert len(first) == 1


def test_folder_that_cannot_be_written_leaves_no_half_file(tmp_path: Path) -> None:
    (tmp_path / "captures").write_text("a file where the folder should be")
    with pytest.raises(OSError, match="captures"):
        keep(tmp_path / "captures")
    assert [path.name for path in tmp_path.iterdir()] == ["captures"]


def test_body_that_was_retired_is_said(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError):
        read_capture(tmp_path, "0" * 64)


@pytest.mark.parametrize("damage", ["cut", "foreign", "bomb"])
def test_damaged_file_is_an_error_and_no_page(tmp_path: Path, damage: str) -> None:
    sha256 = keep(tmp_path)
    path = capture_path(tmp_path, sha256)
    whole = path.read_bytes()
    path.write_bytes({"cut": whole[:-3], "foreign": b"<html>", "bomb": zstd.compress(bytes(200_000_000))}[damage])
    with pytest.raises(OSError, match="damaged capture"):
        read_capture(tmp_path, sha256)


@pytest.mark.parametrize("status", [200, None])
def test_robots_records_outlive_the_process(tmp_path: Path, status: int | None) -> None:
    record = RobotsRecord(
        origin="https://a.example:443",
        fetched_at=START,
        expires_at=START + timedelta(days=1),
        status=status,
        body=b"User-agent: *\nDisallow: /x",
        unreachable_since=START if status is None else None,
    )

    async def live(write: bool) -> RobotsRecord | None:
        thread = StoreThread(open_store(tmp_path / "presswatch.db"))
        robots = StoredRobots(thread)
        try:
            if write:
                await robots.put_robots(record)
                await robots.put_robots(record)
            return await robots.get_robots(record.origin)
        finally:
            thread.close()

    assert asyncio.run(live(write=True)) == record
    assert asyncio.run(live(write=False)) == record


def test_thread_raises_what_its_work_raises_and_goes_on(tmp_path: Path) -> None:
    async def live() -> int:
        thread = StoreThread(open_store(tmp_path / "presswatch.db"))
        try:
            with pytest.raises(ZeroDivisionError):
                await thread.write(lambda _: 1 // 0)
            return await thread.write(lambda store: int(store.conn.in_transaction))
        finally:
            thread.close()

    assert asyncio.run(live()) == 1
