"""One walk over a browser-conform tree (lexbor) into flat arrays. Nothing after it touches the parser."""

from __future__ import annotations

from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.tree import TEXT, Line, Tree, is_link
from scraper.text import count_units

MAX_NODES = 150_000
"""Elements and texts that are read of one page; the rest of a larger one is left out."""
MAX_DEPTH = 300
"""Levels below which nothing is read: a page that nests deeper is an attack or an accident."""
MAX_CHUNK = 20_000
"""Characters kept of one text node."""

_FORMATTING = frozenset("b bdi bdo big del dfn em font i ins mark nobr s small strike strong sub sup tt u wbr".split())
_INLINE = _FORMATTING | frozenset(
    "a abbr acronym cite code data img kbd label q rp rt ruby samp span time var picture svg".split()
)
_SKIPPED = frozenset(
    "script style template noscript svg canvas object embed iframe select datalist textarea math map audio video "
    "-comment head".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ASIDE = frozenset("nav footer aside dialog menu".split())
_ASIDE_ROLES = frozenset(
    "navigation contentinfo complementary search menu menubar toolbar tablist dialog banner".split()
)

Attrs = dict[str, str | None]
_Row = tuple[str, int, int, int, str, "Attrs | None", int, int, int, bool, int]
"""tag, parent, path, place, text, attributes, block, link, heading, aside, words"""


def build_tree(parser: LexborHTMLParser) -> Tree:
    """Flatten the body. Linear in the page; reads at most :data:`MAX_NODES` nodes."""
    tree = Tree()
    body = parser.body
    if body is not None:
        _Walk(tree).take(body)
    return tree


class _Walk:
    """The state of one walk: a tuple a node, made into columns at the end (one append a node is what is quick)."""

    __slots__ = ("cells", "kids", "places", "rows", "tree")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.rows: list[_Row] = []
        self.kids: list[dict[str, int]] = [{}]
        self.places: dict[tuple[int, str], int] = {}
        self.cells: dict[int, int] = {}

    def take(self, body: LexborNode) -> None:  # noqa: C901, PLR0912, PLR0915 - the one loop over all nodes: no calls
        """All nodes of the body, a row each, and the lines of text they make."""
        rows, kids, lines, anchors = self.rows, self.kids, self.tree.lines, self.tree.anchors
        index: dict[int, int] = {}
        depths: list[int] = [0]  # by path
        spaced = broken = True  # white space stands, a line ends, before what comes next
        last, last_depth, last_formats = -1, 0, False  # the element that the last text stood in
        parent, above_id, line_block = -1, 0, -1
        path = place = block = depth = 0
        link = heading = -1
        aside = False
        for node in body.traverse(include_text=True):
            tag = node.tag
            if tag in _SKIPPED or not tag:
                continue
            above = node.parent
            mem = above.mem_id if above is not None else 0
            if mem != above_id:
                parent, above_id = index.get(mem, -1), mem
                if parent >= 0:
                    (own, _, path, place, _, _, block, link, heading, aside, _) = rows[parent]
                    depth, formats = depths[path], own in _FORMATTING
            if parent < 0 and rows:
                continue
            if tag == "-text":
                text = node.text_content
                if not text or text.isspace():
                    spaced = True
                    continue
                if len(text) > MAX_CHUNK:
                    text = text[:MAX_CHUNK]
                if spaced or (last != parent and last >= 0 and last_depth >= depth and not last_formats):
                    text = " " + text
                spaced, last, last_depth, last_formats = False, parent, depth, formats
                size = len(text.split()) if text.isascii() else count_units(text)
                if broken or line_block != block:
                    lines.append(Line(block, [len(rows)]))
                    broken, line_block = False, block
                else:
                    lines[-1].chunks.append(len(rows))
                rows.append((TEXT, parent, path, place, text, None, block, link, heading, aside, size))
                continue
            i = len(rows)
            if i >= MAX_NODES:
                self.tree.cut = True
                break
            if depth >= MAX_DEPTH:
                continue
            attrs: Attrs | None = node.attributes or None
            index[node.mem_id] = i
            own_path = kids[path].get(tag)
            if own_path is None:
                own_path = kids[path][tag] = len(kids)
                kids.append({})
                depths.append(depth + 1)
            own_place = own_path if place == path and tag not in ("td", "th") else self._place(parent, place, tag)
            own_link, own_heading, own_aside = link, heading, aside or tag in _ASIDE
            if tag not in _INLINE:
                broken = spaced = True
                own_block = i
            else:
                own_block = block if i else i
                if tag not in _FORMATTING:
                    spaced = True
            if attrs:
                if tag == "a":
                    href = attrs.get("href") or ""
                    if href[:1] == "/" or href[:4] == "http" or is_link(attrs):
                        own_link = i
                    elif href[:1] == "#" and len(href) > 1:
                        anchors.append(i)
                elif "role" in attrs:
                    role = attrs["role"]
                    own_heading = i if role == "heading" else heading
                    own_aside = own_aside or role in _ASIDE_ROLES
            if tag in _HEADINGS:
                own_heading = i
            rows.append((tag, parent, own_path, own_place, "", attrs, own_block, own_link, own_heading, own_aside, 0))
        self._finish()

    def _place(self, parent: int, place: int, tag: str) -> int:
        """In tables not the path, but a (negative) number that tells cells apart by their position."""
        if tag in ("td", "th"):
            cell = self.cells[parent] = self.cells.get(parent, 0) + 1
            tag = f"{tag}{cell}"
        return self.places.setdefault((place, tag), -len(self.places) - 1)

    def _finish(self) -> None:
        tree, rows = self.tree, self.rows
        if not rows:
            return
        columns = zip(*rows, strict=True)
        (tree.tag, tree.parent, tree.path, tree.place, tree.text, tree.attrs, tree.block,
         tree.link, tree.heading, tree.aside, sizes) = map(list, columns)  # fmt: skip
        tree.units = list(accumulate(sizes, initial=0))
        tree.linked = list(accumulate([n if k >= 0 else 0 for n, k in zip(sizes, tree.link, strict=True)], initial=0))
        tree.links = list(accumulate([k == i for i, k in enumerate(tree.link)], initial=0))
        tree.images = list(accumulate([tag == "img" for tag in tree.tag], initial=0))
        parents, end = tree.parent, list(range(1, len(rows) + 1))
        for i in range(len(rows) - 1, 0, -1):
            above = parents[i]
            end[above] = max(end[above], end[i])
        tree.end = end
        tree.chunk_nodes = [i for i, tag in enumerate(tree.tag) if tag is TEXT]
        tree.line_starts = [line.chunks[0] for line in tree.lines]
        text = tree.text
        for line in tree.lines:
            chunks = line.chunks
            joined = text[chunks[0]] if len(chunks) == 1 else "".join([text[i] for i in chunks])
            line.text = " ".join(joined.split())
