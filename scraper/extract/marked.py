"""Articles that a page marks up as such among what it shows: microdata, RDFa Lite, microformats (h-entry, hAtom).

Each is an element with a title, an address and perhaps a date among its descendants; the values are told to programs
in attributes, or are the text that is shown. What is found stands beside the articles told in JSON-LD
(:mod:`scraper.extract.structured`) as a witness for the list that holds it; the fields themselves are read where they
are shown. Where no list was seen, three articles are one.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from scraper.dates import parse_iso
from scraper.dates.candidate import is_future
from scraper.extract.structured import ARTICLE_TYPES, MAX_TOLD, Told
from scraper.extract.tree import Tree
from scraper.text import clean_text
from scraper.types import Published
from scraper.urls import resolve_url

MOST_NODES = 600
"""Nodes of one article that are looked through."""
MAX_NAMES = 2_000
"""Elements with names for programs that are looked at on one page."""
_FIELDS = {
    "headline": "title", "name": "title", "p-name": "title", "entry-title": "title",
    "url": "url", "mainEntityOfPage": "url", "u-url": "url", "bookmark": "url",
    "datePublished": "published", "dateCreated": "published", "dt-published": "published", "published": "published",
    "description": "summary", "p-summary": "summary", "entry-summary": "summary",
    "author": "author", "p-author": "author", "creator": "author",
}  # fmt: skip


def marked_articles(tree: Tree, base: str, *, now: datetime) -> list[Told]:
    """The articles marked up in the page, each address once, in order. Never raises; bounded."""
    found: dict[str, Told] = {}
    looked = 0
    stop = 0
    telling = {raw for raw in set(tree.attrs.raw) if "itemtype" in raw or "typeof" in raw or "entry" in raw}
    for i, raw in enumerate(tree.attrs.raw if telling else ()):
        if raw not in telling or i < stop or not _is_article(tree.attrs[i]):
            continue
        looked += 1
        if looked > MAX_NAMES or len(found) >= MAX_TOLD:
            break
        told = _read(tree, i, base, now)
        if told:
            found.setdefault(told.url, told)
            stop = tree.end[i]
    return list(found.values())


def _is_article(attrs: dict[str, str]) -> bool:
    if "itemtype" in attrs or "typeof" in attrs:
        kinds = (attrs.get("itemtype") or attrs.get("typeof") or "").split()[:5]
        return any(kind.rsplit("/", 1)[-1].rsplit(":", 1)[-1] in ARTICLE_TYPES for kind in kinds)
    return not {"h-entry", "hentry"}.isdisjoint(attrs.get("class", "").split())


def _read(tree: Tree, article: int, base: str, now: datetime) -> Told | None:
    values: dict[str, tuple[str, int]] = {}
    href = ""
    for i in range(article, min(tree.end[article], article + MOST_NODES)):
        attrs = tree.attrs[i]
        for name in _names(attrs, own=i == article):
            field = _FIELDS[name]
            if field not in values:
                value = _value(tree, i, field)
                if value:
                    values[field] = value, i
        if "title" in values and not href:
            href = _link_at(tree, values["title"][1])
    title = clean_text(values["title"][0])[:1_000] if "title" in values else ""
    url = resolve_url(base, values["url"][0] if "url" in values else href)
    if not title or not url or (not href and "url" not in values):
        return None
    text = {name: clean_text(value)[:2_000] or None for name, (value, _) in values.items()}
    published = _day(values["published"][0], now) if "published" in values else None
    return Told(url, title, published, (text.get("author") or "")[:100] or None, text.get("summary"), None)


def _names(attrs: dict[str, str], *, own: bool) -> list[str]:
    said = f"{attrs.get('itemprop') or ''} {attrs.get('property') or ''}"
    if "rel" in attrs:
        said += f" {attrs['rel'] or ''}"
    if not own:
        said += f" {attrs.get('class') or ''}"
    return [name for name in said[:400].replace("schema:", "").split() if name in _FIELDS]


def _value(tree: Tree, node: int, field: str) -> str:
    attrs = tree.attrs[node]
    if field == "published":
        return attrs.get("content") or attrs.get("datetime") or attrs.get("title") or ""
    if field == "url":
        return attrs.get("href") or attrs.get("content") or attrs.get("itemid") or ""
    return attrs.get("content") or tree.text_of(node, tree.end[node])


def _link_at(tree: Tree, node: int) -> str:
    """The address of the link in or around a title."""
    link = tree.link[node]
    if link < 0:
        link = next((i for i in range(node, tree.end[node]) if tree.link[i] == i), -1)
    return tree.attrs[link].get("href", "") if link >= 0 else ""


def _day(value: str, now: datetime) -> Published | None:
    published = parse_iso(value)
    if published is None or published.on is None or is_future(published.on, now):
        return None
    return replace(published, method="marked")
