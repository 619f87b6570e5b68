"""A thousand random site histories (`make soak`); the short form is in the ordinary suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.soak.results import write_results
from tests.support.following import Tally, follow
from tests.support.newspaper import Newspaper

HISTORIES, LOOKS = 500, 60
_ABOUT = f"""# Random site histories

{HISTORIES} each of a newspaper that publishes, edits, withdraws, is redesigned, breaks down and shows its list in ever
other ways and orders (`tests/support/newspaper.py`), by seed, {LOOKS} looks each. After each look exactly what is due
was told, nothing twice, nothing else; at the end no item is stored twice and the database is sound."""


@pytest.mark.soak
@pytest.mark.parametrize("dated", [True, False])
def test_random_site_histories(tmp_path: Path, dated: bool) -> None:
    tally = Tally()
    for seed in range(1000, 1000 + HISTORIES):
        try:
            tally += follow(Newspaper(seed, dated=dated), tmp_path / f"{seed}.db", looks=LOOKS)
        except AssertionError as error:
            raise AssertionError(f"seed {seed}, dated={dated}") from error
    row = (
        "with dates" if dated else "without dates",
        HISTORIES,
        tally.looks,
        tally.added,
        tally.revised,
        tally.withdrawn,
    )
    header = ("list", "histories", "looks", "new items told", "edits told", "withdrawals told")
    write_results("histories", _ABOUT, header, [row])
