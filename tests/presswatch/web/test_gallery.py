"""The gallery in the docs is whole and light, and fetches nothing from elsewhere."""

from __future__ import annotations

import re

from tests.presswatch.cli.conftest import ROOT

DOCS = ROOT / "docs"


def test_every_picture_is_there_shown_and_small() -> None:
    shown = re.findall(r"!\[[^\]]+\]\((gallery/[^)]+)\)", (DOCS / "gallery.md").read_text("utf-8"))
    kept = sorted(str(path.relative_to(DOCS)) for path in (DOCS / "gallery").iterdir())
    assert sorted(shown) == kept
    sizes = {name: (DOCS / name).stat().st_size for name in kept}
    assert max(sizes.values()) < 150_000, sizes
    assert sum(sizes.values()) < 2_000_000


def test_no_picture_says_where_it_was_made_or_fetches_anything() -> None:
    for path in (DOCS / "gallery").glob("*.svg"):
        text = path.read_text("utf-8")
        assert "home/presswatch" not in text
        assert not re.search(r"(href|src)=|url\((?!#)|@import|@font-face", text), path
