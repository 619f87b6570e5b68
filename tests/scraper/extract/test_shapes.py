"""Every listing in the mark-up of a common system is read whole: items, order, titles, addresses, days, summaries."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scraper.extract import extract
from scraper.types import PageKind

from .shapes import SHAPES, Shape

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize("shape", SHAPES.values(), ids=SHAPES)
def test_a_listing_is_read_whole(shape: Shape) -> None:
    found = extract(shape.html.encode(), shape.url, content_type="text/html; charset=utf-8", now=NOW)
    stories = shape.stories
    assert found.verdict.kind in (PageKind.LISTING, PageKind.BOTH), found.verdict
    assert [item.title for item in found.items] == [s.title for s in stories]
    if shape.linked:
        assert [(item.url or "").rstrip("/") for item in found.items] == [s.url.rstrip("/") for s in stories]
    days = [item.published.on if item.published else None for item in found.items]
    assert days == [s.day if shape.dated else None for s in stories]
    if shape.summed:
        assert all(s.teaser in (item.summary or "") for item, s in zip(found.items, stories, strict=True))


def test_there_are_many_shapes() -> None:
    assert len(SHAPES) >= 60
