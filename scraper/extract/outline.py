"""A page drawn anew with its items and their fields marked: only elements that show text, and no attribute of the
page's own but the addresses of links.

Nothing is copied from the page's mark-up, so that what could run, load or send something cannot come along: each
element is written by us from a short list of harmless ones, each text is escaped.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from html import escape
from itertools import groupby

from scraper.extract.explain import Explanation
from scraper.extract.tree import TEXT, Tree
from scraper.text import clean_text
from scraper.urls import resolve_url

LEAST_FOLDED = 12
"""Words from which on a part of the page that holds no item is folded away."""
MOST_NODES = 60_000
_KEPT = frozenset(
    "a abbr address article aside b blockquote br caption cite code dd del dfn div dl dt em figcaption figure footer "
    "h1 h2 h3 h4 h5 h6 header hr i ins li main mark nav ol p pre q s section small span strong sub sup table tbody td "
    "tfoot th thead time tr u ul".split()
)
_ROWS = frozenset("table tbody thead tfoot tr".split())
"""Elements between which a browser keeps nothing but rows and cells."""
_VOID = frozenset("br hr".split())


@dataclass(slots=True)
class _Marks:
    """What is to be marked, by node. ``texts``: the field a text belongs to; ``labels``: nodes where a label stands;
    ``classes`` of elements; ``spans``: runs of siblings that are put into one element, by their first node."""

    texts: dict[int, str] = field(default_factory=dict)
    labels: dict[int, list[str]] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    classes: dict[int, str] = field(default_factory=dict)
    records: dict[int, int] = field(default_factory=dict)
    folds: dict[int, tuple[int, str]] = field(default_factory=dict)
    lists: dict[int, str] = field(default_factory=dict)


def outline(found: Explanation) -> str:
    """The page's body as HTML with classes ``pw-…``; empty where there is no tree to draw, or the items that were found
    are not on it."""
    tree = found.tree
    if tree is None or not tree.tag or (found.items and not any(item.record for item in found.items)):
        return ""
    marks = _Marks()
    _mark_items(tree, found, marks)
    _mark_lists(tree, found, marks)
    if found.items:
        _fold_the_rest(tree, marks)
    return "".join(_draw(tree, found.base, marks))


def _mark_items(tree: Tree, found: Explanation, marks: _Marks) -> None:
    for number, item in enumerate(found.items, start=1):
        if item.record is None:
            continue
        start, stop = item.record
        parent = tree.parent[start]
        if tree.end[start] == stop and tree.tag[start] in _KEPT:
            marks.classes[start] = "pw-item"
        elif parent >= 0 and tree.tag[parent] in _ROWS:
            for node in _siblings(tree, start, stop):
                marks.classes[node] = "pw-item"
        else:
            marks.records[start] = stop
        first = next((i for i in range(start, stop) if tree.tag[i] == TEXT), -1)
        if first >= 0:
            marks.numbers[first] = number
        # A link last: where it is the whole card, its texts are the other fields.
        for place in sorted(item.places, key=lambda place: place.field == "link"):
            _mark_place(tree, place.field, place.first, place.stop, marks)


def _mark_place(tree: Tree, name: str, first: int, stop: int, marks: _Marks) -> None:
    """Give the texts of a field its name; a label goes before the first of them, or where the field's element is."""
    if first < 0:
        return
    texts = [i for i in range(first, stop) if tree.tag[i] == TEXT]
    if not texts:
        _label(marks, first, name)
        return
    free = [i for i in texts if i not in marks.texts]
    if name == "link" or not free:
        # Nearly always the title itself: say so there, once.
        _label(marks, texts[0], name)
        if name == "link" and free:
            marks.texts.update(dict.fromkeys(free, name))
        return
    marks.texts.update(dict.fromkeys(free, name))
    _label(marks, free[0], name)


def _label(marks: _Marks, node: int, name: str) -> None:
    names = marks.labels.setdefault(node, [])
    if name not in names:
        names.append(name)


def _siblings(tree: Tree, start: int, stop: int) -> Iterator[int]:
    while start < stop:
        yield start
        start = tree.end[start]


def _mark_lists(tree: Tree, found: Explanation, marks: _Marks) -> None:
    """The lists that were considered and not taken, where they do not cross the items."""
    records = sorted(item.record for item in found.items if item.record)
    covered = _Covered(records)
    starts = [start for start, _ in records]
    for number, candidate in enumerate(found.candidates, start=1):
        if candidate.chosen:
            continue
        for head in candidate.heads:
            if covered.has(head) or bisect_right(starts, tree.end[head] - 1) > bisect_right(starts, head):
                continue
            if marks.classes.setdefault(head, "pw-other") == "pw-other":
                first = next((i for i in range(head, tree.end[head]) if tree.tag[i] == TEXT), -1)
                if first >= 0 and first not in marks.numbers:
                    marks.lists.setdefault(first, f"list {number}")


def _fold_the_rest(tree: Tree, marks: _Marks) -> None:
    """Fold away what stands beside the elements that lead to items: menus, columns, footers."""
    starts = [*marks.records, *(node for node, name in marks.classes.items() if name == "pw-item")]
    leading: set[int] = set()
    for node in starts:
        above = tree.parent[node]
        while above >= 0 and above not in leading:
            leading.add(above)
            above = tree.parent[above]
    inside = sorted((node, marks.records.get(node, tree.end[node])) for node in starts)
    for node in leading:
        if tree.tag[node] in _ROWS:
            continue
        for start, stop in _runs_beside(tree, node, leading, inside):
            words = tree.units_in(start, stop)
            if words >= LEAST_FOLDED:
                links = tree.links_in(start, stop)
                text = clean_text(tree.text_of(start, min(stop, start + 200)))[:60]
                marks.folds[start] = (stop, f"no item here: {text}… ({words} words, {links} links)")


def _runs_beside(tree: Tree, node: int, leading: set[int], inside: list[tuple[int, int]]) -> Iterator[tuple[int, int]]:
    """Runs of children that neither lead to an item nor belong to one. ``inside``: the records, in order."""
    low, high = node, tree.end[node]
    covered = _Covered(inside)
    for beside, run in groupby(tree.children(node), key=lambda c: c not in leading and not covered.has(c)):
        members = list(run)
        if beside and low <= members[0] < high:
            yield members[0], tree.end[members[-1]]


class _Covered:
    """Whether a node lies in one of some intervals that do not overlap; nodes are asked for in any order."""

    def __init__(self, intervals: list[tuple[int, int]]) -> None:
        self._starts = [start for start, _ in intervals]
        self._stops = [stop for _, stop in intervals]

    def has(self, node: int) -> bool:
        at = bisect_right(self._starts, node) - 1
        return at >= 0 and node < self._stops[at]


def _draw(tree: Tree, base: str, marks: _Marks) -> Iterator[str]:
    """The elements in document order; each that is open waits with its end on a stack."""
    waiting: list[tuple[int, str]] = []
    for i in range(min(len(tree.tag), MOST_NODES)):
        while waiting and waiting[-1][0] <= i:
            yield waiting.pop()[1]
        if i in marks.folds:
            stop, said = marks.folds[i]
            yield f'<details class="pw-rest"><summary>{escape(said)}</summary>'
            waiting.append((stop, "</details>"))
        if i in marks.records:
            yield '<span class="pw-item pw-run">'
            waiting.append((marks.records[i], "</span>"))
        if tree.tag[i] == TEXT:
            yield from _draw_text(tree, i, marks)
        else:
            yield from _draw_element(tree, base, i, marks, waiting)
    yield from (end for _, end in reversed(waiting))


def _draw_text(tree: Tree, i: int, marks: _Marks) -> Iterator[str]:
    if i in marks.numbers:
        yield f'<b class="pw-number">{marks.numbers[i]}</b>'
    if i in marks.lists:
        yield f'<i class="pw-list">{escape(marks.lists[i])}</i>'
    name = marks.texts.get(i)
    labels = "".join(_tags(marks.labels.get(i, ())))
    text = tree.text[i]
    before, after = " " * text[:1].isspace(), " " * text[-1:].isspace()  # the blanks that part words
    text = escape(clean_text(text))
    yield before + labels + (f'<span class="pw-field pw-{name}">{text}</span>' if name else text) + after


def _tags(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield f'<i class="pw-label pw-{name}">{name}</i>'


def _draw_element(tree: Tree, base: str, i: int, marks: _Marks, waiting: list[tuple[int, str]]) -> Iterator[str]:
    tag, attrs = tree.tag[i], tree.attrs[i] or {}
    yield from _tags(marks.labels.get(i, ()))
    if tag == "img":
        said = clean_text(attrs.get("alt") or "")[:80]
        yield f'<span class="pw-picture">picture{": " if said else ""}{escape(said)}</span>'
        return
    name = tag if tag in _KEPT else "span"
    parent = tree.parent[i]
    if tag not in _KEPT and parent >= 0 and tree.tag[parent] in _ROWS:
        return  # a form between rows: a browser would move a span out of the table
    classes = marks.classes.get(i)
    href = resolve_url(base, attrs.get("href") or "") if tag == "a" else None
    link = f' href="{escape(href)}" rel="noopener noreferrer nofollow"' if href else ""
    direction = (attrs.get("dir") or "").lower()
    turned = f' dir="{direction}"' if direction in ("rtl", "ltr", "auto") else ""
    yield f"<{name}{link}{turned}{f' class={chr(34)}{classes}{chr(34)}' if classes else ''}>"
    if name not in _VOID:
        waiting.append((tree.end[i], f"</{name}>"))
