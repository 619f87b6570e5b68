"""Feeds and sitemaps: RSS 0.9x/1.0/2.0, Atom, JSON Feed, sitemaps, news sitemaps; told apart by their content."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from lxml import etree

from scraper.charset import decode_body
from scraper.extract.feed_entries import channel_facts, entries, read_entry
from scraper.extract.feed_hints import hints_of_feed
from scraper.extract.feed_json import load_json_feed, read_json_item
from scraper.extract.feed_text import plain_title
from scraper.extract.feed_xml import XmlFeed, feed_kind, parse_feed, root_name
from scraper.extract.hub import hub_of_feed
from scraper.extract.sitemap import is_news, modified_at, read_location, read_url, sitemap_urls
from scraper.types import Extraction, ItemData, PageKind, Verdict
from scraper.urls import resolve_url

MOST_ITEMS = 2_000
_OF_AN_END = 20
"""Entries by whose days it is known which end of a list is the newer one."""
_MOST_SITEMAPS = 100
_HEAD_BYTES = 65_536
_JSON_VERSION = re.compile(r'"version"\s*:\s*"https?:\\?/\\?/(?:www\.)?jsonfeed\.org')


def is_feed(body: bytes, content_type: str | None) -> bool:
    """Whether a body is a feed or a sitemap, whatever its media type says; looks at the first 64 kB."""
    head, _ = decode_body(body[:_HEAD_BYTES], content_type)
    start = head.lstrip("\ufeff \t\r\n")
    if start.startswith("{"):
        return bool(_JSON_VERSION.search(head)) or "feed+json" in (content_type or "").lower()
    return start.startswith("<") and feed_kind(root_name(head)) is not None


def extract_feed(body: bytes, url: str, *, content_type: str | None, now: datetime) -> Extraction:
    """The entries of a feed or sitemap, in document order, at most 2,000.

    A broken entry costs that entry and is counted in the reasons. A feed that is cut off or unreadable has no items
    and the kind ``error``: a cut list is never told as a shorter one. A sitemap index lists no items; its sitemaps
    are ``feed_urls``, the newest first. Never raises.
    """
    text, _ = decode_body(body, content_type)
    if text.lstrip("\ufeff \t\r\n").startswith("{"):
        return _json_feed(text, url, now=now)
    feed = parse_feed(text)
    if isinstance(feed, str):
        return _failed(feed)
    if feed.kind == "sitemapindex":
        return _sitemap_index(feed, url)
    if feed.kind == "urlset":
        return _sitemap(feed, url, now=now)
    return _xml_feed(feed, url, now=now)


def _failed(reason: str) -> Extraction:
    return Extraction((), None, Verdict(PageKind.ERROR, 0.9, (reason,)), tier="feed")


def _xml_feed(feed: XmlFeed, url: str, *, now: datetime) -> Extraction:
    title, language, next_page = channel_facts(feed.root, url)
    languages = (language,) if language else ()
    found, broken = _read(entries(feed.root), lambda entry: read_entry(entry, url, now=now, languages=languages))
    name = "Atom" if feed.kind == "feed" else "RSS"
    verdict = _verdict(name, found, broken, feed.notes)
    tier = f"feed:{name.lower()}"
    said = Extraction(found, None, verdict, None, next_page, (), language, title, tier, hub_of_feed(feed.root, url))
    return replace(said, hints=hints_of_feed(feed.root))


def _json_feed(text: str, url: str, *, now: datetime) -> Extraction:
    feed = load_json_feed(text)
    if isinstance(feed, str):
        return _failed(feed)
    found, broken = _read(feed["items"], lambda entry: read_json_item(entry, url, now=now))
    title, language, following = (value if isinstance(value := feed.get(key), str) else "" for key in _JSON_FACTS)
    next_page = resolve_url(url, following) if following else None
    verdict = _verdict("JSON Feed", found, broken, ())
    return Extraction(
        found, None, verdict, None, next_page, (), language[:35] or None, plain_title(title) or None, "feed:json"
    )


_JSON_FACTS = ("title", "language", "next_url")


def _sitemap(feed: XmlFeed, url: str, *, now: datetime) -> Extraction:
    elements = sitemap_urls(feed.root, "url")
    news = [element for element in elements if is_news(element)]
    found, broken = _read(news or elements, lambda element: read_url(element, url, now=now))
    if news:
        verdict = _verdict("news sitemap", found, broken, feed.notes)
    else:
        notes = ("a sitemap says neither titles nor publication dates; titles were read from the URLs", *feed.notes)
        verdict = _verdict("sitemap", found, broken, notes, sure=0.6)
    return Extraction(found, None, verdict, tier="sitemap")


def _sitemap_index(feed: XmlFeed, url: str) -> Extraction:
    """Its sitemaps, the newest first: by ``lastmod``, and of those without one the last named."""
    elements = sitemap_urls(feed.root, "sitemap")
    named = [(modified_at(element), link) for element in elements if (link := read_location(element, url))]
    named.reverse()
    named.sort(key=lambda pair: pair[0], reverse=True)
    links = tuple(link for _, link in named[:_MOST_SITEMAPS])
    reason = f"a sitemap index: it names {len(elements)} sitemaps and lists nothing itself"
    return Extraction((), None, Verdict(PageKind.OTHER, 0.95, (reason,)), feed_urls=links, tier="sitemap_index")


def _read(
    elements: Iterable[etree._Element | Any], read: Callable[[Any], ItemData | None]
) -> tuple[tuple[ItemData, ...], int]:
    """Items and the number of entries that gave none; of too many the newer end."""
    found: list[ItemData] = []
    broken = 0
    every = list(elements)
    if len(every) > MOST_ITEMS:
        first, last = (_newest(map(read, some)) for some in (every[:_OF_AN_END], every[-_OF_AN_END:]))
        every = every[-MOST_ITEMS:] if first and last and last > first else every[:MOST_ITEMS]
    for element in every:
        item = read(element)
        if item is None:
            broken += 1
        else:
            found.append(item)
    return tuple(found), broken


def _newest(items: Iterable[ItemData | None]) -> date | None:
    days = [item.published.on for item in items if item and item.published and item.published.on]
    return max(days, default=None)


def _verdict(
    name: str, found: tuple[ItemData, ...], broken: int, notes: tuple[str, ...], *, sure: float = 0.98
) -> Verdict:
    lost = (f"{broken} of {broken + len(found)} entries have neither title nor text nor link",) if broken else ()
    if not found:
        return Verdict(PageKind.EMPTY, 0.9, (f"the {name} has no entries", *lost, *notes))
    reasons = (f"{len(found)} entries of an {name}" if name[0] in "AR" else f"{len(found)} entries of a {name}",)
    confidence = sure - (0.13 if notes and sure > 0.9 else 0.0) - 0.3 * broken / (broken + len(found))
    return Verdict(PageKind.LISTING, round(confidence, 2), (*reasons, *lost, *notes))
