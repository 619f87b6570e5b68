"""What a feed says of when it wants to be read: ``ttl``, ``skipHours``, ``skipDays`` (RSS 2.0), and the syndication
module (``sy:updatePeriod``, ``sy:updateFrequency``; RSS 1.0)."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from lxml import etree

from scraper.extract.feed_xml import children, text_of
from scraper.types import FeedHints

_DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
_PERIODS = {
    "hourly": timedelta(hours=1),
    "daily": timedelta(days=1),
    "weekly": timedelta(days=7),
    "monthly": timedelta(days=30),
    "yearly": timedelta(days=365),
}
_PRESET = timedelta(hours=1)
"""``hourly``, once: WordPress writes it into every feed, so that nobody has said it."""
_LONGEST = timedelta(days=365)
_MOST_DIGITS = 7
_NOTABLE = 60
"""Children of a list that are looked at: there are 24 hours and 7 days."""


def hints_of_feed(root: etree._Element) -> FeedHints | None:
    """What an RSS feed says; ``None`` if that is nothing, or nonsense. Elements of Atom are not defined for it, but are
    read alike. All hours or all days together, which would mean never, count as nothing."""
    channel = next((child for _, name, child in children(root) if name == "channel"), root)
    found = {name: child for _, name, child in children(channel) if name in _NAMES}
    ttl = _number(found.get("ttl")) or 0
    waits = [timedelta(minutes=ttl), _update_wait(found)]
    hours = {_number(child) for child in _listed(found.get("skiphours"), "hour")}
    days = {_word(child) for child in _listed(found.get("skipdays"), "day")}
    skip_hours = tuple(sorted({hour % 24 for hour in hours if hour is not None and hour <= 24}))
    skip_days = tuple(place for place, day in enumerate(_DAYS) if day in days)
    hints = FeedHints(
        wait=min(max(waits), _LONGEST) or None,
        skip_hours=skip_hours if len(skip_hours) < 24 else (),
        skip_days=skip_days if len(skip_days) < 7 else (),
    )
    return hints or None


_NAMES = frozenset(("ttl", "skiphours", "skipdays", "updateperiod", "updatefrequency"))


def _update_wait(found: dict[str, etree._Element]) -> timedelta:
    """A period without a frequency is once; a frequency without a period is a day's."""
    if "updateperiod" not in found and "updatefrequency" not in found:
        return timedelta(0)
    period = _PERIODS.get(_word(found["updateperiod"])) if "updateperiod" in found else _PERIODS["daily"]
    times = _number(found["updatefrequency"]) if "updatefrequency" in found else 1
    if period is None or not times:
        return timedelta(0)
    wait = period / times
    return wait if wait != _PRESET else timedelta(0)


def _listed(parent: etree._Element | None, name: str) -> Iterable[etree._Element]:
    if parent is None:
        return []
    return [child for _, local, child in children(parent) if local == name][:_NOTABLE]


def _word(element: etree._Element) -> str:
    return text_of(element)[:100].strip().lower()


def _number(element: etree._Element | None) -> int | None:
    text = _word(element) if element is not None else ""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None
