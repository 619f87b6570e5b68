"""Whether a page is believed to be the list that is known, by what it shows. Pure."""

from __future__ import annotations

import re
import statistics
from collections.abc import Sequence

from scraper.ages import day_of, numbered, numbers_of
from scraper.text import fold_text
from scraper.types import KnownItem, Match
from scraper.urls import canonicalize_url

_SAMPLE = re.compile(
    r"(?:lorem ipsum|dolor sit amet|consectetur adipiscing)\b|"
    r"(?:hello,? world|hallo,? welt|(?:sample|test|dummy|placeholder|untitled|platzhalter|beispiel)[ -]?"
    r"(?:post|article|page|title|text|item|entry|news|beitrag|artikel|seite|titel)?)[\s\d#!.:-]*$"
)
"""What stands where a site tries out its templates."""
_LEAST_SAMPLES = 3


def doubt_of(
    matches: Sequence[Match], listed: Sequence[KnownItem], *, few_known: float, shrunk_below: float, strange: str | None
) -> tuple[str, str] | None:
    """Why a page is not, or only partly, believed: a class of doubt and a sentence; ``None`` if it is. The shares are
    those of :class:`scraper.diff.Policy`; ``strange`` says what of the page speaks against items that are not known."""
    seen = {match.known.item_id for match in matches if match.known}
    unseen = [match for match in matches if match.known is None]
    stayed = sum(one.item_id in seen for one in listed)
    few = not seen or (len(unseen) >= 5 and len(seen) < few_known * len(matches))
    samples = sum(bool(_SAMPLE.match(fold_text(match.data.title))) for match in unseen) if few else 0
    if samples >= max(_LEAST_SAMPLES, len(unseen) / 2):
        return "layout_changed", f"none of the items that were listed is left, and {samples} look like samples"
    if few and len(listed) >= 3 and (strange or not _fits(unseen, listed)):
        shares = f"{len(seen) or 'none'} of the page's {len(matches)} items are known ({len(listed)} were listed)"
        return "layout_changed", f"{shares}, and the others {strange or 'do not fit them'}"
    if len(matches) < shrunk_below * len(listed) and len(listed) - stayed >= 3:
        return "shrunk", f"the page shows {len(matches)} items; it showed {len(listed)} before"
    return None


def _fits(unseen: Sequence[Match], listed: Sequence[KnownItem]) -> bool:
    """Whether items, none of them known, are the same list later: newer dates, or, undated, addresses of the shape
    that the known ones have, and if these are numbered, higher numbers."""
    new_days = [day for match in unseen if (day := day_of(match.data))]
    old_days = sorted(day for one in listed if (day := day_of(one.data)))
    if len(new_days) * 2 > len(unseen) and len(old_days) * 2 > len(listed):
        return _is_later([day.toordinal() for day in new_days], [day.toordinal() for day in old_days])
    shapes = {_shape(one.data.url) for one in listed if one.data.url}
    alike = sum(_shape(match.data.url) in shapes for match in unseen if match.data.url)
    if alike * 2 <= len(unseen):
        return False
    new, old = numbers_of([(match.data, match.keys) for match in unseen]), numbered(listed)
    return new is None or not old or _is_later(new, old)


def _is_later(new: Sequence[int], old: Sequence[int]) -> bool:
    # Not than the very newest of the known: a list of events has dates to come.
    return statistics.median_low(new) >= sorted(old)[len(old) * 4 // 5]


def _shape(url: str) -> tuple[str, ...]:
    """An address without what differs between items: host, depth, fixed segments before the last, parameter names."""
    address, _, query = canonicalize_url(url).partition("#")[0].partition("?")
    host, *segments = address.split("/")[:-1] or [address]
    fixed = ["#" if any(c.isdigit() for c in part) else part for part in segments]
    return (host, *fixed, *sorted(pair.partition("=")[0] for pair in query.split("&") if pair))
