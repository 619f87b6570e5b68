"""One look at the article of an item, from the request to the commit: through the same guarded fetch, gate and parse
pool as a listing."""

from __future__ import annotations

import hashlib
import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from scraper.answers import NotModified
from scraper.check import Checker
from scraper.errors import CheckError, FetchError, PresswatchError
from scraper.following import UNWELL, edited_fields, leads_away
from scraper.judging import PENALTY, keep, keep_picture
from scraper.reading import ReadRequest, Visit
from scraper.store.article_jobs import ArticleJob
from scraper.store.db import Store
from scraper.store.write_article import stored_article
from scraper.store.write_look import ArticleRecord, Finding, LookedAt, commit_article
from scraper.store.writing import FetchRecord
from scraper.types import ArticleData, Page

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
    picture: bytes | None = None
    not_before: datetime | None = None


async def look_at_article(checker: Checker, job: ArticleJob) -> LookedAt:
    """Fetch the article of ``job`` and commit what was found. A failure of the look is a result; raises
    :class:`scraper.errors.LeaseLostError` and :class:`scraper.errors.StoreError`."""
    visit = checker.reader.visit(job.site, (job.lease,))
    look = _Look(FetchRecord("article", job.url, checker.clock(), "failed"))
    try:
        await _look(checker, job, visit, look)
    except CheckError as error:
        _explain(look, error)
    except PresswatchError:
        raise
    # Around one article: a fault of ours goes on its row, and the others go on.
    except Exception as error:
        log.exception("the article %s crashed", job.url)
        _fail(look, f"{type(error).__name__}: {error}")
    return await checker.store.run(lambda store: _commit(checker, store, job, look, visit.spacing))


async def _look(checker: Checker, job: ArticleJob, visit: Visit, look: _Look) -> None:
    reading = await visit.read(_request(checker, job))
    answer = reading.answer
    if isinstance(answer, NotModified):
        look.finding, look.fetch = "same", replace(look.fetch, outcome="not_modified", http_status=304)
        return
    look.fetch = replace(look.fetch, outcome="ok", http_status=answer.status, size=len(answer.body))
    if leads_away(job.url, answer.url, job.source_url):
        look.finding, look.fetch = "gone", replace(look.fetch, message=f"redirected to {answer.url}"[:500])
        return
    if reading.error is not None:
        raise reading.error
    if reading.extraction is None:
        look.finding = "same"
        return
    if reading.extraction.verdict.kind in UNWELL:
        _fail(look, f"the page is no article ({reading.extraction.verdict.kind.value})")
        return
    look.finding, look.page, look.article = "article", answer, reading.extraction.article
    look.picture = reading.picture


def _request(checker: Checker, job: ArticleJob) -> ReadRequest:
    return ReadRequest(
        url=job.url,
        source_key=job.source_key,
        source_url=job.source_url,
        asking=job.asking,
        seconds=_SECONDS,
        validators=job.validators,
        body_sha256=job.body_sha256,
        limits=replace(checker.options.limits, seconds=_SECONDS * 0.75, total_seconds=_SECONDS),
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


def _commit(checker: Checker, store: Store, job: ArticleJob, look: _Look, spacing: timedelta) -> LookedAt:
    now = checker.clock()
    if look.page is not None and look.article is not None:
        old = stored_article(store.conn, job.item_id)
        if old is None or edited_fields(old, look.article):
            picture = keep_picture(store, look.page.url, look.picture)
            look.fetch = replace(look.fetch, capture=keep(store, look.page, "evidence"), screenshot=picture)
    slow = look.fetch.http_status in (429, 503)
    record = ArticleRecord(
        fetch=look.fetch,
        finding=look.finding,
        article=look.article,
        validators=look.page.validators if look.page else None,
        body_sha256=hashlib.sha256(look.page.body).hexdigest() if look.page else None,
        site_spacing=spacing,
        site_not_before=(look.not_before or now + PENALTY) if slow else None,
    )
    return commit_article(store, job, record, listener=checker.listener, now=now)
