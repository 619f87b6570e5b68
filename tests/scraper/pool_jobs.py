"""What a parsing process may be asked to do in tests: behave, spin, swell, raise, die."""

from __future__ import annotations

import os
import signal
import socket
import time
from datetime import UTC, date, datetime
from pathlib import Path

from scraper.errors import ExtractError
from scraper.types import Extraction, ItemData, PageKind, Published, Recipe, Verdict


def extract(
    body: bytes, url: str, *, content_type: str | None = None, now: datetime, recipe: Recipe | None = None
) -> Extraction:
    """A listing of as many items as the body says."""
    items = tuple(
        ItemData(
            title=f"Minister opens bridge number {i} over the river",
            url=f"{url}news/{i}",
            summary="The bridge connects the two halves of the town, which waited for it for forty years. " * 2,
            published=Published(raw="1 March 2026", method="text", on=date(2026, 3, 1)),
            provenance=(("title", "h2 > a"), ("date", "time")),
        )
        for i in range(int(body[:10].split()[0]))
    )
    return Extraction(items=items, article=None, verdict=Verdict(PageKind.LISTING, 0.9), recipe=recipe)


def act(deed: str, argument: float = 0) -> object:  # noqa: C901, PLR0912
    match deed:
        case "echo":
            return argument
        case "pid":
            return os.getpid()
        case "spin":
            while True:
                pass
        case "spin in C":
            return 7 ** (10**8)
        case "sleep":
            time.sleep(argument)
        case "swell":
            hoard = []
            while True:
                hoard.append(bytearray(10_000_000))
        case "raise":
            raise ValueError("line one\nline two \x1b[31m")
        case "refuse":
            raise ExtractError("unreadable", "the recipe's selector is no CSS", url="https://example.org/")
        case "exit":
            os._exit(3)
        case "segfault":
            os.kill(os.getpid(), signal.SIGSEGV)
        case "connect":
            try:
                socket.create_connection(("127.0.0.1", 9), timeout=1)
            except OSError as error:
                return type(error).__name__
        case "environment":
            return dict(os.environ)
        case "descriptors":
            return sorted(str(fd.readlink()) for fd in Path("/proc/self/fd").iterdir() if fd.exists())
        case "code":
            return print
        case "flood":
            return b"x" * 70_000_000
        case "now":
            return datetime.now(UTC)
    return None
