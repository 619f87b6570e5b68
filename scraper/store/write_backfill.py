"""The transaction of one page that was read to look back: its items are remembered and nobody is told."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from datetime import datetime, timedelta

from scraper import diff as differ
from scraper.clock import to_text
from scraper.matching import match as match_items
from scraper.store import leases
from scraper.store.db import Store
from scraper.store.jobs import SourceJob
from scraper.store.known import load_known
from scraper.store.write_check import write_fetches
from scraper.store.write_items import write_further
from scraper.store.write_source import space_site
from scraper.store.writing import CheckRecord, FetchRecord, Writing
from scraper.types import ChangeKind, ItemChange, ItemData, Outcome

REASON = "backfilled"


def commit_backfill(
    store: Store,
    job: SourceJob,
    fetched: FetchRecord,
    items: Sequence[ItemData],
    *,
    spacing: timedelta,
    policy: differ.Policy,
    now: datetime,
) -> int:
    """Store the ``items`` of an older page that are not known, as surfaced, and give the leases back; how many.

    Raises :class:`scraper.errors.LeaseLostError` and :class:`scraper.errors.StoreError`; nothing was written then.
    """
    unique, keys = differ.keys_for(items, job.url)
    with store.transaction(durable=False) as conn:
        leases.require(conn, *job.leases[0])
        matches = match_items(unique, keys, load_known(conn, job.source_id, keys), policy.matching)
        fresh = [one for one in matches if one.known is None]
        changes = [ItemChange(ChangeKind.SURFACED, one, tell=False, reason=REASON) for one in reversed(fresh)]
        writing = _writing(conn, job, fetched, spacing, now)
        write_fetches(writing, [fetched])
        write_further(writing, differ.Diff(tuple(fresh), changes=tuple(changes)))
        space_site(writing, job.site)
        for lease in job.leases:
            leases.release(conn, *lease)
    return len(fresh)


def _writing(
    conn: sqlite3.Connection, job: SourceJob, fetched: FetchRecord, spacing: timedelta, now: datetime
) -> Writing:
    source = conn.execute("SELECT * FROM sources WHERE id = ?", (job.source_id,)).fetchone()
    (check_id,) = conn.execute("SELECT max(id) FROM checks WHERE source_id = ?", (job.source_id,)).fetchone()
    carrier = CheckRecord(
        check_key=job.check_key,
        source_id=job.source_id,
        leases=job.leases,
        started_at=fetched.fetched_at,
        duration=timedelta(0),
        outcome=Outcome.UNCHANGED,
        site_spacing=spacing,
    )
    return Writing(conn, carrier, source, now, to_text(now), check_id=check_id)
