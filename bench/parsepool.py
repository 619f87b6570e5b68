"""What reading a page in a process that can be killed costs the service, against reading it in place: CPU of the parent
beside CPU of the extraction, over the fixture pages."""

from __future__ import annotations

import asyncio
import time
from datetime import UTC, datetime
from pathlib import Path

from scraper.extract import extract
from scraper.parsepool import ParsePool

PAGES = sorted((Path(__file__).resolve().parents[1] / "fixtures").rglob("*.html"))
ROUNDS = 20
URL = "https://example.org/news/"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)


def main() -> None:
    """Print the ratio."""
    bodies = [path.read_bytes() for path in PAGES]
    in_place = _in_place(bodies)
    parent = asyncio.run(_in_pool(bodies))
    size = sum(map(len, bodies)) / len(bodies) / 1000
    print(
        f"parse pool: {len(bodies)} pages of {size:.0f} KB; extraction {in_place:.2f} ms CPU a page; "
        f"handing it to a worker costs {parent:.2f} ms more; ratio {1 + parent / in_place:.2f}"
    )


def _in_place(bodies: list[bytes]) -> float:
    for body in bodies:
        extract(body, URL, now=NOW)
    began = time.process_time()
    for _ in range(ROUNDS):
        for body in bodies:
            extract(body, URL, now=NOW)
    return 1000 * (time.process_time() - began) / (ROUNDS * len(bodies))


async def _in_pool(bodies: list[bytes]) -> float:
    async with ParsePool(workers=1) as pool:
        for body in bodies:
            await pool.extract(body, URL, now=NOW)
        began = time.process_time()
        for _ in range(ROUNDS):
            for body in bodies:
                await pool.extract(body, URL, now=NOW)
        return 1000 * (time.process_time() - began) / (ROUNDS * len(bodies))


if __name__ == "__main__":
    main()
