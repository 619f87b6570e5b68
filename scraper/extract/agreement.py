"""Which candidate list holds the articles that the page tells programs of: two independent witnesses of one list."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence

from scraper.extract.columns import Page, href_of
from scraper.extract.groups import Group
from scraper.extract.score import Judged
from scraper.extract.structured import LEAST_TOLD, Told, key_of
from scraper.urls import resolve_url

AGREED = 0.8
"""Share of the told articles that a list must hold, in as many records of their own, to be the list that is told."""
TRUST = 2.0
"""What agreement adds to the log odds that the candidate is the page's listing: sites tell programs of few things
that are not there."""
MAX_LINKS = 20_000


def prefer_told(page: Page, judged: list[Judged], told: Sequence[Told], base: str) -> list[Judged]:
    """The candidates, best first; one that holds the told articles goes before those that do not, and is likelier."""
    if len(told) < LEAST_TOLD or not judged:
        return judged
    keys = {key_of(t.url) for t in told}
    links = [(node, key_of(resolve_url(base, href_of(page.tree, node)) or "")) for node in page.link_nodes[:MAX_LINKS]]
    marks = [(node, key) for node, key in links if key in keys]
    agreeing = [j for j in judged if _agrees(j.group, marks, len(keys))]
    if not agreeing:
        return judged
    agreeing[0].trust = TRUST
    return [agreeing[0], *(j for j in judged if j is not agreeing[0])]


def _agrees(group: Group, marks: list[tuple[int, str]], told: int) -> bool:
    nodes = [node for node, _ in marks]
    held: set[str] = set()
    records = 0
    for r in group.records:
        inside = {key for _, key in marks[bisect_left(nodes, r.start) : bisect_left(nodes, r.stop)]}
        records += bool(inside)
        held |= inside
    return min(records, len(held)) >= AGREED * told and records >= AGREED * len(group.records)
