"""Which hub tells of news of a page (W3C WebSub, section 4): from a feed's links, or the header ``Link``. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from scraper.extract.feed_xml import children
from scraper.types import HubLink
from scraper.urls import resolve_url

_LONGEST_HEADER = 8_192
_LINK = re.compile(r"<([^<>]{1,2000})>([^<]{0,500})")
_REL = re.compile(r""";\s{0,9}rel\s{0,9}=\s{0,9}(?:"([^"]{1,100})"|([\w-]{1,40}))""", re.IGNORECASE)


def hub_of_feed(root: etree._Element, url: str) -> HubLink | None:
    """The hub that a feed names among the links of its channel."""
    channel = next((child for _, name, child in children(root) if name == "channel"), root)
    links = (
        (element.get("rel") or "", element.get("href") or "")
        for _, name, element in children(channel)
        if name == "link"
    )
    return _hub(links, url)


def hub_of_header(link: str | None, url: str) -> HubLink | None:
    """The hub that an answer names in its header ``Link`` (RFC 8288)."""
    return _hub(_parse(link or ""), url)


def _parse(header: str) -> Iterator[tuple[str, str]]:
    for found in _LINK.finditer(header[:_LONGEST_HEADER]):
        for rel in _REL.finditer(found[2]):
            yield rel[1] or rel[2], found[1]


def _hub(links: Iterator[tuple[str, str]], url: str) -> HubLink | None:
    hub = topic = None
    for rels, href in links:
        for rel in rels.lower().split():
            if rel == "hub":
                hub = hub or resolve_url(url, href)
            elif rel == "self":
                topic = topic or resolve_url(url, href)
    return HubLink(hub, topic or url) if hub else None
