"""Finding the list of items in JSON that a page is made of: which array, and which members are title, link, date. Pure.

What is suggested is a recipe like one written by hand (:mod:`scraper.extract.recipe_json`). It is judged by what it
yields: this only reads names and shapes.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final
from urllib.parse import quote, urlsplit

from scraper.text import fold_text
from scraper.types import ItemData, Recipe

MOST_NODES: Final = 30_000
MOST_DEPTH: Final = 12
MOST_CHARACTERS: Final = 2_000_000
LEAST_RECORDS: Final = 3
_SAMPLE: Final = 60

_TITLES: Final = ("title", "headline", "heading", "name", "subject", "label", "caption")
_LINKS: Final = ("url", "link", "href", "permalink", "path", "uri", "canonicalurl", "weburl", "pageurl")
_HANDLES: Final = ("slug", "id", "key", "code", "guid", "uuid", "nid")
_DATES: Final = (
    "published", "publishedat", "publishdate", "publisheddate", "datepublished", "pubdate", "publicationdate",
    "releasedate", "date", "displaydate", "newsdate", "postdate", "firstpublished", "createdat", "created", "timestamp",
)  # fmt: skip
_SUMMARIES: Final = ("summary", "excerpt", "description", "teaser", "intro", "lead", "abstract", "standfirst", "text")
_INNER: Final = ("attributes", "fields", "node", "data", "item", "article", "_source", "document")
"""Members that wrap a record in the answers of common content systems."""
_RENDERED: Final = ("rendered", "text", "value", "plain", "en")
_WORD: Final = re.compile(r"[^a-z0-9]+")
_NAME: Final = re.compile(r"[^\W\d][\w-]*\Z")
_URL: Final = re.compile(r"(?:https?://|/)\S*\Z")


@dataclass(frozen=True, slots=True)
class Suggestion:
    """A recipe, with what it would read of the first records: titles, and for those without an address the members
    that may be a part of one, by their paths."""

    recipe: Recipe
    titles: tuple[str, ...]
    handles: tuple[Mapping[str, str], ...] = ()
    score: float = 0.0


def load_bounded(text: str) -> Any:
    """The document, or ``None`` if it is none or too long."""
    if len(text) > MOST_CHARACTERS:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def suggest(document: Any) -> list[Suggestion]:
    """Arrays of the document that look like a list of news, the likeliest first. Bounded; never raises."""
    found = [made for path, records in _arrays(document) if (made := _read(path, records)) is not None]
    return sorted(found, key=lambda one: -one.score)[:5]


def addressed(suggestion: Suggestion, shown: Sequence[ItemData]) -> Suggestion | None:
    """The suggestion if it says what a rendered page shows; where records have no address, with a link that is made
    out of one of their members, as the addresses on the page are. ``None`` if it does not."""
    by_title = {fold_text(item.title): item for item in shown}
    pairs = [(place, by_title[key]) for place, t in enumerate(suggestion.titles) if (key := fold_text(t)) in by_title]
    if len(pairs) < max(LEAST_RECORDS, round(0.8 * min(len(shown), len(suggestion.titles)))):
        return None
    if suggestion.recipe.link is not None:
        return suggestion
    links = [(suggestion.handles[place], item.url) for place, item in pairs if item.url]
    if not links:
        return None
    for path, value in links[0][0].items():
        template = _template(links[0][1], value, path)
        if template and all(_filled(template, path, each.get(path)) == _local(url) for each, url in links):
            return replace(suggestion, recipe=replace(suggestion.recipe, link=template))
    return None


def _local(url: str) -> str:
    parts = urlsplit(url)
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _template(url: str, value: str, path: str) -> str | None:
    local, part = _local(url), quote(value, safe="/~")
    at = local.rfind(part)
    whole = at >= 0 and not local[at + len(part) : at + len(part) + 1].isalnum() and not local[at - 1 : at].isalnum()
    return f"{local[:at]}{{{path}}}{local[at + len(part) :]}" if whole and "{" not in local else None


def _filled(template: str, path: str, value: str | None) -> str | None:
    return template.replace(f"{{{path}}}", quote(value, safe="/~")) if value else None


def _arrays(document: Any) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    """Arrays of enough objects, with their paths; at most so many values are looked at."""
    waiting: list[tuple[str, Any, int]] = [("$", document, 0)]
    seen = 0
    while waiting and seen < MOST_NODES:
        path, value, depth = waiting.pop()
        seen += 1
        if isinstance(value, list):
            records = [each for each in value[:500] if isinstance(each, dict)]
            if len(records) >= max(LEAST_RECORDS, 0.8 * min(len(value), 500)):
                yield f"{path}[*]", records
            inner = [(f"{path}[{n}]", each) for n, each in enumerate(value[:20])]
        elif isinstance(value, dict):
            inner = [(step, each) for name, each in list(value.items())[:200] if (step := _step(path, name))]
        else:
            continue
        if depth < MOST_DEPTH:
            waiting += [(step, each, depth + 1) for step, each in inner if isinstance(each, dict | list)]


def _step(path: str, name: str) -> str | None:
    if _NAME.match(name):
        return f"{path}.{name}"
    return f'{path}["{name}"]' if name and len(name) < 80 and not set('"\\') & set(name) else None


def _read(path: str, records: list[dict[str, Any]]) -> Suggestion | None:
    sample = records[:_SAMPLE]
    members = [dict(_members(record)) for record in sample]
    title = _best(_TITLES, members, lambda text: 12 <= len(text.strip()) <= 400, least=0.8)
    if title is None:
        return None
    titles = tuple(str(each.get(title, "")) for each in members)
    if len(set(titles)) < 0.8 * len(titles):
        return None
    link = _best(_LINKS, members, lambda text: bool(_URL.match(text)), least=0.8)
    date = _best(_DATES, members, _is_dated, least=0.6)
    if link is None and date is None:
        return None
    summary = _best(_SUMMARIES, members, lambda text: len(text) > 20, least=0.3)
    recipe = Recipe(origin="hand", item=path, title=title, link=link, date=date, summary=summary)
    handles = tuple(_handles(each) for each in members) if link is None else ()
    score = min(len(records), 30) / 30 + (link is not None) + (date is not None) + 0.2 * (summary is not None)
    return Suggestion(recipe, titles, handles, score)


def _members(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """Texts and numbers of a record by their paths; those inside what wraps it, too."""
    for name, value in list(record.items())[:120]:
        path = _step("$", name)
        if path is None:
            continue
        if isinstance(value, str | int | float) and not isinstance(value, bool):
            yield path, str(value)[:5_000]
        elif isinstance(value, dict):
            wraps = name.lower() in _INNER
            for inner, text in list(value.items())[:60]:
                deeper = _step(path, inner)
                if deeper and isinstance(text, str) and (wraps or inner.lower() in _RENDERED):
                    yield deeper, text[:5_000]


def _best(names: Sequence[str], members: list[dict[str, str]], fits: Any, *, least: float) -> str | None:
    """The path with the likeliest name whose values fit often enough."""
    found: list[tuple[int, float, str]] = []
    for path in dict.fromkeys(path for each in members[:5] for path in each):
        rank = _rank(names, path)
        if rank is None:
            continue
        share = sum(path in each and fits(each[path]) for each in members) / len(members)
        if share >= least:
            found.append((rank, -share, path))
    return min(found)[2] if found else None


def _rank(names: Sequence[str], path: str) -> int | None:
    steps = [_WORD.sub("", step.lower()) for step in re.split(r"[.\[\]\"]+", path.removeprefix("$")) if step]
    while len(steps) > 1 and steps[-1] in _RENDERED and steps[-2] in names:
        steps.pop()
    return names.index(steps[-1]) if steps and steps[-1] in names else None


def _is_dated(text: str) -> bool:
    digits = sum(map(str.isdigit, text))
    return digits >= 4 and len(text) <= 60


def _handles(members: dict[str, str]) -> dict[str, str]:
    ranked = sorted((rank, path) for path in members if (rank := _rank(_HANDLES, path)) is not None)
    return {path: members[path] for _, path in ranked if members[path]}
