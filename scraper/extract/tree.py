"""A page as flat arrays in document order: what every later step of the extraction reads.

One walk (:mod:`scraper.extract.walk`) gives each node an index; a subtree, and any run of siblings, is then an
interval of indices, and "how many links, letters, dates are in there" is a difference of two prefix sums.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from scraper.extract.markup import Attributes, find_value

STYLE_LEVELS = 4
"""Elements, from one outwards, whose classes make up its style."""

TEXT = "#"

_DIGITS = re.compile(r"\d+")


@dataclass(slots=True)
class Line:
    """Text that stands on one line of the page: a block's inline content between two breaks. ``chunks`` are the
    indices of its text nodes, ``block`` the element it stands in."""

    block: int
    chunks: list[int]
    text: str = ""


Style = tuple[int, str, tuple[str, ...]]


@dataclass(slots=True)
class Tree:
    """The page's body. All lists are indexed by node; ``end[i]`` is one past the last node below ``i``.

    ``path`` numbers the chains of tags from the body (no classes, no positions); ``place`` is the same with the number
    of each table cell in its row.
    ``text`` is in single spaces, with one before it where the page would part it from the text before.
    ``units`` are prefix sums of text length in words, ``linked`` of the part of it inside links, ``links`` of links.
    In document order: ``images`` are pictures, ``anchors`` links to a place on the page itself, ``marked`` elements
    with machine dates, properties or authors. ``hrefs`` are the addresses of links, ``scripted`` what those call that
    have a script in place of one; ``passwords`` counts fields; ``apart`` are formatting elements that are no emphasis
    but fields of a record.
    """

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    attrs: Attributes = field(default_factory=Attributes)
    block: list[int] = field(default_factory=list)
    link: list[int] = field(default_factory=list)
    heading: list[int] = field(default_factory=list)
    aside: list[bool] = field(default_factory=list)
    units: list[int] = field(default_factory=lambda: [0])
    linked: list[int] = field(default_factory=lambda: [0])
    links: list[int] = field(default_factory=lambda: [0])
    images: list[int] = field(default_factory=list)
    anchors: list[int] = field(default_factory=list)
    marked: list[int] = field(default_factory=list)
    hrefs: dict[int, str] = field(default_factory=dict)
    scripted: dict[int, str] = field(default_factory=dict)
    passwords: int = 0
    apart: set[int] = field(default_factory=set)
    lines: list[Line] = field(default_factory=list)
    line_starts: list[int] = field(default_factory=list)
    chunk_nodes: list[int] = field(default_factory=list)
    dresses: dict[int, tuple[str, ...]] = field(default_factory=dict)
    styles: dict[str, str] = field(default_factory=lambda: {"": ""})
    classes: dict[str, str] = field(default_factory=lambda: {"": ""})
    cut: bool = False

    def __len__(self) -> int:
        return len(self.tag)

    def text_of(self, start: int, stop: int) -> str:
        """The text between two nodes on one line; a space where the page would break or separate it."""
        nodes = self.chunk_nodes
        low, high = bisect_left(nodes, start), bisect_left(nodes, stop)
        return "".join([self.text[i] for i in nodes[low:high]]).strip()

    def lines_of(self, start: int, stop: int) -> list[Line]:
        """The lines that begin between two nodes."""
        return self.lines[bisect_left(self.line_starts, start) : bisect_left(self.line_starts, stop)]

    def images_in(self, start: int, stop: int) -> list[int]:
        """The pictures between two nodes."""
        return self.images[bisect_left(self.images, start) : bisect_left(self.images, stop)]

    def links_in(self, start: int, stop: int) -> int:
        return self.links[stop] - self.links[start]

    def units_in(self, start: int, stop: int) -> int:
        return self.units[stop] - self.units[start]

    def linked_in(self, start: int, stop: int) -> int:
        return self.linked[stop] - self.linked[start]

    def style_of(self, node: int) -> Style:
        """How an element is dressed: its path, and the classes (or ids) of it and the elements around it. Digits are
        dropped, so that a site's numbered variants are one. Only ever compared with another of the same page."""
        above = self.parent[node]
        around = self.dresses.get(above)
        if around is None:
            found = []
            for _ in range(STYLE_LEVELS - 1):
                if above < 0:
                    break
                found.append(self.class_of(above))
                above = self.parent[above]
            around = self.dresses[self.parent[node]] = tuple(found)
        return self.path[node], self.class_of(node), around

    def class_of(self, node: int) -> str:
        """The classes (or the id) of an element, digits dropped."""
        raw = self.attrs.raw[node]
        style = self.styles.get(raw)
        if style is None:
            style = self.styles[raw] = _DIGITS.sub("", find_value(raw, "class") or find_value(raw, "id"))
        return style

    def children(self, node: int, most: int = 1 << 60) -> list[int]:
        """Direct children in order, text nodes too; the first ``most`` of them."""
        found: list[int] = []
        child, end = node + 1, self.end
        stop = end[node]
        while child < stop and len(found) < most:
            found.append(child)
            child = end[child]
        return found


def is_link(href: str) -> bool:
    """Whether an address leads to another document (no script, no mail, no place on this page)."""
    href = href.lower()
    return bool(href) and not href.startswith(
        ("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:", "sms:", "about:", "blob:", "skype:", "file:")
    )
