"""The signs by which an item is recognised."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.identity import (
    dedupe,
    item_key,
    keys_of,
    page_keys,
    read_wording,
    shared_tokens,
    title_likeness,
    without_tokens,
)
from scraper.types import ItemData, ItemKey
from tests.support.watch import item, many

PAGE = "https://bureau.example/news"


def kinds(one: ItemData) -> dict[str, str]:
    return {key.kind: key.key for key in keys_of(one, PAGE)}


@pytest.mark.parametrize(
    "url",
    [
        "http://bureau.example/news/a-long-title-of-it",
        "https://www.bureau.example/news/a-long-title-of-it/",
        "https://bureau.example/news/a-long-title-of-it?utm_source=x#top",
        "https://bureau.example:443/news//a-long-title-of-it?PHPSESSID=ab12ab12ab12ab12",
    ],
)
def test_spelling_of_an_address_changes_no_key(url: str) -> None:
    assert kinds(item("It", url=url)) == kinds(item("It", url="https://bureau.example/news/a-long-title-of-it"))


def test_link_back_to_the_page_is_no_key_but_an_anchor_in_it_is() -> None:
    assert "url" not in kinds(item("It", url=f"{PAGE}#"))
    assert "url" not in kinds(item("It", url=f"{PAGE}/?utm_source=x"))
    assert kinds(item("It", url=f"{PAGE}#n17"))["url"].endswith("#n17")


def test_item_without_an_address_is_known_by_its_text() -> None:
    one = item("A teaser", url=None, summary="A teaser. And  its “text”.")
    assert kinds(one)["text"] == kinds(replace(one, summary='A teaser. And its "text".'))["text"]
    assert kinds(one)["text"] != kinds(replace(one, summary="Another text."))["text"]


def test_number_in_the_address_is_a_weak_key_and_a_year_is_not() -> None:
    assert kinds(item("It", url="https://bureau.example/2026/04/item-48213.html"))["url_id"] == "48213"
    assert kinds(item("It", url="https://bureau.example/view?id=9917&lang=en"))["url_id"] == "9917"
    assert "url_id" not in kinds(item("It", url="https://bureau.example/2026/20260418/thing"))


def test_numbered_slugs_are_different_slugs() -> None:
    one, two = (kinds(item("It", url=f"https://bureau.example/n/weekly-bulletin-{n}"))["slug"] for n in (412, 413))
    assert one != two


def test_key_that_occurs_twice_on_a_page_is_not_used() -> None:
    twins = [item("Notice", "2026-01-20", url=f"https://bureau.example/n/{n}00") for n in (1, 2)]
    used = {key.kind for keys in page_keys(twins, PAGE) for key in keys}
    assert used == {"url", "url_id"}


def test_every_item_keeps_a_strong_key() -> None:
    same = [item(f"Title {n}", url="https://bureau.example/all", guid="g") for n in range(9)]
    keys = page_keys(dedupe(same), PAGE)
    strong = [key for of_item in keys for key in of_item if key.strong]
    assert all(any(key.strong for key in of_item) for of_item in keys)
    assert len(set(strong)) == len(strong) == 9


def test_public_id_depends_on_source_and_first_strong_key_only() -> None:
    keys = keys_of(item("One title", "2026-01-01"), PAGE)
    assert item_key("s", keys) == item_key("s", keys_of(item("One title", "2027-01-01"), PAGE))
    assert len({item_key("s", keys), item_key("t", keys), item_key("s", keys, 1)}) == 3
    assert item_key("s", keys).isalnum()
    assert len(item_key("s", keys)) == 26


def test_doublets_merge_and_the_longer_title_stays() -> None:
    one = item("Harbour reopens after the storm", url="https://bureau.example/h")
    pairs = [
        replace(one, url=f"{one.url}?utm_medium=box"),
        replace(one, title="Harbour reopens…"),
        replace(one, title="After the storm, harbour reopens to ships"),
    ]
    for other in pairs:
        for page in ([one, other], [other, one]):
            assert [x.title for x in dedupe(page)] == [max(one.title, other.title, key=len)]


@pytest.mark.parametrize("order", [1, -1])
def test_links_into_places_of_one_document_are_one_where_all_else_is_the_same(order: int) -> None:
    spellings = ("", "#top", "?utm_source=list#comments")
    shown = [item("Pier reopens", "2026-03-01", url=f"https://bureau.example/a{end}") for end in spellings][::order]
    (one,) = dedupe(shown)
    assert one.url == "https://bureau.example/a"
    another = item("Pier reopens", "2026-03-01", url="https://bureau.example/a#2", summary="A second time.")
    assert len(dedupe([*shown, another])) == 2


def test_unlike_titles_behind_one_address_stay_two() -> None:
    assert (
        len(dedupe([item("Council meets", url="https://b.example/x"), item("Roads open", url="https://b.example/x")]))
        == 2
    )


def test_similar_titles_of_two_days_behind_one_address_stay_two() -> None:
    days = [item(f"Sitting of the council, part {n}", f"2026-01-0{n}", url="https://b.example/x") for n in (1, 2)]
    assert len(dedupe(days)) == 2


def test_teasers_without_address_are_doublets_only_if_they_say_the_same() -> None:
    one = item("First words", url=None, summary="First words. More.")
    assert len(dedupe([one, one, replace(one, summary="First words. Other."), replace(one, title="Other words")])) == 3


def test_session_id_under_an_unknown_name_is_found_and_removed() -> None:
    page = [replace(one, url=f"{one.url}?knock=a81fc03e&id={n}#part") for n, one in enumerate(many(1, 5))]
    assert shared_tokens(page) == {"knock"}
    assert without_tokens(page)[2].url == "https://bureau.example/news/a3b?id=2#part"


@pytest.mark.parametrize("value", ["en", "news", "section", "2026"])
def test_parameter_that_says_something_stays(value: str) -> None:
    page = [replace(one, url=f"{one.url}?x={value}") for one in many(1, 5)]
    assert without_tokens(page) == page


@pytest.mark.parametrize(
    ("one", "other", "least", "most"),
    [
        ("Minister opens the new bridge", "Minister opens new bridge", 0.8, 1.0),
        ("政府发布新的海洋保护计划草案", "政府发布海洋保护计划草案", 0.7, 1.0),
        ("Minister opens the new bridge", "Storm closes schools", 0.0, 0.2),
        ("", "", 0.0, 0.0),
    ],
)
def test_likeness_of_titles_in_any_script(one: str, other: str, least: float, most: float) -> None:
    assert least <= title_likeness(one, other) <= most


def test_many_items_behind_one_address_cost_no_quadratic_time() -> None:
    page = [item(f"Number {n} of the long list of things {n * 7919}", url="https://b.example/x") for n in range(2_000)]
    assert len(page_keys(dedupe(page), PAGE)) > 100


@given(st.lists(st.builds(ItemData, title=st.text(min_size=1, max_size=12), url=st.none() | st.text(max_size=20))))
def test_nothing_a_page_says_raises(items: list[ItemData]) -> None:
    unique = dedupe(without_tokens(items))
    keys = page_keys(unique, PAGE)
    strong = [(key.kind, key.key) for of_item in keys for key in of_item if key.strong]
    assert len(strong) == len(set(strong)) >= len(unique)
    assert all(isinstance(key, ItemKey) and len(key.key) <= 400 for of_item in keys for key in of_item)


@given(st.lists(st.sampled_from([*many(1, 6), *(replace(one, title=one.title + " today") for one in many(1, 6))])))
def test_merging_doublets_twice_equals_once_and_order_keeps_the_set(items: list[ItemData]) -> None:
    once = dedupe(items)
    assert dedupe(once) == once
    assert set(dedupe(items[::-1])) == set(once)


def test_of_long_texts_only_the_beginning_is_compared() -> None:
    begins = "The ferry to the northern islands leaves an hour later from Monday on. " * 9
    assert title_likeness(begins + "The end is near. " * 300, begins + "It is not. " * 300) == 1.0
    assert read_wording("ferry " * 100_000).units <= 100
    assert read_wording("渡船" * 100_000).units <= 600
