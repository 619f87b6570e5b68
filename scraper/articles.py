"""One look at the article of an item, from the request to the commit: through the same guarded fetch, gate and parse
pool as a listing."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime

from scraper.answers import NotModified
from scraper.check import Checker
from scraper.errors import CheckError, FetchError, PresswatchError
from scraper.following import UNWELL, edited_fields, leads_away
from scraper.gates import PoliteGate
from scraper.judging import PENALTY, keep
from scraper.store.article_jobs import ArticleJob
from scraper.store.db import Store
from scraper.store.jobs import SourceJob
from scraper.store.write_article import stored_article
from scraper.store.write_look import ArticleRecord, Finding, LookedAt, commit_article
from scraper.store.writing import FetchRecord
from scraper.types import ArticleData, Extraction, Page

log = logging.getLogger(__name__)

_SECONDS = 20.0
"""How long one article may take: its site's listings wait meanwhile."""
_GONE = (404, 410)


@dataclass(slots=True)
class _Look:
    fetch: FetchRecord
    finding: Finding = "failed"
    page: Page | None = None
    article: ArticleData | None = None
    not_before: datetime | None = None


async def look_at_article(checker: Checker, job: ArticleJob) -> LookedAt:
    """Fetch the article of ``job`` and commit what was found. A failure of the look is a result; raises
    :class:`scraper.errors.LeaseLostError` and :class:`scraper.errors.StoreError`."""
    gate = checker.gate(job.site)
    look = _Look(FetchRecord("article", job.url, checker.clock(), "failed"))
    try:
        async with asyncio.timeout(_SECONDS):
            await _look(checker, job, gate, look)
    except TimeoutError:
        _fail(look, f"the article was not read within {_SECONDS:g} seconds")
    except CheckError as error:
        _explain(look, error)
    except PresswatchError:
        raise
    # Around one article: a fault of ours goes on its row, and the others go on.
    except Exception as error:
        log.exception("the article %s crashed", job.url)
        _fail(look, f"{type(error).__name__}: {error}")
    return await checker.store.run(lambda store: _commit(checker, store, job, look, gate))


async def _look(checker: Checker, job: ArticleJob, gate: PoliteGate, look: _Look) -> None:
    limits = replace(checker.options.limits, seconds=_SECONDS * 0.75, total_seconds=_SECONDS)
    answer = await checker.fetch(_of_source(job), job.url, gate, job.validators, limits)
    if isinstance(answer, NotModified):
        look.finding, look.fetch = "same", replace(look.fetch, outcome="not_modified", http_status=304)
        return
    look.fetch = replace(look.fetch, outcome="ok", http_status=answer.status, size=len(answer.body))
    if leads_away(job.url, answer.url, job.source_url):
        look.finding, look.fetch = "gone", replace(look.fetch, message=f"redirected to {answer.url}"[:500])
        return
    if hashlib.sha256(answer.body).hexdigest() == job.body_sha256:
        look.finding = "same"
        return
    found: Extraction = await checker.understand(answer, None)
    if found.verdict.kind in UNWELL:
        _fail(look, f"the page is no article ({found.verdict.kind.value})")
        return
    look.finding, look.page, look.article = "article", answer, found.article


def _of_source(job: ArticleJob) -> SourceJob:
    """As whose request it goes out: the source's headers go to its own origin only."""
    return SourceJob(
        source_id=job.source_id,
        slug=job.slug,
        url=job.source_url,
        site=job.site,
        origin="config",
        check_key="",
        leases=(job.lease,),
        validators=job.validators,
        body_sha256=job.body_sha256,
        listing_sha256=None,
        has_baseline=True,
        recipe=None,
    )


def _fail(look: _Look, message: str) -> None:
    look.finding, look.fetch = "failed", replace(look.fetch, outcome="failed", message=message[:500])


def _explain(look: _Look, error: CheckError) -> None:
    status = error.status if isinstance(error, FetchError) else None
    look.fetch = replace(look.fetch, http_status=status)
    look.not_before = error.not_before if isinstance(error, FetchError) else None
    _fail(look, str(error))
    if status in _GONE:
        look.finding = "gone"


def _commit(checker: Checker, store: Store, job: ArticleJob, look: _Look, gate: PoliteGate) -> LookedAt:
    now = checker.clock()
    if look.page is not None and look.article is not None:
        old = stored_article(store.conn, job.item_id)
        if old is None or edited_fields(old, look.article):
            look.fetch = replace(look.fetch, capture=keep(store, look.page, "evidence"))
    slow = look.fetch.http_status in (429, 503)
    record = ArticleRecord(
        fetch=look.fetch,
        finding=look.finding,
        article=look.article,
        validators=look.page.validators if look.page else None,
        body_sha256=hashlib.sha256(look.page.body).hexdigest() if look.page else None,
        site_spacing=gate.spacing.spacing,
        site_not_before=(look.not_before or now + PENALTY) if slow else None,
    )
    return commit_article(store, job, record, listener=checker.listener, now=now)
