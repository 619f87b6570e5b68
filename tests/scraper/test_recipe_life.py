"""The life of a learnt recipe over real looks at a real page: learnt, kept to, healed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from scraper.check import CheckReport
from scraper.extract import extract
from scraper.types import Extraction, Outcome, Page, Recipe
from tests.scraper.extract.pages import DAYS, HEADLINES, TEASERS, link_of, page
from tests.support.watch import Watch


class Reading:
    """Reads pages for real, in this process, and remembers the recipe it was given."""

    recipe: Recipe | None = None

    async def extract(
        self, body: bytes, url: str, *, content_type: str | None, now: datetime, recipe: Recipe | None
    ) -> Extraction:
        self.recipe = recipe
        return extract(body, url, content_type=content_type, now=now, recipe=recipe)


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as watching:
        watching.now = datetime.fromisoformat("2026-03-15T12:00:00+00:00")
        yield watching


def news(first: int, last: int) -> str:
    rows = "".join(
        f'<li class="row"><h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3><time>{DAYS[k]}</time></li>'
        for k in range(first, last)
    )
    return f'<ul class="news">{rows}</ul>'


def renewed(first: int, last: int) -> str:
    cards = "".join(
        f'<article><i>{DAYS[k]}</i><h2><a href="{link_of(k)}">{HEADLINES[k]}</a></h2><p>{TEASERS[k]}</p></article>'
        for k in range(first, last)
    )
    return f'<div id="list">{cards}</div>'


def popular(most: int) -> str:
    rows = "".join(
        f'<div class="hit"><h4><a href="/popular/{k}-{link_of(k)[6:]}">Popular {k}: {HEADLINES[k]}</a></h4>'
        f"<p>{TEASERS[k]}</p><span>{DAYS[k]}</span></div>"
        for k in range(most)
    )
    return f'<section class="popular">{rows}</section>'


def look(watch: Watch, reading: Reading, main: str) -> CheckReport:
    watch.checker._local.extractor = reading
    watch.now += timedelta(minutes=10)
    job = watch.lease()
    return watch._runner.run(watch.checker.check(job, Page(watch.url, 200, page(main).encode(), "text/html")))


def titles(report: CheckReport) -> list[str]:
    return [report.items[at].title for at in sorted(report.new)]


def in_use(watch: Watch) -> list[str]:
    rows = watch.store.conn.execute("SELECT item FROM recipes WHERE retired_at IS NULL")
    return [row["item"] for row in rows]


def test_a_side_column_that_grows_tells_nothing_new(watch: Watch) -> None:
    reading = Reading()
    assert look(watch, reading, news(1, 6)).baseline
    assert reading.recipe is None
    grown = look(watch, reading, news(1, 5) + popular(7))
    assert reading.recipe == Recipe("learnt", item="body > main > ul.news > li.row")
    assert titles(grown) == []
    assert {item.title for item in grown.items} == set(HEADLINES[1:5])
    fresh = look(watch, reading, news(0, 5) + popular(7))
    assert titles(fresh) == [HEADLINES[0]]


def test_a_renewed_page_is_understood_anew_and_its_list_is_learnt(watch: Watch) -> None:
    reading = Reading()
    look(watch, reading, news(1, 8))
    before = in_use(watch)
    report = look(watch, reading, renewed(0, 8))
    assert report.outcome is Outcome.CHANGED
    assert titles(report) == [HEADLINES[0]]
    after = in_use(watch)
    assert before == ["body > main > ul.news > li.row"]
    assert after == ["body > main > div#list > article"]
    look(watch, reading, renewed(0, 7))
    assert reading.recipe == Recipe("learnt", item=after[0])
