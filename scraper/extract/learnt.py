"""Learnt recipes: where the list of a page was, so that the same list is looked at first the next time.

A recipe names the list by its tags, and by the classes and ids near its records, as a CSS selector that a person can
read. It decides between candidates, never alone: the list it names has a head start, and only another one that is
clearly better takes its place, or one that is better and shows a later day. So a side column that grows does not take
over, a recipe that no longer fits costs nothing, and a list that was left behind for a new one is left.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable

from scraper.extract.groups import Group
from scraper.extract.tree import STYLE_LEVELS, Tree
from scraper.types import Recipe

HEAD_START = 2.0
"""Added to the choice of the list that a recipe names, in log odds: another one must look seven times likelier."""
RIVALS = 3
"""Other candidates that are read closely beside the one a recipe names."""
RIVAL_SHARE = 0.25
"""Share of the named list's text and dates that a rival must hold to be read closely, if that list is :data:`SURE` to
be one: on the pages that we develop on, no rival with less comes nearer to it than 2.1 log odds, and its head start is
to be added to that."""
SURE = 1.0
"""Log odds from which the named list need not be compared with those that hold much less."""
MAX_SELECTOR = 1_000
_LEVELS = 40
_MEMBERS = 60
_NEVER = 1 << 60
_NAME = re.compile(r"[A-Za-z_-][A-Za-z_-]{1,60}", re.ASCII)


def learn_recipe(tree: Tree, group: Group) -> Recipe | None:
    """The recipe that names ``group``, or ``None`` for a list that lies too deep to be named."""
    selector = name_group(tree, group)
    return Recipe(origin="learnt", item=selector) if selector else None


def named_groups(tree: Tree, groups: list[Group], recipe: Recipe | None) -> list[Group]:
    """Those of ``groups`` that a learnt recipe names."""
    if recipe is None or recipe.origin != "learnt" or not recipe.item:
        return []
    tags = [re.split(r"[.#]", step, maxsplit=1)[0] for step in recipe.item.split(" > ")]
    # The cheap question first: few of a page's groups have these tags around them.
    return [g for g in groups if _has_tags(tree, g.records[0].head, tags) and name_group(tree, g) == recipe.item]


def _has_tags(tree: Tree, node: int, tags: list[str]) -> bool:
    for tag in reversed(tags):
        if node < 0 or tree.tag[node] != tag:
            return False
        node = tree.parent[node]
    return node < 0


def is_cut_closer(group: Group, held: Group) -> bool:
    """Whether a group is the list ``held``, cut closer: each of its records lies in another one of that list's."""
    spans = sorted((r.start, r.stop) for r in held.records)
    owners = set()
    for r in group.records:
        at = bisect_right(spans, (r.start, _NEVER)) - 1
        if at < 0 or r.stop > spans[at][1] or at in owners:
            return False
        owners.add(at)
    return True


def name_group(tree: Tree, group: Group) -> str:
    """A selector of the group's members from the body down; empty if that would be longer than it is of use.

    Classes and ids are given for the members and the elements near them, where all members share them; those with
    digits are left out, since they number things.
    """
    if group.name is None:
        group.name = _name(tree, group)
    return group.name


def _name(tree: Tree, group: Group) -> str:
    nodes = [record.head for record in group.records[:_MEMBERS]]
    steps: list[str] = []
    while nodes[0] >= 0 and len(steps) < _LEVELS:
        step = tree.tag[nodes[0]]
        steps.append(step + _shared_names(tree, set(nodes)) if len(steps) <= STYLE_LEVELS else step)
        nodes = [tree.parent[node] for node in nodes] if len(set(nodes)) > 1 else [tree.parent[nodes[0]]]
        if min(nodes) < 0:
            break
    selector = " > ".join(reversed(steps))
    return selector if len(selector) <= MAX_SELECTOR and len(steps) < _LEVELS else ""


def _shared_names(tree: Tree, nodes: Iterable[int]) -> str:
    shared: set[str] | None = None
    for node in nodes:
        attrs = tree.attrs[node]
        names = {f".{name}" for name in attrs.get("class", "").split()[:20] if _NAME.fullmatch(name)}
        identity = attrs.get("id", "")
        if _NAME.fullmatch(identity):
            names.add(f"#{identity}")
        shared = names if shared is None else shared & names
    return "".join(sorted(shared or ()))
