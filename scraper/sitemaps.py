"""Sitemap indexes (sitemaps.org 0.9): which of the sitemaps that one names are read, and what they list together. Pure.

An index can name fifty thousand sitemaps, nearly all of them old: only the newest are asked for.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from scraper.types import Extraction, ItemData
from scraper.urls import canonicalize_url, site_of

FOLLOWED: Final = 3
"""Sitemaps of an index that are read in one look."""
MOST_ITEMS: Final = 2_000
INDEX_TIER: Final = "sitemap_index"


def is_index(extraction: Extraction) -> bool:
    """Whether a page is a sitemap index."""
    return extraction.tier == INDEX_TIER and bool(extraction.feed_urls)


def newest(extraction: Extraction, url: str) -> tuple[str, ...]:
    """The sitemaps of the index at ``url`` that are read: the newest ones on its own site."""
    site = site_of(url)
    return tuple(dict.fromkeys(found for found in extraction.feed_urls if site_of(found) == site))[:FOLLOWED]


def merge(found: Sequence[Extraction]) -> Extraction:
    """One listing of what several sitemaps list; what stands in two of them counts once. ``found`` is not empty."""
    items: dict[str, ItemData] = {}
    for extraction in found:
        for item in extraction.items:
            items.setdefault(canonicalize_url(item.url or item.title), item)
    listing = next((extraction for extraction in found if extraction.items), found[0])
    reason = f"{len(items)} entries of the newest {len(found)} sitemaps of an index"
    verdict = replace(listing.verdict, reasons=(reason, *listing.verdict.reasons))
    return replace(listing, items=tuple(items.values())[:MOST_ITEMS], verdict=verdict)
