"""Siblings that are no records: a pagination bar, an advertisement, a sign-up box between the items of a list."""

from __future__ import annotations

from collections import Counter

from scraper.extract.columns import Fields, Page, href_of
from scraper.extract.hrefs import is_telling

ALWAYS = 0.85
"""Share of records with a date that makes one without a date, and with a menu's address, a stranger."""


def without_strangers(page: Page, fields: list[Fields]) -> list[Fields]:
    """The records of a list whose titles (mostly) come from one column, without those that have neither that column
    nor what the others have: a date, a heading, a link that looks like a document's own."""
    titles = Counter(f.title.key for f in fields if f.title)
    if len(fields) < 3 or not titles:
        return fields
    main, count = titles.most_common(1)[0]
    if count * 2 < len(fields):
        return fields
    dated = sum(bool(f.row.moments) for f in fields if f.title and f.title.key == main) > count * 0.7
    headed = sum(f.title.heading >= 0 for f in fields if f.title and f.title.key == main) > count * 0.7
    linked = sum(f.link >= 0 for f in fields if f.title and f.title.key == main) > count * 0.9
    always = _always_dated(page, fields)
    kept = []
    for f in fields:
        if always and not f.row.moments and not (f.link >= 0 and is_telling(href_of(page.tree, f.link))):
            continue
        if f.title and f.title.key != main:
            telling = f.link >= 0 and is_telling(href_of(page.tree, f.link)) and f.title.units >= 3
            undated = dated and not f.row.moments and not (telling and headed and f.title.heading >= 0)
            if undated or (headed and f.title.heading < 0) or (linked and not telling):
                continue
        kept.append(f)
    return kept


def _always_dated(page: Page, fields: list[Fields]) -> bool:
    """Whether hardly a record lacks a date, boxes in which none has one apart: those make a list of something else."""
    boxes: dict[int, list[bool]] = {}
    for f in fields:
        boxes.setdefault(page.tree.parent[f.row.record.head], []).append(bool(f.row.moments))
    marks = [mark for box in boxes.values() if any(box) for mark in box]
    return len(marks) * 2 > len(fields) and sum(marks) >= len(marks) * ALWAYS
