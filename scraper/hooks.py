"""What ``scraper`` knows of the world above it: Protocols that it defines and others fulfil.

``presswatch`` puts the real ones in (see ``presswatch/assembly.py``), so that ``scrapy crawl news``,
``presswatch check`` and the daemon run the same code from request to commit.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from scraper.types import ChangeKind, FeedHints, Outcome, Published


@dataclass(frozen=True, slots=True)
class RecordedChange:
    """One row of ``changes``, just inserted. ``tell`` says whether it may alert at all."""

    change_id: int
    event_id: str
    kind: ChangeKind
    source_id: int
    item_id: int | None
    episode_id: int | None
    tell: bool


class ChangeListener(Protocol):
    """Called inside the check's transaction, once its changes are known; writes the messages that are due."""

    def changes_recorded(self, conn: sqlite3.Connection, changes: Sequence[RecordedChange], now: datetime) -> int:
        """Write messages for ``changes`` on ``conn`` (no commit); how many were written."""
        ...


@dataclass(frozen=True, slots=True)
class CheckFacts:
    """What the cadence may use to say when to look next.

    ``every`` is the source's own interval, if one is configured; ``failures`` counts failed or suspect checks in a row,
    this one included; ``not_before`` is the server's Retry-After. ``published`` has what the pages say of each new
    item, in no order; with ``first`` they are the first listing. ``late`` counts those besides that are news only now
    because a page could not be read before: they may have come earlier than the look before. The times that people
    fixed: ``adaptive`` (learnt ones, whatever the default), ``cron``, ``hours`` (``07:00-22:00``), ``weight``
    (importance, 1 is usual). ``timezone`` is the IANA name of the site's local time; ``site`` the registrable domain.
    ``seen_at`` is the believed look before this one. Hints of the server: ``fresh_until`` is when this answer, as a
    copy, runs out; ``hints`` are those of the feed, without any if the page is no feed or says nothing, ``None`` if it
    was not read this time.
    """

    source_id: int
    every: timedelta | None
    outcome: Outcome
    reason: str | None
    failures: int
    not_before: datetime | None
    published: tuple[Published | None, ...] = ()
    late: int = 0
    first: bool = False
    adaptive: bool = False
    cron: str | None = None
    hours: str | None = None
    weight: float = 1.0
    timezone: str | None = None
    site: str = ""
    seen_at: datetime | None = None
    fresh_until: datetime | None = None
    hints: FeedHints | None = None


@dataclass(frozen=True, slots=True)
class NextCheck:
    """When to look again, and why, in words."""

    at: datetime
    interval: timedelta
    reason: str


class CadencePolicy(Protocol):
    """Says when to look at a source again. ``now`` is given."""

    def next_check(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> NextCheck:
        """The next look after a check that ended as ``facts`` say. Called inside the check's transaction; what is
        learnt of the source is written on ``conn`` (no commit)."""
        ...
