"""Validators and compression as common web servers do them (RFC 9110, sections 8.8, 12.5.3 and 13)."""

from __future__ import annotations

import gzip
import hashlib
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime

from presswatch.fixture_site.server import Answer, Request

GZIP_FROM = 256


def answer_document(
    request: Request, body: bytes, content_type: str, *, modified: datetime | None = None, status: int = 200
) -> Answer:
    """A document with its validators: 304 if the client has it, compressed if it accepts that.

    Only 200 carries validators. ``modified`` is an aware instant; without it there is only an ETag.
    """
    headers: list[tuple[str, str]] = [("Content-Type", content_type), ("Vary", "Accept-Encoding")]
    compress = len(body) >= GZIP_FROM and "gzip" in request.headers.get("accept-encoding", "").lower()
    if status == 200:
        etag = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
        validators = [("ETag", f"W/{etag}" if compress else etag), ("Cache-Control", "no-cache")]
        if modified is not None:
            validators.append(("Last-Modified", format_datetime(modified.astimezone(UTC), usegmt=True)))
        if _has_it(request, etag, modified):
            return Answer(304, b"", (*validators, ("Vary", "Accept-Encoding")))
        headers += validators
    if compress:
        headers.append(("Content-Encoding", "gzip"))
        body = gzip.compress(body, compresslevel=6, mtime=0)
    return Answer(status, body, tuple(headers))


def _has_it(request: Request, etag: str, modified: datetime | None) -> bool:
    """If-None-Match decides alone where it is given, by weak comparison; else If-Modified-Since (RFC 9110 13.2.2)."""
    if (named := request.headers.get("if-none-match")) is not None:
        return named.strip() == "*" or etag in {one.strip().removeprefix("W/") for one in named.split(",")}
    since = request.headers.get("if-modified-since")
    if since is None or modified is None:
        return False
    try:
        return modified.replace(microsecond=0) <= parsedate_to_datetime(since)
    except (TypeError, ValueError):  # not a date, or one without an offset: as if it were not there
        return False
