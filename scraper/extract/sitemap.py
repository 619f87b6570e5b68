"""Sitemaps (sitemaps.org 0.9) and news sitemaps as listings."""

from __future__ import annotations

from datetime import datetime

from lxml import etree

from scraper.dates import parse_iso
from scraper.extract.feed_text import feed_date, plain_title, title_from_url
from scraper.extract.feed_xml import children, space_and_name, text_of
from scraper.types import ItemData
from scraper.urls import resolve_url


def is_news(element: etree._Element) -> bool:
    """Whether a sitemap's ``url`` element carries a ``news:news`` part."""
    return any(space == "news" and name == "news" for space, name, _ in children(element))


def sitemap_urls(root: etree._Element, name: str) -> list[etree._Element]:
    """The ``url`` (or ``sitemap``) elements, in order."""
    return [child for _, local, child in children(root) if local == name]


def read_location(element: etree._Element, base: str) -> str | None:
    """The absolute URL that an element's ``loc`` names."""
    for space, name, child in children(element):
        if name == "loc" and space != "image":
            return resolve_url(base, text_of(child).strip())
    return None


def modified_at(element: etree._Element) -> str:
    """When an element's document was changed, as UTC text whose order is time order; empty where it does not say."""
    for _, name, child in children(element):
        if name == "lastmod":
            found = parse_iso(text_of(child).strip())
            if found is None or found.on is None:
                return ""
            return found.at.isoformat() if found.at else f"{found.on.isoformat()}T{found.local_time or '00:00'}"
    return ""


def read_url(element: etree._Element, base: str, *, now: datetime) -> ItemData | None:
    """One ``url`` as an item: a news entry with its title and date, another with a title read from its URL.

    ``lastmod`` says when a page was changed, not when it was published: it is no publication date.
    """
    link = read_location(element, base)
    if link is None:
        return None
    title, published, image = None, None, None
    for part in element.iter():
        if not isinstance(part.tag, str):
            continue
        space, name = space_and_name(part)
        if space == "news" and name == "title" and not title:
            title = plain_title(text_of(part))
        elif space == "news" and name == "publication_date" and not published:
            published = feed_date([text_of(part)], now=now)
        elif space == "image" and name == "loc" and not image:
            image = resolve_url(base, text_of(part).strip())
    how = "sitemap:news" if title else "sitemap:url"
    title = title or title_from_url(link)
    if not title:
        return None
    return ItemData(title, url=link, published=published, image_url=image, provenance=(("title", how),))
