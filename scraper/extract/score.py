"""How likely a candidate is the page's listing: a logistic regression over its signs.

The weights are in ``weights.json``, one number a sign, learnt by ``bench/train_ranker.py`` from hand-checked pages;
they can be read, and set by hand.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from scraper.extract.columns import Column, Fields, Page, Row, choose_fields, judge_columns, read_row
from scraper.extract.groups import Group
from scraper.extract.signs import Signs, read_signs

SAMPLE = 40
"""Records of a candidate that are read to judge it; the winner is read in full."""


@dataclass(slots=True)
class Judged:
    """A candidate with what was read of it. ``score`` is the log odds that it is the listing."""

    group: Group
    rows: list[Row]
    columns: list[Column]
    fields: list[Fields]
    signs: Signs
    score: float

    @property
    def probability(self) -> float:
        return 1 / (1 + exp(-max(min(self.score, 30), -30)))


def judge(page: Page, group: Group, whole: int) -> Judged:
    """Read (a sample of) the records and score them; ``whole`` is the page's text in words."""
    records = group.records
    if len(records) > SAMPLE:
        step = len(records) / SAMPLE
        records = [records[int(k * step)] for k in range(SAMPLE)]
    rows = [read_row(page, r) for r in records]
    columns = judge_columns(rows)
    fields = choose_fields(page, rows, columns)
    signs = read_signs(page, group, fields, whole)
    return Judged(group, rows, columns, fields, signs, add_up(signs))


def add_up(signs: Signs) -> float:
    """Log odds from the signs."""
    weights = load_weights()
    odds: float = weights["bias"] + sum(getattr(signs, name) * weights.get(name, 0.0) for name in Signs.__slots__)
    return odds


@cache
def load_weights() -> dict[str, float]:
    loaded: dict[str, float] = json.loads((files("scraper.extract") / "weights.json").read_text(encoding="utf-8"))
    return loaded
