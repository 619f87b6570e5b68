"""Looking back: the older pages of a listing, one after the other with the site's spacing between them, each committed
by itself."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import date

from scraper.check import Checker
from scraper.gaps import MAX_ITEMS, FurtherPage
from scraper.paging import Trail, read_further
from scraper.store import leases
from scraper.store.db import Store
from scraper.store.jobs import SourceJob
from scraper.store.write_backfill import commit_backfill
from scraper.types import ItemData, Outcome

MOST_PAGES = 1_000
_SECONDS = 60.0

Lease = Callable[[], Awaitable[SourceJob | str]]
"""The source, leased for one request; or why it cannot be had."""


@dataclass(frozen=True, slots=True)
class BackfillPlan:
    """How far to look back: at most ``pages`` pages after the first one; with ``since``, until all dated items of a
    page are older, which are not stored then."""

    pages: int = MOST_PAGES
    since: date | None = None


@dataclass(slots=True)
class BackfillReport:
    """How looking back went. ``stopped`` says why it ended there; ``failed``: by a failure."""

    slug: str
    pages: int = 0
    stored: int = 0
    stopped: str = ""
    failed: bool = False


async def backfill(checker: Checker, lease: Lease, plan: BackfillPlan, report: BackfillReport) -> None:
    """Check the source, which may alert as ever, then store what its older pages list; ``report`` is kept up.

    Raises :class:`scraper.errors.LeaseLostError` and :class:`scraper.errors.StoreError`.
    """
    job = await lease()
    if isinstance(job, str):
        return _stop(report, job, failed=True)
    whole = replace(job, validators=None, body_sha256=None, listing_sha256=None, print_holds=False)
    first = await checker.check(whole)
    if first.outcome in (Outcome.FAILED, Outcome.SUSPECT):
        return _stop(report, f"the page itself was not believed: {first.message or first.reason}", failed=True)
    trail = Trail.after(first.page_url, first.next_page_url)
    while trail.url is not None and report.pages < plan.pages:
        taken = await lease()
        if isinstance(taken, str):
            return _stop(report, taken, failed=True)
        page = await _read_page(checker, taken, trail, plan, report)
        if page.fetch.outcome == "failed":
            return _stop(report, f"{page.fetch.url}: {page.fetch.message}", failed=True)
        if plan.since and _is_before(page.items, plan.since):
            return _stop(report, f"{page.fetch.url} lists nothing from {plan.since.isoformat()} on", failed=False)
    return _stop(report, "no further page is named" if trail.url is None else f"{plan.pages} pages", failed=False)


def _stop(report: BackfillReport, why: str, *, failed: bool) -> None:
    report.stopped, report.failed = why, failed


async def _read_page(
    checker: Checker, job: SourceJob, trail: Trail, plan: BackfillPlan, report: BackfillReport
) -> FurtherPage:
    visit = checker.reader.visit(job.site, job.leases)
    committed = False
    try:
        async with asyncio.timeout(_SECONDS):
            page, _ = await read_further(
                trail,
                read=lambda url: visit.read(checker.further(job, url)),
                now=checker.clock,
            )
        wanted = [one for one in page.items[:MAX_ITEMS] if not (plan.since and _is_older(one, plan.since))]
        report.stored += await checker.store.run(
            lambda store: commit_backfill(
                store,
                job,
                page.fetch,
                wanted,
                spacing=visit.spacing,
                policy=checker.options.diff,
                now=checker.clock(),
            )
        )
        committed = True
    finally:
        if not committed:
            await checker.store.write(lambda store: _give_back(store, job))
    report.pages += page.fetch.outcome == "ok"
    return page


def _give_back(store: Store, job: SourceJob) -> None:
    for held in job.leases:
        leases.release(store.conn, *held)


def _is_older(item: ItemData, since: date) -> bool:
    return bool(item.published and item.published.on and item.published.on < since)


def _is_before(items: tuple[ItemData, ...], since: date) -> bool:
    dated = [one for one in items if one.published and one.published.on]
    return bool(dated) and all(_is_older(one, since) for one in dated)
