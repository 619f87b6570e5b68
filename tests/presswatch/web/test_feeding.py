"""Feeds over HTTP: valid, found by feed readers, cheap to ask again."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import lxml.etree
import pytest
from hypothesis import given
from hypothesis import strategies as st

from presswatch.web.feeding import is_unchanged, validators
from scheduler.rules import Rule
from scraper.types import ChangeKind
from tests.presswatch.web.conftest import EVIL, NOW, SEEN, Get
from tests.scheduler.test_feeds import check_atom, check_json

RULES = (Rule("west basin", keywords=("west",), kinds=frozenset(ChangeKind)),)
NAMES = ("all", "source-harbour", "source-evil", "tag-ports", "rule-west%20basin")


@pytest.mark.parametrize("name", NAMES)
def test_each_feed_is_served_in_both_forms(get: Get, name: str) -> None:
    atom = get(f"/feeds/{name}.atom", rules=RULES)
    assert atom.headers["content-type"] == "application/atom+xml; charset=utf-8"
    check_atom(atom.content)
    feed = get(f"/feeds/{name}.json", rules=RULES)
    assert feed.headers["content-type"] == "application/feed+json; charset=utf-8"
    check_json(feed.content)
    assert len(feedparser.parse(atom.content).entries) == len(feed.json()["items"]) > 0
    assert all(len(one.content) < 200_000 for one in (atom, feed))


def test_a_hostile_title_is_only_text_in_a_feed(get: Get) -> None:
    document = get("/feeds/source-evil.atom").content
    assert b"<script" not in document
    entry = feedparser.parse(document).entries[1]
    assert entry.title == EVIL.replace("\u202e", ""), "as the publisher wrote it"
    assert entry.title_detail.type == "text/plain"
    assert b"javascript" not in document


def test_a_reader_that_has_a_feed_is_told_so(get: Get) -> None:
    first = get("/feeds/all.atom")
    tag, date = first.headers["etag"], first.headers["last-modified"]
    assert re.fullmatch(r'"[0-9a-f]{32}"', tag)
    assert date == "Tue, 03 Mar 2026 10:00:00 GMT"
    for conditions in (
        {"if-none-match": tag},
        {"if-none-match": f'W/{tag}, "other"'},
        {"if-none-match": "*"},
        {"if-modified-since": date},
        {"if-none-match": tag, "if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"},
    ):
        answer = get("/feeds/all.atom", headers=conditions)
        assert (answer.status_code, answer.content) == (304, b""), conditions
        assert answer.headers["etag"] == tag
    for conditions in (
        {"if-none-match": '"other"', "if-modified-since": date},
        {"if-modified-since": "Mon, 01 Jan 2001 00:00:00 GMT"},
        {"if-modified-since": "no date"},
        {"if-none-match": '"' + "x" * 5_000},
    ):
        assert get("/feeds/all.atom", headers=conditions).status_code == 200, conditions


def test_what_changed_just_now_has_no_date_that_could_hide_what_follows() -> None:
    now = datetime(2026, 3, 4, 12, 0, 0, 500_000, tzinfo=UTC)
    assert "last-modified" not in validators(b"x", now - timedelta(milliseconds=300), now)
    assert "last-modified" in validators(b"x", now - timedelta(seconds=3), now)
    assert validators(b"x", None, now)["etag"] != validators(b"y", None, now)["etag"]


@given(st.dictionaries(st.sampled_from(["if-none-match", "if-modified-since"]), st.text(max_size=40)))
def test_no_condition_of_a_request_is_too_strange(asked: dict[str, str]) -> None:
    has = validators(b"x", NOW, NOW + timedelta(days=1))
    assert is_unchanged(asked, has) in (True, False)


def test_pages_lead_readers_to_their_feeds(get: Get) -> None:
    def found(path: str) -> list[str]:
        tree = lxml.etree.HTML(get(path).text)
        return [str(href) for href in tree.xpath("//link[@rel='alternate']/@href")]

    assert found("/") == ["/feeds/all.atom", "/feeds/all.json"]
    assert found("/source/harbour") == ["/feeds/source-harbour.atom", "/feeds/source-harbour.json"]
    assert found("/?tag=ports") == ["/feeds/tag-ports.atom", "/feeds/tag-ports.json"]
    for path in (*found("/?source=harbour"), *found("/feeds")):
        assert get(path).status_code == 200


def test_the_page_of_feeds_lists_each(get: Get) -> None:
    text = get("/feeds", rules=RULES).text
    for name in NAMES:
        assert f'href="/feeds/{name}.atom"' in text


@pytest.mark.parametrize("path", ["/feeds/nosuch.atom", "/feeds/source-nosuch.json", "/feeds/all.xml"])
def test_a_feed_that_is_not_there_is_not_found(get: Get, path: str) -> None:
    assert get(path).status_code == 404


def test_opml_takes_a_reader_all_feeds_by_the_name_it_called_us(get: Get) -> None:
    answer = get("/feeds/sources.opml", headers={"host": "127.0.0.1:8001"})
    assert answer.headers["content-type"] == "text/x-opml; charset=utf-8"
    outlines = lxml.etree.fromstring(answer.content).findall("body/outline")
    urls = [each.get("xmlUrl") for each in outlines]
    assert urls == [f"http://127.0.0.1:8001/feeds/source-{slug}.atom" for slug in ("evil", "harbour")]
    assert (
        get(
            "/feeds/sources.opml", headers={"if-none-match": answer.headers["etag"], "host": "127.0.0.1:8001"}
        ).status_code
        == 304
    )


def test_an_edit_moves_updated_and_not_the_id(get: Get) -> None:
    entries: list[Any] = feedparser.parse(get("/feeds/source-harbour.atom").content).entries
    edited = next(entry for entry in entries if "west basin" in entry.title)
    assert edited.id == "urn:presswatch:item:key60"
    assert edited.updated == SEEN
