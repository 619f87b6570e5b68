"""Two hundred source-years of each rhythm (``make soak``)."""

from __future__ import annotations

import pytest

from tests.support.rhythms import RHYTHMS
from tests.support.silences import simulate

YEARS = 200


@pytest.mark.soak
@pytest.mark.parametrize("name", RHYTHMS)
def test_silence_over_two_hundred_source_years(name: str) -> None:
    years = [simulate(RHYTHMS[name], seed, step=41 if name == "hourly" else 1) for seed in range(YEARS)]
    late = sorted(float("inf") if year.late is None else year.late for year in years)
    false = sum(year.false_alarms for year in years) / YEARS
    within = sum(gaps <= 2 for gaps in late) / YEARS
    print(f"{name}: {false:.2f} false alarms a source-year; {within:.1%} of stops noticed within two expected gaps")
    print(f"  median {late[YEARS // 2]:.2f}, 95th of a hundred {late[int(YEARS * 0.95)]:.2f} expected gaps")
    assert false <= 1
    assert within >= 0.95
