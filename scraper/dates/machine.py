"""Machine-written dates: ISO 8601 / RFC 3339 profiles, RFC 822/2822/5322 (feeds), epoch seconds."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone
from email.utils import parsedate_tz

from scraper.dates.candidate import calendar_date
from scraper.dates.tokens import uniform
from scraper.types import Precision, Published

_ISO = re.compile(
    r"(?P<y>[0-9]{4})(?:-?(?P<m>[0-9]{2})(?:-?(?P<d>[0-9]{2})"
    r"(?:[Tt ]{1,2}(?P<h>[0-9]{2}):?(?P<mi>[0-9]{2})(?::?(?P<s>[0-9]{2})(?:[.,][0-9]{1,12})?)?"
    r"[ ]?(?P<zone>[Zz]|UTC|GMT|[+-][0-9]{2}(?::?[0-9]{2})?)?(?:\[[\w/+-]{1,40}\])?)?)?)?"
)
_EPOCH = re.compile(r"[0-9]{10}(?:[0-9]{3})?")
_LONGEST = 80
_LARGEST_OFFSET = 15 * 60
"""Minutes."""


def parse_iso(text: str) -> Published | None:
    """A machine value (``<time datetime>``, JSON-LD, a feed's date) as a date; ``None`` for anything else.

    ``on`` is the day as printed, in its own offset; ``at`` is given where an offset is printed. "-0000" (RFC 5322)
    means that the offset is unknown. A month or a year alone keeps its precision and has no day. Never raises.
    """
    raw = text.strip()
    if not raw or len(raw) > _LONGEST:
        return None
    plain = uniform(raw)
    if match := _ISO.fullmatch(plain):
        return _from_iso(match, raw)
    if _EPOCH.fullmatch(plain):
        return _from_epoch(int(plain[:10]), raw)
    return _from_mail(plain, raw)


def _from_iso(match: re.Match[str], raw: str) -> Published | None:
    year, month, day = int(match["y"]), int(match["m"] or 1), int(match["d"] or 1)
    on = calendar_date(year, month, day)
    if on is None:
        return None
    if match["d"] is None:
        if match["m"] and "-" not in raw:
            return None  # six digits are no month of a year
        return Published(raw, "machine", Precision.MONTH if match["m"] else Precision.YEAR)
    if match["h"] is None:
        return Published(raw, "machine", Precision.DAY, on)
    hour, minute, second = int(match["h"]), int(match["mi"]), int(match["s"]) if match["s"] else None
    return with_time(raw, "machine", on, hour, minute, second, _zone_minutes(match["zone"]))


def _zone_minutes(zone: str | None) -> int | None:
    if not zone:
        return None
    if zone[0] not in "+-":
        return 0
    digits = zone[1:].replace(":", "").ljust(4, "0")
    minutes = int(digits[:2]) * 60 + int(digits[2:])
    return (-minutes if zone[0] == "-" else minutes) if minutes <= _LARGEST_OFFSET else None


def with_time(
    raw: str, method: str, on: date, hour: int, minute: int, second: int | None, offset: int | None
) -> Published:
    """A date with its time of day; the instant too where the offset (minutes) is known. A time that no clock shows
    leaves the day alone."""
    if hour > 23 or minute > 59 or (second or 0) > 60:
        return Published(raw, method, Precision.DAY, on)
    second = min(second, 59) if second is not None else None  # leap seconds
    local = f"{hour:02}:{minute:02}" + (f":{second:02}" if second is not None else "")
    precision = Precision.MINUTE if second is None else Precision.SECOND
    at = None
    if offset is not None and abs(offset) > _LARGEST_OFFSET:
        offset = None  # no clock on earth
    if offset is not None:
        zone = timezone(timedelta(minutes=offset))
        at = datetime(on.year, on.month, on.day, hour, minute, second or 0, tzinfo=zone).astimezone(UTC)
    return Published(raw, method, precision, on, at, offset, local)


def _from_epoch(seconds: int, raw: str) -> Published | None:
    at = datetime.fromtimestamp(seconds, tz=UTC)
    return Published(raw, "machine", Precision.SECOND, at.date(), at, 0, at.strftime("%H:%M:%S"))


def _from_mail(plain: str, raw: str) -> Published | None:
    try:
        parsed = parsedate_tz(plain)
    except (ValueError, IndexError, TypeError, OverflowError):
        return None  # the standard parser is known to trip over odd input
    if parsed is None or not re.search(r"[A-Za-z]{3}", plain):
        return None
    year, month, day, hour, minute, second = parsed[:6]
    on = calendar_date(year, month, day)
    if on is None:
        return None
    if not re.search(r"[0-9]:[0-9]", plain):
        return Published(raw, "machine", Precision.DAY, on)
    offset = None if plain.endswith("-0000") else parsed[9]
    shown = second if re.search(r":[0-9]+:[0-9]", plain) else None
    return with_time(raw, "machine", on, hour, minute, shown, None if offset is None else int(offset // 60))
