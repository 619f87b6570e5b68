"""Lengths of time as people write them in the configuration: ``90s``, ``30m``, ``6h``, ``1d12h``."""

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


def _shown(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:39] + "…")
