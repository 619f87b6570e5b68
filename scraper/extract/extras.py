"""A record's picture and author: fields that a listing may do without."""

from __future__ import annotations

from bisect import bisect_left

from scraper.extract.columns import Page
from scraper.extract.groups import Record
from scraper.extract.tree import Tree
from scraper.text import clean_text
from scraper.urls import resolve_url

_SOURCES = ("data-src", "data-original", "data-lazy-src", "src")
MOST_IMAGES = 40
"""Pictures of a record that are looked at."""
MAX_AUTHOR = 100


def image_of(tree: Tree, record: Record, base: str) -> str | None:
    """The address of the record's first picture that is not written into the page itself (a placeholder)."""
    for i in tree.images_in(record.start, record.stop)[:MOST_IMAGES]:
        attrs = tree.attrs[i]
        for name in _SOURCES:
            value = attrs.get(name)
            if value and not value.startswith("data:"):
                return resolve_url(base, value)
    return None


def author_of(page: Page, record: Record) -> str | None:
    """Who the mark-up says wrote it (``rel=author``, ``itemprop=author``)."""
    nodes, tree = page.author_nodes, page.tree
    at = bisect_left(nodes, record.start)
    if at == len(nodes) or nodes[at] >= record.stop:
        return None
    name = clean_text(tree.text_of(nodes[at], tree.end[nodes[at]]))
    return name if 0 < len(name) <= MAX_AUTHOR else None
