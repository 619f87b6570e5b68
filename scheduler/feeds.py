"""Feeds out: Atom (RFC 4287), JSON Feed 1.1 (https://jsonfeed.org/version/1.1) and OPML 2.0. Pure.

An entry's id is the item's URN, for ever; edits, withdrawals and returns move its ``updated``.
"""

from __future__ import annotations

import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from scheduler.inert import MAX_SUMMARY, MAX_TITLE, inert_line, inert_url
from scraper.clock import to_text
from scraper.settings import CONTACT_URL

_ATOM = "http://www.w3.org/2005/Atom"
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
"""What XML 1.0 cannot hold, escaped or not."""

ET.register_namespace("", _ATOM)


@dataclass(frozen=True, slots=True)
class FeedEntry:
    """An item. ``published`` is an instant only where the page shows one, else when it was first seen."""

    urn: str
    title: str
    url: str | None
    summary: str | None
    author: str | None
    source: str
    published: datetime
    updated: datetime
    tags: tuple[str, ...] = ()
    withdrawn: bool = False


@dataclass(frozen=True, slots=True)
class Feed:
    """``name`` is the stem of its files; ``about`` the page it is about, if it is one; ``updated`` that of an empty
    feed. Entries are given the latest first."""

    name: str
    title: str
    updated: datetime
    entries: tuple[FeedEntry, ...]
    about: str | None = None

    @property
    def updated_at(self) -> datetime:
        """When it changed last."""
        return max((entry.updated for entry in self.entries), default=self.updated)

    @property
    def id(self) -> str:
        """Its URN."""
        from urllib.parse import quote

        return f"urn:presswatch:feed:{quote(self.name, safe='')}"


@dataclass(frozen=True, slots=True)
class Outline:
    """A source in an OPML list; ``feed_url`` is ``None`` where there is no feed of it."""

    title: str
    url: str
    feed_url: str | None
    tags: tuple[str, ...] = ()


def atom_bytes(feed: Feed, *, self_url: str | None = None) -> bytes:
    """An Atom document. ``self_url`` is where it will be found."""
    root = ET.Element(f"{{{_ATOM}}}feed")
    _add(root, "id", feed.id)
    _add(root, "title", _line(feed.title, MAX_TITLE))
    _add(root, "updated", to_text(feed.updated_at))
    _add(root, "generator", "presswatch")
    _add(ET.SubElement(root, f"{{{_ATOM}}}author"), "name", "presswatch")
    for rel, url in (("self", self_url), ("alternate", inert_url(feed.about))):
        if url:
            ET.SubElement(root, f"{{{_ATOM}}}link", {"rel": rel, "href": _xml(url)})
    for entry in feed.entries:
        _add_entry(ET.SubElement(root, f"{{{_ATOM}}}entry"), entry)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document


def json_bytes(feed: Feed, *, self_url: str | None = None) -> bytes:
    """A JSON Feed. ``self_url`` is where it will be found."""
    document: dict[str, object] = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": _line(feed.title, MAX_TITLE),
        "items": [_json_item(entry) for entry in feed.entries],
    }
    if self_url:
        document["feed_url"] = self_url
    if about := inert_url(feed.about):
        document["home_page_url"] = about
    return json.dumps(document, ensure_ascii=False, indent=1).encode("utf-8", "replace") + b"\n"


def opml_bytes(title: str, outlines: Sequence[Outline]) -> bytes:
    """An OPML list: feeds where there are any, else links."""
    root = ET.Element("opml", {"version": "2.0"})
    _add_plain(ET.SubElement(root, "head"), "title", title)
    body = ET.SubElement(root, "body")
    for outline in outlines:
        name = _line(outline.title, 200)
        attributes = {"text": name, "title": name}
        feed_url, url = inert_url(outline.feed_url), inert_url(outline.url)
        if feed_url:
            attributes |= {"type": "rss", "xmlUrl": _xml(feed_url)} | ({"htmlUrl": _xml(url)} if url else {})
        elif url:
            attributes |= {"type": "link", "url": _xml(url)}
        if outline.tags:
            attributes["category"] = _xml(",".join(outline.tags))
        ET.SubElement(body, "outline", attributes)
    ET.indent(root)
    document: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return document + b"\n"


def shown_title(entry: FeedEntry) -> str:
    """Its title; of a withdrawn item it says so."""
    title = _line(entry.title, MAX_TITLE) or "(no title)"
    return f"Withdrawn: {title}" if entry.withdrawn else title


def _add_entry(parent: ET.Element, entry: FeedEntry) -> None:
    _add(parent, "id", entry.urn)
    _add(parent, "title", shown_title(entry))
    _add(parent, "updated", to_text(entry.updated))
    _add(parent, "published", to_text(entry.published))
    _add(ET.SubElement(parent, f"{{{_ATOM}}}author"), "name", _byline(entry))
    url = inert_url(entry.url)
    if url:
        ET.SubElement(parent, f"{{{_ATOM}}}link", {"rel": "alternate", "href": _xml(url)})
    for tag in _tags(entry):
        ET.SubElement(parent, f"{{{_ATOM}}}category", {"term": _xml(tag)})
    summary = _line(entry.summary or "", MAX_SUMMARY)
    if summary:
        _add(parent, "summary", summary)
    if not url:
        # RFC 4287 4.1.2: what links nowhere must have contents.
        _add(parent, "content", summary or shown_title(entry))


def _json_item(entry: FeedEntry) -> dict[str, object]:
    item: dict[str, object] = {
        "id": entry.urn,
        "title": shown_title(entry),
        "content_text": _line(entry.summary or "", MAX_SUMMARY) or shown_title(entry),
        "date_published": to_text(entry.published),
        "date_modified": to_text(entry.updated),
        "authors": [{"name": _byline(entry)}],
        "tags": _tags(entry),
        "_presswatch": {"about": CONTACT_URL, "withdrawn": entry.withdrawn},
    }
    if url := inert_url(entry.url):
        item["url"] = url
    return item


def _byline(entry: FeedEntry) -> str:
    return _line(entry.author or "", 100) or _line(entry.source, 100) or "presswatch"


def _tags(entry: FeedEntry) -> list[str]:
    return [*(_line(tag, 64) for tag in entry.tags), *(["withdrawn"] if entry.withdrawn else [])]


def _add(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, f"{{{_ATOM}}}{name}").text = _xml(text)


def _add_plain(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = _xml(text)


def _line(text: str, limit: int) -> str:
    return _xml(inert_line(text, limit))


def _xml(text: str) -> str:
    return _NO_XML.sub("\ufffd", text)
