"""A process that drains the outbox of copies of a database to one webhook, and dies (kill -9) before the n-th
statement that begins, writes or commits, for n = 1, 2, 3 …, each time on a fresh copy: FOLDER DATABASE URL NOW. Prints
how many copies it made; the last one was drained to its end."""

from __future__ import annotations

import os
import shutil
import signal
import sys
from datetime import datetime, timedelta
from pathlib import Path

from scheduler.channels import ChannelSpec, build_channel
from scheduler.outbox import Outbox
from scraper.store.db import open_store

_WRITES = ("BEGIN", "INSERT", "UPDATE", "DELETE", "COMMIT")


def main() -> None:
    folder, original, url, now = Path(sys.argv[1]), sys.argv[2], sys.argv[3], datetime.fromisoformat(sys.argv[4])
    n, status = 0, 1
    while status:
        n += 1
        copy = folder / f"{n}.db"
        shutil.copy(original, copy)
        child = os.fork()
        if child == 0:
            _drain(copy, url, now, dies_at=n)
            os._exit(0)
        status = os.waitpid(child, 0)[1]
        assert status in (0, signal.SIGKILL)
    print(n)


def _drain(path: Path, url: str, now: datetime, dies_at: int) -> None:
    store, count = open_store(path), 0

    def watch(statement: str) -> None:
        nonlocal count
        if statement.startswith(_WRITES):
            count += 1
            if count == dies_at:
                os.kill(os.getpid(), signal.SIGKILL)

    store.conn.set_trace_callback(watch)
    outbox = Outbox(store, {"hook": build_channel(ChannelSpec("hook", "webhook", url=url))}, clock=lambda: now)
    outbox.drain(timedelta(seconds=20))
    outbox.close()
    store.close()


if __name__ == "__main__":
    main()
