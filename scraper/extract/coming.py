"""Days of coming events that print no year: "24 Nov" seen on 20 November is four days ahead, not a year ago.

A single one may be either. Where several follow each other, each within the next three months and (nearly) none before
the one above it, they are a programme, not news from nearly a year ago.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date, timedelta
from itertools import pairwise

from scraper.dates.tokens import uniform
from scraper.types import Published

SOON = 92
"""Days ahead that a programme reaches."""
LEAST = 3
"""Days that make one."""
STEADY = 10
"""Steps forward for each step back."""

_CLOCK = re.compile(r"\d{1,2}\s?[:.hH]\s?\d\d(?::\d\d)?")
_NUMBERS = re.compile(r"\d+")
_FULL_YEAR = re.compile(r"\d{4}|['’]\d\d")
_PAIR = re.compile(r"\d{1,2}\s?[./-]\s?\d{1,2}[./]?")


def coming(days: Iterable[tuple[int, int, Published]], today: date) -> set[int]:
    """The nodes of days that are ahead, of (node, place on the page, day) in document order."""
    found: set[int] = set()
    runs: dict[int, list[tuple[int, date]]] = {}
    for node, place, published in days:
        run = runs.setdefault(place, [])
        on = published.on
        if on is not None and _is_soon(on, today) and lacks_year(published):
            run.append((node, on))
        elif run:
            found |= _programme(run)
            run.clear()
    return found.union(*map(_programme, runs.values()))


def _programme(run: list[tuple[int, date]]) -> set[int]:
    days = [on for _, on in run]
    later = sum(a < b for a, b in pairwise(days))
    earlier = sum(a > b for a, b in pairwise(days))
    return {node for node, _ in run} if later >= LEAST - 1 and earlier * STEADY <= later else set()


def _is_soon(on: date, today: date) -> bool:
    """Whether the same day of a year later is ahead, and not far."""
    return today < on + timedelta(days=365) <= today + timedelta(days=SOON)


def lacks_year(p: Published) -> bool:
    """Whether a day is printed with its month alone ("13 March", "11月18日", "18.11.")."""
    if p.on is None or p.method != "text":
        return False
    raw = uniform(p.raw)
    if _FULL_YEAR.search(raw) or "年" in raw or "년" in raw:
        return False
    numbers = len(_NUMBERS.findall(_CLOCK.sub("", raw)))
    return numbers == (2 if "月" in raw or "월" in raw else 1) or _PAIR.fullmatch(raw) is not None
