"""Recipes for the data that a page is made of: JSON in its script elements, or that its scripts fetched. Pure.

All of it is foreign and large, so that this is done in a process that can be killed (:mod:`scraper.parsepool`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

from scraper.extract.json_listing import MOST_CHARACTERS, addressed, load_bounded, suggest
from scraper.types import ItemData, Recipe

MOST_BYTES: Final = 6_000_000
"""Of all that is looked at for one page."""
MOST_RECIPES: Final = 2
_MOST_STATES: Final = 20
_STATE: Final = re.compile(rb"<script\b([^<>]{0,500})>", re.IGNORECASE)
_ID: Final = re.compile(rb"""\bid\s?=\s?["']?([A-Za-z_][\w-]{0,80})["'\s>]""")


def recipes_in_page(body: bytes) -> list[Recipe]:
    """Recipes for data that lies in script elements of the page itself."""
    found = (
        replace(made.recipe, listing=selector)
        for selector, text in _state_scripts(body)
        for made in suggest(load_bounded(text))[:2]
        if made.recipe.link is not None
    )
    return [recipe for recipe, _ in zip(found, range(MOST_RECIPES), strict=False)]


def recipes_in_answers(answers: Sequence[bytes], shown: Sequence[ItemData]) -> list[tuple[int, Recipe]]:
    """For answers that say what a rendered page shows: the places of these answers, with recipes."""
    found = (
        (place, fitting.recipe)
        for place, body in enumerate(answers)
        for made in suggest(load_bounded(body.decode("utf-8", "replace")))
        if (fitting := addressed(made, shown)) is not None
    )
    return [one for one, _ in zip(found, range(MOST_RECIPES), strict=False)]


def _state_scripts(body: bytes) -> Iterator[tuple[str, str]]:
    """The script elements that hold JSON and have an id: their selectors and texts."""
    count, left = 0, MOST_BYTES
    for tag in _STATE.finditer(body):
        named = _ID.search(tag[1] + b" ")
        if not named or b"json" not in tag[1].lower() or b"ld+json" in tag[1].lower():
            continue
        end = body.find(b"</script", tag.end(), tag.end() + MOST_CHARACTERS)
        count, left = count + 1, left - max(end - tag.end(), 0)
        if count > _MOST_STATES or left < 0:
            return
        if end >= 0:
            yield f"script#{named[1].decode('ascii')}", body[tag.end() : end].decode("utf-8", "replace")
