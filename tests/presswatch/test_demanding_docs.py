"""The examples of the pages on demanding sources are configurations."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from presswatch.config import parse_config

DOCS = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("name", ["browser.md", "pages-that-need-more.md"])
def test_each_example_is_a_configuration(name: str) -> None:
    blocks = re.findall(r"```toml\n(.*?)```", (DOCS / name).read_text("utf-8"), re.DOTALL)
    assert len(blocks) >= 2
    for block in blocks:
        assert parse_config(block, path=Path("presswatch.toml"), environ={}).sources
