"""Imports go down only: presswatch -> scheduler -> scraper; and the pure core touches nothing outside itself."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
LAYERS = ("scraper", "scheduler", "presswatch")
"""From the lowest to the highest."""

PURE = (
    "scraper/types.py",
    "scraper/errors.py",
    "scraper/text.py",
    "scraper/urls.py",
    "scraper/charset.py",
    "scraper/identity.py",
    "scraper/ages.py",
    "scraper/claims.py",
    "scraper/likeness.py",
    "scraper/matching.py",
    "scraper/wording.py",
    "scraper/flaps.py",
    "scraper/edits.py",
    "scraper/doubt.py",
    "scraper/ranks.py",
    "scraper/diff.py",
    "scraper/health.py",
    "scraper/extract",
    "scraper/dates",
    "scheduler/cadence.py",
    "scheduler/rules.py",
    "scheduler/render.py",
)
EFFECTS = {
    "asyncio", "io", "logging", "multiprocessing", "os", "secrets", "shutil", "signal", "socket", "sqlite3",
    "subprocess", "sys", "tempfile", "threading", "time", "urllib.request", "uuid", "scrapy", "sqlite_utils",
    "apscheduler", "twisted", "scraper.store", "scraper.clock", "scraper.settings", "scraper.fetch",
}  # fmt: skip
"""Modules that read a clock, a file, a socket, a database or the environment, or that do so for us."""

IN_MEMORY = {"BytesIO", "StringIO"}
"""Of ``io``, what opens nothing."""

GENERATORS = {"scraper/dates/generate.py", "scraper/extract/jsonl.py"}
"""Beside the pure core, run by hand or by the command line: makes a table of the names of months, reads a list of
files."""


def modules(where: str) -> list[Path]:
    path = ROOT / where
    found = sorted(path.rglob("*.py")) if path.is_dir() else [path]
    return [one for one in found if one.is_file() and "__pycache__" not in one.parts]


def imports(path: Path) -> Iterator[tuple[int, str]]:
    """Line and full name of everything that is imported, anywhere in the file; those for type checkers only too."""
    package = path.relative_to(ROOT).parent.parts
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            for alias in node.names:
                yield node.lineno, alias.name
        elif isinstance(node, ast.ImportFrom):
            base = ".".join(package[: len(package) - node.level + 1]) if node.level else ""
            module = ".".join(filter(None, (base, node.module)))
            if module == "io" and all(alias.name in IN_MEMORY for alias in node.names):
                continue
            yield node.lineno, module
            for alias in node.names:
                yield node.lineno, f"{module}.{alias.name}"


def is_below(name: str, module: str) -> bool:
    return name == module or name.startswith(f"{module}.")


@pytest.mark.parametrize("layer", LAYERS)
def test_imports_go_down_only(layer: str) -> None:
    above = LAYERS[LAYERS.index(layer) + 1 :]
    turned = [
        f"{path.relative_to(ROOT)}:{line} imports {name}: {layer} stands below {name.partition('.')[0]}"
        for path in modules(layer)
        for line, name in imports(path)
        if name.partition(".")[0] in (*above, "tests", "bench")
    ]
    assert not turned, "an arrow turned round:\n" + "\n".join(sorted(set(turned)))


@pytest.mark.parametrize("where", PURE)
def test_pure_core_touches_no_clock_file_socket_database_or_environment(where: str) -> None:
    found = [
        f"{path.relative_to(ROOT)}:{line} imports {name}"
        for path in modules(where)
        if path.relative_to(ROOT).as_posix() not in GENERATORS
        for line, name in imports(path)
        if any(is_below(name, effect) for effect in EFFECTS)
    ]
    assert not found, "take it as an argument instead:\n" + "\n".join(sorted(set(found)))


@pytest.mark.parametrize("where", PURE)
def test_pure_core_calls_no_clock_and_opens_no_file(where: str) -> None:
    calls = {"now", "utcnow", "today", "open", "input", "print", "eval", "exec", "write_text"}
    found = [
        f"{path.relative_to(ROOT)}:{node.lineno} calls {name}"
        for path in modules(where)
        if path.relative_to(ROOT).as_posix() not in GENERATORS
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call)
        and (name := node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")) in calls
    ]
    assert not found, "take it as an argument instead:\n" + "\n".join(found)


def test_files_have_one_purpose_each_and_a_size_to_match() -> None:
    long = [
        f"{path.relative_to(ROOT)} has {lines} lines"
        for layer in LAYERS
        for path in modules(layer)
        if (lines := path.read_text("utf-8").count("\n")) > 600
    ]
    assert not long, "\n".join(long)
