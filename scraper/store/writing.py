"""What a check hands to the store, what the store hands back, and the state of the one transaction between them."""

from __future__ import annotations

import hashlib
import sqlite3
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from scraper.diff import Diff
from scraper.hooks import NextCheck, RecordedChange
from scraper.store.captures import Capture
from scraper.types import (
    Access,
    ArticleData,
    ChangeKind,
    FeedHints,
    Gap,
    HubLink,
    Outcome,
    PagePrint,
    Recipe,
    Validators,
)


@dataclass(frozen=True, slots=True)
class FetchRecord:
    """A request that was made besides those for listings. ``message`` says why it failed."""

    purpose: Literal["article", "next_page"]
    url: str
    fetched_at: datetime
    outcome: Literal["ok", "not_modified", "failed"]
    http_status: int | None = None
    message: str | None = None
    size: int | None = None
    capture: Capture | None = None
    screenshot: Capture | None = None


@dataclass(slots=True)
class CheckRecord:
    """What one check found: put together step by step, then committed.

    ``diff`` is ``None`` where nothing was to be compared (not modified, failed, wholly suspect, or the same listing as
    before). ``leases`` names the leases held and their fencing tokens; the first must still hold. ``site_spacing`` is
    how long the site is left alone from now on, ``site_not_before`` what it asked for itself. ``further`` is what the
    pages after the first one add, in their order (``late``: because an earlier look could not read them), ``fetches``
    are the requests for them, and ``gap`` is where the next look goes on if one of them failed. ``recipe`` is the
    learnt one that names the list the items were read from, ``page_print`` what may not change for the list to be the
    same; ``listed``: the page fitted the print that was kept, and was not read. ``access`` is a way to the listing that
    was found in this look, ``hub`` the one that the page announces. ``fresh_until`` is when the answer, as a copy, runs
    out; ``hints`` are those of the feed, ``None`` if the page was not read.
    """

    check_key: str
    source_id: int
    leases: tuple[tuple[str, int], ...]
    started_at: datetime
    duration: timedelta
    outcome: Outcome
    reason: str | None = None
    message: str | None = None
    http_status: int | None = None
    final_url: str | None = None
    bytes: int | None = None
    items: int | None = None
    kind: str | None = None
    confidence: float | None = None
    not_before: datetime | None = None
    validators: Validators | None = None
    body_sha256: str | None = None
    listing_sha256: str | None = None
    feed_url: str | None = None
    language: str | None = None
    article: ArticleData | None = None
    recipe: Recipe | None = None
    page_print: PagePrint | None = None
    listed: bool = False
    capture: Capture | None = None
    screenshot: Capture | None = None
    access: Access | None = None
    hub: HubLink | None = None
    diff: Diff | None = None
    further: tuple[Diff, ...] = ()
    late: bool = False
    fetches: tuple[FetchRecord, ...] = ()
    gap: Gap | None = None
    baseline: bool = False
    site_not_before: datetime | None = None
    site_spacing: timedelta | None = None
    fresh_until: datetime | None = None
    hints: FeedHints | None = None

    @property
    def has_changes(self) -> bool:
        """Whether it leads to changes of items, on whichever page they stand."""
        return bool(self.diff and self.diff.changes) or any(one.unseen for one in self.further)


@dataclass(frozen=True, slots=True)
class Committed:
    """What the transaction wrote."""

    check_id: int
    outcome: Outcome
    new_items: int = 0
    changes: tuple[RecordedChange, ...] = ()
    messages: int = 0
    next_check: NextCheck | None = None


@dataclass(slots=True)
class Writing:
    """One transaction while it is written. ``source`` is its row in ``sources``, in a check's transaction with more
    (:mod:`scraper.store.standing`). ``at`` is ``now`` as text; ``check_id`` is 0 outside a check."""

    conn: sqlite3.Connection
    record: CheckRecord
    source: sqlite3.Row
    now: datetime
    at: str
    check_id: int = 0
    capture: str | None = None
    screenshot: str | None = None
    changes: list[RecordedChange] = field(default_factory=list)
    new_items: int = 0


@dataclass(frozen=True, slots=True)
class Fact:
    """A row of ``changes`` to be written. ``about`` names what it is about, the same if the check is redone."""

    kind: ChangeKind
    about: tuple[str, ...]
    item_id: int | None = None
    episode_id: int | None = None
    revision: int | None = None
    fields: tuple[str, ...] = ()
    reason: str = ""
    tell: bool = True


def write_fact(writing: Writing, fact: Fact) -> None:
    """Append to the change log."""
    event_id = event_id_of(writing.source["source_key"], *fact.about)
    row = writing.conn.execute(
        "INSERT INTO changes(event_id, changed_at, source_id, item_id, episode_id, kind, revision, fields, reason, "
        "tell, check_id) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) RETURNING id",
        (
            event_id,
            writing.at,
            writing.record.source_id,
            fact.item_id,
            fact.episode_id,
            fact.kind.value,
            fact.revision,
            ",".join(fact.fields),
            fact.reason[:500],
            int(fact.tell),
            writing.check_id or None,
        ),
    ).fetchone()
    source_id = writing.record.source_id
    writing.changes.append(
        RecordedChange(int(row[0]), event_id, fact.kind, source_id, fact.item_id, fact.episode_id, fact.tell)
    )


def write_item_fact(
    writing: Writing,
    kind: ChangeKind,
    item_id: int,
    key: str,
    *,
    revision: int,
    fields: tuple[str, ...] = (),
    reason: str = "",
    tell: bool = True,
    is_new: bool = False,
) -> None:
    """Append a change of the item ``key``. The same may happen to it again: its id counts the changes before, of which
    one that ``is_new`` has none."""
    earlier = 0
    if not is_new:
        earlier = writing.conn.execute("SELECT count(*) FROM changes WHERE item_id = ?", (item_id,)).fetchone()[0]
    about = (key, kind.value, str(earlier))
    write_fact(
        writing,
        Fact(kind, about, item_id=item_id, revision=revision, fields=fields, reason=reason, tell=tell),
    )


def event_id_of(*parts: str) -> str:
    """The same fact has the same id, also when its check is redone on the database of before. 32 hexadecimal digits."""
    return hashlib.sha256("\n".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:32]
