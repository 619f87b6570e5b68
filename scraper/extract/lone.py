"""A list of one: its only record, where a learnt recipe says that the list stands. Nothing repeats on such a page, so
that a list cannot be seen without knowing where it was (the first item of a new year)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scraper.extract.recipe import extract_by_recipe
from scraper.text import count_units
from scraper.types import Extraction, PageKind, Recipe, Verdict

MAX_MARKUP = 300_000
"""Characters of a page that are searched: this is the slow way of reading."""
LEAST_TITLE = 3
_KINDS = (PageKind.OTHER, PageKind.ARTICLE)


def with_lone_record(found: Extraction, html: str, url: str, *, recipe: Recipe | None, now: datetime) -> Extraction:
    """``found``, or if that has no items the one item that stands where ``recipe`` names the list."""
    if found.items or recipe is None or not recipe.item or found.verdict.kind not in _KINDS or len(html) > MAX_MARKUP:
        return found
    items = extract_by_recipe(html, url, recipe=Recipe("hand", item=recipe.item), now=now).items
    if len(items) != 1 or not items[0].url or count_units(items[0].title) < LEAST_TITLE:
        return found
    item = replace(items[0], provenance=(("tier", "html"),))
    verdict = Verdict(PageKind.LISTING, 0.5, ("one record, where the list was",))
    return replace(found, items=(item,), article=None, verdict=verdict, recipe=recipe, tier="html")
