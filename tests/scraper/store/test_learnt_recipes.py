"""What a believed look has learnt is used by the next one; what was believed of nothing is not."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from scraper.check import CheckReport
from scraper.store.sources import SourceSpec, reconcile
from scraper.store.write_recipe import KEPT
from scraper.types import Extraction, Outcome, Page, PageKind, Recipe, Verdict
from tests.support.watch import Watch, item, many

LIST = Recipe("learnt", item="body > ul.news > li")
TABLE = Recipe("learnt", item="body > table > tbody > tr")
HAND = Recipe("hand", item="tr.news")


@pytest.fixture
def watch(tmp_path: Path) -> Iterator[Watch]:
    with Watch(tmp_path / "presswatch.db") as watching:
        yield watching


def look(watch: Watch, last: int, recipe: Recipe | None, *, kind: PageKind = PageKind.LISTING) -> CheckReport:
    items = tuple(many(1, last)) if last else ()
    watch._extractor.extraction = Extraction(items, None, Verdict(kind, 0.9), recipe=recipe)
    watch.now += timedelta(hours=1)
    body = f"{last} {recipe} {kind}".encode()
    return watch._runner.run(watch.checker.check(watch.lease(), Page(watch.url, 200, body)))


def rows(watch: Watch) -> list[tuple[str, str, bool]]:
    found = watch.store.conn.execute("SELECT origin, item, retired_at IS NULL AS used FROM recipes ORDER BY id")
    return [(row["origin"], row["item"], bool(row["used"])) for row in found]


def recipe_in_use(watch: Watch) -> Recipe | None:
    watch.now += timedelta(hours=1)
    job = watch.lease()
    with watch.store.transaction() as conn:
        conn.execute("UPDATE leases SET holder = NULL, expires_at = NULL")
    return job.recipe


def test_a_believed_look_teaches_the_next_one(watch: Watch) -> None:
    assert recipe_in_use(watch) is None
    look(watch, 5, LIST)
    assert recipe_in_use(watch) == LIST
    look(watch, 6, LIST)
    assert rows(watch) == [("learnt", LIST.item, True)]


def test_a_renewed_page_whose_items_are_known_replaces_the_recipe_and_keeps_the_old_one(watch: Watch) -> None:
    look(watch, 5, LIST)
    assert look(watch, 6, TABLE).outcome is Outcome.CHANGED
    assert rows(watch) == [("learnt", LIST.item, False), ("learnt", TABLE.item, True)]


def test_a_page_that_is_not_believed_teaches_nothing(watch: Watch) -> None:
    look(watch, 10, LIST)
    assert look(watch, 0, TABLE, kind=PageKind.BLOCKED).outcome is Outcome.SUSPECT
    strange = tuple(item(f"Quite another thing {k}", url=f"https://bureau.example/x/{k}") for k in range(10))
    watch._extractor.extraction = Extraction(strange, None, Verdict(PageKind.LISTING, 0.9), recipe=TABLE)
    watch.now += timedelta(hours=1)
    report = watch._runner.run(watch.checker.check(watch.lease(), Page(watch.url, 200, b"strange")))
    assert report.outcome is Outcome.SUSPECT
    assert recipe_in_use(watch) == LIST


def test_a_page_that_goes_to_and_fro_does_not_grow_the_table(watch: Watch) -> None:
    for n in range(6):
        look(watch, 5 + n, (LIST, TABLE)[n % 2])
    assert rows(watch) == [("learnt", LIST.item, False), ("learnt", TABLE.item, True)]
    for n in range(KEPT + 5):
        look(watch, 11 + n, replace(LIST, item="div > " * (n + 1) + "p"))
    assert len(rows(watch)) <= KEPT + 1
    assert sum(used for *_, used in rows(watch)) == 1


def test_a_recipe_by_hand_goes_before_what_was_learnt_and_another_address_forgets_it(watch: Watch) -> None:
    look(watch, 5, LIST)
    spec = SourceSpec("bureau", "bureau", "The bureau", watch.url)
    with watch.store.transaction() as conn:
        reconcile(conn, [replace(spec, recipe=HAND)], watch.now)
    assert recipe_in_use(watch) == HAND
    look(watch, 6, HAND)
    with watch.store.transaction() as conn:
        reconcile(conn, [spec], watch.now)
    assert recipe_in_use(watch) == LIST
    with watch.store.transaction() as conn:
        conn.execute("UPDATE sources SET etag = 'x'")
        reconcile(conn, [replace(spec, name="Bureau")], watch.now)
    assert watch.row("SELECT etag FROM sources")["etag"] == "x", "a learnt recipe is no change of the configuration"
    with watch.store.transaction() as conn:
        reconcile(conn, [replace(spec, url="https://bureau.example/other")], watch.now)
    assert recipe_in_use(watch) is None
