"""Replaying captures into a database: the parts put together as for a check, but for the network and the channels."""

from __future__ import annotations

import asyncio
import sqlite3
import tempfile
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing, nullcontext
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from scheduler.cadence import Cadence
from scheduler.fact_rows import load_changes
from scraper.check import CheckOptions
from scraper.clock import to_text
from scraper.hooks import RecordedChange
from scraper.parsepool import ParsePool
from scraper.replay import Moment, Replayed, load_moments, replay
from scraper.settings import USER_AGENT
from scraper.store.db import Store, open_store


@dataclass(frozen=True, slots=True)
class ReplayedLine:
    """What became of one capture; ``changes`` as they stand in the log."""

    at: str
    name: str
    outcome: str
    reason: str | None
    items: int
    changes: tuple[dict[str, Any], ...]

    def to_plain(self) -> dict[str, Any]:
        """As JSON has it."""
        return asdict(self)


class _Notes:
    """A listener that writes no messages and notes what changed."""

    def __init__(self) -> None:
        self.changes: list[dict[str, Any]] = []

    def changes_recorded(self, conn: sqlite3.Connection, changes: Sequence[RecordedChange], now: datetime) -> int:  # noqa: ARG002
        facts = load_changes(conn, [change.change_id for change in changes])
        for change in changes:
            fact = facts[change.change_id]
            self.changes.append(
                {
                    "kind": change.kind.value,
                    "tell": change.tell,
                    "title": fact.item.title if fact.item else None,
                    "url": fact.item.url if fact.item else None,
                    "fields": list(fact.fields),
                    "reason": fact.reason,
                }
            )
        return 0


def replay_captures(
    path: Path, url: str, *, db: Path | None = None, step: timedelta | None = None
) -> Iterator[ReplayedLine]:
    """Run the captures of ``path`` as moments of the page at ``url``, into ``db`` or a database that is thrown away.
    Raises :class:`scraper.errors.PresswatchError`."""
    moments = load_moments(path, url, step=step)
    folder = nullcontext(str(db.parent)) if db else tempfile.TemporaryDirectory(prefix="presswatch-replay-")
    with folder as place, asyncio.Runner() as runner:
        store = open_store(db or Path(place) / "presswatch.db")
        steps = _run(store, moments)
        try:
            while (line := runner.run(_next(steps))) is not None:
                yield line
        finally:
            runner.run(steps.aclose())  # type: ignore[attr-defined]


async def _next(steps: AsyncIterator[ReplayedLine]) -> ReplayedLine | None:
    return await anext(steps, None)


async def _run(store: Store, moments: Sequence[Moment]) -> AsyncIterator[ReplayedLine]:
    notes = _Notes()
    pool = ParsePool(workers=1)
    options = CheckOptions(user_agent=USER_AGENT)
    try:
        await pool.start()
        done = replay(store, moments, extractor=pool, listener=notes, cadence=Cadence(), options=options)
        async with aclosing(done) as each:  # type: ignore[type-var]
            async for one in each:
                yield _line(one, notes.changes)
                notes.changes = []
    finally:
        await pool.close()


def _line(one: Replayed, changes: list[dict[str, Any]]) -> ReplayedLine:
    report = one.report
    return ReplayedLine(
        to_text(one.moment.at), one.moment.name, report.outcome.value, report.reason, len(report.items), tuple(changes)
    )
