"""Times in HTTP headers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

RETRY_AFTER_CAP = timedelta(hours=24)
"""The longest wait that a server may ask for; a site that says "in a year" is asked again tomorrow."""


def parse_http_date(text: str) -> datetime | None:
    """An HTTP-date (RFC 9110 5.6.7, obsolete forms too) as an aware UTC instant; ``None`` if it is none."""
    if len(text) > 64:
        return None
    try:
        found = parsedate_to_datetime(text.strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, IndexError, TypeError):
        return None


def parse_retry_after(text: str | None, *, now: datetime, cap: timedelta = RETRY_AFTER_CAP) -> datetime | None:
    """When to come back (RFC 9110 10.2.3: seconds or a date), at most ``cap`` from ``now``.

    ``None`` where there is no such header, or it makes no sense, or it lies in the past.
    """
    text = (text or "").strip()
    if text.isascii() and text.isdigit():
        seconds = int(text) if len(text) <= 9 else 10**9
        return now + min(timedelta(seconds=seconds), cap) if seconds else None
    when = parse_http_date(text) if text else None
    if when is None or when <= now:
        return None
    return min(when, now + cap)
