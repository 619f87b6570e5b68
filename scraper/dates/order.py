"""One day/month order per column: what its values force, then how they run, then language and site."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from itertools import pairwise
from urllib.parse import urlsplit

from scraper.dates.candidate import DateOrder, calendar_date
from scraper.dates.names import load_names
from scraper.dates.tokens import uniform

_TRIPLE = re.compile(
    r"(?<![0-9.,:/-])([0-9]{4}|[0-9]{1,2})[ ]?([-/.])[ ]?([0-9]{1,2})[ ]?\2[ ]?([0-9]{4}|[0-9]{1,2})(?![0-9])"
)
_MONTH_FIRST_SITES = frozenset(("us", "gov", "mil", "edu"))
_DAY_FIRST_SITES = frozenset("uk au nz ie in za ng ke pk lk sg my eu int".split())


@lru_cache(maxsize=512)
def language_order(languages: tuple[str, ...]) -> DateOrder | None:
    """The custom of the first language (``en``, ``en-GB``) that CLDR knows; ``None`` where none is given."""
    orders = load_names().orders
    for language in languages:
        parts = language.replace("-", "_").split("_")
        names = [parts[0].lower()]
        if len(parts) > 1:
            names = [f"{names[0]}_{part.upper() if len(part) == 2 else part.title()}" for part in parts[1:]] + names
        for name in names:
            if name in orders:
                return orders[name]  # type: ignore[return-value]
    return None


def decide_order(texts: Sequence[str], *, language: str | None = None, url: str | None = None) -> DateOrder:
    """The order of a column of date texts (at most the first 500 count).

    A value over 12 decides; else the order under which the column runs steadily in one direction while under the
    other it jumps; else the language's custom, for English by separator and top-level domain. Never raises.
    """
    triples = [triple for text in texts[:500] for triple in _triples(text)]
    if any(len(first) == 4 for first, _, _, _ in triples):
        return "YMD"
    forced = _forced(triples)
    if forced:
        return forced
    custom = _custom(triples, language, url)
    return _steadier(triples, custom) or custom


def _triples(text: str) -> list[tuple[str, str, str, str]]:
    return [(m[1], m[3], m[4], m[2]) for m in _TRIPLE.finditer(uniform(text[:500]))]


def _forced(triples: Sequence[tuple[str, str, str, str]]) -> DateOrder | None:
    votes: dict[DateOrder, int] = {"DMY": 0, "MDY": 0, "YMD": 0}
    for first, second, third, _ in triples:
        a, b, c = int(first), int(second), int(third)
        if a > 31 and b <= 12 and c <= 31:
            votes["YMD"] += 1
        elif 12 < a <= 31 and b <= 12:
            votes["DMY"] += 1
        elif a <= 12 < b <= 31:
            votes["MDY"] += 1
    best = max(votes, key=lambda order: votes[order])
    return best if votes[best] > 0 else None


def _steadier(triples: Sequence[tuple[str, str, str, str]], custom: DateOrder) -> DateOrder | None:
    if len(triples) < 4 or custom == "YMD":
        return None
    turns: dict[DateOrder, float] = {}
    for order in ("DMY", "MDY"):
        dates = [on for triple in triples if (on := _read(triple, order))]
        turns[order] = _turns(dates)
    other: DateOrder = "MDY" if custom == "DMY" else "DMY"
    return other if turns[other] == 0 < turns[custom] and turns[custom] >= 2 else None


def _read(triple: tuple[str, str, str, str], order: str) -> date | None:
    first, second, year = int(triple[0]), int(triple[1]), int(triple[2])
    day, month = (first, second) if order == "DMY" else (second, first)
    return calendar_date(year if year > 99 else 2000 + year, month, day)


def _turns(dates: Sequence[date]) -> int:
    """How often the column turns back on itself; 0 for one that only falls or only rises."""
    steps = [(b > a) - (b < a) for a, b in pairwise(dates)]
    moves = [step for step in steps if step]
    return sum(1 for a, b in pairwise(moves) if a != b)


def _custom(triples: Sequence[tuple[str, str, str, str]], language: str | None, url: str | None) -> DateOrder:
    base = (language or "").replace("_", "-").split("-")[0].lower()
    custom = language_order((language,)) if language else None
    if custom == "YMD":
        custom = "YMD" if any(len(third) == 2 for _, _, third, _ in triples) else "DMY"
    domain = _top_level(url)
    if base in ("", "en") and not (language and len(language) > 2 and custom == "DMY"):
        if domain in _MONTH_FIRST_SITES:
            return "MDY"
        separators = {separator for *_, separator in triples}
        if domain in _DAY_FIRST_SITES or (len(domain) == 2 and domain not in ("us", "ph", "io", "co", "tv", "me")):
            return "DMY"
        return "MDY" if separators == {"/"} and base == "en" else "DMY"
    return custom or "DMY"


def _top_level(url: str | None) -> str:
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        return ""
    last = host.rstrip(".").rpartition(".")[2].lower()
    return "" if last.isdigit() else last
