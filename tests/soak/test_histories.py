"""A thousand random site histories (`make soak`); the short form is in the ordinary suite."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.support.following import follow
from tests.support.newspaper import Newspaper


@pytest.mark.soak
@pytest.mark.parametrize("dated", [True, False])
@pytest.mark.parametrize("decade", range(50))
def test_random_site_histories(tmp_path: Path, decade: int, dated: bool) -> None:
    for seed in range(1000 + decade * 10, 1010 + decade * 10):
        follow(Newspaper(seed, dated=dated), tmp_path / f"{seed}.db", looks=60)
