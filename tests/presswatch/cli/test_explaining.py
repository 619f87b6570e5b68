"""``presswatch explain`` on saved pages."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from presswatch.fixture_site import FixtureSite
from tests.presswatch.cli.conftest import ROOT, Ended

Call = Callable[..., Ended]
PAGE = ROOT / "fixtures" / "site" / "m0-first-look" / "en" / "news" / "index.html"
URL = "https://waters.example/en/news/"


def test_people_are_told_the_verdict_the_lists_and_the_fields(call: Call) -> None:
    said = call("explain", str(PAGE), "--url", URL)
    assert said.code == 0, said.err
    assert said.out.startswith("listing, confidence ")
    assert re.search(r"^  taken +12 records  score ", said.out, re.MULTILINE)
    assert re.search(r"^  not taken ", said.out, re.MULTILINE)
    assert re.search(r"^   1  title +\S", said.out, re.MULTILINE)
    assert "… and 7 more; --all shows them" in said.out
    assert re.search(r"^  12  title +\S", call("explain", str(PAGE), "--all").out, re.MULTILINE)


def test_programs_are_told_the_same(call: Call) -> None:
    told = call("explain", str(PAGE), "--url", URL, "--json").json
    assert (told["kind"], len(told["entries"]), len(told["items"]), told["tier"]) == ("listing", 12, 12, "html")
    assert [candidate["taken"] for candidate in told["candidates"]].count(True) == 1
    assert {"field", "text", "where"} == set(told["items"][0][0])
    assert "telling_urls" not in told["candidates"][0]["reasons"], "reasons are in words"
    assert "telling_urls" in told["candidates"][0]["signs"]


def test_the_page_it_writes_allows_its_own_style_and_nothing_else(call: Call, tmp_path: Path) -> None:
    out = tmp_path / "seen.html"
    said = call("explain", str(PAGE), "--url", URL, "--html", str(out))
    assert said.code == 0
    assert f"written: {out}" in said.err
    soup = BeautifulSoup(out.read_text(encoding="utf-8"), "lxml")
    policy = soup.find("meta", {"http-equiv": "Content-Security-Policy"})
    assert policy is not None
    assert str(policy["content"]).startswith("default-src 'none'; style-src 'sha256-")
    assert not soup.select("script, link, img, iframe, form, input, button, [src], [style], object, embed, svg")
    assert not [tag for tag in soup.find_all(True) for name in tag.attrs if name.startswith("on")]
    assert len(soup.select("main .pw-number")) == 12


def test_a_page_that_is_no_listing_and_one_of_plain_text_are_shown_too(call: Call, tmp_path: Path) -> None:
    quiet = tmp_path / "quiet.html"
    quiet.write_text(
        "<!doctype html><title>About &lt;us&gt;</title><p>We keep the records of the old harbour.</p>", encoding="utf-8"
    )
    out = tmp_path / "seen.html"
    assert call("explain", str(quiet), "--html", str(out)).out.startswith("other, confidence ")
    assert "About &lt;us&gt;" in out.read_text(encoding="utf-8")
    text = PAGE.parent / "listing.txt"
    assert call("explain", str(text), "--url", URL, "--html", str(out)).code == 0
    assert len(BeautifulSoup(out.read_text(encoding="utf-8"), "lxml").select("section.pw-item")) == 12


@pytest.mark.parametrize(
    ("words", "code", "named"),
    [
        (("no-such-page.html",), 2, "no-such-page.html"),
        ((str(PAGE.parent),), 2, "not a folder"),
        ((str(PAGE), "--html", "/no/such/folder/x.html"), 1, "cannot be written"),
    ],
)
def test_mistakes_are_one_line(call: Call, words: tuple[str, ...], code: int, named: str) -> None:
    said = call("explain", *words)
    assert (said.code, said.out if code == 2 else "") == (code, "")
    assert named in said.err
    assert said.err.count("\n") == 1


def test_a_page_on_the_web_is_asked_for_once_and_a_recipe_of_its_source_is_what_explains_it(
    start: Call, tmp_path: Path
) -> None:
    with FixtureSite() as site:
        out = tmp_path / "seen.html"
        said = start("explain", site.url(), "--html", str(out))
        assert said.code == 0, said.err
        assert "12 records" in said.out
        assert len(BeautifulSoup(out.read_text(encoding="utf-8"), "lxml").select("main .pw-number")) == 12
        assert [entry.request.path for entry in site.exchanges].count("/en/news/") == 1

        recipe = 'recipe = {item = ".vds-stack__cell", title = ".vds-teaser__title"}'
        asked = 'headers = {"X-Reader" = "seven"}'
        source = f'[[sources]]\nid = "w"\nslug = "waters"\nurl = "{site.url()}"\n{recipe}\n{asked}\n'
        (tmp_path / "home" / "presswatch.toml").write_text(source, encoding="utf-8")
        by_hand = start("explain", site.url(), "--json").json
        assert (by_hand["tier"], len(by_hand["items"]), by_hand["candidates"]) == ("recipe", 12, [])
        tried = start("recipe", "test", "waters", "--item", ".vds-stack__cell:first-child", "--json").json
        assert (len(tried["entries"]), tried["recipe"]["title"]) == (1, ".vds-teaser__title")
        looked = [entry.request.headers for entry in site.exchanges if entry.request.path == "/en/news/"][1:]
        assert [headers.get("x-reader") for headers in looked] == ["seven"] * 2, "as a check of the source would ask"
        assert start("items", "--json").json == [], "nothing of the page is stored"
