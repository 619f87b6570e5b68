"""What a message says; a page's text in it controls nothing and has bounds."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scheduler.facts import ChangeFacts, SourceFacts
from scheduler.inert import MAX_SUMMARY, MAX_TITLE, inert_chat, inert_line, inert_url
from scheduler.payload import MAX_BODY
from scheduler.render import MAX_SUBJECT, Rendered, render
from scraper.types import ChangeKind, ItemData, Published
from tests.scheduler.examples import DATE, ITEM, NOW, SOURCE, make_change, make_episode, make_message

HOSTILE = (
    "\x1b[31mred\x1b[0m \x07\r\nBcc: all@example.org\u202egnp.exe <script>alert(1)</script> "
    "[bank](http://evil.example) @everyone <!channel> *b* `c` \x9b2J {{ 7*7 }} &amp; \u2028next"
)


def one(change: ChangeFacts) -> Rendered:
    return render(make_message(change))


def edited() -> ChangeFacts:
    after = replace(ITEM, title="Pier reopens late")
    return make_change(after, kind=ChangeKind.REVISED, previous=ITEM, fields=("title",))


def test_a_new_item_in_text() -> None:
    rendered = one(make_change())
    assert rendered.subject == "[Harbour Office] Pier reopens"
    assert rendered.text == (
        "Pier reopens\n2 March 2026 · Harbour Office\nhttps://harbour.example/pier\n\nAfter two years of work."
    )


def test_an_edit_shows_old_and_new() -> None:
    after = replace(ITEM, title="Pier reopens late", published=replace(DATE, raw="3 March 2026"))
    change = make_change(after, kind=ChangeKind.REVISED, previous=ITEM, fields=("title", "published"))
    assert one(change).text.splitlines() == [
        "Edited: Pier reopens late",
        "2 March 2026 · Harbour Office".replace("2 March", "3 March"),
        "Title: Pier reopens → Pier reopens late",
        "Date: 2 March 2026 → 3 March 2026",
        "https://harbour.example/pier",
    ]
    assert "Title: Pier reopens<ins> late</ins>" in one(change).html
    assert "<del>2 March 2026</del> → <ins>3 March 2026</ins>" in one(change).html
    assert "Title: Pier reopens **late**  \n" in one(change).markdown


def test_an_edit_behind_what_would_be_shown_is_shown() -> None:
    """In each form that people read, and where there is room for little."""
    text = "The council met on Monday about the bridge. " * 20 + "It costs {} million. Works begin in May."
    after = replace(ITEM, summary=text.format(18))
    change = make_change(
        after, kind=ChangeKind.REVISED, previous=replace(ITEM, summary=text.format(12)), fields=("summary",)
    )
    rendered = one(change)
    assert "about the bridge. It costs <del>12</del> <ins>18</ins> million. Works begin in May." in rendered.html
    assert "It costs ~~12~~ **18** million." in rendered.markdown
    for shown in (rendered.text, rendered.chat(4_096), rendered.text_within(400)):
        assert "It costs 12 million. Works begin in May. → …" in shown
        assert "It costs 18 million. Works begin in May.\nhttps://harbour.example/pier" in shown


@pytest.mark.parametrize(
    ("kind", "subject"),
    [
        (ChangeKind.EPISODE_OPENED, "Trouble: Harbour Office is blocked"),
        (ChangeKind.EPISODE_CLOSED, "Well again: Harbour Office is no longer blocked"),
    ],
)
def test_an_episode_says_what_and_why(kind: ChangeKind, subject: str) -> None:
    rendered = one(make_episode(kind))
    assert rendered.subject == subject
    assert rendered.entries[0].line == subject, "a line that names its source need not name it again"
    assert ("403 with a login form" in rendered.text) is (kind is ChangeKind.EPISODE_OPENED)


def test_a_redesign_that_was_understood_at_once_is_no_trouble() -> None:
    change = make_episode(ChangeKind.EPISODE_OPENED, "12 of its items were recognised")
    assert change.episode is not None
    rendered = one(replace(change, episode=replace(change.episode, closed_at=NOW)))
    assert rendered.subject == "Redesigned: Harbour Office has a new layout"
    assert "12 of its items were recognised" in rendered.text
    redesign = replace(change, episode=replace(change.episode, closed_at=NOW))
    in_digest = render(make_message(redesign, make_change(), kind="digest")).markdown
    assert "### Sources with a new layout" in in_digest
    assert "need attention" not in in_digest


def test_what_goes_to_and_fro_says_so() -> None:
    change = make_change(kind=ChangeKind.REVISED, previous=replace(ITEM, title="Pier"), fields=("title",))
    noted = replace(change, reason="goes to and fro: told again when it has settled")
    assert "told again when it has settled" in one(noted).text
    assert one(noted).payload["data"]["changes"][0]["note"] == noted.reason  # type: ignore[index]
    assert "note" not in one(change).payload["data"]["changes"][0]  # type: ignore[index]


def test_a_digest_lists_some_and_counts_the_others() -> None:
    changes = [make_change(replace(ITEM, title=f"item {n}"), event_id=f"e{n}") for n in range(40)]
    rendered = render(make_message(*changes, kind="digest", total=2_000))
    assert rendered.subject == "[Harbour Office] 2000 new items"
    assert rendered.text.splitlines()[0] == "• New: item 0 · 2 March 2026 · Harbour Office"
    assert rendered.text.splitlines()[-1] == "… and 1975 more"
    data = rendered.payload["data"]
    assert isinstance(data, dict)
    assert data["total"] == 2_000
    assert data["omitted"] == 2_000 - len(data["changes"])
    assert len(data["changes"]) == 40, "each is named, though little is said of it"
    assert [change["item"]["title"] for change in data["changes"]] == [f"item {n}" for n in range(40)]


def test_the_payload_is_what_the_documentation_says() -> None:
    assert one(edited()).payload == {
        "type": "presswatch.change.v1",
        "timestamp": "2026-03-02T09:00:00.000Z",
        "id": "msg_1",
        "channel": "hook",
        "data": {
            "total": 1,
            "omitted": 0,
            "changes": [
                {
                    "event_id": "e1",
                    "kind": "revised",
                    "changed_at": "2026-03-02T09:00:00.000Z",
                    "source": {
                        "slug": "harbour",
                        "name": "Harbour Office",
                        "url": "https://harbour.example/news",
                        "tags": ["sea"],
                    },
                    "item": {
                        "urn": "urn:presswatch:item:k1",
                        "revision": 2,
                        "title": "Pier reopens late",
                        "url": "https://harbour.example/pier",
                        "summary": "After two years of work.",
                        "author": None,
                        "image_url": None,
                        "published": "2026-03-02",
                        "published_raw": "2 March 2026",
                    },
                    "fields": ["title"],
                    "previous": {"title": "Pier reopens"},
                }
            ],
        },
    }


def test_a_hostile_title_controls_nothing() -> None:
    rendered = one(make_change(replace(ITEM, title=HOSTILE, summary=HOSTILE), source=replace(SOURCE, name=HOSTILE)))
    for text in (
        rendered.subject,
        rendered.text,
        rendered.chat(4_096),
        json.dumps(rendered.payload, ensure_ascii=False),
    ):
        assert not any(unicodedata.category(char) == "Cc" and char != "\n" for char in text)
        assert "\u202e" not in text
    assert "\n" not in rendered.subject
    tree = lxml.html.fromstring(rendered.html)
    assert {element.tag for element in tree.iter()} <= {"p", "strong", "a", "br", "small", "del", "ins", "div"}
    assert "<script>alert(1)</script>" in str(tree.xpath("string()")), "it is shown as it stands"
    for construct in ("@everyone", "<!channel>", "](http"):
        assert construct not in rendered.chat(4_096)
    assert "everyone" in rendered.chat(4_096)


@pytest.mark.parametrize(
    "url",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "file:///etc/passwd",
        "//harbour.example/",
        " http://x",
        "http" + "s" * 10,
        "https://harbour.example/" + "a" * 3_000,
        None,
    ],
)
def test_only_web_links_are_links(url: str | None) -> None:
    rendered = one(make_change(replace(ITEM, url=url)))
    assert "<a" not in rendered.html
    assert url is None or url not in rendered.text


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://a.example/x?y=1&z=2#f", "https://a.example/x?y=1&z=2#f"),
        ('https://a.example/"onclick=', "https://a.example/%22onclick="),
        ("https://a.example/a b\n<c>", "https://a.example/a%20b%0A%3Cc%3E"),
        ("https://a.example/новости", "https://a.example/новости"),
        ("https://a.example/\u202eevil", "https://a.example/%E2%80%AEevil"),
        ("https://a.example\\@b.example/", "https://a.example%5C@b.example/"),
    ],
)
def test_a_link_ends_where_it_ends(url: str, shown: str) -> None:
    assert inert_url(url) == shown


def test_chat_text_keeps_its_words() -> None:
    assert inert_chat("a@b <i>x</i> [1] (2)").replace("\u2060", "") == "a@b <i>x</i> [1] (2)"


def test_towers_of_accents_are_cut_down() -> None:
    assert len(inert_line("a" + "\u0301" * 50 + "b")) < 8


def test_a_test_message_and_a_notice_say_what_they_are() -> None:
    test = render(make_message(kind="test"))
    assert "test message" in test.text
    assert "test" in test.subject
    notice = render(replace(make_message(kind="notice"), notice="The channel x is disabled."))
    assert notice.text == "The channel x is disabled."
    assert notice.payload["data"] == {"text": "The channel x is disabled."}


WILD = st.text(st.characters(), max_size=40).map(lambda s: s * 30) | st.text(max_size=200)
WIDE = st.sampled_from(["\U0001f3f4", "漢", "\\", '"', "\u0301", "é", "\u2028", "<", "\x00", "\ud800"])
HUGE = st.builds(lambda char, count: "x" + char * count, WIDE, st.integers(0, 6_000))
TEXT = WILD | HUGE
URL = st.builds(lambda tail: "https://a.example/" + tail, TEXT) | TEXT
ITEMS = st.builds(
    ItemData,
    title=TEXT,
    url=st.none() | URL,
    summary=st.none() | TEXT,
    author=st.none() | TEXT,
    image_url=st.none() | URL,
    published=st.none() | st.builds(Published, raw=TEXT, method=st.sampled_from(["text", "feed", "relative"])),
)
SOURCES = st.builds(SourceFacts, key=TEXT, slug=TEXT, name=TEXT, url=URL, tags=st.lists(TEXT, max_size=12).map(tuple))
FIELDS = ("title", "url", "summary", "author", "image_url", "published")
CHANGES = st.builds(
    ChangeFacts,
    change_id=st.just(1),
    event_id=st.just("e" * 32),
    kind=st.sampled_from([ChangeKind.ADDED, ChangeKind.REVISED, ChangeKind.WITHDRAWN]),
    changed_at=st.just(NOW),
    source=SOURCES,
    fields=st.just(FIELDS),
    item_key=st.just("k" * 26),
    item=ITEMS,
    revision=st.just(2),
    previous=st.none() | ITEMS,
)


@settings(max_examples=60)
@given(st.lists(CHANGES, min_size=1, max_size=3), st.integers(1, 20))
def test_no_message_exceeds_its_bounds(changes: list[ChangeFacts], times: int) -> None:
    many = changes * times
    rendered = render(make_message(*many, kind="digest" if len(many) > 1 else "change"))
    assert len(rendered.body) < MAX_BODY
    json.loads(rendered.body)
    assert len(rendered.subject) <= MAX_SUBJECT
    for entry in rendered.entries:
        assert len(entry.title) <= MAX_TITLE
        assert len(entry.summary) <= MAX_SUMMARY
    for text in (rendered.text, rendered.chat(4_096), rendered.subject):
        assert not any(unicodedata.category(char) in ("Cc", "Cs") and char != "\n" for char in text)
    assert "\n" not in rendered.subject
    lxml.html.fromstring(rendered.html)


@settings(max_examples=60)
@given(st.lists(CHANGES, min_size=1, max_size=3), st.integers(1, 9), st.integers(20, 5_000))
def test_a_chat_message_fits_its_service(changes: list[ChangeFacts], times: int, limit: int) -> None:
    rendered = render(make_message(*changes * times, kind="digest"))
    text = rendered.chat(limit)
    assert 0 < len(text) <= limit
    for entry in rendered.entries:
        if entry.url and entry.url[:20] in text:
            assert entry.url in text or len(rendered.entries) == 1, "a link is whole, or not there"


@pytest.mark.parametrize(("limit", "service"), [(4_096, "Telegram"), (2_000, "Discord"), (1_024, "Pushover")])
def test_a_digest_of_long_titles_fits(limit: int, service: str) -> None:
    changes = [make_change(replace(ITEM, title=f"{n} " + "long title " * 90), event_id=f"e{n}") for n in range(60)]
    text = render(make_message(*changes, kind="digest")).chat(limit)
    shown = text.count("•")
    assert len(text) <= limit, service
    assert shown >= 2
    assert text.endswith(f"… and {60 - shown} more")


def test_what_matters_least_goes_first() -> None:
    long = replace(ITEM, summary="word " * 200)
    rendered = one(make_change(long))
    assert rendered.text_within(200) == "Pier reopens\n2 March 2026 · Harbour Office\nhttps://harbour.example/pier"
    assert rendered.text_within(60) == "Pier reopens\nhttps://harbour.example/pier"


@given(TEXT, st.integers(1, 300))
def test_an_inert_line_is_one_line_within_its_limit(text: str, limit: int) -> None:
    line = inert_line(text, limit)
    assert len(line) <= limit
    assert len(line.splitlines()) <= 1
    assert inert_line(line, limit) == line


@given(URL)
def test_an_inert_url_is_a_web_link_without_an_end_in_it(url: str) -> None:
    shown = inert_url(url)
    if shown is not None:
        assert shown.lower().startswith(("http://", "https://"))
        assert not any(char.isspace() or char in '<>"`\\' for char in shown)
        assert inert_url(shown) == shown
