"""Who is recognised as whom, and why."""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.identity import dedupe, page_keys
from scraper.matching import match
from scraper.types import ItemData, KnownItem
from tests.support.memory import PAGE_URL, Memory
from tests.support.watch import item, many


def recognise(page: list[ItemData], known: list[KnownItem]) -> dict[ItemData, int | None]:
    found = match(page, page_keys(page, PAGE_URL), known)
    return {one.data: one.known.item_id if one.known else None for one in found}


def reason(new: ItemData, old: ItemData, *, listed: bool = True) -> tuple[str, ...]:
    """How ``new`` is recognised on a page where ``old`` was known and nine others stay."""
    memory = Memory.of([old, *many(1, 9)])
    known = [replace(one, listed=listed) if one.data == old else one for one in memory.known.values()]
    page = [new, *many(1, 9)]
    return match(page, page_keys(page, PAGE_URL), known)[0].by


OLD = item("Minister opens the new northern bridge", "2026-01-15", url="https://bureau.example/n/bridge-48213")


@pytest.mark.parametrize(
    ("change", "by"),
    [
        ({"title": "Quite another headline"}, ("url",)),
        ({"url": "https://bureau.example/elsewhere"}, ("title", "title_date")),
        ({"url": "https://new.example/x/48213", "title": "Minister opens new northern bridge"}, ("title", "url_id")),
        ({"url": None}, ("title", "title_date")),
        ({"url": "https://bureau.example/elsewhere", "published": None}, ()),
        ({"url": None, "published": None}, ("title",)),
        ({"url": "https://bureau.example/elsewhere", "title": "Quite another headline"}, ()),
    ],
)
def test_what_says_that_an_item_is_the_known_one(change: dict[str, object], by: tuple[str, ...]) -> None:
    assert reason(replace(OLD, **change), OLD) == by  # type: ignore[arg-type]


def test_another_day_is_another_item_unless_the_address_stayed() -> None:
    weekly = item(
        "Weekly navigation bulletin for all waters", "2026-01-15", url="https://bureau.example/b/weekly-nav-412"
    )
    later = item(weekly.title, "2026-01-22", url="https://bureau.example/b/weekly-nav-413")
    assert reason(later, weekly) == ()
    assert reason(replace(later, url=weekly.url), weekly) == ("url",)


@pytest.mark.parametrize("listed", [True, False])
def test_two_corrections_of_one_day_are_two(listed: bool) -> None:
    one, two = (item("Correction", "2026-01-15", url=f"https://bureau.example/c/{n}x") for n in (1, 2))
    assert reason(two, one, listed=listed) == ()


def test_known_item_is_claimed_by_its_own_address_before_its_title() -> None:
    memory = Memory.of([OLD, *many(1, 9)])
    copy = replace(OLD, url="https://bureau.example/copy")
    found = recognise([copy, OLD, *many(1, 9)], list(memory.known.values()))
    assert found[OLD] == 10
    assert found[copy] is None


def test_sign_that_two_known_items_bear_decides_nothing() -> None:
    twins = [item("Notice to all mariners", "2026-01-15", url=f"https://bureau.example/t/{n}x") for n in (1, 2)]
    memory = Memory.of([*twins, *many(1, 9)])
    guest = replace(twins[0], url="https://bureau.example/t/3x")
    assert recognise([guest, *many(1, 9)], list(memory.known.values()))[guest] is None


def test_headlines_that_a_redesign_shortens_are_recognised_by_day_and_likeness() -> None:
    page = [replace(one, url=f"https://bureau.example/old/{n}k") for n, one in enumerate(many(1, 9))]
    long = item("Harbour of the capital reopens to all ships", "2026-01-20", url="https://bureau.example/old/77k")
    memory = Memory.of([long, *page])
    renewed = [replace(one, url=(one.url or "").replace("/old/", "/renewed/")) for one in page]
    short = item("Harbour of the capital reopens to ships", "2026-01-20", url="https://bureau.example/renewed/77k")
    assert recognise([short, *renewed], list(memory.known.values()))[short] == 10


def test_very_large_pages_are_not_compared_text_by_text() -> None:
    old = [item(f"Old teaser {n} with some eight words in its text", url=None) for n in range(300)]
    new = [item(f"New report {n} that has some eight words as well", url=None) for n in range(300)]
    memory = Memory.of(old)
    assert set(recognise(new, list(memory.known.values())).values()) == {None}


_TITLES = ["Correction", "Weekly bulletin for all the waters", "Budget of the year approved", "Budget approved"]
_POOL = st.builds(
    item,
    st.sampled_from(_TITLES),
    st.sampled_from([None, "2026-01-15", "2026-01-16"]),
    url=st.sampled_from([None, *(f"https://bureau.example/{n}00/page" for n in range(1, 7))]),
    guid=st.sampled_from([None, None, "a", "b"]),
)


@given(st.lists(_POOL, max_size=8), st.lists(_POOL, max_size=8), st.randoms(use_true_random=False))
def test_order_of_page_and_memory_changes_nobody(
    before: list[ItemData], after: list[ItemData], shuffler: random.Random
) -> None:
    known = list(Memory.of(before).known.values())
    page = list(dedupe(after))
    found = recognise(page, known)
    claimed = [one for one in found.values() if one is not None]
    assert len(claimed) == len(set(claimed))
    for _ in range(3):
        shuffler.shuffle(known)
        shuffler.shuffle(page)
        assert recognise(page, known) == found
