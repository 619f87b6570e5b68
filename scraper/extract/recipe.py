"""Hand-written recipes: CSS selectors or a Python hook, both on BeautifulSoup; or paths in JSON.

This is the one place where pages go through BeautifulSoup: people know its API, and only sources that name a recipe
pay for it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import date, datetime
from importlib import import_module
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from bs4 import BeautifulSoup
from bs4.element import Tag
from soupsieve import SelectorSyntaxError

from scraper.dates import parse_date, parse_iso
from scraper.errors import ExtractError
from scraper.extract.recipe_json import load_json, raw_items
from scraper.json_path import is_json_path
from scraper.text import clean_text, first_sentence
from scraper.types import Extraction, ItemData, PageKind, Precision, Published, Recipe, Verdict
from scraper.urls import resolve_url

MAX_ITEMS = 2_000
MOST_NESTED = 50
"""Records inside records: more is no page that a recipe was written for, and reading it would take minutes."""
Hook = Callable[[BeautifulSoup, str], Iterable[Mapping[str, Any]]]


def extract_by_recipe(html: str, url: str, *, recipe: Recipe, now: datetime) -> Extraction:
    """The items that ``recipe`` finds, in page order; a record without title and link is left out.

    Raises :class:`ExtractError` naming the selector or hook that is wrong; a recipe that matches nothing is no error
    but an ``other`` page without items, so that the health of the source can tell.
    """
    if recipe.item and is_json_path(recipe.item) and not recipe.listing:
        return _extraction(_from_json(load_json(html, url), url, recipe, now), recipe, None)
    soup = BeautifulSoup(html, "lxml")
    base = _base(soup, url)
    if recipe.item and is_json_path(recipe.item):
        document = load_json(read_script(soup, recipe, url), url)
        items = _from_json(document, base, recipe, now)
    else:
        items = _from_hook(soup, base, recipe, now) if recipe.hook else _from_selectors(soup, base, recipe, now)
    title = soup.title.get_text(" ") if soup.title else ""
    return _extraction(items, recipe, clean_text(title) or None)


def _extraction(items: list[ItemData], recipe: Recipe, title: str | None) -> Extraction:
    if items:
        verdict = Verdict(PageKind.LISTING, 1.0, (f"a hand-written recipe found {len(items)} items",))
    else:
        verdict = Verdict(PageKind.OTHER, 0.9, ("the hand-written recipe matched nothing",))
    return Extraction(tuple(items), None, verdict, recipe=recipe, page_title=title, tier="recipe")


def read_script(soup: BeautifulSoup, recipe: Recipe, url: str) -> str:
    """The data that a page carries in an element, such as ``script#data``; without that element, there are none."""
    found = _select(soup, recipe.listing or "", "listing", url)[:1]
    return found[0].get_text() if found else "null"


def _from_json(document: Any, url: str, recipe: Recipe, now: datetime) -> list[ItemData]:
    return [
        replace(item, published=_published(raw, recipe, now))
        for item, raw in raw_items(document, url, recipe, MAX_ITEMS)
    ]


def _base(soup: BeautifulSoup, url: str) -> str:
    tag = soup.find("base", href=True)
    return (resolve_url(url, str(tag["href"])) if isinstance(tag, Tag) else None) or url


def _from_selectors(soup: BeautifulSoup, url: str, recipe: Recipe, now: datetime) -> list[ItemData]:
    items = []
    for record in find_records(soup, url, recipe):
        link = read_value(record, recipe.link or "a[href]@href", "link", url)
        summary = read_value(record, recipe.summary, "summary", url)
        title = read_value(record, recipe.title or recipe.link or "a[href]", "title", url, text=recipe.title is None)
        title = clean_text(title or "") or first_sentence(summary or "")
        target = resolve_url(url, link) if link else None
        if not title and not target:
            continue
        raw = read_value(record, recipe.date, "date", url)
        items.append(
            ItemData(
                title=title or (target or ""),
                url=target,
                published=_published(raw, recipe, now),
                summary=clean_text(summary) if summary else None,
                provenance=(("recipe", recipe.item or ""),),
            )
        )
    return items


def find_records(soup: BeautifulSoup, url: str, recipe: Recipe) -> list[Tag]:
    """What ``item`` of the recipe matches. Raises :class:`ExtractError`."""
    if not recipe.item:
        raise ExtractError("unreadable", "the recipe has neither 'item' nor 'hook'", url=url)
    roots = _select(soup, recipe.listing, "listing", url) if recipe.listing else [soup]
    records = [record for root in roots for record in _select(root, recipe.item, "item", url)]
    if _nesting(records) > MOST_NESTED:
        raise ExtractError("unreadable", f"what {recipe.item!r} matches lies in itself too often", url=url)
    return records[:MAX_ITEMS]


def _nesting(records: list[Tag]) -> int:
    """How many records lie in one another at the most. Reading each costs as much as all that is in it."""
    wanted = {id(record) for record in records}
    above: dict[int, int] = {}
    for record in records:
        chain: list[Tag] = []
        node: Tag | None = record
        while node is not None and id(node) not in above:
            chain.append(node)
            node = node.parent
        depth = above[id(node)] if node is not None else 0
        for tag in reversed(chain):
            depth += id(tag) in wanted
            above[id(tag)] = depth
    return max(above.values(), default=0)


def _select(root: Tag, selector: str, name: str, url: str, most: int = MAX_ITEMS * 2) -> list[Tag]:
    try:
        return list(root.select(selector, limit=most))
    except SelectorSyntaxError as error:
        first = str(error).splitlines()[0]
        raise ExtractError(
            "unreadable", f"the recipe's {name} {selector!r} is no CSS selector: {first}", url=url
        ) from error


def read_value(record: Tag, selector: str | None, name: str, url: str, *, text: bool = False) -> str | None:
    """What ``selector`` or ``selector@attr`` reads; ``@attr`` alone reads the record's own attribute."""
    if not selector:
        return None
    css, at, attribute = selector.rpartition("@")
    if not at:
        css, attribute = selector, ""
    found = _select(record, css, name, url, 1) if css.strip() else [record]
    if not found and css.strip() and record.css.match(css):
        found = [record]
    if not found:
        return None
    if attribute and not text:
        value = found[0].get(attribute)
        return " ".join(value) if isinstance(value, list) else value
    if name == "link":
        value = found[0].get("href")
        return value if isinstance(value, str) else None
    if name == "date" and isinstance(found[0].get("datetime"), str):
        return str(found[0]["datetime"])
    return found[0].get_text(" ")


def _published(raw: str | None, recipe: Recipe, now: datetime) -> Published | None:
    if not raw or not raw.strip():
        return None
    languages = (recipe.language,) if recipe.language else ()
    found = parse_iso(raw.strip()) or parse_date(raw, now=now, languages=languages, order=recipe.date_order)
    return _in_zone(found, recipe.timezone) if found else None


def _in_zone(found: Published, zone: str | None) -> Published:
    """A printed time gets its instant from the recipe's time zone."""
    if not zone or found.at is not None or found.on is None or not found.local_time:
        return found
    try:
        local = datetime.fromisoformat(f"{found.on.isoformat()}T{found.local_time}").replace(tzinfo=ZoneInfo(zone))
    except (ValueError, ZoneInfoNotFoundError):
        return found
    offset = local.utcoffset()
    minutes = int(offset.total_seconds() // 60) if offset else 0
    return Published(
        found.raw, found.method, found.precision, found.on, local.astimezone(ZoneInfo("UTC")), minutes, found.local_time
    )


def _from_hook(soup: BeautifulSoup, url: str, recipe: Recipe, now: datetime) -> list[ItemData]:
    name = recipe.hook or ""
    hook = _load_hook(name, url)
    items: list[ItemData] = []
    try:
        for found in hook(soup, url):
            if len(items) >= MAX_ITEMS:
                break
            item = _hooked_item(found, url, recipe, now)
            if item:
                items.append(item)
    except Exception as error:
        kind = type(error).__name__
        raise ExtractError("unreadable", f"the hook {name!r} failed: {kind}: {error}", url=url) from error
    return items


def _load_hook(name: str, url: str) -> Hook:
    module, colon, function = name.partition(":")
    try:
        found = getattr(import_module(module), function) if colon else None
    except (ImportError, AttributeError) as error:
        raise ExtractError("unreadable", f"the hook {name!r} cannot be loaded: {error}", url=url) from error
    if not callable(found):
        raise ExtractError("unreadable", f"the hook {name!r} is not of the form package.module:function", url=url)
    hook: Hook = found
    return hook


def _hooked_item(found: Mapping[str, Any], url: str, recipe: Recipe, now: datetime) -> ItemData | None:
    title = clean_text(str(found.get("title") or ""))
    summary = clean_text(str(found.get("summary") or "")) or None
    link = found.get("url")
    target = resolve_url(url, str(link)) if link else None
    title = title or first_sentence(summary or "")
    if not title and not target:
        return None
    value = found.get("published")
    if isinstance(value, date) and not isinstance(value, datetime):
        published: Published | None = Published(value.isoformat(), "hook", Precision.DAY, value)
    else:
        raw = value.isoformat() if isinstance(value, datetime) else value
        published = _published(str(raw), recipe, now) if raw else None
    return ItemData(title or (target or ""), target, published, summary, provenance=(("hook", recipe.hook or ""),))
