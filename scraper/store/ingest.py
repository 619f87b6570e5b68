"""The one transaction of a check: all of it or nothing.

Check row, validators, items, keys, appearances, revisions, changes, episodes, the messages that are due and the time of
the next look are committed together, and only if the lease still holds.
"""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import datetime

from scraper import health
from scraper.clock import to_text
from scraper.hooks import CadencePolicy, ChangeListener
from scraper.store import leases
from scraper.store.db import Store
from scraper.store.hubs import write_hub
from scraper.store.prints import write_print
from scraper.store.standing import load_standing, may_tell
from scraper.store.ways import write_way
from scraper.store.write_article import write_article
from scraper.store.write_check import count_changes, write_capture_row, write_check, write_fetches
from scraper.store.write_episode import write_episode
from scraper.store.write_items import write_diff
from scraper.store.write_recipe import write_learnt_recipe
from scraper.store.write_silence import write_silence
from scraper.store.write_source import write_source
from scraper.store.writing import CheckRecord, Committed, Writing
from scraper.types import Outcome

__all__ = ["CheckRecord", "Committed", "commit_check"]


def commit_check(
    store: Store,
    record: CheckRecord,
    *,
    listener: ChangeListener,
    cadence: CadencePolicy,
    now: datetime,
    policy: health.EpisodePolicy | None = None,
) -> Committed:
    """Write a check and give its leases back.

    Raises:
        LeaseLostError: another process took the source over, or this check was committed before; nothing was written.
        NotFoundError: the source is gone.
        StoreError: the database is locked, full or damaged; nothing was written.
    """
    policy = policy or health.EpisodePolicy()
    commit = _Commit(record, listener, cadence, now, policy)
    if not record.has_changes:
        with store.transaction(durable=False) as conn:
            source = load_standing(conn, record)
            if not may_tell(record, source, policy, now):
                return commit.write(conn, source)
    # What may be told must survive a power cut: its message could be out before the disk has it.
    with store.transaction(durable=True) as conn:
        return commit.write(conn, load_standing(conn, record))


@dataclass(frozen=True, slots=True)
class _Commit:
    record: CheckRecord
    listener: ChangeListener
    cadence: CadencePolicy
    now: datetime
    policy: health.EpisodePolicy

    def write(self, conn: sqlite3.Connection, source: sqlite3.Row) -> Committed:
        """Inside the transaction. ``source`` is of :func:`load_standing`."""
        record = self.record
        writing = Writing(conn, record, source, self.now, to_text(self.now))
        writing.capture = write_capture_row(writing)
        writing.check_id = write_check(writing)
        write_fetches(writing, record.fetches)
        if record.diff is not None:
            write_diff(writing, record.diff)
        if record.article is not None and record.outcome is not Outcome.SUSPECT:
            write_article(writing, record.article)
        write_learnt_recipe(writing)
        write_way(writing)
        write_hub(writing)
        write_print(writing)
        failures = write_episode(writing, self.policy)
        write_silence(writing, failures=failures)
        next_check = write_source(writing, failures, self.cadence)
        told = self.listener.changes_recorded(conn, writing.changes, self.now) if writing.changes else 0
        count_changes(writing)
        leases.release_all(conn, record.leases)
        changes = tuple(writing.changes)
        return Committed(writing.check_id, record.outcome, writing.new_items, changes, told, next_check)
