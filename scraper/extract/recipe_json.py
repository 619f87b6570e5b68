"""Hand-written recipes for listings that are JSON: an answer of a site's own interface, or data inside a page."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from scraper.errors import ExtractError
from scraper.extract.feed_text import plain_summary, plain_title
from scraper.json_path import find_all, read_text
from scraper.text import first_sentence
from scraper.types import ItemData, Recipe
from scraper.urls import resolve_url

TITLE = "$.title"
LINK = "$.url"
"""Where title and link are, unless the recipe says so."""
_SECONDS = (100_000_000, 10_000_000_000)
"""Numbers in between are seconds since 1970 (years 1973 to 2286); a thousand times as much are milliseconds."""


def load_json(text: str, url: str) -> Any:
    """The document. Raises :class:`ExtractError` for what is no JSON."""
    try:
        return json.loads(text.lstrip("\ufeff"))
    except (ValueError, RecursionError) as error:
        why = str(error).splitlines()[0] if isinstance(error, ValueError) else "it is nested too deeply"
        raise ExtractError("unreadable", f"the recipe wants JSON, and the answer is none: {why}", url=url) from error


def raw_items(document: Any, url: str, recipe: Recipe, most: int) -> list[tuple[ItemData, str | None]]:
    """The items in their order, each with its date as text. Raises :class:`ExtractError` naming the path that is wrong.

    A record without title, summary and link is left out, and so is one that is no object.
    """
    try:
        records = find_all(document, recipe.item or "$", most)
        found = [_read(record, url, recipe) for record in records if isinstance(record, dict | list)]
    except ValueError as error:
        raise ExtractError("unreadable", f"the recipe is wrong: {error}", url=url) from error
    return [pair for pair in found if pair is not None]


def _read(record: Any, url: str, recipe: Recipe) -> tuple[ItemData, str | None] | None:
    link = read_text(record, recipe.link or LINK)
    target = resolve_url(url, link) if link else None
    summary = plain_summary((read_text(record, recipe.summary) or "") if recipe.summary else "")
    title = plain_title(read_text(record, recipe.title or TITLE) or "") or first_sentence(summary or "")
    if not title and not target:
        return None
    raw = read_text(record, recipe.date) if recipe.date else None
    item = ItemData(title or (target or ""), target, summary=summary, provenance=(("recipe", recipe.item or "$"),))
    return item, _moment(raw)


def _moment(raw: str | None) -> str | None:
    """A date as text; a number that counts seconds or milliseconds since 1970 as ISO 8601."""
    if raw is None or not raw.replace(".", "", 1).isdecimal() or len(raw) > 20:
        return raw
    number = float(raw)
    seconds = number if number < _SECONDS[1] else number / 1000
    if not _SECONDS[0] <= seconds < _SECONDS[1]:
        return raw
    return datetime.fromtimestamp(int(seconds), UTC).isoformat()
