"""Which selectors of a hand-written recipe match, and how often: for the person who writes it."""

from __future__ import annotations

from typing import Final

from bs4 import BeautifulSoup

from scraper.charset import decode_body
from scraper.extract.recipe import MAX_ITEMS, find_records, read_script, read_value
from scraper.extract.recipe_json import load_json
from scraper.json_path import find_all, is_json_path, read_text
from scraper.types import Recipe

_FIELDS: Final = ("title", "link", "date", "summary")


def count_matches(body: bytes, url: str, *, content_type: str | None, recipe: Recipe) -> dict[str, int]:
    """How many records ``item`` matches, and in how many of them each of the other selectors that the recipe has finds
    something. Empty for a hook. Raises :class:`scraper.errors.ExtractError` as the reading does."""
    if not recipe.item:
        return {}
    text = decode_body(body, content_type)[0]
    given = {name: selector for name in _FIELDS if (selector := getattr(recipe, name))}
    if is_json_path(recipe.item):
        document = load_json(read_script(BeautifulSoup(text, "lxml"), recipe, url) if recipe.listing else text, url)
        objects = [found for found in find_all(document, recipe.item, MAX_ITEMS) if isinstance(found, dict | list)]
        return {"item": len(objects)} | {
            name: sum(read_text(each, selector) is not None for each in objects) for name, selector in given.items()
        }
    records = find_records(BeautifulSoup(text, "lxml"), url, recipe)
    return {"item": len(records)} | {
        name: sum(bool((read_value(record, selector, name, url) or "").strip()) for record in records)
        for name, selector in given.items()
    }
