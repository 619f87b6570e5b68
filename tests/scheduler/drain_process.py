"""A process that drains the outbox of a database to one webhook, to be killed: DATABASE URL."""

from __future__ import annotations

import sys
from datetime import timedelta
from pathlib import Path

from scheduler.channels import ChannelSpec, build_channel
from scheduler.outbox import Outbox
from scraper.store.db import open_store


def main() -> None:
    store = open_store(Path(sys.argv[1]))
    outbox = Outbox(store, {"hook": build_channel(ChannelSpec("hook", "webhook", url=sys.argv[2]))})
    outbox.drain(timedelta(seconds=60))
    outbox.close()
    store.close()


if __name__ == "__main__":
    main()
