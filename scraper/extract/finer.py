"""A list that is cut too coarsely: its records are days, and each holds all that was published on one.

Where another candidate has the very titles of these records, and more of them beside, it is the same list cut right.
The day stands above its items then, and governs them (:mod:`scraper.extract.dating`).
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from statistics import median

from scraper.extract.columns import Fields, Page, choose_fields, href_of, judge_columns, read_row
from scraper.extract.score import Judged

MOST_RECORDS = 400
"""Records that are compared."""
LED = 0.8
"""Share of the dated records whose date stands above their titles."""
DISTINCT = 0.9
"""Share of the finer cut's addresses and titles that differ, and stand at one place."""
LEAST_TITLE = 3
"""Words that half of the finer cut's titles have."""


def prefer_finer(page: Page, judged: list[Judged]) -> list[Judged]:
    """The candidates, best first; if the best one's records are days with several items each, the candidate whose
    records are these items goes first, and is as likely."""
    best = judged[0] if judged else None
    if best is None or best.signs.dated < LED:
        return judged
    finer = [j for j in judged[1:] if len(j.group.records) > len(best.group.records) and _within(best, j)]
    whole = _fields(page, best) if finer else []
    titles = {f.title.node for f in whole if f.title}
    if len(titles) * 2 < len(whole) or not _led_by_dates(whole):
        return judged
    for other in finer:
        if _is_finer(page, other, titles):
            other.trust += max(best.odds - other.odds, 0.0)
            other.odds = max(best.odds, other.odds)
            return [other, *(j for j in judged if j is not other)]
    return judged


def _fields(page: Page, judged: Judged) -> list[Fields]:
    rows = [read_row(page, r) for r in judged.group.records[:MOST_RECORDS]]
    return choose_fields(page, rows, judge_columns(rows))


def _led_by_dates(fields: list[Fields]) -> bool:
    """Whether nearly all records have one day on a line of its own, above their titles."""
    led = 0
    for f in fields:
        days = {m.published.on for m in f.row.moments if m.alone and m.published.on}
        first = next((m.node for m in f.row.moments if m.alone and m.published.on), -1)
        led += len(days) == 1 and f.title is not None and first < f.title.node
    return led >= LED * len(fields)


def _within(coarse: Judged, fine: Judged) -> bool:
    """Whether each record of one candidate lies in a record of the other, now more and now fewer: what each record has
    the same number of are its own parts."""
    spans = sorted((r.start, r.stop) for r in coarse.group.records)
    held: Counter[int] = Counter()
    for r in fine.group.records[:MOST_RECORDS]:
        at = bisect_right(spans, (r.start, 1 << 60)) - 1
        if at < 0 or r.stop > spans[at][1]:
            return False
        held[at] += 1
    return len(set(held.values())) > 1


def _is_finer(page: Page, fine: Judged, titles: set[int]) -> bool:
    """Whether a candidate's titles are those given and more of their kind: at the same place, as distinct."""
    fields = [f for f in _fields(page, fine) if f.title and f.link >= 0]
    found = [f.title for f in fields if f.title]
    if not found or not titles <= {piece.node for piece in found}:
        return False
    for values in ([href_of(page.tree, f.link) for f in fields], [piece.text for piece in found]):
        if len(set(values)) < DISTINCT * len(found):
            return False
    places = Counter(piece.key[:3] for piece in found)
    return max(places.values()) >= DISTINCT * len(found) and median([p.units for p in found]) >= LEAST_TITLE
