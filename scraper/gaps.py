"""Further pages of a listing that turned over: what they add to what is known, and what is left to be read at the next
look because a page could not be had. Runs in the store's thread."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from scraper import diff as differ
from scraper.clock import to_text
from scraper.store.db import Store
from scraper.store.jobs import SourceJob
from scraper.store.known import load_known
from scraper.store.writing import FetchRecord
from scraper.types import ChangeKind, Gap, ItemChange, ItemData, ItemKey, Match

MAX_ITEMS = 2_000
"""Items of one page that are looked at."""

MOST_TRIES = 5
"""So many looks try to read a next page."""


@dataclass(frozen=True, slots=True)
class FurtherPage:
    """A page after the first one of a listing. ``items`` is empty where it could not be had."""

    fetch: FetchRecord
    items: tuple[ItemData, ...] = ()


def gap_left(job: SourceJob, pages: Sequence[FurtherPage], since: datetime | None) -> Gap | None:
    """Where the next look has to go on, if the last of the ``pages`` could not be had; ``None``: nowhere. ``since``
    as in :func:`compare_further`."""
    if not pages or pages[-1].fetch.outcome != "failed":
        return None
    url = pages[-1].fetch.url
    tries = job.gap.tries + 1 if job.gap and job.gap.url == url else 1
    return Gap(url, since or job.leased_at, tries) if tries < MOST_TRIES else None


def is_known_page(store: Store, job: SourceJob, items: Sequence[ItemData], since: datetime | None) -> bool:
    """Whether a page shows an item that was known; with ``since``, before then."""
    unique, keys = differ.keys_for(items[:MAX_ITEMS], job.url)
    found = _compare(store, job, unique, keys, differ.Policy()).matches
    known = [match.known.item_id for match in found if match.known]
    return bool(known) if since is None else bool(_from_before(store, known, since))


def compare_further(
    store: Store,
    job: SourceJob,
    first_keys: Sequence[tuple[ItemKey, ...]],
    pages: Sequence[FurtherPage],
    policy: differ.Policy,
    since: datetime | None,
) -> tuple[differ.Diff, ...]:
    """For each further page what it adds; an item that moved onto the next page between two requests counts once.

    ``since`` is when the gap was noticed, if that was an earlier look: what was found since then says nothing of what
    is new, what was known before then does.
    """
    seen = _strong(first_keys)
    found = []
    for page in pages:
        items, keys = differ.keys_for(page.items[:MAX_ITEMS], job.url)
        fresh = [i for i, of_item in enumerate(keys) if not _strong([of_item]) & seen]
        some, of_some = [items[i] for i in fresh], [keys[i] for i in fresh]
        # A page in the middle of a gap that is noticed late is older than all that is listed by now.
        diff = _compare(store, job, some, of_some, policy, accepted=since is not None)
        found.append(diff if since is None else _late(store, diff, since))
        seen |= _strong(keys)
    return tuple(found)


def _compare(
    store: Store,
    job: SourceJob,
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    policy: differ.Policy,
    *,
    accepted: bool = False,
) -> differ.Diff:
    # A last page is short, and an older one shows what the first one does not: neither is a reason for doubt.
    known = load_known(store.conn, job.source_id, keys)
    policy = replace(policy, shrunk_below=0.0)
    return differ.diff(items, keys, known, now=job.leased_at, accepted=accepted, policy=policy)


def _late(store: Store, diff: differ.Diff, since: datetime) -> differ.Diff:
    """What is unseen above the first item from before the gap is news, what is below it is not."""
    old = _from_before(store, [match.known.item_id for match in diff.matches if match.known], since)
    first = next((i for i, one in enumerate(diff.matches) if one.known and one.known.item_id in old), len(diff.matches))
    changes = [_change(one, is_new=i < first) for i, one in enumerate(diff.matches) if one.known is None]
    return replace(diff, changes=tuple(changes[::-1]))


def _change(match: Match, *, is_new: bool) -> ItemChange:
    if is_new:
        return ItemChange(ChangeKind.ADDED, match, reason="in a gap that could not be read before")
    return ItemChange(ChangeKind.SURFACED, match, tell=False, reason="beyond the last known item")


def _from_before(store: Store, item_ids: Sequence[int], since: datetime) -> set[int]:
    marks = ",".join("?" * len(item_ids))
    sql = f"SELECT id FROM items WHERE id IN ({marks}) AND first_seen_at < ?"  # noqa: S608 - marks
    return {row[0] for row in store.conn.execute(sql, (*item_ids, to_text(since)))}


def _strong(keys: Sequence[tuple[ItemKey, ...]]) -> set[tuple[str, str]]:
    return {(key.kind, key.key) for of_item in keys for key in of_item if key.strong}
