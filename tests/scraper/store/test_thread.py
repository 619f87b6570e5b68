"""The store's thread: one writer for many coroutines."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from scraper.errors import StoreError
from scraper.store.db import Store, open_store
from scraper.store.thread import StoreThread


@pytest.fixture
def thread(tmp_path: Path) -> Iterator[StoreThread]:
    store = StoreThread(open_store(tmp_path / "presswatch.db"))
    yield store
    store.close()


def put(site: str) -> Callable[[Store], str]:
    def work(store: Store) -> str:
        store.conn.execute("INSERT INTO sites(site) VALUES (?)", (site,))
        return site

    return work


def sites(store: Store) -> list[str]:
    return [row["site"] for row in store.conn.execute("SELECT site FROM sites ORDER BY site")]


def test_writes_that_share_a_transaction_fail_alone(thread: StoreThread) -> None:
    async def run() -> list[object]:
        wishes = [thread.write(put(name)) for name in ("a", "b", "a", "c")]
        return await asyncio.gather(*wishes, return_exceptions=True)

    found = asyncio.run(run())
    assert [one for one in found if isinstance(one, str)] == ["a", "b", "c"]
    assert isinstance(found[2], sqlite3.IntegrityError)
    assert asyncio.run(thread.run(sites)) == ["a", "b", "c"]


def test_writes_that_wait_for_a_locked_database_wait_together(thread: StoreThread, tmp_path: Path) -> None:
    tried: list[str] = []
    all_asked = threading.Event()

    def hurry(store: Store) -> None:
        store.conn.execute("PRAGMA busy_timeout=1")
        store.conn.set_trace_callback(tried.append)
        all_asked.wait(5)

    async def run() -> list[object]:
        wishes = [
            asyncio.ensure_future(one) for one in (thread.run(hurry), *(thread.write(put(n)) for n in "abcdefgh"))
        ]
        await asyncio.sleep(0)  # each asks as it starts
        all_asked.set()
        return (await asyncio.gather(*wishes, return_exceptions=True))[1:]

    with contextlib.closing(sqlite3.connect(tmp_path / "presswatch.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        found = asyncio.run(run())
        assert all(isinstance(one, StoreError) and "another process" in str(one) for one in found), found
        assert len({id(one) for one in found}) == 8, "each its own: who raises it adds to it"
        assert tried.count("BEGIN IMMEDIATE") == 1
        other.execute("ROLLBACK")
    assert asyncio.run(thread.write(put("later"))) == "later"
    assert asyncio.run(thread.run(sites)) == ["later"], "what was refused is not written behind the caller's back"


def test_a_write_that_finds_no_room_fails_alone(thread: StoreThread) -> None:
    def fill(store: Store) -> None:
        pages = store.conn.execute("PRAGMA page_count").fetchone()[0]
        store.conn.execute(f"PRAGMA max_page_count={pages}")

    async def run() -> list[object]:
        await thread.run(fill)
        wishes = [thread.write(put(name)) for name in ("a", "b" * 100_000, "c")]
        return await asyncio.gather(*wishes, return_exceptions=True)

    found = asyncio.run(run())
    assert (found[0], found[2]) == ("a", "c")
    assert isinstance(found[1], StoreError)
    assert asyncio.run(thread.run(sites)) == ["a", "c"]


def test_work_is_done_in_the_order_in_which_it_was_asked_for(thread: StoreThread) -> None:
    async def run() -> list[list[str]]:
        async def both(name: str) -> list[str]:
            await thread.write(put(name))
            return await thread.run(sites)

        return await asyncio.gather(*map(both, "abc"))

    assert all(set(found) >= {name} for name, found in zip("abc", asyncio.run(run()), strict=True))


def test_who_gives_up_before_the_work_began_leaves_nothing(thread: StoreThread) -> None:
    async def run() -> None:
        given_up = asyncio.ensure_future(thread.write(put("never")))
        given_up.cancel()
        with pytest.raises(asyncio.CancelledError):
            await given_up
        await thread.write(put("after"))

    asyncio.run(run())
    assert asyncio.run(thread.run(sites)) == ["after"]


def test_a_loop_that_ended_while_it_waited_does_not_hold_up_the_next(thread: StoreThread) -> None:
    async def walk_away() -> None:
        asyncio.ensure_future(thread.run(lambda _: asyncio.run(asyncio.sleep(0.05))))  # noqa: RUF006
        await asyncio.sleep(0.01)

    asyncio.run(walk_away())
    assert asyncio.run(asyncio.wait_for(thread.run(sites), 5)) == []


def test_a_closed_store_takes_no_work(tmp_path: Path) -> None:
    store = StoreThread(open_store(tmp_path / "presswatch.db"))
    store.close()
    with pytest.raises(RuntimeError, match="closed"):
        asyncio.run(store.run(sites))
