"""An explanation tells of exactly the extraction that it explains, and the page it draws is harmless."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.errors import ExtractError
from scraper.extract import extract
from scraper.extract.explain import Explanation, explain
from scraper.extract.outline import outline
from scraper.extract.sign_words import SIGN_WORDS
from scraper.extract.signs import Signs
from scraper.types import Recipe

from .pages import DAYS, HEADLINES, NOW, SITE, TEASERS, link_of, page

CARDS = "".join(
    f'<li class="card"><img src="/p/{k}.jpg" alt="A boat"><h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3>'
    f'<time datetime="{DAYS[k]}">{DAYS[k]}</time><p>{TEASERS[k]}</p><a rel="author">Ada Quay</a></li>'
    for k in range(8)
)
TABLE = "".join(f'<tr><td>{DAYS[k]}</td><td><a href="{link_of(k)}">{HEADLINES[k]}</a></td></tr>' for k in range(8))
FLAT = "".join(f'<h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3><p>{TEASERS[k]}</p>' for k in range(8))
PAGES = {
    "cards": page(f"<ul>{CARDS}</ul>"),
    "table": page(f"<table><form>{TABLE}</form></table>"),
    "flat": page(f"<h2>12 March 2026</h2>{FLAT}"),
    "no listing": page("<p>The office is closed today.</p>"),
    "plain text": "12.03.2026\nHarbour office opens a berth.\n\n10.03.2026\nKeepers train volunteers at night.\n",
    "nothing": "",
}
HOSTILE = page(
    f"""<meta http-equiv=refresh content="0;url=//evil.example"><base href="https://evil.example/">
<script>alert(1)</script><style>@import "//evil.example/x.css"</style><iframe src="//evil.example"></iframe>
<form action="//evil.example"><input name=q><button onclick="x()">Go</button></form>
<svg onload="x()"><image href="x"/></svg><object data="x"></object><marquee onstart="x()">x</marquee>
<a href="javascript:alert(1)" onclick="x()">Go on reading here</a>
<ul onmouseover="x()" style="background:url(//evil.example)">{CARDS}</ul><video src="//evil.example/v"></video>"""
)


def tell(html: str) -> Explanation:
    return explain(html.encode(), SITE, now=NOW)


@pytest.mark.parametrize("name", PAGES)
def test_an_explanation_has_the_same_outcome_as_the_extraction(name: str) -> None:
    found = tell(PAGES[name])
    assert found.extraction == extract(PAGES[name].encode(), SITE, now=NOW)
    assert [item.data for item in found.items] == list(found.extraction.items)


def test_each_field_says_where_it_was_read() -> None:
    first = tell(PAGES["cards"]).items[0]
    assert {place.field: place.where for place in first.places} == {
        "title": "li.card > h3 > a",
        "link": "li.card > h3 > a@href",
        "published": "li.card > time",
        "summary": "li.card > p",
        "image": "li.card > img",
        "author": "li.card > a",
    }
    [published] = [place for place in tell(PAGES["flat"]).items[0].places if place.field == "published"]
    assert published.where.startswith("above the record: ")


def test_every_list_that_was_considered_has_a_score_and_the_ones_not_taken_say_what_they_lack() -> None:
    taken, *others = tell(PAGES["cards"]).candidates
    assert taken.chosen
    assert taken.records == 8
    assert taken.where == "body > main > ul > li.card"
    assert not any(other.chosen for other in others)
    menu = next(other for other in others if "nav" in other.where)
    assert all(weight < 0 for _, weight in menu.reasons)
    assert "addresses like those of documents" in dict(menu.reasons)
    assert not any(candidate.chosen for candidate in tell(PAGES["no listing"]).candidates)


def test_every_sign_has_words() -> None:
    assert set(SIGN_WORDS) == set(Signs.__slots__)
    assert len(set(SIGN_WORDS.values())) == len(SIGN_WORDS)


@pytest.mark.parametrize("name", ["cards", "table", "flat"])
def test_the_drawn_page_numbers_each_item_and_marks_its_title_and_date(name: str) -> None:
    soup = BeautifulSoup(outline(tell(PAGES[name])), "lxml")
    assert [tag.text for tag in soup.select(".pw-number")] == [str(k + 1) for k in range(8)]
    assert [tag.text for tag in soup.select(".pw-field.pw-title")] == list(HEADLINES)
    assert len(soup.select(".pw-item")) == 8
    dates = [tag.text for tag in soup.select(".pw-field.pw-published")]
    assert dates == (["12 March 2026"] if name == "flat" else list(DAYS))
    assert not soup.select(".pw-item details")


def test_the_drawn_page_has_nothing_that_runs_loads_or_sends() -> None:
    drawn = outline(tell(HOSTILE))
    soup = BeautifulSoup(drawn, "lxml")
    harmless = {"html", "body", "details", "summary", "span", "i", "b", "a"}
    assert (
        not {tag.name for tag in soup.find_all(True)}
        - harmless
        - set("header nav ul li main p h3 time footer div".split())
    )
    for tag in soup.find_all(True):
        assert set(tag.attrs) <= {"class", "href", "rel", "dir"}
        assert str(tag.get("href", "https://")).startswith("https://")
    assert "evil.example/x.css" not in drawn
    assert "javascript" not in drawn


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_page_that_is_cut_anywhere_is_explained_and_drawn(data: st.DataObject) -> None:
    whole = (HOSTILE + PAGES["table"] + PAGES["flat"]).encode()
    cut = whole[: data.draw(st.integers(0, len(whole)))]
    drawn = outline(explain(cut, SITE, now=NOW))
    assert "<script" not in drawn


def test_text_that_looks_like_markup_stays_text() -> None:
    evil = PAGES["cards"].replace(HEADLINES[0], "&lt;script&gt;alert(1)&lt;/script&gt; is no headline of ours")
    assert "&lt;script&gt;alert(1)" in outline(tell(evil))


def test_a_recipe_by_hand_is_named_for_each_field_and_its_error_is_the_same() -> None:
    recipe = Recipe("hand", item="li.card", title="h3")
    found = explain(PAGES["cards"].encode(), SITE, now=NOW, recipe=recipe)
    assert {place.field for place in found.items[0].places} >= {"title", "link"}
    assert {place.where for place in found.items[0].places} == {"li.card"}
    assert not found.candidates
    with pytest.raises(ExtractError):
        explain(b"<p>", SITE, now=NOW, recipe=Recipe("hand", item="li["))
