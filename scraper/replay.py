"""Saved captures of one page, run in the order of time through the code of a check, each at its own moment."""

from __future__ import annotations

import itertools
import re
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from scrapy import Request
from scrapy.http import Response

from scraper.check import Checker, CheckOptions, CheckReport
from scraper.errors import NotFoundError, PresswatchError
from scraper.hooks import CadencePolicy, ChangeListener
from scraper.reading import Extractor
from scraper.robots import MemoryRobots
from scraper.saved import MAX_BYTES, find_saved_pages
from scraper.store.db import Store
from scraper.store.jobs import SourceJob, lease_source
from scraper.store.sources import adopt
from scraper.store.thread import StoreThread
from scraper.types import Page
from scraper.urls import canonicalize_url

_WARC = re.compile(r"\.warc(\.gz)?$", re.IGNORECASE)
_STEP = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Moment:
    """A capture: ``name`` is its file or record, ``at`` when it was made."""

    name: str
    at: datetime
    page: Page


@dataclass(frozen=True, slots=True)
class Replayed:
    """What became of one capture."""

    moment: Moment
    report: CheckReport


def load_moments(path: Path, url: str, *, step: timedelta | None = None) -> list[Moment]:
    """The captures in a folder (in the order of their names) or a WARC file, as answers from ``url``.

    The clock of a folder is the files' time of modification, if that grows with their names; else, or with ``step``,
    they count as made so far apart (by default an hour), the first one when its file was.

    Raises :class:`PresswatchError`: there is nothing that can be read.
    """
    if _WARC.search(path.name):
        return _of_warc(path, url)
    saved = find_saved_pages(path, url=url, series=True)
    times = [datetime.fromtimestamp(one.path.stat().st_mtime, UTC) for one in saved]
    if step is not None or any(b <= a for a, b in itertools.pairwise(times)):
        times = [times[0] + (step or _STEP) * place for place in range(len(times))]
    return [Moment(one.path.name, at, one.read()) for one, at in zip(saved, times, strict=True)]


def _of_warc(path: Path, url: str) -> list[Moment]:
    from warcio.exceptions import ArchiveLoadFailed

    if not path.exists():
        raise NotFoundError("file or folder", str(path))
    try:
        found = sorted(_records(path, url), key=lambda moment: moment.at)
    except (ArchiveLoadFailed, ValueError, OSError) as error:
        raise PresswatchError(f"{path}: this WARC cannot be read: {error}") from error
    if not found:
        raise NotFoundError("capture", url, hint=f"{path} holds none of that address")
    return found


def _records(path: Path, url: str) -> Iterator[Moment]:
    """Complete answers (ISO 28500 ``response`` and ``resource`` records) of ``url``."""
    from warcio.archiveiterator import ArchiveIterator

    wanted = canonicalize_url(url)
    with path.open("rb") as file:
        for record in ArchiveIterator(file):
            target = record.rec_headers.get_header("WARC-Target-URI") or ""
            if record.rec_type not in ("response", "resource") or canonicalize_url(target.strip("<>")) != wanted:
                continue
            http: Any = record.http_headers
            if http is not None and http.get_statuscode() != "200":
                continue
            stamp = record.rec_headers.get_header("WARC-Date") or ""
            content_type = (http or record.rec_headers).get_header("Content-Type")
            body = record.content_stream().read(MAX_BYTES)
            at = datetime.fromisoformat(stamp)
            yield Moment(stamp, at, Page(url, 200, body, content_type))


async def _fetch_nothing(request: Request) -> Response:
    raise RuntimeError(f"{request.url}: a replay fetches nothing")


async def replay(
    store: Store,
    moments: Sequence[Moment],
    *,
    extractor: Extractor,
    listener: ChangeListener,
    cadence: CadencePolicy,
    options: CheckOptions,
) -> AsyncIterator[Replayed]:
    """Check ``moments`` one after the other, each under its own clock, as a source of their own in ``store``, which is
    closed at the end. Nothing is fetched."""
    thread = StoreThread(store)
    now = moments[0].at
    checker = Checker(
        store=thread,
        download=_fetch_nothing,
        extractor=extractor,
        robots=MemoryRobots(),
        listener=listener,
        cadence=cadence,
        options=replace(options, gap_pages=0),
        clock=lambda: now,
    )
    try:
        source_id = await thread.write(lambda opened: _adopt(opened, moments[0]))
        for moment in moments:
            now = moment.at
            job = await thread.write(
                lambda opened: lease_source(opened.conn, source_id, checker.holder, timedelta(0), checker.clock(), None)
            )
            if not isinstance(job, SourceJob):
                raise PresswatchError(f"{store.path}: another process is looking at this source")
            yield Replayed(moment, await checker.check(job, moment.page))
    finally:
        thread.close()


def _adopt(store: Store, first: Moment) -> int:
    url = first.page.url
    key = f"replay-{canonicalize_url(url)}"
    return adopt(store.conn, url, origin="file", slug="replay", name=url, key=key, now=first.at)
