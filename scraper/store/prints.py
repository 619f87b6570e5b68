"""Page prints (:mod:`scraper.pageprint`) in the database: one per source, of the page that was read last."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta

from scraper.clock import from_text
from scraper.store.writing import Writing
from scraper.types import Outcome, PagePrint

MOST_FITTED = 30
"""Answers in a row that are not read because they fit: the next one is, whatever it looks like."""
LONGEST = timedelta(hours=6)
"""The same, in time."""


@dataclass(frozen=True, slots=True)
class TakenPrint:
    """A print, and what is known of the page it was taken of."""

    page_print: PagePrint
    taken_at: datetime
    listing_sha256: str
    fitted: int

    def holds(self, listing_sha256: str | None, now: datetime) -> bool:
        """Whether a page that fits lists what is remembered, and need not be read."""
        fresh = timedelta(0) <= now - self.taken_at < LONGEST and self.fitted < MOST_FITTED
        return fresh and self.listing_sha256 == listing_sha256


PRINT_COLUMNS = (
    "p.taken_at, p.listing_sha256 AS print_listing, p.fitted, p.pieces, p.skeleton, p.places, p.begins, p.ends, "
    "p.content, p.around, p.mentions, p.elsewhere"
)
"""Of the table ``page_prints``, called ``p``, for :func:`print_of`."""


def print_of(row: sqlite3.Row) -> TakenPrint | None:
    """The print of a source's page, from :data:`PRINT_COLUMNS`; ``None`` if none could be taken yet."""
    if row["taken_at"] is None:
        return None
    found = PagePrint(
        pieces=row["pieces"],
        skeleton=row["skeleton"],
        places=_numbers(row["places"]),
        start=row["begins"],
        stop=row["ends"],
        content=row["content"],
        around=row["around"],
        mentions=_numbers(row["mentions"]),
        elsewhere=row["elsewhere"],
    )
    return TakenPrint(found, from_text(row["taken_at"]), row["print_listing"], row["fitted"])


def write_print(writing: Writing) -> None:
    """Keep the print of a page that was read and believed, or count one that fitted."""
    record, conn = writing.record, writing.conn
    if record.listed:
        conn.execute("UPDATE page_prints SET fitted = fitted + 1 WHERE source_id = ?", (record.source_id,))
    taken = record.page_print
    if taken is None or record.outcome not in (Outcome.CHANGED, Outcome.UNCHANGED):
        return
    conn.execute(
        "INSERT OR REPLACE INTO page_prints(source_id, taken_at, listing_sha256, pieces, skeleton, places, begins, "
        "ends, content, around, mentions, elsewhere) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            record.source_id,
            writing.at,
            record.listing_sha256,
            taken.pieces,
            taken.skeleton,
            " ".join(map(str, taken.places)),
            taken.start,
            taken.stop,
            taken.content,
            taken.around,
            " ".join(map(str, taken.mentions)),
            taken.elsewhere,
        ),
    )


def _numbers(text: str) -> tuple[int, ...]:
    return tuple(map(int, text.split()))
