"""Damaged input of every kind is survived (see :mod:`tests.fuzz.targets`); what it found stays found."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import warnings
from pathlib import Path

import pytest
from bs4 import XMLParsedAsHTMLWarning

from scheduler.worddiff import word_diff
from tests.fuzz import targets
from tests.fuzz.runner import run, run_case

ROOT = Path(__file__).parents[2]
CASES = int(os.environ.get("PRESSWATCH_FUZZ_CASES", "1000000"))
SECONDS = float(os.environ.get("PRESSWATCH_FUZZ_SECONDS", "14400"))


def test_a_thousand_damaged_inputs_are_survived_within_bounds() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", XMLParsedAsHTMLWarning)
        outcome = run(1_000)
    assert outcome.failed == {}, outcome.report()
    assert set(outcome.cases) == set(targets.TARGETS)


def test_a_failure_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(rng: object) -> None:
        raise RecursionError

    monkeypatch.setitem(targets.TARGETS, "urls", (1, broken))
    why, _ = run_case("urls", 1)
    assert "RecursionError" in why


def test_a_case_is_the_same_each_time() -> None:
    seen = []
    for _ in range(2):
        outcome = run(60, first=7, names=["charset", "urls"])
        seen.append((outcome.cases, outcome.failed))
    assert seen[0] == seen[1]


def test_words_that_repeat_without_end_are_compared_in_little_time() -> None:
    started = time.process_time()
    for _ in range(20):
        word_diff("a b c d " * 140, "c a b d e " * 110)
    assert time.process_time() - started < 2


@pytest.mark.soak
def test_a_million_damaged_inputs_are_survived_within_bounds() -> None:
    """In a process of its own with a limit on its memory; prints how many there were, how slow, and how far they came.
    ``PRESSWATCH_FUZZ_SECONDS`` bounds the time (four hours)."""
    words = ["-m", "tests.fuzz.runner", "--cases", str(CASES), "--first", "1000", "--seconds", str(SECONDS)]
    done = subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, text=True)
    print(done.stdout)
    assert done.returncode == 0, done.stdout + done.stderr
