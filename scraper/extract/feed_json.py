"""JSON Feed 1.0 and 1.1 (jsonfeed.org) as a listing."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

from scraper.extract.feed_text import feed_date, person, plain_summary, plain_title, title_from_url
from scraper.text import clean_text, first_sentence
from scraper.types import ItemData
from scraper.urls import resolve_url


def load_json_feed(text: str) -> dict[str, Any] | str:
    """The feed's object, or a sentence that says why there is none."""
    try:
        feed = json.loads(text)
    except (ValueError, RecursionError):
        return "the JSON feed is cut off or malformed"
    if not isinstance(feed, dict) or not isinstance(feed.get("items"), list):
        return "the JSON document has no list of items"
    return feed


def read_json_item(entry: Any, base: str, *, now: datetime) -> ItemData | None:
    """One item; ``None`` for one that has neither title nor text nor link, or is no object."""
    if not isinstance(entry, dict):
        return None
    link = _first_link(entry, base, ("url", "external_url"))
    summary = next(
        (s for key in ("summary", "content_text", "content_html") if (s := plain_summary(_text(entry, key)))), None
    )
    title = plain_title(_text(entry, "title"))
    how = "feed:title"
    if not title:
        title, how = (
            (first_sentence(summary), "feed:summary") if summary else (title_from_url(link or "") or "", "feed:url")
        )
    if not title:
        return None
    identifier = entry.get("id")
    return ItemData(
        title,
        url=link,
        published=feed_date([_text(entry, "date_published")], now=now),
        summary=summary,
        author=_author(entry),
        image_url=_first_link(entry, base, ("image", "banner_image")),
        guid=clean_text(str(identifier))[:1_000] or None if isinstance(identifier, (str, int)) else None,
        provenance=(("title", how),),
    )


def _text(entry: dict[str, Any], key: str) -> str:
    value = entry.get(key)
    return value if isinstance(value, str) else ""


def _first_link(entry: dict[str, Any], base: str, keys: tuple[str, ...]) -> str | None:
    return next((link for key in keys if (link := resolve_url(base, _text(entry, key)))), None)


def _author(entry: dict[str, Any]) -> str | None:
    authors = entry.get("authors")
    people = authors if isinstance(authors, list) else [entry.get("author")]
    return next((name for who in people[:5] if isinstance(who, dict) and (name := person(_text(who, "name")))), None)
