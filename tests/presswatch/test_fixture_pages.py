"""The saved fixture site: fresh, whole, and showing what its ``expected.json`` says (read here with BeautifulSoup)."""

from __future__ import annotations

import importlib.util
import json
from types import ModuleType
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from bs4 import BeautifulSoup, Tag

from presswatch.fixture_site import fixtures_folder, list_moments, load_expected

SITE = fixtures_folder() / "site"
LISTINGS = [(moment, path) for moment in list_moments() for path in ("/en/news/", "/de/aktuelles/")]


@pytest.fixture(scope="module")
def builder() -> ModuleType:
    spec = importlib.util.spec_from_file_location("fixture_build", fixtures_folder() / "build.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    import sys

    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def table(moment: str) -> dict[str, Any]:
    resources: dict[str, Any] = json.loads((SITE / moment / "moment.json").read_text())["resources"]
    return resources


def soup_of(moment: str, path: str) -> BeautifulSoup:
    return BeautifulSoup((SITE / table(moment)[path]["file"]).read_bytes(), "lxml", from_encoding="utf-8")


def text_of(tag: Tag | None) -> str:
    assert tag is not None
    return tag.get_text().strip()


def test_the_committed_pages_are_what_the_builder_writes(builder: ModuleType) -> None:
    assert builder.stale_files(builder.build(), SITE) == []


def test_nine_moments_in_order() -> None:
    assert [name.split("-", 1)[1] for name in list_moments()] == [
        "first-look",
        "two-new",
        "edited-title",
        "withdrawn",
        "redesign",
        "empty-answer",
        "bot-wall",
        "recovered",
        "one-new",
    ]


@pytest.mark.parametrize("moment", list_moments())
def test_every_file_that_a_moment_names_is_there(moment: str) -> None:
    for entry in table(moment).values():
        assert "location" in entry or (SITE / entry["file"]).is_file()


@pytest.mark.parametrize(("moment", "path"), LISTINGS)
def test_listing_shows_exactly_the_expected_items(moment: str, path: str) -> None:
    expected = load_expected(moment)
    rows = soup_of(moment, path).select(".vds-teaser, .node--view-mode-teaser")
    links = [row.select_one(".vds-teaser__link, .node__title a") for row in rows]
    shown = [str(link["href"]) for link in links if link is not None]
    assert shown == expected["pages"][path]["items"]
    for row, link, address in zip(rows, links, shown, strict=True):
        item = expected["items"][address]
        assert text_of(link) == item["title"]
        assert text_of(row.select_one(".vds-teaser__text, .field--name-body")) == item["summary"]


@pytest.mark.parametrize("moment", ["m0-first-look", "m3-withdrawn", "m4-redesign", "m8-one-new"])
def test_all_item_links_and_next_pages_lead_somewhere(moment: str) -> None:
    resources = table(moment)
    for path, page in load_expected(moment)["pages"].items():
        for linked in [*page["items"], *([page["next_page"]] if page["next_page"] else [])]:
            assert resources[linked]["status"] == 200, path


def test_no_class_name_survives_the_redesign() -> None:
    def classes(moment: str) -> set[str]:
        tags = soup_of(moment, "/en/news/").body
        assert tags is not None
        return {name for tag in tags.find_all(True) for name in tag.get_attribute_list("class") if name}

    assert not classes("m3-withdrawn") & classes("m4-redesign")


def test_the_redesign_keeps_addresses_titles_dates_and_teasers() -> None:
    before, after = load_expected("m3-withdrawn"), load_expected("m4-redesign")
    assert before["items"] == after["items"]
    assert before["pages"]["/en/news/"]["items"] == after["pages"]["/en/news/"]["items"]


def test_expected_events_of_the_listing_tell_the_story() -> None:
    told = {
        moment: [(event["kind"], event["item"].rsplit("/", 1)[1][:4]) for event in source["events"] if event["tell"]]
        for moment in list_moments()
        if (source := load_expected(moment)["sources"]["/en/news/"])
    }
    assert told == {
        "m0-first-look": [],
        "m1-two-new": [("added", "8427"), ("added", "8426")],
        "m2-edited-title": [("revised", "8419")],
        "m3-withdrawn": [("withdrawn", "8409")],
        "m4-redesign": [],
        "m5-empty-answer": [],
        "m6-bot-wall": [],
        "m7-recovered": [],
        "m8-one-new": [("added", "8431")],
    }


def test_an_item_pulled_up_from_the_second_page_is_not_told() -> None:
    events = load_expected("m3-withdrawn")["sources"]["/de/aktuelles/"]["events"]
    assert [(event["kind"], event["tell"]) for event in events] == [("surfaced", False), ("withdrawn", True)]


@pytest.mark.parametrize("path", ["/en/news/", "/en/", "/de/aktuelles/"])
def test_pages_have_the_weight_of_real_ones(path: str) -> None:
    for moment in ("m0-first-look", "m4-redesign"):
        assert 20_000 < (SITE / table(moment)[path]["file"]).stat().st_size < 60_000


def test_text_page_has_the_shape_of_a_text_browser_dump() -> None:
    expected = load_expected("m0-first-look")
    page = expected["pages"]["/en/news/latest.txt"]
    text = (SITE / table("m0-first-look")["/en/news/latest.txt"]["file"]).read_text(encoding="utf-8")
    position = 0
    for path in page["items"]:
        item = expected["items"][path]
        year, month, day = item["published"].split("-")
        position = text.index(f"{day}.{month}.{year}\n\n{item['summary']}\n\n\n", position)
    assert text.count(page["article"]["title"]) == 2
    assert page["article"]["text"] in text
    assert text.endswith("\n\n\n\nGo back\n\nBack to the section\n\nBack to the all news")


def test_article_pages_hold_their_article() -> None:
    articles = json.loads((SITE / "articles.json").read_text())
    for file, article in articles.items():
        raw = (SITE / file).read_bytes()
        if file.endswith(".txt"):
            continue
        soup = BeautifulSoup(raw, "lxml", from_encoding="utf-8")
        assert text_of(soup.select_one("h1")) == article["title"]
        body = soup.select_one(".vds-richtext, .node--view-mode-full .field--name-body")
        assert body is not None
        assert "\n\n".join(text_of(paragraph) for paragraph in body.select("p")) == article["text"]


def test_links_of_a_listing_stay_on_the_site_or_are_named_examples() -> None:
    for moment, path in LISTINGS:
        for link in soup_of(moment, path).select("a[href]"):
            host = urlsplit(urljoin("https://www.waters.example/", str(link["href"]))).hostname
            assert host is None or host.endswith(".example")
