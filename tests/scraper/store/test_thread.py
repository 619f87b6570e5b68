"""The store's thread: one writer for many coroutines."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

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
