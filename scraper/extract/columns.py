"""Records as tables: the pieces of text and the links of each record, keyed so that the same place in another record
has the same key, and the choice of the title and link column over all records.

A field is chosen by its column, never record by record: a headline is what is distinct, of headline length, in a
heading or a link, in (nearly) every record; "PDF", "Read more", a rubric or a date are not.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from statistics import median

from scraper.extract.apart import FORMATTING
from scraper.extract.groups import Record
from scraper.extract.hrefs import common_pattern
from scraper.extract.moments import Moment, moments_between
from scraper.extract.tree import TEXT, Line, Tree
from scraper.text import count_letters, count_units

Key = tuple[int, int, int, int]
LinkKey = tuple[int, str, int]
"""Tag path, classes, and which of the row's links with these it is."""
Run = tuple[tuple[int, int, int], int, int, str, int, int, int, bool, bool]
"""A piece before it is counted in its record: place, first and last node, text, words, link, heading, strong, dated."""
LABEL = 4
"""Words up to which a text that ends in a colon names the one after it ("Judge:"): a headline needs no name."""
LEAD_TEXT = 6
"""Words after a bold text that make it a paragraph's lead."""
BEFORE_LEAD = 6
"""Words before it at most: a date, a place."""
HEADLINE = 2
"""Words from which on a part of a link can be its headline."""
MAX_PARTS = 12
"""Elements of a link up to which they can be fields of their own: more are words or letters, moved one by one."""
MAIN = 0.6
"""Share of the rows from which on a column is the list's own title column."""
USUAL = 0.8
"""Share of a column's titles in headings, or in links, that makes these a habit of the list."""
MAX_SAID = 300
"""Characters of what stands for a picture."""
MAX_ALIKE = 4
"""Links of one path and class that are told apart in a record."""
LATER = 0.7
"""How much less each of these is likely to be the record's own than the one before it."""
MAX_PIECES = 60
"""Pieces of text that are read of one record."""
LEAST_SCORE = 0.05
"""Score up to which a column holds no titles."""
_LETTERS = re.compile(r"[^\W\d_]{2,}")
_ASCII_LETTERS = re.compile(r"[A-Za-z]{2,}")
_STRONG = frozenset("b strong".split())


@dataclass(slots=True)
class Piece:
    """A run of text that one person would call one thing: one link's text on a line, or plain text beside it."""

    key: Key
    node: int
    last: int
    text: str
    units: int
    link: int
    heading: int
    strong: bool
    dated: bool = False


@dataclass(slots=True)
class Row:
    """One record, read. ``links`` are link nodes; ``moments`` the dates inside."""

    record: Record
    pieces: list[Piece]
    links: list[int]
    moments: list[Moment]


@dataclass(slots=True)
class Column:
    """How the pieces with one key look over all rows."""

    key: Key
    coverage: float
    distinct: float
    units: float
    heading: float
    linked: float
    strong: float
    dated: float
    place: float
    score: float = 0.0


@dataclass(slots=True)
class Page:
    """What all candidates share: the tree, its dates, its links in order. ``ahead``: where days to come stand."""

    tree: Tree
    moments: list[Moment]
    ahead: list[int] = field(default_factory=list)
    moment_nodes: list[int] = field(default_factory=list)
    link_nodes: list[int] = field(default_factory=list)
    author_nodes: list[int] = field(default_factory=list)
    dated_nodes: set[int] = field(default_factory=set)
    line_start_set: set[int] = field(default_factory=set)
    prose: list[tuple[int, int]] = field(default_factory=list)
    rows: dict[tuple[int, int, int], Row] = field(default_factory=dict)
    runs: dict[int, list[Run]] = field(default_factory=dict)
    boilerplate: frozenset[str] = frozenset()
    sentences: frozenset[Key] = frozenset()

    def __post_init__(self) -> None:
        self.moment_nodes = [m.node for m in self.moments]
        tree = self.tree
        self.link_nodes = list(tree.hrefs)
        self.author_nodes = [i for i in tree.marked if _names_author(tree.attrs[i])]
        for m in self.moments:
            if m.alone:
                self.dated_nodes.update(range(m.node, tree.end[m.node]))


def _names_author(attrs: dict[str, str]) -> bool:
    return attrs.get("itemprop") == "author" or "author" in attrs.get("rel", "").split()


def read_row(page: Page, record: Record) -> Row:
    """The pieces, links and dates of one record; read once, however many candidates hold it."""
    cut = record.start, record.stop, record.head
    row = page.rows.get(cut)
    if row is None:
        row = page.rows[cut] = _read_row(page, record)
    return row


def _read_row(page: Page, record: Record) -> Row:
    tree = page.tree
    pieces: list[Piece] = []
    seen: dict[tuple[int, int, int], int] = {}
    starts = tree.line_starts
    first = bisect_left(starts, record.start)
    if first and _begins_within(tree, tree.lines[first - 1], record.start):
        first -= 1
    for k in range(first, bisect_left(starts, record.stop)):
        line = tree.lines[k]
        if line.chunks[0] < record.start:
            runs = [run for run in _runs(page, line, record.stop) if run[1] >= record.start]
        elif line.chunks[-1] < record.stop:
            found = page.runs.get(k)
            runs = page.runs[k] = _runs(page, line, record.stop) if found is None else found
        else:
            runs = _runs(page, line, record.stop)
        for place, first, last, text, units, link, heading, strong, dated in runs:
            seen[place] = count = seen.get(place, 0) + 1
            pieces.append(Piece((*place, count), first, last, text, units, link, heading, strong, dated))
        if len(pieces) >= MAX_PIECES:
            break
    low, high = bisect_left(page.link_nodes, record.start), bisect_left(page.link_nodes, record.stop)
    if low < high and tree.linked_in(record.start, record.stop) == 0:
        pieces.extend(_pictured(tree, page.link_nodes[low:high]))
    moments = moments_between(page.moments, page.moment_nodes, record.start, record.stop)
    return Row(record, pieces, page.link_nodes[low:high], moments)


def _pictured(tree: Tree, links: list[int]) -> list[Piece]:
    """What a record's links say of themselves where none has a text: the words that stand for their pictures."""
    found: list[Piece] = []
    for link in links[:MAX_PARTS]:
        for node in range(link, min(tree.end[link], link + MAX_PIECES)):
            attrs = tree.attrs[node] or {}
            said = (
                (attrs.get("alt") if tree.tag[node] == "img" else None) or attrs.get("aria-label") or attrs.get("title")
            )
            text = " ".join((said or "")[:MAX_SAID].split())
            if count_units(text) >= 2:
                place = tree.place[link], tree.place[link], tree.place[node], len(found) + 1
                found.append(Piece(place, link, link, text, count_units(text), link, tree.heading[link], strong=False))
                break
    return found


def _begins_within(tree: Tree, line: Line, start: int) -> bool:
    """Whether a record begins within a line: before it stands a sign without a word ("» ", "- "), or an element of
    its own kind (cards that are links, one after the other)."""
    if line.chunks[-1] < start:
        return False
    if tree.units_in(line.chunks[0], start) == 0:
        return True
    if tree.tag[start] == TEXT:
        return False
    node = line.chunks[bisect_left(line.chunks, start) - 1]
    while node > 0 and tree.parent[node] != tree.parent[start]:
        node = tree.parent[node]
    return node > 0 and tree.path[node] == tree.path[start] and tree.tag[node] != TEXT


def _runs(page: Page, line: Line, stop: int) -> list[Run]:
    """The pieces of one line up to a node, their places not yet counted."""
    tree = page.tree
    found: list[Run] = []
    run: list[int] = []
    last: tuple[int, int, bool, bool] | None = None
    bold = _bold_lead(tree, line)
    for i in line.chunks:
        if i >= stop:
            break
        link = tree.link[i]
        anchor = _part_of(tree, i, link) if link >= 0 else anchor_of(tree, i)
        mark = link, anchor, i in page.dated_nodes, i == bold
        if last != mark and run:
            found.append(_run(page, line.block, run))
            run = []
        last = mark
        run.append(i)
    if run:
        found.append(_run(page, line.block, run))
    return found


def _bold_lead(tree: Tree, line: Line) -> int:
    """The bold text that leads a paragraph, after a date at most ("3 May - **Quay reopened.** From Monday …"): -1 where
    there is none, or where bold is only for emphasis."""
    chunks = line.chunks
    for k in range(min(2, len(chunks) - 1)):
        i = chunks[k]
        if tree.tag[tree.parent[i]] in _STRONG and tree.link[i] < 0 and tree.heading[i] < 0:
            after = tree.units_in(chunks[k + 1], chunks[-1] + 1)
            return i if tree.units_in(i, i + 1) >= HEADLINE and after >= LEAD_TEXT else -1
        if tree.link[i] >= 0 or tree.units_in(i, i + 1) > BEFORE_LEAD:
            return -1
    return -1


def _part_of(tree: Tree, i: int, link: int) -> int:
    """What of a link a text belongs to: the whole of it, or one of several elements that make it up (a rubric, a date,
    a title) if one of them is as long as a headline."""
    node, apart = i, tree.apart
    while tree.parent[node] != link and node not in apart:
        node = tree.parent[node]
    if node in apart:
        return node
    if node == i or tree.tag[node] in FORMATTING:
        return link
    parts = tree.children(link, MAX_PARTS)
    if len(parts) < 2 or any(tree.tag[p] == TEXT or (tree.tag[p] in FORMATTING and p not in apart) for p in parts):
        return link
    sizes = [tree.units_in(p, tree.end[p]) for p in parts]
    return node if sum(map(bool, sizes)) > 1 and max(sizes) >= HEADLINE else link


def anchor_of(tree: Tree, i: int) -> int:
    """The element that a text stands in, text formatting passed over that is no field of its own."""
    if i >= len(tree.tag) or tree.parent[i] < 0:
        return i
    node = tree.parent[i]
    while tree.tag[node] in FORMATTING and tree.parent[node] >= 0 and node not in tree.apart:
        node = tree.parent[node]
    return node


def _run(page: Page, block: int, run: list[int]) -> Run:
    tree = page.tree
    first, last = run[0], run[-1]
    if first == last:
        text = tree.text[first].strip()
        units = tree.units[first + 1] - tree.units[first]
    else:
        text = "".join([tree.text[i] for i in run]).strip()
        units = len(text.split()) if text.isascii() else count_units(text)
    link = tree.link[first]
    place = (tree.place[block], tree.place[link] if link >= 0 else -1, tree.place[anchor_of(tree, first)])
    strong = tree.tag[tree.parent[first]] in _STRONG
    dated = page.dated_nodes.issuperset(run)
    return place, first, last, text, units, link, tree.heading[first], strong, dated


def judge_columns(rows: list[Row]) -> list[Column]:
    """All text columns of the rows, the likeliest title first."""
    cells: dict[Key, list[tuple[Piece, int]]] = {}
    labelled: Counter[Key] = Counter()
    for row in rows:
        named = False
        for place, piece in enumerate(row.pieces):
            cells.setdefault(piece.key, []).append((piece, place))
            if named:
                labelled[piece.key] += 1
            named = piece.units <= LABEL and piece.text.endswith((":", "："))
    least = len(rows) / 8  # what fewer rows have is no column
    columns = [_column(key, found, len(rows)) for key, found in cells.items() if len(found) >= least]
    for column in columns:
        column.score *= 1 - 0.4 * labelled[column.key] / len(cells[column.key])
    columns.sort(key=lambda c: -c.score)
    return columns


def _column(key: Key, found: list[tuple[Piece, int]], n: int) -> Column:
    count = len(found)
    texts = [piece.text for piece, _ in found]
    heading = linked = strong = dated = places = 0
    for piece, place in found:
        heading += piece.heading >= 0
        linked += piece.link >= 0
        strong += piece.strong
        dated += piece.dated
        places += place
    column = Column(
        key,
        coverage=count / n,
        distinct=len(set(texts)) / count if count > 1 else 0.7,
        units=median([piece.units for piece, _ in found]),
        heading=heading / count,
        linked=linked / count,
        strong=strong / count,
        dated=dated / count,
        place=places / count,
    )
    column.score = _title_score(column)
    if column.score > LEAST_SCORE:
        heads = "".join([text[:60] for text in texts])
        column.score *= min(1.0, count_letters(heads) / max(len(heads), 1) * 1.6)
    if column.heading < 0.5 and column.score > LEAST_SCORE:
        column.score *= (0.25, 0.8, 1.0)[min(int(_telling_words(texts)), 2)]
    return column


def _telling_words(texts: list[str]) -> float:
    """Median count of words with letters that only few of the texts share: what boilerplate and numbers leave over."""
    words = [(_ASCII_LETTERS if text.isascii() else _LETTERS).findall(text, 0, 160) for text in texts]
    if len(texts) < 4:
        return median([len(w) for w in words])
    common: dict[str, int] = {}
    for some in words:
        for word in set(some):
            common[word] = common.get(word, 0) + 1
    limit = len(texts) * 0.5
    shared = {word for word, count in common.items() if count > limit}
    if not shared:
        return median([len(some) for some in words])
    return median([len([word for word in some if word not in shared]) for some in words])


def _length_quality(units: float) -> float:
    """How much a text of so many words looks like a headline."""
    steps = ((0.5, 0.05), (1, 0.35), (2, 0.6), (3, 0.8), (25, 1.0), (40, 0.7), (80, 0.35))
    for limit, quality in steps:
        if units <= limit:
            return quality
    return 0.2


def _title_score(c: Column) -> float:
    base = c.coverage * (0.1 + 0.9 * c.distinct**2) * _length_quality(c.units)
    likely = 1 + 0.8 * c.heading + 0.6 * c.linked + 0.2 * c.strong - min(c.place, 10) * 0.03
    return base * likely * (1 - 0.95 * c.dated)


@dataclass(slots=True)
class Fields:
    """The chosen fields of one row. ``title`` may be ``None`` (a teaser), ``link`` is a node or -1."""

    row: Row
    title: Piece | None
    link: int


def choose_fields(page: Page, rows: list[Row], columns: list[Column]) -> list[Fields]:
    """Title piece and link of each row, by column; where a row lacks the best column, what is most like it."""
    rank = {c.key: k for k, c in enumerate(columns) if c.score > LEAST_SCORE and c.dated < 0.5}
    main = columns[0] if rank else None
    titles = [_title_of(row, rank, main) for row in rows]
    links: dict[LinkKey, float] = {}
    if any(title is None or title.link < 0 for title in titles):
        links = _link_ranks(page.tree, rows)
    return [_row_fields(page.tree, row, title, links) for row, title in zip(rows, titles, strict=True)]


def _link_ranks(tree: Tree, rows: list[Row]) -> dict[LinkKey, float]:
    """Link columns by tag path, class and number: in how many rows, with how many distinct addresses, how much of one
    pattern."""
    found: dict[LinkKey, list[str]] = {}
    for row in rows:
        for key, node in _link_keys(tree, row):
            found.setdefault(key, []).append(href_of(tree, node))
    n = len(rows)
    return {
        key: len(set(hrefs)) / n * (0.5 + 0.5 * common_pattern(hrefs)) * LATER ** (key[2] - 1)
        for key, hrefs in found.items()
    }


def _link_keys(tree: Tree, row: Row) -> Iterator[tuple[LinkKey, int]]:
    """The columns of a row's links, in order."""
    seen: dict[tuple[int, str], int] = {}
    for node in row.links:
        key = _link_key(tree, node)
        seen[key] = count = seen.get(key, 0) + 1
        if count <= MAX_ALIKE:
            yield (*key, count), node


def _link_key(tree: Tree, node: int) -> tuple[int, str]:
    above = tree.parent[node]
    return tree.path[node], f"{tree.class_of(node)} {tree.class_of(above) if above >= 0 else ''}"


def href_of(tree: Tree, node: int) -> str:
    return tree.hrefs.get(node, "")


def _without_column(row: Row) -> Piece | None:
    """A record built differently from the others: its first heading, else its longest link text."""
    heads = [p for p in row.pieces if p.heading >= 0 and not p.dated and p.units >= 2]
    if heads:
        return heads[0]
    linked = [p for p in row.pieces if p.link >= 0 and not p.dated and p.units >= 2]
    return max(linked, key=lambda p: p.units) if linked else None


def _title_of(row: Row, rank: dict[Key, int], main: Column | None) -> Piece | None:
    best: Piece | None = None
    place = len(rank)
    for piece in row.pieces:
        found = rank.get(piece.key, place)
        if found < place:
            best, place = piece, found
    if best is None or (place > 0 and main is not None and not _is_like(best, main)):
        best = _without_column(row) or best
    return best


def _row_fields(tree: Tree, row: Row, title: Piece | None, links: dict[LinkKey, float]) -> Fields:
    if title is not None and title.link >= 0:
        return Fields(row, title, title.link)
    link = max(_link_keys(tree, row), key=lambda found: links.get(found[0], 0.0))[1] if row.links else -1
    return Fields(row, title, link)


def _is_like(piece: Piece, main: Column) -> bool:
    """Whether a title from another column is a heading or a link, if those of the main one are."""
    if main.coverage < MAIN:
        return True
    return (piece.heading >= 0 or main.heading < USUAL) and (piece.link >= 0 or main.linked < USUAL)
