"""Feeds out are valid, their ids stay, edits and withdrawals show."""

from __future__ import annotations

import json
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import feedparser
import lxml.etree
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.feed_rows import all_feeds, outlines
from scheduler.feeds import Feed, FeedEntry, Outline, atom_bytes, json_bytes, opml_bytes
from scheduler.rules import Rule
from scraper.types import ChangeKind
from tests.scheduler.newsroom import START

NS = {"a": "http://www.w3.org/2005/Atom"}
RFC3339 = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z")
RULES = [Rule("pier", keywords=("pier",), kinds=frozenset(ChangeKind))]


def check_atom(document: bytes) -> Any:
    """The requirements of RFC 4287, section 4; and a feed reader has nothing to complain of."""
    read = feedparser.parse(document)
    assert not read.bozo, read.bozo_exception
    tree = lxml.etree.fromstring(document, lxml.etree.XMLParser(resolve_entities=False, no_network=True))
    assert tree.tag == f"{{{NS['a']}}}feed"
    for parent in (tree, *tree.findall("a:entry", NS)):
        for name in ("id", "title", "updated"):
            (element,) = parent.findall(f"a:{name}", NS)
            assert element.text
        assert RFC3339.fullmatch(parent.findtext("a:updated", namespaces=NS))
        assert re.fullmatch(r"urn:presswatch:[a-z]+:\S+", parent.findtext("a:id", namespaces=NS))
        assert len(parent.findall("a:link[@rel='alternate']", NS)) <= 1
    for entry in tree.findall("a:entry", NS):
        assert entry.find("a:author/a:name", NS).text
        assert entry.find("a:link[@rel='alternate']", NS) is not None or entry.find("a:content", NS) is not None
        for link in entry.findall("a:link", NS):
            assert link.get("href").startswith(("http://", "https://"))
    ids = [entry.findtext("a:id", namespaces=NS) for entry in tree.findall("a:entry", NS)]
    assert len(ids) == len(set(ids))
    assert [entry.id for entry in read.entries] == ids
    return tree


def check_json(document: bytes) -> Any:
    """The requirements of JSON Feed 1.1."""
    feed = json.loads(document)
    assert feed["version"] == "https://jsonfeed.org/version/1.1"
    assert isinstance(feed["title"], str)
    for name in ("feed_url", "home_page_url"):
        assert feed.get(name, "https://").startswith(("http://", "https://"))
    ids = [item["id"] for item in feed["items"]]
    assert len(ids) == len(set(ids))
    for item in feed["items"]:
        assert isinstance(item["id"], str)
        assert item.get("url", "https://").startswith(("http://", "https://"))
        assert isinstance(item["content_text"], str)
        assert all(isinstance(author["name"], str) for author in item["authors"])
        assert all(isinstance(tag, str) for tag in item["tags"])
        assert all(RFC3339.fullmatch(item[name]) for name in ("date_published", "date_modified"))
    return feed


def test_there_is_a_feed_of_all_of_each_source_tag_and_rule(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour", tags=["sea"])
    newsroom.add_source("council")
    newsroom.add_source("by-hand", origin="adhoc")
    newsroom.publish("harbour", "pier reopens", "ferry late")
    newsroom.publish("council", "budget")
    newsroom.publish("by-hand", "looked at once")
    feeds = {feed.name: feed for feed in all_feeds(newsroom.conn, RULES, newsroom.now, 10)}
    assert {name: [entry.title for entry in feed.entries] for name, feed in feeds.items()} == {
        "all": ["budget", "ferry late", "pier reopens"],
        "source-council": ["budget"],
        "source-harbour": ["ferry late", "pier reopens"],
        "tag-sea": ["ferry late", "pier reopens"],
        "rule-pier": ["pier reopens"],
    }
    for feed in feeds.values():
        check_atom(atom_bytes(feed, self_url=f"https://example.org/{feed.name}.atom"))
        check_json(json_bytes(feed, self_url=f"https://example.org/{feed.name}.json"))
    assert [len(feed.entries) for feed in all_feeds(newsroom.conn, [], newsroom.now, 1)] == [1, 1, 1, 1]


def test_an_edit_keeps_the_id_and_moves_updated_and_a_withdrawal_shows(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "pier reopens", "ferry late")

    def documents() -> tuple[Any, Any]:
        feed = next(iter(all_feeds(newsroom.conn, [], newsroom.now, 10)))
        return check_atom(atom_bytes(feed)), check_json(json_bytes(feed))

    before, _ = documents()
    newsroom.now += timedelta(hours=1)
    newsroom.edit("harbour", "pier reopens", title="pier reopens late")
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE items SET title = 'pier reopens late' WHERE title = 'pier reopens'")
        conn.execute("UPDATE items SET status = 'withdrawn' WHERE title = 'ferry late'")
    atom, feed = documents()
    texts = {name: [each.text for each in atom.findall(f"a:entry/a:{name}", NS)] for name in ("id", "title", "updated")}
    assert texts["id"] == [each.text for each in before.findall("a:entry/a:id", NS)]
    assert texts["title"] == ["Withdrawn: ferry late", "pier reopens late"]
    assert texts["updated"] == ["2026-03-02T09:00:00.000Z", "2026-03-02T10:00:00.000Z"]
    assert atom.findtext("a:updated", namespaces=NS) == "2026-03-02T10:00:00.000Z"
    assert [item["_presswatch"]["withdrawn"] for item in feed["items"]] == [True, False]
    assert "withdrawn" in feed["items"][0]["tags"]


TEXT = st.text(max_size=60) | st.sampled_from(["\x00\x1b]]>", "<b>&amp;</b>", "\ud800\uffff", "x" * 5_000])
URLS = st.none() | st.builds(lambda tail: "https://a.example/" + tail, TEXT) | TEXT
ENTRIES = st.builds(
    FeedEntry,
    urn=st.uuids().map(lambda number: f"urn:presswatch:item:{number}"),
    title=TEXT,
    url=URLS,
    summary=st.none() | TEXT,
    author=st.none() | TEXT,
    source=TEXT,
    published=st.just(START),
    updated=st.just(START),
    tags=st.lists(st.text(min_size=1, max_size=9), max_size=3).map(tuple),
    withdrawn=st.booleans(),
)


@settings(max_examples=60)
@given(st.lists(ENTRIES, max_size=3), TEXT, URLS)
def test_no_page_breaks_a_feed(entries: list[FeedEntry], title: str, about: str | None) -> None:
    feed = Feed("all", title or "x", START, tuple(entries), about)
    tree = check_atom(atom_bytes(feed)) if any(char.isalnum() for char in title) else None
    check_json(json_bytes(feed))
    outline = Outline(title, about or "https://a.example/", about, ("a",))
    opml = lxml.etree.fromstring(opml_bytes("sources", [outline]))
    assert opml.get("version") == "2.0"
    assert len(opml.findall("body/outline")) == 1
    assert tree is None or len(tree.findall("a:entry", NS)) == len(entries)


def test_opml_lists_sources_with_our_feeds_or_theirs(make_newsroom: Any) -> None:
    newsroom = make_newsroom()
    newsroom.add_source("harbour", tags=["sea"])
    newsroom.add_source("council")
    with newsroom.store.transaction() as conn:
        conn.execute("UPDATE sources SET feed_url = 'https://example.org/rss' WHERE slug = 'council'")
    theirs = lxml.etree.fromstring(opml_bytes("x", list(outlines(newsroom.conn, None)))).findall("body/outline")
    assert [(each.get("type"), each.get("xmlUrl"), each.get("url")) for each in theirs] == [
        ("rss", "https://example.org/rss", None),
        ("link", None, "https://example.org/news"),
    ]
    ours = lxml.etree.fromstring(opml_bytes("x", list(outlines(newsroom.conn, "https://me.example/f/"))))
    assert [each.get("xmlUrl") for each in ours.findall("body/outline")] == [
        "https://me.example/f/source-council.atom",
        "https://me.example/f/source-harbour.atom",
    ]


def test_an_empty_feed_has_a_date() -> None:
    tree = check_atom(atom_bytes(Feed("tag-a b/ü", "Nothing yet", datetime(2026, 1, 1, tzinfo=UTC), ())))
    assert tree.findtext("a:id", namespaces=NS) == "urn:presswatch:feed:tag-a%20b%2F%C3%BC"


def test_an_item_without_a_link_has_contents() -> None:
    entry = FeedEntry("urn:presswatch:item:1", "Notice", None, None, None, "Harbour", START, START)
    tree = check_atom(atom_bytes(Feed("all", "x", START, (entry,))))
    assert tree.findtext("a:entry/a:content", namespaces=NS) == "Notice"
    assert tree.findtext("a:entry/a:author/a:name", namespaces=NS) == "Harbour"


def test_a_link_is_never_anything_but_a_link() -> None:
    entry = FeedEntry("urn:presswatch:item:1", "x", "javascript:alert(1)", None, None, "s", START, START)
    assert b"javascript" not in atom_bytes(Feed("all", "x", START, (entry,))) + json_bytes(
        Feed("all", "x", START, (entry,))
    )
