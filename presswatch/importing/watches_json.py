"""Watches of changedetection.io: ``url-watches.json`` of its data folder or of a backup, or one ``watch.json``.

https://github.com/dgtlmoon/changedetection.io/wiki
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from typing import Any

from presswatch.importing.found import MAX_FOUND, Found, labels_of, name_of, recipe_from_css
from scraper.errors import ConfigError

_SHORTEST = 300
_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_UNITS = {"weeks": 604_800, "days": 86_400, "hours": 3_600, "minutes": 60, "seconds": 1}
_SAID = {
    "subtractive_selectors": "removed elements",
    "trigger_text": "trigger texts",
    "ignore_text": "ignored texts",
    "text_should_not_be_present": "texts that block",
    "extract_text": "extracted texts",
    "headers": "request headers",
    "browser_steps": "browser steps",
    "notification_urls": "notification addresses",
    "conditions": "conditions",
    "proxy": "proxy",
}


def read_watches(text: str) -> list[Found]:
    """The watches of a file, in its order. Raises :class:`ConfigError` for what is no such file."""
    document = load_object(text)
    watching = document.get("watching", [document] if "url" in document else None)
    if isinstance(watching, dict):
        watching = list(watching.values())
    if not isinstance(watching, list):
        raise ConfigError("is no export of changedetection.io: it has no watches")
    return found_in(watching, document)


def load_object(text: str) -> dict[str, Any]:
    """A JSON object. Raises :class:`ConfigError`."""
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ConfigError("is no JSON") from error
    if not isinstance(document, dict):
        raise ConfigError("is no export of changedetection.io: it has no watches")
    return document


def found_in(watches: list[Any], settings: Mapping[str, Any]) -> list[Found]:
    """What these watches are, with the titles of their tags from ``settings``. Raises :class:`ConfigError`."""
    if len(watches) > MAX_FOUND:
        raise ConfigError(f"has more than {MAX_FOUND} watches; split it")
    names = _tag_names(settings)
    return [_found(number, watch, names) for number, watch in enumerate(watches, 1)]


def _tag_names(document: Mapping[str, Any]) -> dict[str, Any]:
    """Titles of the tags by their id."""
    node: Any = document
    for key in ("settings", "application", "tags"):
        node = node.get(key) if isinstance(node, dict) else None
    found = node if isinstance(node, dict) else {}
    return {key: tag.get("title") for key, tag in found.items() if isinstance(tag, dict)}


def _found(number: int, watch: Any, names: Mapping[str, Any]) -> Found:
    where = f"watch {number}"
    if not isinstance(watch, dict) or not isinstance(watch.get("url"), str):
        return Found(where, "", refused="has no url")
    url = watch["url"].strip().removeprefix("source:")
    name = name_of(watch.get("title"))
    if str(watch.get("method") or "GET").upper() != "GET" or watch.get("body"):
        return Found(where, url, name, refused="sends data; presswatch only asks for pages")
    recipe, notes = _filters(watch.get("include_filters"))
    every, said = _every(watch)
    notes += said
    left = [said for key, said in _SAID.items() if watch.get(key)]
    if left:
        notes.append(f"not taken over: {', '.join(left)}")
    if str(watch.get("fetch_backend") or "").endswith("webdriver"):
        notes.append("a browser is not used; `presswatch explain` shows what is seen without one")
    return Found(where, url, name, _tags(watch, names), every, watch.get("paused") is True, recipe, tuple(notes))


def _tags(watch: Mapping[str, Any], names: Mapping[str, Any]) -> tuple[str, ...]:
    """Tags by id (newer exports), by name, or as one text (older ones)."""
    given = watch.get("tags") or watch.get("tag")
    if isinstance(given, list):
        given = [names.get(each) or (None if _ID.fullmatch(each) else each) for each in given if isinstance(each, str)]
    return labels_of(given)


def _filters(given: Any) -> tuple[tuple[tuple[str, str], ...], list[str]]:
    filters = (
        [each.strip() for each in given if isinstance(each, str) and each.strip()] if isinstance(given, list) else []
    )
    if not filters:
        return (), []
    recipe = recipe_from_css(filters[0]) if len(filters) == 1 and _is_css(filters[0]) else ()
    if recipe:
        return recipe, [f"its list is looked for by {recipe[0][1]!r}"]
    shown = ", ".join(repr(each[:60]) for each in filters[:6])
    return (), [f"filters not taken over, items are found without: {shown}"]


def _is_css(text: str) -> bool:
    return not text.startswith(("/", "xpath:", "xpath1:", "json:", "jq:", "jqraw:"))


def _every(watch: Mapping[str, Any]) -> tuple[str | None, list[str]]:
    """The interval of its own that a watch has; none shorter than the shortest that sites are asked at."""
    given = watch.get("time_between_check")
    if watch.get("time_between_check_use_default", True) or not isinstance(given, dict):
        return None, []
    seconds = sum(given[unit] * size for unit, size in _UNITS.items() if _is_count(given.get(unit)))
    if not seconds:
        return None, []
    if seconds < _SHORTEST:
        return "5m", [f"looked at every 5 minutes, not every {seconds} seconds"]
    return f"{seconds}s", []


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= 100_000
