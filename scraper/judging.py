"""What a look means: from an answer and what it says to the record that is committed. Runs in the store's thread."""

from __future__ import annotations

import hashlib
import itertools
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Literal

from scraper import diff as differ
from scraper import health
from scraper.answers import NotModified
from scraper.apologies import says_error
from scraper.errors import CheckError, FetchError, StoreError
from scraper.extract.hub import hub_of_header
from scraper.following import leads_away
from scraper.freshness import fresh_until
from scraper.gaps import MAX_ITEMS, FurtherPage, compare_further, gap_left
from scraper.pageprint import loosened
from scraper.reading import Visit
from scraper.store.captures import Capture, write_capture
from scraper.store.db import Store
from scraper.store.jobs import SourceJob
from scraper.store.known import any_known, load_known
from scraper.store.writing import CheckRecord
from scraper.types import Access, ChangeKind, Extraction, FeedHints, ItemData, ItemKey, Outcome, Page

PENALTY = timedelta(minutes=5)
"""How long a site that answers 429 or 503 without a Retry-After is left alone."""


Listing = tuple[tuple[ItemData, ...], list[tuple[ItemKey, ...]], str]
"""A page's items without doublets, their keys, and the digest of all that is compared."""


@dataclass(slots=True)
class Look:
    """What a look has found so far. ``further`` are the pages after the first one that were followed; ``cut_off``
    says why the known items were not reached there, ``None`` if they were or nothing was followed. ``gap_since`` is
    given where they were followed from where an earlier look had to stop."""

    started_at: datetime
    visit: Visit
    answer: Page | NotModified | None = None
    extraction: Extraction | None = None
    body_sha256: str | None = None
    listed: bool = False
    further: list[FurtherPage] = field(default_factory=list)
    cut_off: str | None = None
    gap_since: datetime | None = None
    error: CheckError | None = None
    crashed: bool = False
    seconds: float = 0.0
    access: Access | None = None
    picture: bytes | None = field(default=None, repr=False)
    _listing: Listing | None = field(default=None, repr=False)

    def listing(self, extraction: Extraction, url: str) -> Listing:
        """The items to be compared, their keys and their digest; worked out once."""
        if self._listing is None:
            items, keys = differ.keys_for(extraction.items[:MAX_ITEMS], url)
            self._listing = items, keys, differ.listing_digest(items)
        return self._listing

    def crash(self, job: SourceJob, error: Exception) -> None:
        """Make it one that failed by a fault of our own."""
        self.crashed = True
        self.error = CheckError("internal", f"{type(error).__name__}: {error}"[:500], url=job.url)


@dataclass(frozen=True, slots=True)
class Judged:
    """The record to commit, the page's items, and the places among them of those that were not known."""

    record: CheckRecord
    items: tuple[ItemData, ...] = ()
    new: frozenset[int] = frozenset()


def judge(store: Store, job: SourceJob, look: Look, *, policy: differ.Policy, now: datetime) -> Judged:
    """What is to be committed. Writes captures, and nothing else. Raises :class:`StoreError` if there is no room."""
    record = CheckRecord(
        check_key=job.check_key,
        source_id=job.source_id,
        leases=job.leases,
        started_at=look.started_at,
        duration=timedelta(seconds=look.seconds),
        outcome=Outcome.FAILED,
        site_spacing=look.visit.spacing,
        access=look.access,
        fresh_until=fresh_until(look.answer.headers, look.started_at) if look.answer else None,
    )
    if look.error is not None:
        _fail(record, look.error, now)
        return Judged(record)
    if isinstance(look.answer, NotModified):
        record.outcome, record.http_status, record.validators = Outcome.NOT_MODIFIED, 304, look.answer.validators
        return Judged(record)
    if look.answer is None:
        raise AssertionError("a look without an error has an answer")
    _note_page(record, look.answer, job, look.body_sha256)
    if look.extraction is None:
        record.outcome, record.listing_sha256, record.listed = Outcome.UNCHANGED, job.listing_sha256, look.listed
        return Judged(record)
    return _compared(store, job, look, look.answer, look.extraction, record, policy)


def _fail(record: CheckRecord, error: CheckError, now: datetime) -> None:
    record.reason, record.message = error.reason, str(error)[:500]
    if isinstance(error, FetchError):
        record.http_status, record.not_before = error.status, error.not_before
        if error.status in (429, 503):
            record.site_not_before = error.not_before or now + PENALTY


def _note_page(record: CheckRecord, page: Page, job: SourceJob, body_sha256: str | None) -> None:
    record.http_status = page.status
    record.final_url = page.url if page.url != job.url else None
    record.bytes = page.size
    record.validators = page.validators
    record.body_sha256 = body_sha256 or hashlib.sha256(page.body).hexdigest()


def _compared(
    store: Store,
    job: SourceJob,
    look: Look,
    page: Page,
    extraction: Extraction,
    record: CheckRecord,
    policy: differ.Policy,
) -> Judged:
    _note_extraction(record, page, extraction)
    suspicion = health.suspicion(extraction)
    if suspicion:
        _suspect(store, job, page, record, suspicion)
        return Judged(record, extraction.items)
    items, keys, digest = look.listing(extraction, job.url)
    record.items, record.listing_sha256, record.article = len(items), digest, extraction.article
    same = job.has_baseline and digest == job.listing_sha256
    record.page_print = loosened(job.page_print, extraction.page_print, same_items=same)
    if same:
        record.outcome = Outcome.UNCHANGED
        return Judged(record, items)
    found, accepted = compare(store, job, items, keys, policy, strange=_strangeness(job, look, extraction))
    new = frozenset(i for i, match in enumerate(found.matches) if match.known is None)
    shown = tuple(match.data for match in found.matches) or items
    if found.doubt:
        _suspect(store, job, page, record, found.doubt)
        record.diff = found if found.changes or found.filled else None
        return Judged(record, shown, new)
    record.diff = found
    record.reason = "baseline" if not job.has_baseline else "accepted" if accepted else None
    record.message = look.cut_off
    record.further = compare_further(store, job, keys, look.further, policy, look.gap_since)
    record.late = look.gap_since is not None
    record.fetches = tuple(one.fetch for one in look.further)
    record.gap = gap_left(job, look.further, look.gap_since)
    record.baseline = not job.has_baseline
    record.outcome = Outcome.UNCHANGED
    if record.has_changes or found.filled or new or found.left:
        record.outcome = Outcome.CHANGED
        record.capture = keep(store, page, "evidence" if job.has_baseline else "baseline", record.body_sha256)
        record.screenshot = keep_picture(store, page.url, look.picture)
    return Judged(record, shown, new)


def _note_extraction(record: CheckRecord, page: Page, extraction: Extraction) -> None:
    record.items = len(extraction.items)
    record.kind = extraction.verdict.kind.value
    record.confidence = extraction.verdict.confidence
    record.language = extraction.language
    record.feed_url = extraction.feed_urls[0] if extraction.feed_urls else None
    record.hub = extraction.hub or hub_of_header(page.headers.get("link"), page.url)
    record.recipe = extraction.recipe if extraction.recipe and extraction.recipe.origin == "learnt" else None
    record.hints = extraction.hints or FeedHints()


def compare(
    store: Store,
    job: SourceJob,
    items: Sequence[ItemData],
    keys: Sequence[tuple[ItemKey, ...]],
    policy: differ.Policy,
    *,
    strange: str | None,
) -> tuple[differ.Diff, bool]:
    """What a page's items and their keys change, and whether a doubtful form was accepted as the new baseline."""
    known = load_known(store.conn, job.source_id, keys)
    found = differ.diff(
        items, keys, known, now=job.leased_at, baseline=not job.has_baseline, strange=strange, policy=policy
    )
    if not found.doubt or not _is_lasting(job, found.doubt[0], policy):
        return found, False
    return differ.diff(items, keys, known, now=job.leased_at, accepted=True, policy=policy), True


def _strangeness(job: SourceJob, look: Look, extraction: Extraction) -> str | None:
    """What of a page speaks against items that are not known: they may be the side column of another page."""
    if _is_other_language(extraction.language, job.page_language):
        return "are in another language"
    if says_error(extraction.page_title):
        return "stand on a page that calls itself an error"
    if isinstance(look.answer, Page) and leads_away(job.url, look.answer.url, job.url):
        return "stand on the front page, to which the request was sent"
    return None


def _is_other_language(one: str | None, other: str | None) -> bool:
    """Whether two codes (``de-AT``) name different languages; not where one is not known."""
    if not one or not other:
        return False
    return one.lower().partition("-")[0] != other.lower().partition("-")[0]


def _is_lasting(job: SourceJob, doubt: str, policy: differ.Policy) -> bool:
    """Whether a page was doubtful in the same way for long enough to be believed, this look included. Ten looks are
    enough where it was by turns something else: a wall before a site that was renewed."""
    if 1 + job.doubted.count(doubt) >= policy.accept_at_last:
        return True
    looks = 1 + len(list(itertools.takewhile(lambda kind: kind == doubt, job.doubted)))
    lasting = job.doubted_since is not None and job.leased_at - job.doubted_since >= policy.accept_for
    return looks >= policy.accept_after and lasting


def leaves_gap(store: Store, job: SourceJob, look: Look, extraction: Extraction, policy: differ.Policy) -> bool:
    """Whether a believed page is new down to its end, so that what lies between it and the known items was not seen."""
    if not job.has_baseline or health.suspicion(extraction):
        return False
    items, keys, digest = look.listing(extraction, job.url)
    # Nearly always an item of the older half is known at once by a strong key: then nothing is to be compared yet.
    if digest == job.listing_sha256 or any_known(store.conn, job.source_id, keys[len(keys) // 2 :]):
        return False
    found, accepted = compare(store, job, items, keys, policy, strange=_strangeness(job, look, extraction))
    if found.doubt or accepted or found.ascending or not found.matches:
        return False
    added = {id(change.match) for change in found.changes if change.kind is ChangeKind.ADDED and change.tell}
    older_half = found.matches[len(found.matches) // 2 :]
    return all(id(match) in added for match in older_half)


def _suspect(store: Store, job: SourceJob, page: Page, record: CheckRecord, why: tuple[str, str]) -> None:
    # The first of a row is kept as evidence; its repeats add nothing.
    first = job.doubted[:1] != (why[0],)
    record.capture = keep(store, page, "suspect", record.body_sha256) if first else None
    record.outcome, record.reason, record.message = Outcome.SUSPECT, why[0], why[1][:500]


def keep_picture(store: Store, url: str, picture: bytes | None) -> Capture | None:
    """Store a picture of a page, if there is one. Raises :class:`StoreError`."""
    if picture is None:
        return None
    try:
        return write_capture(store.captures_dir, picture, content_type="image/png", url=url, retention="screenshot")
    except OSError as error:
        raise StoreError(f"{store.captures_dir}: {error.strerror or error}; nothing was written") from error


def keep(
    store: Store, page: Page, retention: Literal["evidence", "suspect", "baseline"], sha256: str | None = None
) -> Capture:
    """Store the bytes of an answer, whose digest may be known. Raises :class:`StoreError`."""
    try:
        return write_capture(
            store.captures_dir,
            page.body,
            content_type=page.content_type,
            url=page.url,
            retention=retention,
            sha256=sha256,
        )
    except OSError as error:
        raise StoreError(f"{store.captures_dir}: {error.strerror or error}; nothing was written") from error
