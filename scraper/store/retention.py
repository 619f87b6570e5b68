"""How long the bytes of answers are kept, and what is left over from crashes."""

from __future__ import annotations

import contextlib
import re
import sqlite3
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from scraper.clock import to_text
from scraper.store.captures import SUFFIX, UNFINISHED, capture_path
from scraper.store.db import Store

_NAMED_BY = ("checks", "fetches", "revisions", "article_revisions")
"""Tables that name captures."""
_PICTURED_BY = ("checks", "article_revisions")
"""Tables that name pictures."""
_FILE = re.compile(rf"^[0-9a-f]{{64}}{re.escape(SUFFIX)}$")
_STILL_WRITTEN = timedelta(days=1)
"""A younger file without a row may belong to a check that is not committed yet."""
_MOST_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Retention:
    """How long captures are kept, by class; ``None``: for ever. ``evidence`` led to a change, ``suspect`` is the first
    of a row of answers that were not believed, ``baseline`` the page at the first look, ``screenshot`` a picture."""

    evidence: timedelta | None = None
    suspect: timedelta | None = timedelta(days=30)
    baseline: timedelta | None = timedelta(days=90)
    screenshot: timedelta | None = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Retired:
    """What was thrown away: captures whose time was over, files that no row names."""

    captures: int = 0
    orphans: int = 0


def retire_captures(store: Store, retention: Retention, now: datetime) -> Retired:
    """Throw away what is older than ``retention`` says, rows first, and files that no row names. Raises
    :class:`scraper.errors.StoreError`."""
    count = 0
    for name, kept in (
        ("evidence", retention.evidence),
        ("suspect", retention.suspect),
        ("baseline", retention.baseline),
        ("screenshot", retention.screenshot),
    ):
        if kept is None:
            continue
        while gone := _forget(store, name, now - kept):
            count += len(gone)
            for sha256 in gone:
                with contextlib.suppress(OSError):  # an orphan from now on: tried again tomorrow
                    capture_path(store.captures_dir, sha256).unlink(missing_ok=True)
    return Retired(count, _collect_orphans(store, now))


def _forget(store: Store, name: str, before: datetime) -> list[str]:
    """Some digests of captures whose rows, and what named them, are gone now."""
    with store.transaction(durable=False) as conn:
        rows = conn.execute(
            "SELECT sha256 FROM captures WHERE retention = ? AND captured_at < ? LIMIT ?",
            (name, to_text(before), _MOST_AT_ONCE),
        ).fetchall()
        gone = [str(row["sha256"]) for row in rows]
        if gone:
            marks = ",".join("?" * len(gone))
            for table in _NAMED_BY:
                conn.execute(f"UPDATE {table} SET capture_sha256 = NULL WHERE capture_sha256 IN ({marks})", gone)  # noqa: S608
            for table in _PICTURED_BY:
                conn.execute(f"UPDATE {table} SET screenshot_sha256 = NULL WHERE screenshot_sha256 IN ({marks})", gone)  # noqa: S608
            conn.execute(f"DELETE FROM captures WHERE sha256 IN ({marks})", gone)  # noqa: S608
    return gone


def _collect_orphans(store: Store, now: datetime) -> int:
    """Files of a crash: written before a row that never came, or half written."""
    oldest = (now - _STILL_WRITTEN).timestamp()
    count = 0
    for path in store.captures_dir.glob("??/*"):
        with contextlib.suppress(OSError):
            if path.stat().st_mtime < oldest and not _is_named(store.conn, path):
                path.unlink()
                count += 1
    return count


def _is_named(conn: sqlite3.Connection, path: Path) -> bool:
    if not _FILE.match(path.name):
        # Of a file that is none of ours nothing is known; half a capture begins so.
        return not path.name.startswith(UNFINISHED)
    row = conn.execute("SELECT 1 FROM captures WHERE sha256 = ?", (path.name.removesuffix(SUFFIX),)).fetchone()
    return row is not None
