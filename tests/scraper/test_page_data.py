"""Data that a page is made of: recipes for it, found within bounds, in a process that can be killed."""

from __future__ import annotations

import asyncio
import json
import time

import pytest

from scraper.errors import ExtractError
from scraper.page_data import MOST_BYTES, recipes_in_answers, recipes_in_page
from scraper.parsepool import ParsePool, WorkerLimits
from scraper.types import ItemData, Recipe

ITEMS = tuple(ItemData(f"The river is closed on day {n}", f"https://board.example/n/{n}") for n in range(8))
DATA = json.dumps([{"title": item.title, "url": item.url} for item in ITEMS])
RECIPE = Recipe(origin="hand", item="$[*]", title="$.title", link="$.url")


def script(attributes: str, text: str = DATA) -> bytes:
    return f"<p>x<SCRIPT {attributes}>{text}</script><p>y".encode()


@pytest.mark.parametrize(
    ("page", "listings"),
    [
        (script("id='state' type=application/json"), ["script#state"]),
        (script('type="application/json" id=a') + script("id=b type=text/json"), ["script#a", "script#b"]),
        (script("id=s type=application/json") * 9, ["script#s", "script#s"]),
        (script("type=application/json"), []),
        (script("id=s type=application/ld+json"), []),
        (script("id=s"), []),
        (b"<script id=s type=application/json>" + DATA.encode(), []),
        (script("id=s type=application/json", "[1, 2"), []),
        (script("id=s type=application/json", "[" * 100_000), []),
    ],
)
def test_data_in_script_elements_with_a_name_has_recipes(page: bytes, listings: list[str]) -> None:
    found = recipes_in_page(page)
    assert [recipe.listing for recipe in found] == listings
    assert all(recipe.title == "$.title" for recipe in found)


def test_answers_that_say_what_is_shown_have_recipes() -> None:
    other = json.dumps([{"title": f"Something else altogether {n}", "url": f"/{n}"} for n in range(8)])
    answers = [b"no JSON", other.encode(), b"[[]]", DATA.encode()]
    assert recipes_in_answers(answers, ITEMS) == [(3, RECIPE)]
    assert recipes_in_answers([], ITEMS) == recipes_in_answers(answers, ()) == []


def test_as_much_as_is_looked_at_is_within_the_time_of_a_job_whatever_its_shape() -> None:
    shapes = (
        [[{"title": f"News {n} {m} about the river", "url": f"/n/{n}/{m}", "date": "2026-01-01"} for m in range(6)]
         for n in range(3_800)],
        [{f"k{m}": f"A title that is {n} {m}" for m in range(50)} for n in range(1_100)],
        [[{"title": "abc def ghi", "url": "/n/1"}]] * 40_000,
    )  # fmt: skip
    for shape in shapes:
        text = json.dumps(shape).encode()
        began = time.process_time()
        recipes_in_answers([text] * (MOST_BYTES // len(text)), ITEMS)
        assert time.process_time() - began < WorkerLimits().cpu_seconds
    began = time.process_time()
    recipes_in_page(b"<script id=s type=json" * 400_000)
    recipes_in_page(script("id=s type=application/json", text.decode()[:1_900_000]) * 30)
    assert time.process_time() - began < WorkerLimits().cpu_seconds


def test_the_pool_looks_at_data_and_outlives_it() -> None:
    async def run() -> None:
        async with ParsePool(workers=1, limits=WorkerLimits(cpu_seconds=0.3, wall_seconds=10)) as pool:
            assert await pool.apply(recipes_in_answers, "https://board.example/", [DATA.encode()], ITEMS) == [
                (0, RECIPE)
            ]
            large = [json.dumps([{"title": f"News {n} about it", "url": f"/{n}"} for n in range(30_000)]).encode()] * 9
            with pytest.raises(ExtractError, match="processor time"):
                await pool.apply(recipes_in_answers, "https://board.example/", large * 3, ITEMS)
            assert await pool.apply(recipes_in_page, "https://board.example/", b"<p>x") == []

    asyncio.run(run())
