"""How long an answer is good as a copy (RFC 9111 4.2), as a private cache sees it. Pure."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta

from scraper.http_dates import parse_http_date

LONGEST = timedelta(days=1)
"""What is said to be good for longer counts as good for so long."""
_LONGEST_HEADER = 1_000
_MAX_AGE = re.compile(r"""(?:^|[\s,])max-age\s*=\s*"?([^\s,"]*)""")
_NOT_KEPT = re.compile(r"(?:^|[\s,])no-(?:cache|store)(?:$|[\s,;])")
"""``no-cache`` for single fields (``no-cache="set-cookie"``) leaves the answer as it is."""
_MOST_DIGITS = 9


def fresh_until(headers: Mapping[str, str], now: datetime) -> datetime | None:
    """Until when asking again may give the same copy; ``headers`` by lower-case name, of an answer that came ``now``.

    ``None`` where the server says nothing, or that the answer is stale at once, or nonsense. ``max-age`` goes before
    ``Expires``, which is taken by the server's own clock (``Date``); of several the shortest counts. What was spent in
    caches (``Age``) is over. ``s-maxage`` is for shared caches, which publishers empty when they publish: left out.
    """
    control = headers.get("cache-control", "")[:_LONGEST_HEADER].lower()
    if _NOT_KEPT.search(control):
        return None
    ages = _MAX_AGE.findall(control)
    lifetime = min(map(_seconds, ages)) if ages else _until_expiry(headers, now)
    left = min(lifetime, LONGEST) - _seconds(headers.get("age", ""))
    return now + left if left > timedelta(0) else None


def _until_expiry(headers: Mapping[str, str], now: datetime) -> timedelta:
    expires = parse_http_date(headers.get("expires", ""))
    if expires is None:
        return timedelta(0)
    return expires - (parse_http_date(headers.get("date", "")) or now)


def _seconds(text: str) -> timedelta:
    """Nonsense counts as nothing: no bound is made of it."""
    text = text.strip()
    if not (text.isascii() and text.isdigit()):
        return timedelta(0)
    return timedelta(seconds=int(text)) if len(text) <= _MOST_DIGITS else LONGEST
