"""The first look at a page that has just been configured, made from what was fetched to show it to a person: the page
is not asked for twice, and the next check finds what is new since then."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import datetime
from typing import NoReturn

from scrapy import Request
from scrapy.settings import Settings

from presswatch.assembly import Assembly
from scraper.check import Checker, CheckReport
from scraper.clock import utc_now
from scraper.store.jobs import SourceJob, lease_source
from scraper.store.leases import holder_name
from scraper.store.robots import StoredRobots
from scraper.store.sources import find_sources
from scraper.store.thread import StoreThread
from scraper.types import Extraction, Page, Recipe


@dataclass(frozen=True, slots=True)
class _Understood:
    """An extractor that has its answer already."""

    extraction: Extraction

    async def extract(
        self,
        body: bytes,  # noqa: ARG002
        url: str,  # noqa: ARG002
        *,
        content_type: str | None,  # noqa: ARG002
        now: datetime,  # noqa: ARG002
        recipe: Recipe | None,  # noqa: ARG002
    ) -> Extraction:
        return self.extraction


async def _fetch_nothing(request: Request) -> NoReturn:
    raise RuntimeError(f"{request.url}: the page is at hand")


def record_first_look(home: str | None, slug: str, page: Page, extraction: Extraction) -> CheckReport | None:
    """Commit ``page`` as a check of the configured source ``slug``; ``None`` if another process is looking at it.

    ``home`` is as on the command line. Raises :class:`scraper.errors.PresswatchError`.
    """
    return asyncio.run(_record(Assembly(Settings({"PRESSWATCH_HOME": home})), slug, page, extraction))


async def _record(assembly: Assembly, slug: str, page: Page, extraction: Extraction) -> CheckReport | None:
    store = StoreThread(assembly.open_store())
    try:
        checker = Checker(
            store=store,
            download=_fetch_nothing,
            extractor=_Understood(extraction),
            robots=StoredRobots(store),
            listener=assembly.listener,
            cadence=assembly.cadence,
            options=assembly.options,
            clock=utc_now,
        )
        job = await store.write(
            lambda opened: lease_source(
                opened.conn,
                find_sources(opened.conn, [slug])[0],
                holder_name(),
                assembly.options.spacing,
                utc_now(),
                None,
            )
        )
        return await checker.check(job, page) if isinstance(job, SourceJob) else None
    finally:
        store.close()
