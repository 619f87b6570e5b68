"""The spider ``news``: looks once at what is due or named (``scrapy crawl news``), or lives on as the daemon."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Protocol

from pydispatch.dispatcher import getReceivers, liveReceivers  # type: ignore[import-untyped]
from scrapy import Spider, signals
from scrapy.utils.misc import load_object

from scraper.asking import BrowserUse
from scraper.backfill import BackfillPlan, BackfillReport
from scraper.check import CheckReport, Preview
from scraper.clock import utc_now
from scraper.errors import ConfigError, NotFoundError, PresswatchError
from scraper.fetch import check_url
from scraper.saved import find_saved_pages
from scraper.service import Assembly, Service, Skipped
from scraper.slugs import slugify_url
from scraper.store.db import Store
from scraper.store.jobs import due_sources
from scraper.store.known import load_known
from scraper.store.sources import adopt, find_sources, watched_sources
from scraper.types import ItemData, Outcome, Page
from scraper.urls import canonicalize_url

log = logging.getLogger(__name__)

EXIT_OK, EXIT_FAILURE, EXIT_USAGE, EXIT_SOME_FAILED, EXIT_INTERRUPTED = 0, 1, 2, 3, 130

ARGUMENTS = ("source", "scope", "url", "path", "series")
"""Of ``scrapy crawl news -a NAME=VALUE``."""
SCOPES = ("due", "all")
NO_SOURCES = (
    "there is no source yet; add one with `presswatch add https://…/news`, "
    "or look at a page once with `scrapy crawl news -a url=https://…/news`"
)


@dataclass(slots=True)
class Tally:
    """How a run went, for the exit status."""

    looked: int = 0
    failed: int = 0
    crashed: int = 0
    interrupted: bool = False
    error: PresswatchError | None = None

    @property
    def exit_code(self) -> int:
        """0 fine, 1 failure, 2 usage or configuration, 3 some sources failed, 130 interrupted."""
        if isinstance(self.error, ConfigError | NotFoundError):
            return EXIT_USAGE
        if self.interrupted and not self.error:
            return EXIT_INTERRUPTED
        if self.error or self.crashed or (self.failed and self.failed == self.looked):
            return EXIT_FAILURE
        return EXIT_SOME_FAILED if self.failed else EXIT_OK


def _refusal(unknown: Iterable[str], scope: str) -> str | None:
    """Why a run with such arguments does not begin: what is misspelt would look at something else than was meant."""
    for name in unknown:
        near = get_close_matches(name, ARGUMENTS, n=1)
        hint = f"did you mean {near[0]}?" if near else f"there are {', '.join(ARGUMENTS)}"
        return f"the spider has no argument {name[:100]!r}; {hint}"
    return None if scope in SCOPES else f"there is no scope {scope[:100]!r}; there are {', '.join(SCOPES)}"


class Progress(Protocol):
    """Told how a one-shot run gets on."""

    def begin(self, total: int) -> None:
        """So many more sources will be looked at."""
        ...

    def done(self, report: CheckReport | Skipped) -> None:
        """One of them has been."""
        ...


class NewsSpider(Spider):
    """Arguments (``-a name=value``):

    - ``source``: slugs and ``@tags``, comma separated; they are looked at now, due or not.
    - ``scope=all``: all sources that are not paused, due or not.
    - ``url``: a page that need not be in the configuration.
    - ``path``: a saved page or a folder of them; each file a source of its own. With ``url`` the pages are understood
      as if they came from there; with ``series=1`` they are the moments of one source, in the order of their names.

    Without any of them all due sources are looked at. Items are committed to the store first and then yielded, so that
    feed exports (``-O items.json``) and item pipelines see them, if there are any. The command ``presswatch`` uses
    other modes: ``serve`` is the daemon; ``preview`` looks at the pages ``urls`` for a person, with the requests of the
    source whose id is ``preview_as``, and stores nothing of them; ``backfill`` stores what the older pages of sources
    list, as far as ``plan`` says.
    """

    name = "news"
    after_service: Callable[[], None] | None = None
    """Called once the service is closed: nothing is left to be written."""
    progress: Progress | None = None
    logs_its_error = True
    """False where whoever started the spider tells of ``tally.error``."""

    def __init__(
        self,
        source: str | None = None,
        url: str | None = None,
        path: str | None = None,
        series: str | None = None,
        scope: str = "due",
        mode: str = "once",
        urls: Sequence[str] = (),
        preview_as: str | None = None,
        preview_browser: BrowserUse = "never",
        plan: BackfillPlan | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__()
        self.refused = _refusal(kwargs, scope)
        self.sources = [name.strip() for name in (source or "").split(",") if name.strip()]
        self.url = url
        self.path = path
        self.series = series not in (None, "", "0", "false", "no")
        self.scope = scope
        self.mode = mode
        self.urls = urls
        self.preview_as = preview_as
        self.preview_browser = preview_browser
        self.plan = plan or BackfillPlan()
        self.tally = Tally()
        self.reports: list[CheckReport | Skipped] = []
        self.previews: list[Preview] = []
        self.backfills: list[BackfillReport] = []

    async def start(self) -> AsyncIterator[dict[str, Any]]:
        """Own the service while it lives: look, commit, then yield what was found."""
        service = None
        try:
            if self.refused:
                raise ConfigError(self.refused)
            assembly = self._assemble()
            workers = 2 if self.mode == "serve" else 1
            service = Service(self.crawler, assembly, workers=workers)
            await service.start()
            if self.mode == "serve":
                await assembly.serve(service)
                return
            if self.mode == "preview":
                await self._preview(service)
                return
            if self.mode == "backfill":
                await self._backfill(service)
                await assembly.finish(service)
                return
            async for item in self._once(service):
                yield item
            await assembly.finish(service)
        except PresswatchError as error:
            self.tally.error = error
            if self.logs_its_error:
                log.error("%s", error)
        except asyncio.CancelledError:
            self.tally.interrupted = True
            raise
        except Exception:
            self.tally.crashed += 1  # Scrapy logs it and would exit with 0
            raise
        finally:
            if service is not None:
                await service.close()
            if self.after_service is not None:
                self.after_service()

    def closed(self, reason: str) -> None:
        """Called by Scrapy at the end. That memory ran out is a failure, though Scrapy exits with 0 then."""
        if reason != "memusage_exceeded":
            return
        most = self.crawler.settings.getint("MEMUSAGE_LIMIT_MB")
        said = f"the run was ended: it took more than {most} MB of memory (MEMUSAGE_LIMIT_MB)"
        self.tally.error = PresswatchError(said)
        if self.logs_its_error:
            log.error("%s", self.tally.error)

    def _assemble(self) -> Assembly:
        """What the add-on named. Only now: Scrapy applies add-ons after it has made the spider."""
        name = self.crawler.settings.get("PRESSWATCH_ASSEMBLY")
        if not name:
            raise ConfigError("use the settings of presswatch: SCRAPY_SETTINGS_MODULE=presswatch.settings")
        assembly: Assembly = load_object(name)(self.crawler.settings)
        return assembly

    async def _preview(self, service: Service) -> None:
        for url in self.urls:
            found = await service.checker.preview(url, self.preview_as, self.preview_browser)
            self.previews.append(found)
            self.tally.looked += 1
            self.tally.crashed += found.crashed
            self.tally.failed += found.error is not None

    async def _backfill(self, service: Service) -> None:
        for source_id in await service.store.run(lambda store: find_sources(store.conn, self.sources)):
            done = await service.backfill(source_id, self.plan)
            self.backfills.append(done)
            self.tally.looked += 1
            self.tally.failed += done.failed

    async def _once(self, service: Service) -> AsyncIterator[dict[str, Any]]:
        rounds = await service.store.run(self._choose)
        is_read = self._is_read()
        if self.progress is not None:
            self.progress.begin(sum(len(source_ids) for source_ids, _ in rounds))
        for source_ids, pages in rounds:
            async for report in service.check_all(source_ids, pages):
                self._note(report)
                if is_read and isinstance(report, CheckReport):
                    for place, item in enumerate(await self._items_of(service, report)):
                        yield item_dict(report, place, item)
            if not pages:
                await service.follow(source_ids)

    def _is_read(self) -> bool:
        """Whether anybody wants the items: an export, a pipeline, an extension besides Scrapy's own counter. Passing
        them through Scrapy for nobody would cost more than the look."""
        settings = self.crawler.settings
        listeners = list(liveReceivers(getReceivers(self.crawler, signals.item_scraped)))
        return bool(settings.getdict("FEEDS") or settings.getdict("ITEM_PIPELINES") or len(listeners) > 1)

    async def _items_of(self, service: Service, report: CheckReport) -> Sequence[ItemData]:
        """What the page lists. A page that was found to be the same was not read again: then as it was stored."""
        if report.items or report.outcome not in (Outcome.UNCHANGED, Outcome.NOT_MODIFIED):
            return report.items

        def load(store: Store) -> list[ItemData]:
            (source_id,) = find_sources(store.conn, [report.slug])
            return [known.data for known in load_known(store.conn, source_id, [])]

        return await service.store.run(load)

    def _choose(self, store: Store) -> list[tuple[list[int], dict[int, Page]]]:
        """What to look at, in rounds that follow one another (the moments of a series)."""
        with store.transaction(durable=False) as conn:
            now = utc_now()
            if self.path is not None:
                return self._adopt_files(store)
            if self.url is not None:
                check_url(self.url)
                key = "url-" + _digest(canonicalize_url(self.url))
                source = adopt(
                    conn, self.url, origin="adhoc", slug=slugify_url(self.url), name=self.url, key=key, now=now
                )
                return [([source], {})]
            if self.sources:
                return [(find_sources(conn, self.sources), {})]
            if conn.execute("SELECT 1 FROM sources WHERE origin = 'config' AND active = 1").fetchone() is None:
                raise ConfigError(NO_SOURCES)
            if self.scope == "all":
                return [(watched_sources(conn), {})]
            return [(due_sources(conn, now, 100_000), {})]

    def _adopt_files(self, store: Store) -> list[tuple[list[int], dict[int, Page]]]:
        saved = find_saved_pages(Path(self.path or ""), url=self.url, series=self.series)
        rounds = []
        for page in saved:
            source = adopt(
                store.conn, page.url, origin="file", slug=page.slug, name=page.name, key=page.key, now=utc_now()
            )
            rounds.append(([source], {source: page.read()}))
        return rounds

    def _note(self, report: CheckReport | Skipped) -> None:
        self.reports.append(report)
        self.tally.looked += 1
        if self.progress is not None:
            self.progress.done(report)
        if isinstance(report, Skipped):
            self.tally.failed += 1
            log.warning("%s: not looked at: %s", report.slug, report.reason)
            return
        self.tally.crashed += report.crashed
        self.tally.failed += report.outcome in (Outcome.FAILED, Outcome.SUSPECT)
        log_report(report)


def log_report(report: CheckReport) -> None:
    """One structured line per check: source, outcome, items (if the page was read), changes, milliseconds."""
    count = count_read(report)
    log.log(
        logging.WARNING if report.outcome in (Outcome.FAILED, Outcome.SUSPECT) else logging.INFO,
        "check source=%s outcome=%s%s new=%d changes=%d ms=%d%s%s",
        report.slug,
        report.outcome,
        "" if count is None else f" items={count}",
        report.committed.new_items,
        len(report.committed.changes),
        round(report.seconds * 1000),
        f" reason={report.reason}" if report.reason else "",
        f" message={json.dumps(report.message, ensure_ascii=True)}" if report.message else "",
        extra={"fields": _log_fields(report)},
    )


def count_read(report: CheckReport) -> int | None:
    """How many items were read on the page; ``None`` where it was not read, because it is the same as before or there
    was none."""
    may_be_unread = report.outcome in (Outcome.UNCHANGED, Outcome.NOT_MODIFIED, Outcome.FAILED)
    return None if may_be_unread and not report.items else len(report.items)


def _log_fields(report: CheckReport) -> dict[str, Any]:
    """The same for structured logs."""
    return {
        "source": report.slug,
        "url": report.url,
        "outcome": report.outcome.value,
        "reason": report.reason,
        "items": count_read(report),
        "new_items": report.committed.new_items,
        "changes": len(report.committed.changes),
        "duration_ms": round(report.seconds * 1000),
    }


def item_dict(report: CheckReport, place: int, item: ItemData) -> dict[str, Any]:
    """An item as feed exports and item pipelines see it. ``published`` is ISO 8601 or ``None``; ``new`` says whether
    it was not known before this look."""
    return {
        "source": report.slug,
        "source_url": report.url,
        "position": place + 1,
        "title": item.title,
        "url": item.url,
        "published": item.published.iso() if item.published else None,
        "published_raw": item.published.raw if item.published else None,
        "summary": item.summary,
        "author": item.author,
        "image_url": item.image_url,
        "new": place in report.new,
    }


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:24]
