"""Which test keeps which promise: read from the docstrings of this folder and from :mod:`tests.promises.elsewhere`."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from tests.promises.elsewhere import ELSEWHERE

TESTS: Final = Path(__file__).parents[1]
PROMISES: Final = (
    "No entry is lost, across kill -9 at any point",
    "No entry is stored twice",
    "The database is never corrupt",
    "A damaged database is refused and not touched",
    "A full disk fails the check, and it goes on when there is room",
    "A check is one transaction",
    "Every new entry reaches every sink, in order",
    "A repeat has the same id, no id serves two events",
    "The first successful check tells nothing",
    "A sink that is down delays no check and no other sink",
    "A flood is a bounded number of messages",
    "Nonsense never erases and is never news; it is on record",
    "After an outage exactly what is new is told",
    "Cut answers are failures",
    "One broken entry costs one entry",
    "Finding nothing is never silent",
    "Each check stays within its bounds",
    "Silent sources delay no good one; nothing grows",
    "No connection to an address that is not global",
    "Only http and https, and nothing that a page mentions",
    "Credentials go to their own origin only",
    "robots.txt and Retry-After are obeyed",
    "No other traffic",
    "Page text never runs",
    "Exports are safe in a spreadsheet",
    "Nothing a page says controls terminal, log or mail header",
    "Text is what the publisher wrote",
    "Clocks may jump",
    "One daemon at a time; after kill -9 a new one starts",
    "SIGTERM: out within ten seconds, nothing lost",
)
_NUMBERS: Final = re.compile(r"Promises? ([0-9, and]+)")


def find_tests() -> dict[int, list[str]]:
    """``file::name`` (below ``tests/``) of the tests by number of the promise; those of this folder first."""
    found: dict[int, list[str]] = {number: [] for number in range(1, len(PROMISES) + 1)}
    for file in sorted(Path(__file__).parent.glob("test_*.py")):
        for name, docstring in _tests_in(file):
            said = _NUMBERS.match(docstring)
            for number in re.findall("[0-9]+", said[1]) if said else ():
                found[int(number)].append(f"promises/{file.name}::{name}")
    for number, names in ELSEWHERE.items():
        found[number].extend(names)
    return found


def _tests_in(file: Path) -> Iterator[tuple[str, str]]:
    for node in ast.parse(file.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.FunctionDef) and node.name.startswith("test_") and not _is_soak(node):
            yield node.name, ast.get_docstring(node) or ""


def _is_soak(node: ast.FunctionDef) -> bool:
    """Whether it is started by ``make soak`` only."""
    return "pytest.mark.soak" in [ast.unparse(one) for one in node.decorator_list]


def exists(test: str) -> bool:
    """Whether there is such a test."""
    file, _, name = test.partition("::")
    path = TESTS / file
    return path.exists() and f"def {name}(" in path.read_text(encoding="utf-8")
