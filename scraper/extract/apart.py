"""Formatting elements that are fields: a card may be ``<a><b>Quay reopened</b><i>From Monday on.</i></a>`` as well as
two blocks.

In running text formatting joins ("the <b>minister</b> said", "H<sub>2</sub>O", "<b>W</b>ort"), so a kind of elements
(path and class) counts as fields only where most of the page says so, three times at least: what stands beside them
begins or ends something of its own, and is an element too, or touches them, as a text does that is meant for a line of
its own only.
"""

from __future__ import annotations

from bisect import bisect_left
from itertools import pairwise

from scraper.extract.tree import TEXT, Tree

LEAST = 3
"""Boxes in which a kind must stand beside others."""
USUAL = 0.8
"""Share of them in which it must begin and end something."""
HEADLINE = 2
"""Words from which on a part can be the headline of its box."""
MAX_PARTS = 12
"""Elements of a box up to which they can be fields: more are words or letters, moved one by one."""
FORMATTING = frozenset("b bdi bdo big del dfn em font i ins mark nobr s small strike strong sub sup tt u wbr".split())
"""Elements that join with the text around them."""
_FIELDS = frozenset("b big em font i mark small strong u".split())
"""Those of them that may be fields."""
_JOINING = FORMATTING | {TEXT}
_LEADING_ON = frozenset(",;:-–—/&+(«„[")
"""With what a text ends that goes on in the next element."""
_HOLDING = frozenset("-–(«„[")
"""With what it ends if the next element stands close to it."""
_OPENING = frozenset("\"'“„«‹‘¿¡([#§「『《【（")
"""With what else than a letter or a digit a text may begin."""


def find_apart(tree: Tree, formatted: list[int]) -> set[int]:
    """Those of the formatting elements that are fields of their own. Linear in the page."""
    by_path: dict[int, list[int]] = {}
    for i in formatted:
        if tree.tag[i] in _FIELDS and tree.end[i] > i + 1:
            by_path.setdefault(tree.path[i], []).append(i)
    boxes: dict[int, list[int]] = {}
    apart: set[int] = set()
    for alike in by_path.values():
        if len(alike) < LEAST:
            continue
        kinds: dict[str, list[int]] = {}
        for i in alike:
            kinds.setdefault(tree.class_of(i), []).append(i)
        for some in kinds.values():
            if len(some) >= LEAST:
                apart.update(_fields(tree, some, boxes))
    return apart


def space_out(tree: Tree) -> None:
    """Put a space before and after each field that touches what stands beside it."""
    text = tree.text
    for i in tree.apart:
        after = tree.end[i]
        beside = after < len(text) and tree.parent[after] == tree.parent[i]
        for node in (i, after) if beside else (i,):
            chunk = _first(tree, node)
            if chunk >= 0 and text[chunk][0] != " ":
                text[chunk] = " " + text[chunk]


def _fields(tree: Tree, some: list[int], boxes: dict[int, list[int]]) -> list[int]:
    """The elements of one kind that stand beside others, if most of them are fields there."""
    fields: list[int] = []
    apart: set[int] = set()
    joined: set[int] = set()
    for i in some:
        above = tree.parent[i]
        if _runs_on(tree, i):
            joined.add(above)
            continue
        box = boxes.get(above)
        if box is None:
            box = boxes[above] = _box(tree, above)
        told = _is_field(tree, i, box) if i in box else False
        if told is not None:
            (apart if told else joined).add(above)
        if told is not None and box:
            fields.append(i)
    return fields if len(apart) >= max(LEAST, (len(apart) + len(joined)) * USUAL) else []


def _runs_on(tree: Tree, i: int) -> bool:
    """Whether bare text stands before or after an element, with a space between: a cheap look."""
    tags, after = tree.tag, tree.end[i]
    if (
        after < len(tags)
        and tags[after] == TEXT
        and tree.text[after][0] == " "
        and tree.parent[after] == tree.parent[i]
    ):
        return True
    return (
        tags[i - 1] == TEXT
        and tags[i + 1] == TEXT
        and tree.text[i + 1][0] == " "
        and tree.parent[i - 1] == tree.parent[i]
    )


def _box(tree: Tree, node: int) -> list[int]:
    """The children with text of an element; none if it has many children."""
    children = tree.children(node, MAX_PARTS + 1)
    return [c for c in children if _first(tree, c) >= 0] if len(children) <= MAX_PARTS else []


def _is_field(tree: Tree, i: int, box: list[int]) -> bool | None:
    """Whether an element is one of several things that its box says; ``None`` where nothing stands beside it on its
    line that is not told apart anyway."""
    at = box.index(i)
    beside = [(a, b) for a, b in pairwise(box[max(at - 1, 0) : at + 2]) if _joined(tree, a, b)]
    if not beside:
        return None
    if max(tree.units_in(c, tree.end[c]) for c in box) < HEADLINE:
        return False
    return all(_begins_anew(tree, a, b) for a, b in beside)


def _joined(tree: Tree, a: int, b: int) -> bool:
    """Whether two siblings stand on one line, as one text if no formatting is a field."""
    blocks = tree.block
    if blocks[a] != blocks[b]:
        return False
    one, other = _last(tree, a), _first(tree, b)
    if tree.link[one] != tree.link[other] or blocks[one] != blocks[other]:
        return False
    if tree.link[one] < 0 and not (tree.tag[a] in _JOINING and tree.tag[b] in _JOINING):
        return False
    between = tree.end[a]
    while between < b:
        if blocks[between] != blocks[a]:
            return False
        between = tree.end[between]
    return True


def _begins_anew(tree: Tree, a: int, b: int) -> bool:
    """Whether the text of a sibling begins something else than the text before it."""
    before, after = tree.text[_last(tree, a)], tree.text[_first(tree, b)]
    left, right = before[-1], after.lstrip()[0]
    if right.islower() or not (right.isalnum() or right in _OPENING):
        return False
    if after[0] == " ":
        if left in _LEADING_ON or tree.tag[a] == TEXT or tree.tag[b] == TEXT:
            return False
        if tree.tag[a] == tree.tag[b] and tree.class_of(a) == tree.class_of(b):
            return False
    elif left in _HOLDING or (left.isdigit() and right.isdigit()):
        return False
    return len(before.strip()) > 1 and (left.lower() != left.upper() or len(after.strip()) > 1)


def _first(tree: Tree, node: int) -> int:
    """The first text of an element; -1 if it has none."""
    at = bisect_left(tree.chunk_nodes, node)
    return tree.chunk_nodes[at] if at < len(tree.chunk_nodes) and tree.chunk_nodes[at] < tree.end[node] else -1


def _last(tree: Tree, node: int) -> int:
    """The last text of an element that has one."""
    return tree.chunk_nodes[bisect_left(tree.chunk_nodes, tree.end[node]) - 1]
