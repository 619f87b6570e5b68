"""The examples of docs/recipes.md find what the page says they find."""

from __future__ import annotations

import re
import sys
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType

import pytest

from presswatch.config import load_config
from scraper.extract import extract

PAGE = Path(__file__).resolve().parents[2] / "docs" / "recipes.md"
NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
_BLOCK = re.compile(r"```(\w+)\n(.*?)\n```", re.DOTALL)


def examples() -> list[dict[str, str]]:
    """The blocks up to each ``text`` block, by their language."""
    found: list[dict[str, str]] = [{}]
    for kind, content in _BLOCK.findall(PAGE.read_text(encoding="utf-8")):
        if kind == "console":
            continue
        found[-1][kind] = content
        if kind == "text":
            found.append({})
    return found[:-1]


@pytest.mark.parametrize("example", examples(), ids=lambda example: example["toml"].splitlines()[1][7:-1])
def test_an_example_finds_what_the_page_says(
    example: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "python" in example:
        module = ModuleType("my_sites")
        exec(example["python"], module.__dict__)  # noqa: S102 - the page's own example
        monkeypatch.setitem(sys.modules, "my_sites", module)
    path = tmp_path / "presswatch.toml"
    path.write_text(f"{example['toml'].replace('[[sources]]', '[[sources]]' + chr(10) + _NAMES)}\n", encoding="utf-8")
    [source] = load_config(path, environ={}).sources
    page = example.get("json") or example["html"]
    kind = "application/json" if "json" in example else "text/html"
    found = extract(page.encode(), source.url, content_type=kind, now=NOW, recipe=source.recipe)
    told = [f"{item.published.on if item.published else 'no date'}  {item.title}  {item.url}" for item in found.items]
    assert told == example["text"].splitlines()


_NAMES = 'id = "a-1"\nslug = "a"'


def test_the_page_has_an_example_of_each_kind() -> None:
    assert len(examples()) == 5
    assert [next(iter(example)) for example in examples()] == ["html", "html", "json", "html", "python"]
