"""A page as flat arrays in document order: what every later step of the extraction reads.

One walk over a browser-conform tree (lexbor) gives each node an index; a subtree, and any run of siblings, is then an
interval of indices, and "how many links, letters, dates are in there" is a difference of two prefix sums. Nothing
after this file touches the parser.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, field

from selectolax.lexbor import LexborHTMLParser

from scraper.text import count_units

MAX_NODES = 150_000
"""Nodes that are read of one page; the rest of a larger one is left out."""
MAX_DEPTH = 300
"""Levels below which nothing is read: a page that nests deeper is an attack or an accident."""
MAX_CHUNK = 20_000
"""Characters kept of one text node."""

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


@dataclass(slots=True)
class Tree:
    """The page's body. All lists are indexed by node; ``end[i]`` is one past the last node below ``i``.

    ``path`` numbers the chains of tags from the body (no classes, no positions); ``place`` is the same with the number
    of each table cell in its row; ``styled`` the same with classes (or ids), of which digits are dropped: a site's
    numbered variants share one.
    ``units`` are prefix sums of text length in words, ``linked`` of the part of it inside links, ``links`` of links,
    ``images`` of pictures.
    """

    tag: list[str] = field(default_factory=list)
    parent: list[int] = field(default_factory=list)
    end: list[int] = field(default_factory=list)
    depth: list[int] = field(default_factory=list)
    path: list[int] = field(default_factory=list)
    styled: list[int] = field(default_factory=list)
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
    lines: list[Line] = field(default_factory=list)
    line_starts: list[int] = field(default_factory=list)
    chunk_nodes: list[int] = field(default_factory=list)
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

    def ancestors(self, node: int) -> list[int]:
        """From the parent up to the body."""
        found = []
        node = self.parent[node]
        while node >= 0:
            found.append(node)
            node = self.parent[node]
        return found

    def children(self, node: int) -> list[int]:
        """Direct children in order, text nodes too."""
        found, child, stop = [], node + 1, self.end[node]
        while child < stop:
            found.append(child)
            child = self.end[child]
        return found


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
    _Builder(tree).walk(body)
    return tree


class _Builder:
    """The state of one walk."""

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.index: dict[int, int] = {}
        self.paths: dict[tuple[int, str], int] = {}
        self.styles: dict[tuple[int, str, str], int] = {}
        self.places: dict[tuple[int, str], int] = {}
        self.cells: dict[int, int] = {}
        self.stack: list[int] = []
        self.pending_space = True
        self.broken = True

    def walk(self, body: object) -> None:
        tree, index = self.tree, self.index
        for node in body.traverse(include_text=True):  # type: ignore[attr-defined]
            tag = node.tag
            above = node.parent
            parent = index.get(above.mem_id, -1) if above is not None else -1
            if parent < 0 and tree.tag:
                continue
            if tag == "-text":
                self._add_text(parent, node.text_content or "")
            elif tag not in _SKIPPED and (parent < 0 or tree.depth[parent] < MAX_DEPTH):
                self._add_element(parent, tag, node)
            if len(tree.tag) >= MAX_NODES:
                tree.cut = True
                break
        last = len(tree.tag)
        for open_node in self.stack:
            tree.end[open_node] = last
        _finish_lines(tree)

    def _close_to(self, parent: int) -> None:
        stack, here = self.stack, len(self.tree.tag)
        while stack and stack[-1] != parent:
            closed = stack.pop()
            self.tree.end[closed] = here
            if self.tree.tag[closed] not in _FORMATTING:
                self.pending_space = True

    def _add_text(self, parent: int, raw: str) -> None:
        self._close_to(parent)
        if not raw or raw.isspace():
            self.pending_space = True
            return
        tree = self.tree
        i = len(tree.tag)
        text = raw[:MAX_CHUNK]
        if self.pending_space:
            text = " " + text
        self.pending_space = False
        self._push(parent, TEXT, None, text)
        tree.end[i] = i + 1
        block = tree.block[parent] if parent >= 0 else -1
        tree.block[i] = block
        size = count_units(text)
        tree.units.append(tree.units[-1] + size)
        tree.linked.append(tree.linked[-1] + (size if tree.link[i] >= 0 else 0))
        tree.links.append(tree.links[-1])
        tree.images.append(tree.images[-1])
        tree.chunk_nodes.append(i)
        if self.broken or not tree.lines or tree.lines[-1].block != block:
            tree.lines.append(Line(block, [i]))
            tree.line_starts.append(i)
            self.broken = False
        else:
            tree.lines[-1].chunks.append(i)

    def _add_element(self, parent: int, tag: str, node: object) -> None:
        self._close_to(parent)
        tree = self.tree
        i = len(tree.tag)
        attrs: dict[str, str | None] = node.attributes  # type: ignore[attr-defined]
        self._push(parent, tag, attrs or None, "")
        self.index[node.mem_id] = i  # type: ignore[attr-defined]
        self.stack.append(i)
        inline = tag in _INLINE
        if not inline:
            self.broken = True
        if tag not in _FORMATTING:
            self.pending_space = True
        tree.block[i] = tree.block[parent] if inline and parent >= 0 else i
        if tag in _HEADINGS or (attrs and attrs.get("role") == "heading"):
            tree.heading[i] = i
        linking = 0
        if tag == "a" and is_link(attrs):
            tree.link[i] = i
            linking = 1
        if tag in _ASIDE or (attrs and attrs.get("role") in _ASIDE_ROLES):
            tree.aside[i] = True
        tree.units.append(tree.units[-1])
        tree.linked.append(tree.linked[-1])
        tree.links.append(tree.links[-1] + linking)
        tree.images.append(tree.images[-1] + (1 if tag == "img" else 0))

    def _push(self, parent: int, tag: str, attrs: dict[str, str | None] | None, text: str) -> None:
        tree = self.tree
        tree.tag.append(tag)
        tree.parent.append(parent)
        tree.end.append(0)
        tree.text.append(text)
        tree.attrs.append(attrs)
        tree.block.append(-1)
        if parent >= 0:
            tree.depth.append(tree.depth[parent] + 1)
            above, styled_above, place_above = tree.path[parent], tree.styled[parent], tree.place[parent]
            tree.link.append(tree.link[parent])
            tree.heading.append(tree.heading[parent])
            tree.aside.append(tree.aside[parent])
        else:
            tree.depth.append(0)
            above = styled_above = place_above = -1
            tree.link.append(-1)
            tree.heading.append(-1)
            tree.aside.append(False)
        tree.path.append(self.paths.setdefault((above, tag), len(self.paths)))
        kind = tag
        if tag in ("td", "th"):
            cell = self.cells[parent] = self.cells.get(parent, 0) + 1
            kind = f"{tag}{cell}"
        tree.place.append(self.places.setdefault((place_above, kind), len(self.places)))
        style = _DIGITS.sub("", attrs.get("class") or attrs.get("id") or "") if attrs else ""
        tree.styled.append(self.styles.setdefault((styled_above, tag, style), len(self.styles)))


def _finish_lines(tree: Tree) -> None:
    text = tree.text
    for line in tree.lines:
        chunks = line.chunks
        joined = text[chunks[0]] if len(chunks) == 1 else "".join([text[i] for i in chunks])
        line.text = " ".join(joined.split())
