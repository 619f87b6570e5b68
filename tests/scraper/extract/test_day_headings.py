"""A heading with a day between flat records dates those below it, however many there are."""

from __future__ import annotations

from scraper.extract import extract

from .pages import HEADLINES, NOW, SITE, TEASERS, link_of, page


def test_day_headings_between_flat_records_govern_what_follows_them() -> None:
    main, days = "", []
    for k in range(8):
        if k % 4 == 0:
            main += f"<h2>{12 - k} March 2026</h2>"
        main += f'<h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3><p>{TEASERS[k]}</p>'
        days.append(f"2026-03-{12 - k // 4 * 4:02d}")
    items = extract(page(main).encode(), SITE, now=NOW).items
    assert [item.published.iso() if item.published else None for item in items] == days
