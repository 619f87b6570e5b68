"""Dates as people print them, in every language that CLDR knows; and as machines write them.

Pure: ``now`` is an argument. A date is never invented: what is not shown (a day, a time, an offset) stays ``None``.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from scraper.dates.candidate import DateOrder, aware, is_future
from scraper.dates.library import parse_by_library
from scraper.dates.machine import parse_iso
from scraper.dates.order import decide_order
from scraper.dates.scan import DateHit, find_dates
from scraper.dates.tokens import tokenize, uniform
from scraper.types import Published

__all__ = ["DateHit", "DateOrder", "decide_order", "find_dates", "parse_date", "parse_iso"]

_LONGEST = 160
_MOST_OTHER_WORDS = 5
_COMPACT = re.compile(r"(?:19|20)[0-9]{6}")
_YEAR_MONTH = re.compile(r"(?:19|20)[0-9]{2}-(?:0[1-9]|1[0-2])")
_AGE = re.compile(r"([0-9]{1,2}) ?(h|hr|hrs|min|mins|d) ?")


def parse_date(
    text: str, *, now: datetime, languages: Sequence[str] = (), order: DateOrder | None = None
) -> Published | None:
    """The date of a string that is (nearly only) a date: up to five other words may stand beside it.

    Own scan first; a string with a year that it cannot read goes to dateparser, bounded and cached. ``None`` for a
    string that is no date, or one more than a day ahead of ``now``. Never raises.
    """
    raw = text.strip()
    if not raw or len(raw) > _LONGEST:
        return None
    hits = find_dates(raw, now=now, languages=languages, order=order)
    if hits:
        first = hits[0]
        rest = raw[: first.start] + " " + raw[first.end :]
        others = sum(1 for token in tokenize(uniform(rest), 0, len(rest)) if token.number < 0)
        return first.published if others <= _MOST_OTHER_WORDS else None
    plain = uniform(raw)
    if _COMPACT.fullmatch(plain) or _YEAR_MONTH.fullmatch(plain):
        found = parse_iso(plain)
        return found if found and not (found.on and is_future(found.on, aware(now))) else None
    if age := _AGE.fullmatch(plain.lower()):
        unit = {"h": "hours", "m": "minutes", "d": "days"}[age[2][0]]
        hits = find_dates(f"{age[1]} {unit} ago", now=now)
        return replace(hits[0].published, raw=raw) if hits else None
    return parse_by_library(raw, now=aware(now), languages=tuple(languages), order=order)
