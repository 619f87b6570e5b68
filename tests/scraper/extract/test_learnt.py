"""Learnt recipes: the same list the next time, whatever grows beside it, and no harm once they no longer fit."""

from __future__ import annotations

from scraper.extract import extract
from scraper.extract.groups import Group, Record
from scraper.extract.learnt import is_cut_closer
from scraper.types import Extraction, Recipe

from .pages import DAYS, HEADLINES, NOW, SITE, TEASERS, link_of, page


def main_list(most: int) -> str:
    rows = "".join(
        f'<li class="row n{k}"><h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3><time>{DAYS[k]}</time></li>'
        for k in range(most)
    )
    return f'<ul class="news">{rows}</ul>'


def side_list(most: int) -> str:
    rows = "".join(
        f'<div class="hit"><h4><a href="/popular/{k}-{link_of(k % 8)[6:]}">Popular {k}: {HEADLINES[k % 8]}</a></h4>'
        f"<p>{TEASERS[k % 8]}</p><span>{DAYS[k % 8]}</span></div>"
        for k in range(most)
    )
    return f'<section class="popular">{rows}</section>'


def look(main: str, recipe: Recipe | None = None) -> Extraction:
    return extract(page(main).encode(), SITE, now=NOW, recipe=recipe)


def urls(found: Extraction) -> set[str]:
    return {(item.url or "").split("/")[3] for item in found.items}


def test_a_page_with_a_list_teaches_where_it_is_and_one_without_does_not() -> None:
    found = look(main_list(8))
    assert found.recipe == Recipe("learnt", item="body > main > ul.news > li.row")
    assert look("<p>Nothing here today.</p>").recipe is None


def test_the_list_that_was_learnt_is_kept_when_a_side_column_grows() -> None:
    recipe = look(main_list(8)).recipe
    grown = main_list(4) + side_list(7)
    assert urls(look(grown)) == {"popular"}, "or this page proves nothing"
    kept = look(grown, recipe)
    assert urls(kept) == {"news"}
    assert kept.recipe == recipe


def test_a_list_that_is_left_behind_is_left_for_a_clearly_better_one() -> None:
    recipe = look(main_list(8)).recipe
    old = "".join(f'<li class="row"><a href="/{k}">Old</a></li>' for k in range(2))
    moved = look(f'<ul class="news">{old}</ul>{side_list(20)}', recipe)
    assert urls(moved) == {"popular"}
    assert moved.recipe != recipe


def test_a_new_list_with_later_days_takes_over_from_the_old_one_that_stays() -> None:
    old = "".join(
        f'<li><span>{27 - n}.02.2026</span> <a href="/old/{n}">{HEADLINES[n % 8]}, part {n}</a></li>' for n in range(12)
    )
    new = "".join(
        f'<article><h3><a href="/new/{n}">{HEADLINES[n % 8]}, number {n}</a></h3>'
        f"<time>{12 - n}.03.2026</time></article>"
        for n in range(10)
    )
    archive = f'<section id="old"><h2>Archive</h2><ul>{old}</ul></section>'
    recipe = look(archive).recipe
    assert recipe is not None
    both = f'<section id="new"><h2>News</h2>{new}</section>{archive}'
    assert "new" in urls(look(both)), "or this page proves nothing"
    assert "new" in urls(look(both, recipe))


def test_a_recipe_that_no_longer_fits_changes_nothing() -> None:
    fresh = look(main_list(8))
    for item in ("body > main > div > p", "li", "body", " > ", "", "li[", "a > " * 300):
        assert look(main_list(8), Recipe("learnt", item=item)) == fresh


def test_a_recipe_that_fits_changes_no_item() -> None:
    fresh = look(main_list(8) + side_list(3))
    assert look(main_list(8) + side_list(3), fresh.recipe) == fresh


def test_numbered_and_odd_names_are_left_out_and_a_long_selector_is_none() -> None:
    odd = main_list(8).replace('class="news"', 'class="news col-12 a:b [x]" id="list"')
    assert look(odd).recipe == Recipe("learnt", item="body > main > ul#list.news > li.row")
    deeper = look("<div>" * 60 + main_list(8) + "</div>" * 60)
    assert len(deeper.items) == 8
    assert deeper.recipe is None
    wide = main_list(8).replace('class="news"', 'class="' + " ".join(c * 60 for c in "abcdefghijklmnopqr") + '"')
    assert look(wide).recipe is None


def test_a_list_that_holds_much_less_than_the_one_that_was_learnt_changes_nothing() -> None:
    recipe = look(main_list(8)).recipe
    for rows in (1, 2, 3, 5):
        beside = main_list(8) + side_list(rows)
        assert look(beside, recipe).items == look(main_list(8)).items


def test_the_same_list_cut_closer_is_no_rival_and_a_list_within_a_record_is() -> None:
    def group(*spans: tuple[int, int]) -> Group:
        return Group(0, records=[Record(start, stop, start) for start, stop in spans])

    held = group((10, 20), (20, 30), (30, 40))
    assert is_cut_closer(group((11, 14), (22, 30), (30, 40)), held)
    assert not is_cut_closer(group((11, 14), (15, 18), (22, 30)), held)
    assert not is_cut_closer(group((11, 14), (40, 44)), held)
    assert not is_cut_closer(group((10, 30), (30, 40)), held)
