"""Articles that a page lists for programs in JSON-LD: a check on the list that was read, and a sharpener of its fields.

schema.org: articles in an array or ``@graph``, in an ``ItemList``, as a ``Blog``'s posts, as parts or main entity of a
collection. Microdata, RDFa and h-entry are read by :mod:`scraper.extract.marked`.
"""

from __future__ import annotations

import html
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from scraper.dates import parse_iso
from scraper.dates.candidate import is_future
from scraper.text import clean_text
from scraper.types import ItemData, PageKind, Published
from scraper.urls import resolve_url

ARTICLE_TYPES = frozenset(
    "Article NewsArticle BlogPosting Report PressRelease AnalysisNewsArticle BackgroundNewsArticle OpinionNewsArticle "
    "ReportageNewsArticle ReviewNewsArticle LiveBlogPosting TechArticle ScholarlyArticle SocialMediaPosting".split()
)
MAX_VALUES = 5_000
"""JSON values that are looked at."""
MAX_TOLD = 1_000
LEAST_TOLD = 3
"""Articles from which on they are a list of their own."""
TOLD_ALONE = 0.7
"""Confidence in articles that only programs are told of."""
_HOLDERS = ("itemListElement", "item", "blogPost", "blogPosts", "hasPart", "mainEntity", "@graph", "@list")
_CUT = ("…", "...", "[…]", "[...]")


@dataclass(frozen=True, slots=True)
class Told:
    """One article as the page tells programs of it. ``url`` is absolute."""

    url: str
    title: str
    published: Published | None
    author: str | None
    summary: str | None
    image_url: str | None


def is_article(value: dict[str, Any]) -> bool:
    """Whether a JSON-LD object is of one of the article types."""
    kinds = value.get("@type")
    kinds = kinds if isinstance(kinds, list) else [kinds]
    return any(isinstance(kind, str) and kind.rsplit("/", 1)[-1] in ARTICLE_TYPES for kind in kinds)


def told_articles(data: Iterable[dict[str, Any]], base: str, *, now: datetime) -> list[Told]:
    """The articles among a page's JSON-LD objects, each address once, in order. Never raises; bounded."""
    found: dict[str, Told] = {}
    for value in _articles(data):
        told = _told(value, base, now)
        if told:
            found.setdefault(told.url, told)
        if len(found) >= MAX_TOLD:
            break
    return list(found.values())


def _articles(data: Iterable[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    todo: deque[Any] = deque(data)
    seen: set[int] = set()
    for _ in range(MAX_VALUES):
        if not todo:
            return
        value = todo.popleft()
        if isinstance(value, list):
            todo.extendleft(reversed(value[:MAX_TOLD]))
        elif isinstance(value, dict) and id(value) not in seen:
            seen.add(id(value))
            if is_article(value):
                yield value
            else:
                todo.extendleft(reversed([value[name] for name in _HOLDERS if name in value]))


def _told(value: dict[str, Any], base: str, now: datetime) -> Told | None:
    title = _text(value.get("headline")) or _text(value.get("name"))
    url = address_of(value, base)
    if not title or not url:
        return None
    return Told(
        url,
        title[:1_000],
        _day(value.get("datePublished"), now),
        (_name(value.get("author")) or "")[:100] or None,
        (_text(value.get("description")) or "")[:2_000] or None,
        _address(value.get("image"), base) or _address(value.get("thumbnailUrl"), base),
    )


def address_of(value: dict[str, Any], base: str) -> str | None:
    """The absolute address of a JSON-LD object."""
    named = (_address(value.get(name), base) for name in ("url", "mainEntityOfPage", "@id"))
    return next((url for url in named if url), None)


def _day(value: Any, now: datetime) -> Published | None:
    published = parse_iso(value) if isinstance(value, str) else None
    if published is None or published.on is None or is_future(published.on, now):
        return None
    return replace(published, method="json_ld")


def _text(value: Any) -> str | None:
    return clean_text(html.unescape(value[:20_000])) or None if isinstance(value, str) else None


def _name(value: Any) -> str | None:
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("name")
    return _text(value)


def _address(value: Any, base: str) -> str | None:
    for _ in range(3):
        if isinstance(value, list):
            value = value[0] if value else None
        elif isinstance(value, dict):
            value = value.get("url") or value.get("@id")
    return resolve_url(base, value) if isinstance(value, str) and not value.startswith("#") else None


def key_of(url: str) -> str:
    """An address for comparison within one page."""
    return url.split("#", 1)[0].split("//", 1)[-1].removeprefix("www.").rstrip("/")


def sharpen(item: ItemData, told: Told) -> ItemData:
    """An item with what its page tells programs of it, where the page itself shows nothing, or less of the same."""
    published, title, taken = item.published, item.title, list[str]()
    if told.published and (published is None or _is_finer(told.published, published)):
        published = told.published
        taken.append("published")
    shown = title.rstrip("".join(_CUT)).rstrip()
    if title.endswith(_CUT) and len(shown) >= 12 and told.title.startswith(shown):
        title = told.title
        taken.append("title")
    for name in ("author", "summary", "image_url"):
        if getattr(item, name) is None and getattr(told, name) is not None:
            taken.append(name)
    return replace(
        item,
        title=title,
        published=published,
        author=item.author or told.author,
        summary=item.summary or told.summary,
        image_url=item.image_url or told.image_url,
        provenance=item.provenance + tuple((name, "json_ld") for name in taken),
    )


def _is_finer(told: Published, shown: Published) -> bool:
    """Whether it says the same day, and the instant too."""
    if shown.on is None:
        return shown.method != "relative" or shown.at is None
    return shown.at is None and told.at is not None and told.on == shown.on


def as_item(told: Told, tier: str) -> ItemData:
    """An article that only programs are told of, by the ``tier`` that read it."""
    return ItemData(
        title=told.title,
        url=told.url,
        published=told.published,
        summary=told.summary,
        author=told.author,
        image_url=told.image_url,
        provenance=(("tier", tier),),
    )


def is_told_listing(kind: PageKind, told: Sequence[Told], *, says_article: bool) -> bool:
    """Whether the articles told make a page a listing in which none was seen (filled by scripts, say)."""
    silent = kind in (PageKind.OTHER, PageKind.APP_SHELL, PageKind.EMPTY)
    return silent and len(told) >= LEAST_TOLD and not says_article
