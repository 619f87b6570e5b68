"""Entries of RSS (0.9x, 1.0, 2.0) and Atom (0.3, 1.0) as items."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from lxml import etree

from scraper.extract.feed_text import feed_date, person, plain_summary, plain_title, title_from_url
from scraper.extract.feed_xml import base_of, children, inner_markup, language_of, space_and_name, text_of
from scraper.text import clean_text, first_sentence
from scraper.types import ItemData
from scraper.urls import resolve_url

_DATE_FIELDS = ("pubdate", "published", "dc:date", "dc:issued", "dc:created", "issued", "created", "date", "updated")
_LATER_DATES = ("modified", "dc:modified", "atom:updated")
_SHORT_TEXTS = ("description", "summary", "dc:description", "media:description", "itunes:summary", "abstract")
_LONG_TEXTS = ("content:encoded", "content", "body", "fulltext")
_NO_PAGE = frozenset(
    ("self", "edit", "edit-media", "enclosure", "replies", "hub", "next", "previous", "prev", "license")
)
_OTHER_VOCABULARIES = frozenset(("media", "itunes", "dc", "content", "xhtml"))
_GUID_CHARACTERS = 1_000
_NOTABLE = 20

Fields = dict[str, list[etree._Element]]


def entries(root: etree._Element) -> Iterator[etree._Element]:
    """The ``item`` and ``entry`` elements of a feed, in order, wherever a broken feed puts them."""
    for element in root.iter():
        if isinstance(element.tag, str):
            space, name = space_and_name(element)
            if name in ("item", "entry") and space not in _OTHER_VOCABULARIES:
                yield element


def read_entry(entry: etree._Element, url: str, *, now: datetime, languages: tuple[str, ...]) -> ItemData | None:
    """One entry as an item; ``None`` for one that has neither title nor text nor link."""
    fields = _fields(entry)
    link = _link(entry, fields, url)
    summary = _summary(fields)
    title, how = _title(fields, summary, link)
    if not title:
        return None
    guid = _first_text(fields, ("guid", "id", "dc:identifier"))
    return ItemData(
        title,
        url=link,
        published=feed_date(_dates(fields), now=now, languages=languages),
        summary=summary,
        author=_author(fields),
        image_url=_image(entry, fields, url),
        guid=guid[:_GUID_CHARACTERS] if guid else None,
        provenance=(("title", how),),
    )


def _fields(entry: etree._Element) -> Fields:
    """Child elements by name, with their vocabulary's prefix unless it is the feed's own."""
    fields: Fields = defaultdict(list)
    own = {"", "atom", space_and_name(entry)[0]}
    for space, name, child in children(entry):
        key = name if space in own else f"{space}:{name}"
        if len(fields[key]) < _NOTABLE:
            fields[key].append(child)
        if space == "atom":
            fields[f"atom:{name}"].append(child)
    return fields


def _first_text(fields: Fields, names: tuple[str, ...]) -> str | None:
    for name in names:
        for element in fields.get(name, ()):
            if text := clean_text(text_of(element)):
                return text
    return None


def _title(fields: Fields, summary: str | None, link: str | None) -> tuple[str | None, str]:
    for name in ("title", "dc:title", "media:title"):
        for element in fields.get(name, ()):
            if title := plain_title(_markup(element)):
                return title, f"feed:{name}"
    if summary:
        return first_sentence(summary), "feed:summary"
    return (title_from_url(link) or link if link else None), "feed:url"


def _markup(element: etree._Element) -> str:
    return inner_markup(element) if len(element) else text_of(element)


def _summary(fields: Fields) -> str | None:
    for name in (*_SHORT_TEXTS, *_LONG_TEXTS):
        for element in fields.get(name, ()):
            if element.get("src") is None and (summary := plain_summary(_markup(element))):
                return summary
    return None


def _link(entry: etree._Element, fields: Fields, url: str) -> str | None:
    for candidate, element in _link_candidates(entry, fields):
        if candidate.strip() and (link := resolve_url(base_of(element, url), candidate.strip())):
            return link
    return None


def _link_candidates(entry: etree._Element, fields: Fields) -> Iterator[tuple[str, etree._Element]]:
    for element in fields.get("feedburner:origlink", ()):
        yield text_of(element), element
    links = fields.get("link", [])
    hrefs = [element for element in links if element.get("href")]
    pages = [element for element in hrefs if (element.get("rel") or "alternate").lower() == "alternate"]
    pages.sort(key=lambda element: "html" not in (element.get("type") or "html"))
    for element in links:
        if not element.get("href"):
            yield text_of(element), element
    for element in pages:
        yield element.get("href") or "", element
    for element in hrefs:
        if (element.get("rel") or "").lower() not in _NO_PAGE:
            yield element.get("href") or "", element
    for element in fields.get("guid", ()):
        if (element.get("isPermaLink") or "true").lower() != "false" and "://" in (element.text or ""):
            yield text_of(element), element
    yield entry.get("{http://www.w3.org/1999/02/22-rdf-syntax-ns#}about") or "", entry
    for element in fields.get("id", ()):
        if (element.text or "").strip().lower().startswith(("http://", "https://")):
            yield text_of(element), element
    for element in fields.get("content", ()):
        yield element.get("src") or "", element


def _dates(fields: Fields) -> list[str]:
    return [text_of(element) for name in (*_DATE_FIELDS, *_LATER_DATES) for element in fields.get(name, ())[:3]]


def _author(fields: Fields) -> str | None:
    for name in ("author", "dc:creator", "creator", "itunes:author", "media:credit"):
        for element in fields.get(name, ()):
            names = [text_of(child) for _, local, child in children(element) if local == "name"]
            if found := person(names[0] if names else text_of(element)):
                return found
    return None


def _image(entry: etree._Element, fields: Fields, url: str) -> str | None:
    for source in _image_candidates(entry, fields):
        if image := resolve_url(base_of(entry, url), source):
            return image
    return None


def _image_candidates(entry: etree._Element, fields: Fields) -> Iterator[str]:
    media = [
        element for element in entry.iter() if isinstance(element.tag, str) and space_and_name(element)[0] == "media"
    ]
    for element in media[:_NOTABLE]:
        kind = element.get("medium") or (element.get("type") or "").split("/")[0]
        local = space_and_name(element)[1]
        if local == "thumbnail" or (local == "content" and kind in ("image", "")):
            yield element.get("url") or ""
    for element in (*fields.get("enclosure", ()), *fields.get("link", ())):
        if (element.get("type") or "").startswith("image/") and (element.get("rel") or "enclosure") == "enclosure":
            yield element.get("url") or element.get("href") or ""
    for element in fields.get("itunes:image", ()):
        yield element.get("href") or ""
    for element in fields.get("image", ()):
        yield next((text_of(child).strip() for _, local, child in children(element) if local == "url"), "") or (
            element.text or ""
        )


def channel_facts(root: etree._Element, url: str) -> tuple[str | None, str | None, str | None]:
    """Title, language and next page of a feed."""
    channel = next((child for _, name, child in children(root) if name == "channel"), root)
    fields = _fields(channel)
    title = next((plain_title(_markup(element)) for element in fields.get("title", ())), None)
    language = _first_text(fields, ("language", "dc:language")) or language_of(root) or language_of(channel)
    following = next(
        (e.get("href") or "" for e in fields.get("link", ()) if (e.get("rel") or "").lower() == "next"), ""
    )
    return title or None, language[:35] if language else None, resolve_url(url, following) if following else None
