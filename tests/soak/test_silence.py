"""Two hundred source-years of each rhythm (``make soak``)."""

from __future__ import annotations

import pytest

from tests.soak.results import write_results
from tests.support.rhythms import RHYTHMS
from tests.support.silences import simulate

YEARS = 200
_ABOUT = f"""# Silence

{YEARS} simulated source-years of each rhythm (`tests/support/rhythms.py`), then the source stops. An expected gap is
the longest of the three months before the stop; the stop is noticed after so many of them."""


@pytest.mark.soak
@pytest.mark.parametrize("name", RHYTHMS)
def test_silence_over_two_hundred_source_years(name: str) -> None:
    years = [simulate(RHYTHMS[name], seed, step=41 if name == "hourly" else 1) for seed in range(YEARS)]
    late = sorted(float("inf") if year.late is None else year.late for year in years)
    false = sum(year.false_alarms for year in years) / YEARS
    within = sum(gaps <= 2 for gaps in late) / YEARS
    header = ("rhythm", "false alarms a source-year", "noticed within 2 expected gaps", "median", "95th of a hundred")
    row = (name, f"{false:.2f}", f"{within:.1%}", f"{late[YEARS // 2]:.2f}", f"{late[int(YEARS * 0.95)]:.2f}")
    write_results("silence", _ABOUT, header, [row])
    assert false <= 1
    assert within >= 0.95
