"""What the library that is the daemon's clock may say in its log."""

from __future__ import annotations

import asyncio
import logging
from datetime import UTC

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.daemon import hush_clock


def test_a_job_that_is_left_out_under_load_is_no_warning(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "apscheduler.scheduler")
    levels = {name: logging.getLogger(name).level for name in ("apscheduler", "apscheduler.scheduler")}

    async def left_out() -> int:
        """How many runs of a job there were that is still on its first one when each of the others begins."""
        begun, end = 0, asyncio.Event()

        async def job() -> None:
            nonlocal begun
            begun += 1
            await end.wait()

        clock = AsyncIOScheduler(timezone=UTC)
        clock.add_job(job, "interval", seconds=0.01, max_instances=1)
        clock.start()
        hush_clock()
        await asyncio.sleep(0.2)
        end.set()
        clock.shutdown(wait=False)
        return begun

    try:
        assert asyncio.run(left_out()) == 1
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    assert not [record for record in caplog.records if record.levelno >= logging.WARNING]
