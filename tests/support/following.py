"""Watching a newspaper and holding what is told against what it knows must be told."""

from __future__ import annotations

from collections import Counter
from dataclasses import astuple, dataclass
from pathlib import Path

from scraper.types import PageKind
from tests.support.newspaper import Newspaper, number_of
from tests.support.watch import Watch


@dataclass(frozen=True)
class Tally:
    """What was told over so many looks."""

    looks: int = 0
    added: int = 0
    revised: int = 0
    withdrawn: int = 0

    def __add__(self, other: Tally) -> Tally:
        return Tally(*(a + b for a, b in zip(astuple(self), astuple(other), strict=True)))


def follow(paper: Newspaper, path: Path, *, looks: int) -> Tally:
    """Look ``looks`` times; an assertion fails at the first look that tells too much or too little."""
    gone: list[int] = []
    count: Counter[str] = Counter()
    with Watch(path) as watch:
        watch.look(paper.page())
        for _ in range(looks):
            items, kind = paper.live()
            seen = watch.look(items, kind=kind)
            count.update(kind for kind, _ in seen.told)
            gone += [number_of(title) for kind, title in seen.told if kind == "withdrawn"]
            told = [one for one in seen.told if one[0] != "withdrawn"]
            assert sorted(told) == (sorted(paper.due) if kind is PageKind.LISTING else [])
            assert {kind for kind, _ in seen.silent} <= {"surfaced"}
            if kind is PageKind.LISTING:
                paper.due.clear()
        assert len(gone) == len(set(gone))
        assert set(gone) <= paper.withdrawn
        assert watch.rows("SELECT title FROM items GROUP BY title HAVING count(*) > 1") == []
        assert watch.is_sound()
    return Tally(looks, count["added"], count["revised"], count["withdrawn"])
