"""``presswatch recipe``: what is in use, and trying another."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from tests.presswatch.cli.conftest import ROOT, Ended

Call = Callable[..., Ended]
PAGE = str(ROOT / "fixtures" / "site" / "m0-first-look" / "en" / "news" / "index.html")
URL = "https://waters.example/en/news/"
OWN = 'recipe = {item = "li.news", title = "h4"}\n'


def test_a_source_that_was_looked_at_shows_what_was_learnt(home: Path, call: Call) -> None:
    said = call("recipe", "show", "waters")
    assert said.code == 0, said.err
    assert said.out.startswith("waters: learnt: ")
    assert "item       body > main > " in said.out
    assert "12 items" in said.out or " items, listing" in said.out
    told = call("recipe", "show", "waters", "--json").json
    assert told["origin"] == "learnt"
    assert told["recipe"]["item"].startswith("body > ")
    assert [row["retired_at"] for row in told["learnt"]].count(None) == 1


def test_a_source_that_was_never_looked_at_has_none_and_one_by_hand_shows_its_keys(tmp_path: Path, call: Call) -> None:
    config = tmp_path / "home" / "presswatch.toml"
    config.parent.mkdir()
    source = '[[sources]]\nid = "{0}"\nslug = "{0}"\nurl = "https://{0}.example/"\n'
    config.write_text(source.format("a") + source.format("b") + OWN, encoding="utf-8")
    assert call("recipe", "show", "a").out == "a: none: the page is understood anew at each look\n"
    said = call("recipe", "show", "b").out.splitlines()
    assert said == ["b: written by hand", "  item       li.news", "  title      h4"]
    missing = call("recipe", "show", "c")
    assert (missing.code, "no source named 'c'" in missing.err) == (2, True)


def test_a_recipe_is_tried_on_a_saved_page(call: Call) -> None:
    words = ("--item", ".vds-stack__cell", "--date", ".vds-meta__date", "--date-order", "DMY")
    said = call("recipe", "test", "--file", PAGE, "--url", URL, *words, "--title", ".vds-teaser__title", "--json")
    assert said.code == 0, said.err
    assert said.json["recipe"]["title"] == ".vds-teaser__title"
    assert len(said.json["entries"]) == 12
    assert said.json["entries"][0]["published"] == "2025-10-13"
    assert said.json["entries"][0]["url"].startswith("https://waters.example/")
    nothing = call("recipe", "test", "--file", PAGE, "--item", ".gone")
    assert (nothing.code, "matched nothing" in nothing.out) == (1, True)


def test_it_is_said_how_often_each_selector_matches(tmp_path: Path, call: Call) -> None:
    words = ("--item", ".vds-stack__cell", "--date", ".vds-meta__date", "--title", "h9")
    said = call("recipe", "test", "--file", PAGE, "--url", URL, *words)
    assert said.code == 1
    assert "title: matched in 0 of 12" in said.out
    assert "date: matched in 12 of 12\n" in said.out
    assert said.err == "presswatch: matches nowhere: title 'h9'\n"
    told = call("recipe", "test", "--file", PAGE, "--url", URL, *words, "--json")
    assert (told.code, told.json["matched"]) == (1, {"item": 12, "title": 0, "date": 12})
    saved = tmp_path / "page.html"
    saved.write_text("<li><a href=/1>One</a><i>3 March 2026</i></li><li><a href=/2>Two</a><i>soon</i></li>", "utf-8")
    partly = call("recipe", "test", "--file", str(saved), "--url", URL, "--item", "li", "--date", "i", "--link", "a")
    assert (partly.code, partly.err) == (0, "")
    assert "date: matched in 2 of 2, understood in 1" in partly.out


def test_in_json_too_it_is_said_how_often_each_path_matches(tmp_path: Path, call: Call) -> None:
    saved = tmp_path / "news.json"
    saved.write_text('{"news": [{"name": "First", "id": 7}, {"name": "Second"}]}', encoding="utf-8")
    words = ("--item", "$.news[*]", "--title", "$.name", "--link", "/n/{$.id}", "--date", "$.when")
    said = call("recipe", "test", "--file", str(saved), "--url", URL, *words, "--json")
    assert (said.code, said.json["matched"]) == (1, {"item": 2, "title": 2, "link": 1, "date": 0})


def test_options_go_before_the_sources_own_recipe_and_change_nothing(tmp_path: Path, call: Call) -> None:
    config = tmp_path / "home" / "presswatch.toml"
    config.parent.mkdir()
    source = '[[sources]]\nid = "b"\nslug = "b"\nurl = "https://b.example/"\nlanguage = "de"\n'
    config.write_text(source + OWN, encoding="utf-8")
    saved = tmp_path / "page.html"
    saved.write_text('<li class="news"><h4>A</h4><h5>First one</h5><a href="/1">more</a></li>', encoding="utf-8")
    tried = call("recipe", "test", "b", "--file", str(saved), "--title", "h5", "--json").json
    assert tried["recipe"] == {"item": "li.news", "title": "h5", "language": "de"}
    assert (tried["entries"][0]["title"], tried["entries"][0]["url"]) == ("First one", "https://b.example/1")
    assert call("recipe", "test", "b", "--file", str(saved), "--json").json["entries"][0]["title"] == "A"
    assert config.read_text(encoding="utf-8") == source + OWN
    assert not (config.parent / "presswatch.db").exists()


def test_json_is_tried_too(tmp_path: Path, call: Call) -> None:
    saved = tmp_path / "news.json"
    saved.write_text('{"news": [{"name": "First", "id": 7}]}', encoding="utf-8")
    words = ("--item", "$.news[*]", "--title", "$.name", "--link", "/n/{$.id}")
    tried = call("recipe", "test", "--file", str(saved), "--url", URL, *words, "--json").json
    assert tried["entries"] == [
        {"title": "First", "url": "https://waters.example/n/7", "published": None, "summary": None}
    ]


@pytest.mark.parametrize(
    ("words", "named"),
    [
        ((), "name a source"),
        (("--file", PAGE, "--item", "li["), "--item"),
        (("--file", PAGE, "--title", "h3"), "needs item"),
        (("--file", PAGE, "--item", "li", "--hook", "a:b"), "both selectors and a hook"),
        (("--file", PAGE, "--item", "$.a[", "--title", "$.b"), "no JSON path"),
        (("--file", PAGE, "--item", "$.a", "--title", "h3"), "mixes CSS"),
        (("--file", "no-such-file", "--item", "li"), "no-such-file"),
    ],
)
def test_mistakes_are_one_line(call: Call, words: tuple[str, ...], named: str) -> None:
    said = call("recipe", "test", *words)
    assert (said.code, said.out) == (2, "")
    assert named in said.err
    assert said.err.count("\n") == 1
