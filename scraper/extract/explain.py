"""Why an extraction came out as it did: every candidate with its score and signs, every field with its place."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from scraper.extract import extract
from scraper.extract.columns import Fields, Page
from scraper.extract.learnt import name_group
from scraper.extract.moments import Moment
from scraper.extract.score import Judged, load_weights
from scraper.extract.sign_words import SIGN_WORDS
from scraper.extract.summary import summary_pieces
from scraper.extract.trace import Trace
from scraper.extract.tree import Tree
from scraper.text import clean_text
from scraper.types import Extraction, ItemData, Recipe

MOST_TITLES = 5
MOST_REASONS = 4
TELLING = 0.15
"""Log odds from which a sign is worth telling."""
_NAME = re.compile(r"[A-Za-z_-][\w-]{0,60}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a field of an item was read: ``where`` is a path in the page, ``nodes`` its nodes ``first <= i < stop``."""

    field: str
    text: str
    where: str
    first: int = -1
    stop: int = -1


@dataclass(frozen=True, slots=True)
class ExplainedItem:
    """An item with the places of its fields. ``record`` are its nodes in the page, ``None`` outside of HTML."""

    data: ItemData
    places: tuple[Place, ...]
    record: tuple[int, int] | None = None


@dataclass(frozen=True, slots=True)
class Candidate:
    """A list that was considered. ``choice`` compares it with the others of the page (log odds), ``probability`` says
    whether it is a listing at all. ``reasons`` are the signs that counted most: for the chosen one what spoke for and
    against it, for the others what they lack beside it; each with its weight in log odds."""

    where: str
    records: int
    choice: float
    probability: float
    chosen: bool
    titles: tuple[str, ...]
    reasons: tuple[tuple[str, float], ...]
    signs: tuple[tuple[str, float], ...]
    heads: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Explanation:
    """An extraction and what it was made of. ``tree`` and ``base`` (what its links are relative to) are there for an
    HTML page that was read without a hand-written recipe."""

    extraction: Extraction
    items: tuple[ExplainedItem, ...]
    candidates: tuple[Candidate, ...] = ()
    tree: Tree | None = None
    base: str = ""


def explain(
    body: bytes, url: str, *, content_type: str | None = None, now: datetime, recipe: Recipe | None = None
) -> Explanation:
    """As :func:`scraper.extract.extract`, with the same outcome and the same errors, but telling why."""
    trace = Trace()
    found = extract(body, url, content_type=content_type, now=now, recipe=recipe, trace=trace)
    page = trace.page
    if page is None:
        return Explanation(found, tuple(ExplainedItem(item, _stated(item)) for item in found.items))
    dates: dict[str, list[Moment]] = {}
    for moment in page.moments:
        dates.setdefault(moment.published.raw, []).append(moment)
    items = tuple(_explain_item(page, dates, fields, item) for fields, item in trace.found)
    if not items:  # what the page tells programs has no place among its records
        items = tuple(ExplainedItem(item, _stated(item)) for item in found.items)
    chosen = trace.judged[0] if trace.found else None
    candidates = tuple(_explain_candidate(page, judged, trace.judged[0], chosen) for judged in trace.judged)
    return Explanation(found, items, candidates, page.tree, trace.base)


def _stated(item: ItemData) -> tuple[Place, ...]:
    """The fields of an item that comes from a feed, from plain text or by a recipe."""
    where = ", ".join(value for _, value in item.provenance)
    values = {
        "title": item.title,
        "link": item.url,
        "published": _date_text(item),
        "summary": item.summary,
        "author": item.author,
        "image": item.image_url,
    }
    return tuple(Place(name, value, where) for name, value in values.items() if value)


def _date_text(item: ItemData) -> str | None:
    if item.published is None:
        return None
    stated = item.published.iso() or f"no day ({item.published.precision})"
    return f"{stated} from {clean_text(item.published.raw)!r} ({item.published.method})"


def _explain_item(page: Page, dates: dict[str, list[Moment]], fields: Fields, item: ItemData) -> ExplainedItem:
    tree, record = page.tree, fields.row.record
    where = partial(path_between, tree, tree.parent[record.start])
    places = []
    if fields.title is not None:
        node, last = fields.title.node, fields.title.last
        places.append(Place("title", item.title, where(node), node, last + 1))
    if fields.link >= 0 and item.url:
        places.append(Place("link", item.url, where(fields.link) + "@href", fields.link, tree.end[fields.link]))
    moment = _moment_of(dates, fields, item)
    if item.published is not None:
        node = moment.node if moment else -1
        stop = tree.end[node] if node >= 0 else -1
        inside = record.start <= node < record.stop
        path = where(node) if inside else f"above the record: {path_between(tree, -1, node)}" if node >= 0 else ""
        places.append(Place("published", _date_text(item) or "", path, node, stop))
    if item.summary:
        places.extend(
            Place("summary", piece.text, where(piece.node), piece.node, piece.last + 1)
            for piece in summary_pieces(page, fields)
        )
    for name, value, node in (
        ("image", item.image_url, _first_with(tree, fields, tag="img")),
        ("author", item.author, _first_with(tree, fields, tag=None)),
    ):
        if value and node >= 0:
            places.append(Place(name, value, where(node), node, tree.end[node]))
    return ExplainedItem(item, tuple(places), (record.start, record.stop))


def _moment_of(dates: dict[str, list[Moment]], fields: Fields, item: ItemData) -> Moment | None:
    """The date on the page that became the item's: in its record, else the last one before it. ``dates`` are all of
    the page's by their text, in order."""
    if item.published is None:
        return None
    raw, start = item.published.raw, fields.row.record.start
    inside = next((m for m in fields.row.moments if m.published.raw == raw), None)
    if inside is not None:
        return inside
    alike = dates.get(raw, [])
    at = bisect_left(alike, start, key=lambda m: m.node)
    return alike[at - 1] if at else None


def _first_with(tree: Tree, fields: Fields, *, tag: str | None) -> int:
    """The record's first picture, or (``tag`` of ``None``) its first element that names an author."""
    record = fields.row.record
    for i in range(record.start, record.stop):
        attrs = tree.attrs[i] or {}
        if tag is not None and tree.tag[i] == tag:
            return i
        if tag is None and ("author" in (attrs.get("rel") or "").split() or attrs.get("itemprop") == "author"):
            return i
    return -1


def path_between(tree: Tree, above: int, node: int) -> str:
    """The elements from below ``above`` down to ``node``, as a CSS selector: ``li.row > h3 > a``."""
    steps: list[str] = []
    while node > above and node >= 0 and len(steps) < 12:
        if not tree.tag[node].startswith("#"):
            names = ((tree.attrs[node] or {}).get("class") or "").split()[:2]
            steps.append(tree.tag[node] + "".join(f".{name}" for name in names if _NAME.fullmatch(name)))
        node = tree.parent[node]
    return " > ".join(reversed(steps))


def _explain_candidate(page: Page, judged: Judged, best: Judged, chosen: Judged | None) -> Candidate:
    tree, group = page.tree, judged.group
    is_chosen = judged is chosen
    reasons = _weighed(judged, "odds") if judged is best else _compared(judged, best)
    return Candidate(
        where=name_group(tree, group) or path_between(tree, -1, group.records[0].head),
        records=len(group.records),
        choice=round(judged.choice, 2),
        probability=round(judged.probability, 3),
        chosen=is_chosen,
        titles=tuple(clean_text(f.title.text)[:200] for f in judged.fields if f.title)[:MOST_TITLES],
        reasons=reasons,
        signs=tuple((name, round(float(getattr(judged.signs, name)), 3)) for name in SIGN_WORDS),
        heads=tuple(record.head for record in group.records),
    )


def _weighed(judged: Judged, rule: str) -> tuple[tuple[str, float], ...]:
    """What spoke most for or against one candidate."""
    weights = load_weights()[rule]
    parts = [(name, getattr(judged.signs, name) * weights.get(name, 0.0)) for name in SIGN_WORDS]
    return _most(parts)


def _compared(judged: Judged, best: Judged) -> tuple[tuple[str, float], ...]:
    """In which signs a candidate falls behind the best one most."""
    weights = load_weights()["choice"]
    parts = [
        (name, (getattr(judged.signs, name) - getattr(best.signs, name)) * weights.get(name, 0.0))
        for name in SIGN_WORDS
    ]
    return _most([(name, part) for name, part in parts if part < 0])


def _most(parts: list[tuple[str, float]]) -> tuple[tuple[str, float], ...]:
    telling = sorted((part for part in parts if abs(part[1]) >= TELLING), key=lambda part: -abs(part[1]))
    return tuple((SIGN_WORDS[name], round(value, 2)) for name, value in telling[:MOST_REASONS])
