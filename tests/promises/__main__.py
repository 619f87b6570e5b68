"""``make promises``: runs the test of each promise and prints a table of promise, tests and result."""

from __future__ import annotations

import sys
from collections import defaultdict
from typing import Final

import pytest

from tests.promises.catalogue import PROMISES, TESTS, find_tests

WORST_FIRST: Final = ("failed", "missing", "skipped", "passed")


class Results:
    """A plugin that notes how each test function ended: the worst of its cases."""

    def __init__(self) -> None:
        self.by_test: dict[str, set[str]] = defaultdict(set)

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        """Called by pytest for each phase of each test."""
        if report.when == "call" or report.outcome != "passed":
            self.by_test[report.nodeid.partition("[")[0].removeprefix("tests/")].add(report.outcome)

    def of(self, test: str) -> str:
        """``passed``, ``skipped``, ``failed`` or ``missing``."""
        outcomes = self.by_test.get(test, {"missing"})
        return next(name for name in WORST_FIRST if name in outcomes)


def main(options: list[str]) -> int:
    """Run what was asked for (further options of pytest) and print the table."""
    catalogue = find_tests()
    results = Results()
    wanted = sorted({f"{TESTS.name}/{test}" for tests in catalogue.values() for test in tests})
    pytest.main([*wanted, "-q", *options], plugins=[results])
    kept = 0
    for number, tests in catalogue.items():
        outcomes = [results.of(test) for test in tests]
        worst = next(name for name in WORST_FIRST if name in outcomes)
        kept += worst == "passed"
        print(f"\n{number:2} {PROMISES[number - 1]}: {worst}")
        for test, outcome in zip(tests, outcomes, strict=True):
            print(f"     {outcome:8} {test}")
    print(f"\n{kept} of {len(catalogue)} promises kept")
    return int(kept < len(catalogue))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
