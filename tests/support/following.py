"""Watching a newspaper and holding what is told against what it knows must be told."""

from __future__ import annotations

from pathlib import Path

from scraper.types import PageKind
from tests.support.newspaper import Newspaper, number_of
from tests.support.watch import Watch


def follow(paper: Newspaper, path: Path, *, looks: int) -> None:
    """Look ``looks`` times; an assertion fails at the first look that tells too much or too little."""
    gone: list[int] = []
    with Watch(path) as watch:
        watch.look(paper.page())
        for _ in range(looks):
            items, kind = paper.live()
            seen = watch.look(items, kind=kind)
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
