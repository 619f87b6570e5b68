"""``python shifted_clock.py FILE``: the daemon, whose wall clock is off by as many seconds as FILE says at the moment.

A machine's clock cannot be set by a test; this sets it for one process, where it is read: in our one place,
and in those of APScheduler.
"""

from __future__ import annotations

import sys
from datetime import UTC, datetime, timedelta, tzinfo
from pathlib import Path

import apscheduler.executors.base
import apscheduler.schedulers.base
import apscheduler.triggers.interval

import scraper.clock

FILE = Path(sys.argv[1])


class Shifted(datetime):
    """``datetime`` with another idea of now."""

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> datetime:  # type: ignore[override]
        return datetime.now(tz) + timedelta(seconds=float(FILE.read_text()))


scraper.clock.utc_now = lambda: Shifted.now(UTC)
apscheduler.schedulers.base.datetime = Shifted
apscheduler.executors.base.datetime = Shifted
apscheduler.triggers.interval.datetime = Shifted

if __name__ == "__main__":
    # Imported only now: other modules take the clock by name.
    from presswatch.runner import run_spider

    sys.exit(run_spider(None, verbose=True, mode="serve").tally.exit_code)
