"""Which candidate is the page's listing, and how likely it is that the page has one.

Two linear rules over the same signs: ``choice`` compares the candidates of one page (conditional logit), ``odds`` says
whether the chosen one is a listing at all (logistic regression). The weights are in ``weights.json``, one number a
sign, learnt by ``bench/train_ranker.py`` from hand-checked pages; they can be read, and set by hand.
"""

from __future__ import annotations

import json
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from math import exp

from scraper.extract.columns import Column, Fields, Page, Row, choose_fields, judge_columns, read_row
from scraper.extract.groups import Group
from scraper.extract.hrefs import is_telling
from scraper.extract.signs import Signs, read_signs
from scraper.extract.strangers import without_strangers

COMING = 2.0
"""What it takes from a candidate's choice that all its records are coming events: where there is news too, that is the
listing. A page of nothing but events is one all the same."""
SAMPLE = 10
"""Records of a candidate that are read to judge it; the winner is read in full."""


@dataclass(slots=True)
class Judged:
    """A candidate with what was read of it: ``choice`` to compare, ``odds`` (log) that it is a listing, ``trust``
    what agreement with the page's machine data adds to them."""

    group: Group
    rows: list[Row]
    columns: list[Column]
    fields: list[Fields]
    signs: Signs
    choice: float
    odds: float
    trust: float = 0.0

    @property
    def probability(self) -> float:
        return 1 / (1 + exp(-max(min(self.odds, 30), -30)))


def judge(page: Page, group: Group, whole: int) -> Judged:
    """Read (a sample of) the records and score them; ``whole`` is the page's text in words."""
    records = group.records
    if len(records) > SAMPLE:
        # Neighbours, two and two: a list whose every second record is a part of the first shows it only so.
        step = (len(records) - 2) / (SAMPLE // 2 - 1)
        records = [records[int(k * step) + j] for k in range(SAMPLE // 2) for j in (0, 1)]
    rows = [read_row(page, r) for r in records]
    columns = judge_columns(rows)
    fields = choose_fields(page, rows, columns)
    members = [f for f in without_strangers(page, fields) if f.title or f.link >= 0] or fields
    signs = read_signs(page, group, members, whole, of=len(fields))
    choice = add_up(signs, "choice") - COMING * _coming(page, rows)
    return Judged(group, rows, columns, fields, signs, choice, add_up(signs, "odds"))


def _coming(page: Page, rows: list[Row]) -> float:
    """Share of records that have a day to come and no other."""
    ahead = page.ahead
    if not ahead:
        return 0.0
    found = 0
    for row in rows:
        at = bisect_left(ahead, row.record.start)
        found += not row.moments and at < len(ahead) and ahead[at] < row.record.stop
    return found / len(rows)


def weigh_page(judged: Judged, words: int, *, says_article: bool, url: str, passwords: int) -> None:
    """Let the page's own running text, and what the page says of itself, count in the odds."""
    judged.signs.article = min(words, 500) / 500
    judged.signs.says_article = float(says_article)
    judged.signs.own_address = float(is_telling(url.split("//", 1)[-1].partition("/")[2]))
    judged.signs.password = float(passwords > 0)
    judged.odds = add_up(judged.signs, "odds") + judged.trust


def add_up(signs: Signs, rule: str) -> float:
    """The signs under one of the two rules."""
    weights = load_weights()[rule]
    total = weights.get("bias", 0.0)
    for name in Signs.__slots__:
        total += float(getattr(signs, name)) * weights.get(name, 0.0)
    return total


@cache
def load_weights() -> dict[str, dict[str, float]]:
    loaded: dict[str, dict[str, float]] = json.loads(
        (files("scraper.extract") / "weights.json").read_text(encoding="utf-8")
    )
    return loaded
