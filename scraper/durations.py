"""Lengths of time as people write them in the configuration (``90s``, ``30m``, ``6h``, ``1d12h``) and as they are
told to people. Pure."""

from __future__ import annotations

import re
from datetime import timedelta

LONGEST = timedelta(days=3660)
_UNITS = (
    ("w", timedelta(weeks=1)),
    ("d", timedelta(days=1)),
    ("h", timedelta(hours=1)),
    ("m", timedelta(minutes=1)),
    ("s", timedelta(seconds=1)),
    ("ms", timedelta(milliseconds=1)),
)
PATTERN = "^" + "".join(rf"(?:([0-9]{{1,9}}){unit})?" for unit, _ in _UNITS) + "$"
"""Matches a duration, and the empty text as well. Also a JSON Schema (ECMA 262) pattern, beside a minLength."""
_DURATION = re.compile(PATTERN.removesuffix("$") + r"\Z")


def parse_duration(text: str) -> timedelta:
    """``"1h30m"`` as a length of time. Units ``w d h m s ms``, each at most once, the longer first; at most ten years.

    Raises :class:`ValueError` with a sentence that says what to write instead.
    """
    found = _DURATION.match(text)
    if not text or found is None:
        raise ValueError(
            f"{_shown(text)} is no length of time; write a number and a unit, such as 90s, 30m, 6h, 1d or 1h30m"
        )
    total = timedelta()
    for digits, (_, unit) in zip(found.groups(), _UNITS, strict=True):
        count = int(digits or 0)
        if count > LONGEST / unit:
            raise ValueError(f"{_shown(text)} is too long; ten years is the most")
        total += count * unit
    if total > LONGEST:
        raise ValueError(f"{_shown(text)} is too long; ten years is the most")
    return total


def render_duration(length: timedelta) -> str:
    """The shortest text that :func:`parse_duration` reads back as ``length``, which is not negative; parts of a
    millisecond are dropped. Weeks are written as days."""
    rest = length
    parts: list[str] = []
    for name, unit in _UNITS[1:]:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{name}")
    return "".join(parts) or "0s"


def spoken(length: timedelta) -> str:
    """A length in its two largest units, whole seconds: ``30m``, ``1h 30m``, ``2s``."""
    rest = timedelta(seconds=round(length.total_seconds()))
    parts: list[str] = []
    for name, unit in _UNITS[1:-1]:
        count, rest = divmod(rest, unit)
        if count:
            parts.append(f"{count}{name}")
    return " ".join(parts[:2]) or "0s"


def span(length: timedelta) -> str:
    """A length in its largest fitting unit, rounded: ``45 s``, ``12 min``, ``3 h``, ``5 d``."""
    count, unit = _coarse(length)
    return f"{count} {unit}"


def span_in_words(length: timedelta) -> str:
    """The same as words: ``45 seconds``, ``3 hours``."""
    count, unit = _coarse(length)
    name = {"d": "day", "h": "hour", "min": "minute", "s": "second"}[unit]
    return f"{count} {name}" + ("" if count == 1 else "s")


def distance(away: timedelta) -> str:
    """How far off a moment is: ``3 min ago``, ``in 2 h``, ``now``."""
    length = span(abs(away))
    if length == "0 s":
        return "now"
    return f"in {length}" if away > timedelta(0) else f"{length} ago"


def _coarse(length: timedelta) -> tuple[int, str]:
    seconds = length.total_seconds()
    for unit, size, least in (("d", 86_400, 172_800), ("h", 3600, 7200), ("min", 60, 90)):
        if seconds >= least:
            return round(seconds / size), unit
    return round(seconds), "s"


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
