"""One pass over the markup of a browser-conform tree (lexbor) into flat arrays. Nothing after it touches the parser."""

from __future__ import annotations

import re
from itertools import accumulate, count
from operator import eq
from typing import Any

from selectolax.lexbor import LexborHTMLParser

from scraper.extract.apart import FORMATTING, find_apart, space_out
from scraper.extract.markup import VOID, find_value, tokens_of, unescape
from scraper.extract.tree import TEXT, Line, Tree, is_link
from scraper.text import count_split

MAX_NODES = 150_000
"""Elements and texts that are read of one page; the rest of a larger one is left out."""
MAX_DEPTH = 300
"""Levels below which nothing is read: a page that nests deeper is an attack or an accident."""
MAX_CALL = 300
"""Characters of a script that stands for a link."""
MAX_COLUMNS = 50
"""Cells of a row that may reach into the rows below."""
MAX_CHUNK = 20_000
"""Characters kept of one text node."""

_INLINE = FORMATTING | frozenset(
    "a abbr acronym cite code data img kbd label q rp rt ruby samp span time var picture svg".split()
)
_SKIPPED = frozenset(
    "script style template noscript svg canvas object embed iframe select datalist textarea math map audio video "
    "head".split()
)
_HEADINGS = frozenset("h1 h2 h3 h4 h5 h6".split())
_ASIDE = frozenset("nav footer aside dialog menu".split())
_ASIDE_ROLES = frozenset(
    "navigation contentinfo complementary search menu menubar toolbar tablist dialog banner".split()
)

_FORMATS, _RUNS_ON, _HEADING, _BESIDE, _CELL, _ANCHOR, _LINK, _PLACE, _MARKED, _NO_CONTENT, _UNREAD, _SCRIPTED = (
    1 << bit for bit in range(12)
)
_NOTED = _PLACE | _MARKED | _NO_CONTENT | _SCRIPTED
_KINDS = {
    tag: sum(
        kind
        for kind, tags in (
            (_FORMATS, FORMATTING), (_RUNS_ON, _INLINE), (_HEADING, _HEADINGS), (_BESIDE, _ASIDE),
            (_CELL, ("td", "th")), (_ANCHOR, ("a",)), (_NO_CONTENT, VOID), (_UNREAD, _SKIPPED),
        )
        if tag in tags
    )
    for tag in {*_INLINE, *_HEADINGS, *_ASIDE, *VOID, *_SKIPPED, "td", "th"}
}  # fmt: skip
"""What is special about a tag, as bits: one look-up a node."""

_CALL = re.compile(r"(?:javascript:)?\s*(?:return\s+)?[\w.$]+\s*\(([^()]*)\)", re.IGNORECASE)
_PLAIN = (" class=", ' href="')
"""How a start tag goes on of which a class or an address may be all that it says."""
_Start = tuple[str, str, int, str]
"""What a start tag says: name, attributes as they stand, kind (bits), address of a link."""
_WIDTH = 12
"""Cells of a node: tag, parent, path, place, text, attributes as they stand, block, link, heading, aside, words, words
in links."""


def build_tree(parser: LexborHTMLParser) -> Tree:
    """Flatten the body. Linear in the page; reads at most :data:`MAX_NODES` nodes."""
    tree = Tree()
    body = parser.body
    if body is not None:
        _Walk(tree).take(body.html or "")
    return tree


class _Walk:
    """The state of one walk: the nodes' cells one after the other, parted into columns at the end (one list to add to
    is what is quick)."""

    __slots__ = ("cells", "covered", "flat", "formatted", "places", "taken", "tree")

    def __init__(self, tree: Tree) -> None:
        self.tree = tree
        self.flat: list[Any] = []
        self.formatted: list[int] = []
        self.places: dict[tuple[int, str], int] = {}
        self.cells: dict[int, int] = {}
        self.covered: dict[int, dict[int, int]] = {}
        self.taken: tuple[int, dict[int, int]] = -1, {}

    def take(self, html: str) -> None:  # noqa: C901, PLR0912, PLR0915 - the one loop over all nodes: no calls
        """All nodes of the body, and the lines of text they make."""
        tree, flat = self.tree, self.flat
        lines, chunk_nodes, end, hrefs = tree.lines, tree.chunk_nodes, tree.end, tree.hrefs
        formatted = self.formatted
        starts: dict[str, _Start] = {}
        kids: list[dict[str, int]] = [{}]
        closed: dict[str, tuple[int, bool]] = {}
        chunks: list[int] = []
        spaced = broken = True  # white space stands, a line ends, before what comes next
        last, last_depth, last_formats = -1, 0, 0  # the element that the last text stood in
        line_block = parent = link = heading = -1
        path = place = block = depth = formats = unread = i = 0
        aside = False
        above: list[tuple[int, int, int, int, int, int, bool, int]] = []  # the open elements
        for text, closing, start in tokens_of(html):
            if text and not unread:
                if "&" in text:
                    text = unescape(text)  # noqa: PLW2901
                words = text.split() if len(text) <= MAX_CHUNK else text[:MAX_CHUNK].split()
                if not words:
                    spaced = True
                else:
                    if broken or line_block != block:
                        chunks = [i]
                        lines.append(Line(block, chunks))
                        broken, line_block = False, block
                    else:
                        chunks.append(i)
                    chunk_nodes.append(i)
                    inner = " ".join(words)
                    size = len(words) if inner.isascii() else count_split(words, inner)
                    if (
                        spaced
                        or text[0].isspace()
                        or (last != parent and last >= 0 and last_depth >= depth and not last_formats)
                    ):
                        inner = " " + inner
                    spaced, last, last_depth, last_formats = text[-1].isspace(), parent, depth, formats
                    flat += (TEXT, parent, path, place, inner, "", block, link, heading, aside, size,
                             size if link >= 0 else 0)  # fmt: skip
                    i += 1
                    end.append(i)
            if closing:
                found = closed.get(closing)
                if found is None:
                    blank = closing[-1].isspace() or len(closing.split()) > 1
                    found = closed[closing] = closing.count("</"), blank
                levels, blank = found
                if blank:
                    spaced = True
                if unread:
                    unread, levels = max(unread - levels, 0), max(levels - unread, 0)
                if levels:
                    if levels >= depth:
                        break
                    depth -= levels
                    if levels == 1:
                        end[parent] = i
                        del above[-1]
                    else:
                        for opened in above[depth:]:
                            end[opened[0]] = i
                        del above[depth:]
                    parent, path, place, block, link, heading, aside, formats = above[-1]
            if not start:
                continue
            said = starts.get(start)
            if said is None:
                said = starts[start] = _read_start(start)
            tag, raw, kind, href = said
            if unread or kind & _UNREAD or depth >= MAX_DEPTH:
                if not kind & _NO_CONTENT:
                    unread += 1
                continue
            if i >= MAX_NODES:
                tree.cut = True
                break
            own_path = kids[path].get(tag)
            if own_path is None:
                own_path = kids[path][tag] = len(kids)
                kids.append({})
            own_place = own_path if place == path and not kind & _CELL else self._place(parent, place, tag, raw)
            if not kind:
                broken = spaced = True
                flat += (tag, parent, own_path, own_place, "", raw, i, link, heading, aside, 0, 0)
                own_block, own_link, own_heading, own_aside = i, link, heading, aside
            else:
                own_link = i if kind & _LINK else link
                own_heading = i if kind & _HEADING else heading
                own_aside = aside or kind & _BESIDE > 0
                if kind & _RUNS_ON:
                    own_block = block
                    if kind & _FORMATS:
                        formatted.append(i)
                    else:
                        spaced = True
                else:
                    own_block = i
                    broken = spaced = True
                if kind & _LINK:
                    hrefs[i] = href
                if kind & _NOTED:
                    self._note(i, said)
                flat += (tag, parent, own_path, own_place, "", raw, own_block, own_link, own_heading, own_aside, 0, 0)
            if not kind & _NO_CONTENT:
                opened = i, own_path, own_place, own_block, own_link, own_heading, own_aside, kind & _FORMATS
                parent, path, place, block, link, heading, aside, formats = opened
                above.append(opened)
                depth += 1
            i += 1
            end.append(i)
        for opened in above:
            end[opened[0]] = i
        self._finish()

    def _place(self, parent: int, place: int, tag: str, raw: str) -> int:
        """In tables not the path, but a (negative) number that tells cells apart by their position."""
        if tag in ("td", "th"):
            cell = self.cells.get(parent, 0) + 1
            above = self.flat[parent * _WIDTH + 1]
            if above in self.covered:
                cell = self._uncovered(parent, above, cell)
            self.cells[parent] = cell
            if (
                cell <= MAX_COLUMNS
                and "rowspan" in raw
                and (rows := find_value(raw, "rowspan").strip()).isdecimal()
                and len(rows) <= 4
            ):
                if above not in self.covered:
                    self.covered[above] = {}
                    self.taken = parent, {}  # it reaches into the rows below, not into its own
                self.covered[above][cell] = int(rows) - 1
            tag = f"{tag}{cell}"
        return self.places.setdefault((place, tag), -len(self.places) - 1)

    def _uncovered(self, row: int, table: int, cell: int) -> int:
        """The next position in a row that no cell of a row above reaches into."""
        if self.taken[0] != row:
            self.taken = row, {column: left for column, left in self.covered[table].items() if left > 0}
            self.covered[table] = {column: left - 1 for column, left in self.taken[1].items()}
        while cell in self.taken[1]:
            cell += 1
        return cell

    def _note(self, i: int, said: _Start) -> None:
        tree, (tag, raw, kind, _) = self.tree, said
        if kind & _PLACE:
            tree.anchors.append(i)
        elif kind & _SCRIPTED:
            tree.scripted[i] = _call_of(raw)
        elif tag == "img":
            tree.images.append(i)
        elif tag == "input" and find_value(raw, "type").lower() == "password":
            tree.passwords += 1
        if kind & _MARKED:
            tree.marked.append(i)

    def _finish(self) -> None:
        tree, flat = self.tree, self.flat
        if not flat:
            return
        (tree.tag, tree.parent, tree.path, tree.place, tree.text, tree.attrs.raw, tree.block,
         tree.link, tree.heading, tree.aside, sizes, linked) = [flat[k::_WIDTH] for k in range(_WIDTH)]  # fmt: skip
        tree.units = list(accumulate(sizes, initial=0))
        tree.linked = list(accumulate(linked, initial=0))
        tree.links = list(accumulate(map(eq, tree.link, count()), initial=0))
        tree.apart = find_apart(tree, self.formatted)
        space_out(tree)
        text = tree.text
        for line in tree.lines:
            chunks = line.chunks
            joined = text[chunks[0]] if len(chunks) == 1 else "".join([text[i] for i in chunks])
            line.text = joined.strip()
        tree.line_starts = [line.chunks[0] for line in tree.lines]


def _call_of(raw: str) -> str:
    """What a link without an address calls with something to say, as "javascript:view(48210)"; empty if nothing."""
    for name in ("href", "onclick"):
        said = find_value(raw, name).strip()[:MAX_CALL]
        if (call := _CALL.match(said)) and call[1].strip(" '\"0;"):
            return said
    return ""


def _read_start(start: str) -> _Start:
    tag = start.partition(" ")[0]
    raw = start[len(tag) :]
    kind, href = _KINDS.get(tag, 0), ""
    if raw:
        if kind & _ANCHOR:
            if raw[:7] == ' href="':
                href = unescape(raw[7 : raw.find('"', 7)]).strip()
            else:
                href = find_value(raw, "href").strip()
            if href[:1] == "/" or href[:4] == "http" or is_link(href):
                kind |= _LINK
            elif href[:1] == "#" and len(href) > 1:
                kind |= _PLACE
            elif _call_of(raw):
                kind |= _SCRIPTED
        elif ' role="' in raw:
            role = find_value(raw, "role")
            kind |= (_HEADING if role == "heading" else 0) | (_BESIDE if role in _ASIDE_ROLES else 0)
        is_plain = raw[:7] in _PLAIN and raw.count('"') == 2  # as nearly all are
        if not is_plain and (
            ' itemprop="' in raw
            or ' datetime="' in raw
            or ' property="' in raw
            or (' rel="' in raw and "author" in raw)
        ):
            kind |= _MARKED
    return tag, raw, kind, href
