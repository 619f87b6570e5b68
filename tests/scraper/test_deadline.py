"""Waiting for one's turn costs none of one's time."""

from __future__ import annotations

import asyncio

import pytest

from scraper.deadline import deadline, standing_still


async def wait_turn(seconds: float) -> None:
    with standing_still():
        await asyncio.sleep(seconds)


def test_time_stands_still_while_waiting_and_runs_on_afterwards() -> None:
    async def look(waiting: float, working: float) -> str:
        async with deadline(0.2):
            await wait_turn(waiting)
            await asyncio.sleep(working)
            await wait_turn(waiting)
            return "done"

    assert asyncio.run(look(0.4, 0.01)) == "done"
    with pytest.raises(TimeoutError):
        asyncio.run(look(0.3, 1))


def test_one_that_is_cancelled_while_it_waits_ends() -> None:
    async def story() -> None:
        async with deadline(5):
            await wait_turn(60)

    async def cancel() -> None:
        task = asyncio.create_task(story())
        await asyncio.sleep(0.01)
        task.cancel()
        await task

    with pytest.raises(asyncio.CancelledError):
        asyncio.run(cancel())


def test_without_a_deadline_around_nothing_happens() -> None:
    asyncio.run(wait_turn(0))
