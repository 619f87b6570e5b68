"""A page as flat arrays in document order: what every later step of the extraction reads.

One walk over a browser-conform tree (lexbor) gives each node an index; a subtree, and any run of siblings, is then an
interval of indices, and "how many links, letters, dates are in there" is a difference of two prefix sums. Nothing
after this file touches the parser.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field
from functools import lru_cache

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.text import count_units

MAX_NODES = 150_000
"""Nodes that are read of one page; the rest of a larger one is left out."""
MAX_DEPTH = 300
"""Levels below which nothing is read: a page that nests deeper is an attack or an accident."""
MAX_CHUNK = 20_000
"""Characters kept of one text node."""

STYLE_LEVELS = 4
"""Elements, from one outwards, whose classes make up its style."""

TEXT = "#"

_INLINE = frozenset(
    "a abbr acronym b bdi bdo big cite code data del dfn em font i img ins kbd label mark nobr q rp rt ruby s samp "
    "small span strike strong sub sup time tt u var wbr picture svg".split()
)
_FORMATTING = frozenset("b bdi bdo big del dfn em font i ins mark nobr s small strike strong sub sup tt u wbr".split())
_SKIPPED = frozenset(
    "script style template noscript svg canvas object embed iframe select datalist textarea math map audio video "
    "-comment head".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ASIDE = frozenset("nav footer aside dialog menu".split())
_ASIDE_ROLES = frozenset(
    "navigation contentinfo complementary search menu menubar toolbar tablist dialog banner".split()
)
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
    ``units`` are prefix sums of text length in words, ``linked`` of the part of it inside links, ``links`` of links,
    ``images`` of pictures.
    ``anchors`` are links to a place on the page itself.
    """

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    place: list[int] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    attrs: list[dict[str, str | None] | None] = field(default_factory=list)
    block: list[int] = field(default_factory=list)
    link: list[int] = field(default_factory=list)
    heading: list[int] = field(default_factory=list)
    aside: list[bool] = field(default_factory=list)
    units: list[int] = field(default_factory=lambda: [0])
    linked: list[int] = field(default_factory=lambda: [0])
    links: list[int] = field(default_factory=lambda: [0])
    images: list[int] = field(default_factory=lambda: [0])
    anchors: list[int] = field(default_factory=list)
    lines: list[Line] = field(default_factory=list)
    line_starts: list[int] = field(default_factory=list)
    chunk_nodes: list[int] = field(default_factory=list)
    dresses: dict[int, tuple[str, ...]] = field(default_factory=dict)
    cut: bool = False

    def __len__(self) -> int:
        return len(self.tag)

    def text_of(self, start: int, stop: int) -> str:
        """The text between two nodes on one line; a space where the page would break or separate it."""
        nodes = self.chunk_nodes
        low, high = bisect_left(nodes, start), bisect_left(nodes, stop)
        return " ".join("".join([self.text[i] for i in nodes[low:high]]).split())

    def lines_of(self, start: int, stop: int) -> list[Line]:
        """The lines that begin between two nodes."""
        return self.lines[bisect_left(self.line_starts, start) : bisect_left(self.line_starts, stop)]

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
                found.append(self._class_of(above))
                above = self.parent[above]
            around = self.dresses[self.parent[node]] = tuple(found)
        return self.path[node], self._class_of(node), around

    def _class_of(self, node: int) -> str:
        attrs = self.attrs[node]
        style = (attrs.get("class") or attrs.get("id") or "") if attrs else ""
        return style if not style or style.isalpha() else _without_digits(style)

    def children(self, node: int) -> list[int]:
        """Direct children in order, text nodes too."""
        found, child, stop = [], node + 1, self.end[node]
        while child < stop:
            found.append(child)
            child = self.end[child]
        return found


@lru_cache(maxsize=4096)
def _without_digits(style: str) -> str:
    return _DIGITS.sub("", style)


def is_link(attrs: dict[str, str | None] | None) -> bool:
    """Whether an ``a`` leads to another document (no script, no mail, no place on this page)."""
    href = (attrs or {}).get("href")
    if not href:
        return False
    href = href.strip().lower()
    return bool(href) and not href.startswith(
        ("#", "javascript:", "mailto:", "tel:", "data:", "whatsapp:", "sms:", "about:", "blob:", "skype:", "file:")
    )


def build_tree(parser: LexborHTMLParser) -> Tree:
    """Flatten the body. Linear in the page; reads at most :data:`MAX_NODES` nodes."""
    tree = Tree()
    body = parser.body
    if body is None:
        return tree
    builder = _Builder(tree)
    index = builder.index
    rows = builder.rows
    for node in body.traverse(include_text=True):
        above = node.parent
        parent = index.get(above.mem_id, -1) if above is not None else -1
        if parent < 0 and rows:
            continue
        tag = node.tag
        if tag == "-text":
            builder.add_text(parent, node.text_content)
        elif tag and tag not in _SKIPPED:
            builder.add_element(parent, tag, node)
            if len(rows) >= MAX_NODES:
                tree.cut = True
                break
    builder.finish()
    return tree


Attrs = dict[str, str | None]
_Row = tuple[str, int, int, int, int, str, "Attrs | None", int, int, int, bool, int, int, int, int]


class _Builder:
    """The state of one walk: a tuple a node, made into columns at the end (one append a node is what is quick)."""

    __slots__ = (
        "broken", "cells", "images", "index", "kids", "last_parent", "linked", "links", "places", "rows", "spaced",
        "tree", "units",
    )  # fmt: skip

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.rows: list[_Row] = []
        self.index: dict[int, int] = {}
        self.kids: list[dict[str, int]] = [{}]
        self.places: dict[tuple[int, str], int] = {}
        self.cells: dict[int, int] = {}
        self.units = self.linked = self.links = self.images = 0
        self.last_parent = -1
        self.spaced = self.broken = True

    def add_text(self, parent: int, raw: str | None) -> None:
        if not raw or raw.isspace():
            self.spaced = True
            return
        rows, tree = self.rows, self.tree
        (_, _, depth, path, place, _, _, block, link, heading, aside, *_) = rows[parent]
        i = len(rows)
        text = raw if len(raw) <= MAX_CHUNK else raw[:MAX_CHUNK]
        last = self.last_parent
        if self.spaced or (
            last != parent and last >= 0 and rows[last][2] >= depth and rows[last][0] not in _FORMATTING
        ):
            text = " " + text
        self.spaced, self.last_parent = False, parent
        size = len(text.split()) if text.isascii() else count_units(text)
        rows.append(
            (TEXT, parent, depth + 1, path, place, text, None, block, link, heading, aside,
             self.units, self.linked, self.links, self.images)
        )  # fmt: skip
        self.units += size
        if link >= 0:
            self.linked += size
        lines = tree.lines
        if self.broken or lines[-1].block != block:
            lines.append(Line(block, [i]))
            self.broken = False
        else:
            lines[-1].chunks.append(i)

    def add_element(self, parent: int, tag: str, node: LexborNode) -> None:  # noqa: PLR0912 - one node, one pass
        rows = self.rows
        i = len(rows)
        if parent >= 0:
            (_, _, depth, above, place, _, _, block, link, heading, aside, *_) = rows[parent]
            depth += 1
            if depth > MAX_DEPTH:
                return
        else:
            depth, above, place, block, link, heading, aside = 0, 0, 0, i, -1, -1, False
        attrs = node.attributes
        self.index[node.mem_id] = i
        kids = self.kids[above]
        path = kids.get(tag, 0)
        if not path:
            path = kids[tag] = len(self.kids)
            self.kids.append({})
        if tag not in _INLINE:
            block = i
            self.broken = self.spaced = True
        elif tag not in _FORMATTING:
            self.spaced = True
        linking = 0
        if attrs:
            if tag == "a":
                if is_link(attrs):
                    link, linking = i, 1
                elif (attrs.get("href") or "")[:1] == "#" and len(attrs["href"] or "") > 1:
                    self.tree.anchors.append(i)
            elif "role" in attrs:
                role = attrs["role"]
                heading = i if role == "heading" else heading
                aside = aside or role in _ASIDE_ROLES
        if tag in _HEADINGS:
            heading = i
        elif tag in _ASIDE:
            aside = True
        rows.append(
            (tag, parent, depth, path, self._place(parent, place, above, path, tag), "", attrs or None,
             block, link, heading, aside, self.units, self.linked, self.links, self.images)
        )  # fmt: skip
        self.links += linking
        if tag == "img":
            self.images += 1

    def _place(self, parent: int, place: int, above: int, path: int, tag: str) -> int:
        """The path itself outside of tables, else a (negative) number that tells cells apart by their position."""
        if tag in ("td", "th"):
            cell = self.cells[parent] = self.cells.get(parent, 0) + 1
            tag = f"{tag}{cell}"
        elif place == above:
            return path
        return self.places.setdefault((place, tag), -len(self.places) - 1)

    def finish(self) -> None:
        tree, rows = self.tree, self.rows
        if not rows:
            return
        columns = [list(column) for column in zip(*rows, strict=True)]
        (tree.tag, tree.parent, tree.depth, tree.path, tree.place, tree.text, tree.attrs, tree.block,
         tree.link, tree.heading, tree.aside, tree.units, tree.linked, tree.links, tree.images) = columns  # fmt: skip
        tree.units.append(self.units)
        tree.linked.append(self.linked)
        tree.links.append(self.links)
        tree.images.append(self.images)
        parents = tree.parent
        end = list(range(1, len(rows) + 1))
        for i in range(len(rows) - 1, 0, -1):
            above = parents[i]
            end[above] = max(end[above], end[i])
        tree.end = end
        tree.chunk_nodes = [i for i, tag in enumerate(tree.tag) if tag is TEXT]
        tree.line_starts = [line.chunks[0] for line in tree.lines]
        _finish_lines(tree)


def _finish_lines(tree: Tree) -> None:
    text = tree.text
    for line in tree.lines:
        chunks = line.chunks
        joined = text[chunks[0]] if len(chunks) == 1 else "".join([text[i] for i in chunks])
        line.text = " ".join(joined.split())
