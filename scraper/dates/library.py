"""The last resort for date strings that the own scan cannot read: dateparser, bounded and cached."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from functools import lru_cache

from scraper.dates.candidate import DateOrder, calendar_date, is_future
from scraper.types import Precision, Published

_LONGEST = 40
_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_NUMBER = re.compile(r"\d+")


def parse_by_library(
    text: str, *, now: datetime, languages: Sequence[str], order: DateOrder | None
) -> Published | None:
    """A short string with a year, a day and a word, as dateparser reads it in the page's language; ``None`` otherwise
    or in doubt. Without a language it would try two hundred (a second of CPU) and the own scan knows their names."""
    if not languages or len(text) > _LONGEST or not _YEAR.search(text) or not _LETTERS.search(text):
        return None
    if not 2 <= len(_NUMBER.findall(text)) <= 3:
        return None
    base = now.replace(hour=12, minute=0, second=0, microsecond=0, tzinfo=None)
    found = _parse(text, tuple(languages), order, base)
    if found is None or (on := calendar_date(*found)) is None or is_future(on, now):
        return None
    printed = {int(number) for number in _NUMBER.findall(text)}
    if on.year not in printed or on.day not in printed:
        return None  # it fills what it does not find from today
    return Published(text, "text", Precision.DAY, on)


@lru_cache(maxsize=4096)
def _parse(
    text: str, languages: tuple[str, ...], order: DateOrder | None, base: datetime
) -> tuple[int, int, int] | None:
    from dateparser.date import DateDataParser

    settings = {"REQUIRE_PARTS": ["year", "month", "day"], "RELATIVE_BASE": base, "PREFER_DATES_FROM": "past"}
    if order:
        settings["DATE_ORDER"] = order
    bases = [language.replace("_", "-").split("-")[0].lower() for language in languages]
    try:
        parser = DateDataParser(languages=bases, settings=settings)
        found = parser.get_date_data(text).date_obj
    except (ValueError, TypeError, KeyError, OverflowError, AttributeError, RecursionError):
        return None  # unknown language, or one of its grammars tripping over the string
    return (found.year, found.month, found.day) if found else None
