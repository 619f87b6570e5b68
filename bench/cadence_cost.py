"""What a decision about the next look costs, its rhythm read from and written to a database: CPU microseconds.

python -m bench.cadence_cost
"""

from __future__ import annotations

import contextlib
import random
import statistics
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

from scheduler.cadence import Cadence, CadenceOptions
from scraper.hooks import CheckFacts
from scraper.store.db import Store, open_store
from scraper.store.sources import SourceSpec, reconcile
from scraper.types import Outcome, Precision, Published

SOURCES, ROUNDS = 2_000, 5
NEWS = 0.05
"""Share of looks that find something."""
NOW = datetime(2026, 3, 2, tzinfo=UTC)
HOUR = timedelta(hours=1)
KINDS = {"learnt": {}, "every": {"every": HOUR}, "cron": {"cron": "0 8 * * *"}}


def main() -> None:
    """Print a line of figures."""
    print(line())


def line() -> str:
    """The medians, in a sentence."""
    costs = {kind: cost(kind) for kind in KINDS}
    said = ", ".join(f"{kind} {microseconds:.0f}" for kind, microseconds in costs.items())
    return (
        f"A decision with its rhythm read from and written to the database, {SOURCES:,} sources, one look in "
        f"{1 / NEWS:.0f} with news, by how times are fixed, µs of CPU: {said}."
    )


def cost(kind: str) -> float:
    """Microseconds of CPU per decision, the median over rounds of all sources."""
    rng, found = random.Random(2), list[float]()
    with tempfile.TemporaryDirectory() as folder, contextlib.closing(open_store(Path(folder) / "bench.db")) as store:
        cadence = _watched(store, kind, rng)
        for number in range(1, ROUNDS + 1):
            looks = [_look(kind, source_id, number, rng) for source_id in range(1, SOURCES + 1)]
            with store.transaction() as conn:
                started = time.process_time()
                for facts, now in looks:
                    cadence.next_check(conn, facts, now)
                found.append((time.process_time() - started) / SOURCES * 1e6)
    return statistics.median(found)


def _watched(store: Store, kind: str, rng: random.Random) -> Cadence:
    """With a first listing of each source."""
    cadence = Cadence(CadenceOptions(), random.Random(1))
    specs = [SourceSpec(f"s{n}", f"s{n}", f"s{n}", f"https://s{n}.example/news") for n in range(SOURCES)]
    with store.transaction() as conn:
        reconcile(conn, specs, NOW)
        for source_id in range(1, SOURCES + 1):
            listing = tuple(_printed(NOW - HOUR * rng.uniform(0, 300)) for _ in range(20))
            cadence.next_check(conn, _facts(kind, source_id, listing, first=True), NOW)
    return cadence


def _look(kind: str, source_id: int, number: int, rng: random.Random) -> tuple[CheckFacts, datetime]:
    now = NOW + HOUR * number + timedelta(seconds=source_id)
    news = (_printed(now - HOUR / 2),) * 2 if rng.random() < NEWS else ()
    return _facts(kind, source_id, news), now


def _printed(at: datetime) -> Published:
    return Published(at.isoformat(), "text", Precision.MINUTE, at.date(), at, 0, f"{at:%H:%M}")


def _facts(kind: str, source_id: int, published: tuple[Published, ...], *, first: bool = False) -> CheckFacts:
    fixed = KINDS[kind]
    return CheckFacts(
        source_id=source_id,
        every=fixed.get("every"),
        outcome=Outcome.CHANGED if published else Outcome.UNCHANGED,
        reason=None,
        failures=0,
        not_before=None,
        published=published,
        first=first,
        cron=fixed.get("cron"),
    )


if __name__ == "__main__":
    main()
