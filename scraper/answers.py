"""What an HTTP answer means: a redirect, a whole page, "not modified", or a failure. Pure but for Scrapy's types."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from scrapy.http import Response

from scraper.decompress import decompress, split_encodings, unpack_file
from scraper.errors import FetchError
from scraper.http_dates import parse_retry_after
from scraper.types import Page, Validators
from scraper.urls import resolve_url
from scraper.walls import STATUSES, is_wall

_REDIRECTS: Final = frozenset({301, 302, 303, 307, 308})
_WHOLE: Final = frozenset({200, 203, 204, 205})
_LONGEST_VALIDATOR: Final = 1_000
_SENDABLE: Final = re.compile(r"[\x20-\x7e\x80-\xff]+")
"""What a header may hold (RFC 9110 5.5). A validator with anything else in it could never be sent back, and would make
every later request fail."""


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says (304) that what the validators stand for is still current. ``validators`` are the ones to keep:
    those sent, refreshed by what the answer names."""

    url: str
    validators: Validators
    redirects: tuple[str, ...] = ()
    headers: dict[str, str] = field(default_factory=dict)


def not_modified_unasked(url: str) -> FetchError:
    """The error of an answer that stands for one that we never had."""
    return FetchError("not_modified_unasked", "answered 'not modified' (304)", url=url, status=304)


def whole_page(answer: Page | NotModified, url: str) -> Page:
    """``answer``, where nothing but a page will do. Raises :class:`FetchError`."""
    if isinstance(answer, NotModified):
        raise not_modified_unasked(url)
    return answer


def redirect_target(url: str, response: Response) -> str | None:
    """Where the answer points, ``None`` if it is no redirect. The fragment is dropped: it is never sent."""
    if response.status not in _REDIRECTS:
        return None
    places = {_utf8(value) for value in response.headers.getlist("Location")}
    if len(places) != 1:
        found = "more than one Location" if places else "no Location"
        raise FetchError("redirect", f"status {response.status} with {found}", url=url, status=response.status)
    place = places.pop()
    target = resolve_url(url, place)
    if target is None:
        shown = place[:200]
        raise FetchError(
            "redirect", f"redirected to {shown!r}, which is no http(s) address", url=url, status=response.status
        )
    return target.partition("#")[0]


def read_answer(
    url: str,
    response: Response,
    *,
    sent: Validators | None,
    redirects: tuple[str, ...],
    now: datetime,
    body_bytes: int,
    retry_cap: timedelta,
) -> Page | NotModified:
    """The page that ``response`` carries, or that there is nothing new.

    ``sent`` are the validators of this very request, ``None`` if it was unconditional; ``redirects`` the URLs that led
    to ``url``. Raises :class:`FetchError` for every answer that does not carry one whole page.
    """
    if response.status == 304:
        return _not_modified(url, sent, response, redirects)
    _refuse_status(url, response, now, retry_cap, body_bytes)
    content_type = _header(response, "Content-Type")
    encodings = _encodings(response)
    body = b"" if response.status in (204, 205) else response.body  # these have none, whatever was sent
    body = decompress(body, encodings, limit=body_bytes, url=url)
    return Page(
        url=url,
        status=response.status,
        body=unpack_file(body, content_type, limit=body_bytes, url=url),
        content_type=content_type,
        validators=_validators(url, response),
        redirects=redirects,
        headers=_all_headers(response),
    )


def _not_modified(url: str, sent: Validators | None, response: Response, redirects: tuple[str, ...]) -> NotModified:
    if sent is None:
        raise FetchError(
            "not_modified_unasked", "answered 'not modified' (304) to an unconditional request", url=url, status=304
        )
    kept, said = sent, _validators(url, response)
    if said is not None:
        kept = replace(kept, etag=said.etag or kept.etag, last_modified=said.last_modified or kept.last_modified)
    return NotModified(url=url, validators=kept, redirects=redirects, headers=_all_headers(response))


def _encodings(response: Response) -> list[str]:
    return [name for value in response.headers.getlist("Content-Encoding") for name in split_encodings(_text(value))]


def _shown_body(url: str, response: Response, body_bytes: int) -> bytes:
    """The body of a refusal, decompressed; empty if it is of a kind that cannot be read."""
    if response.status not in STATUSES:
        return b""
    try:
        return decompress(response.body, _encodings(response), limit=body_bytes, url=url)
    except FetchError:
        return b""


def _refuse_status(url: str, response: Response, now: datetime, retry_cap: timedelta, body_bytes: int) -> None:
    """Raise for every status that does not carry the whole page."""
    status = response.status
    if status in _WHOLE:
        return
    if is_wall(status, _all_headers(response), _shown_body(url, response, body_bytes)):
        reason = "blocked"
    elif status == 429:
        reason = "rate_limited"
    elif status >= 400:
        reason = "http_5xx" if 500 <= status < 600 else "http_4xx"
    elif status >= 300:
        reason = "redirect"
    else:
        reason = "incomplete"
    later = parse_retry_after(_header(response, "Retry-After"), now=now, cap=retry_cap) if status >= 400 else None
    wall = " and a bot wall" if reason == "blocked" else ""
    wait = f", asks to wait until {later:%Y-%m-%d %H:%M:%S} UTC" if later else ""
    raise FetchError(reason, f"answered with status {status}{wall}{wait}", url=url, status=status, not_before=later)


def _validators(url: str, response: Response) -> Validators | None:
    etag, modified = _header(response, "ETag"), _header(response, "Last-Modified")
    found = Validators(
        url=url,
        etag=etag if etag and len(etag) <= _LONGEST_VALIDATOR and _SENDABLE.fullmatch(etag) else None,
        last_modified=modified if modified and len(modified) <= 64 and _SENDABLE.fullmatch(modified) else None,
    )
    return found or None


def _all_headers(response: Response) -> dict[str, str]:
    """By lower-case name. Cookies are left out: they are nobody's business here, and headers may be stored."""
    return {
        name.decode("latin-1").lower(): ", ".join(_text(value) for value in response.headers.getlist(name))
        for name in response.headers
        if name.lower() != b"set-cookie"
    }


def _header(response: Response, name: str) -> str | None:
    value = response.headers.get(name)
    return _text(value).strip() if value else None


def _text(value: bytes) -> str:
    return value.decode("latin-1")  # keeps every byte, so that an ETag goes back as it came


def _utf8(value: bytes) -> str:
    """Browsers read a Location as UTF-8, and servers rely on it."""
    try:
        return value.decode("utf-8")
    except UnicodeDecodeError:
        return value.decode("latin-1")
