"""Digests as people read them."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from scheduler import shown_dates
from scheduler.entries import RenderOptions
from scheduler.facts import ChangeFacts
from scheduler.inert import inert_line, inert_markdown
from scheduler.render import Rendered, render
from scheduler.shown_dates import LANGUAGES, generate, show_date, show_instant
from scraper.types import ChangeKind, ItemData, Published
from tests.scheduler.examples import ITEM, SOURCE, make_change, make_episode, make_message
from tests.scheduler.test_render import CHANGES, HOSTILE

COUNCIL = replace(SOURCE, key="key-council", slug="council", name="Town Council")


def digest(*changes: ChangeFacts, options: RenderOptions | None = None) -> Rendered:
    return render(make_message(*changes, kind="digest"), options or RenderOptions())


def a_week() -> Rendered:
    edited = replace(ITEM, title="Ferry runs later on Sundays")
    return digest(
        make_episode(ChangeKind.EPISODE_OPENED),
        make_change(
            edited, kind=ChangeKind.REVISED, previous=replace(ITEM, title="Ferry runs on Sundays"), fields=("title",)
        ),
        make_change(replace(ITEM, title="Budget agreed"), source=COUNCIL),
        make_change(replace(ITEM, title="Pier *reopens*")),
        make_episode(ChangeKind.EPISODE_CLOSED),
    )


def test_a_digest_is_grouped_by_source_new_first_and_trouble_last() -> None:
    tree = lxml.html.fromstring(f"<div>{a_week().html}</div>")
    said = [" ".join(element.text_content().split()) for element in tree.iter("h3", "strong")]
    assert said == [
        "Harbour Office",
        "Pier *reopens*",
        "Edited: Ferry runs later on Sundays",
        "Town Council",
        "Budget agreed",
        "Sources that are well again",
        "Well again: Harbour Office is no longer blocked",
        "Sources that need attention",
        "Trouble: Harbour Office is blocked",
    ]
    assert [element.text_content() for element in tree.iter("ins", "del")] == ["later "]


def test_a_digest_in_markdown_says_the_same() -> None:
    assert a_week().markdown == (
        "### Harbour Office\n\n"
        "- **[Pier \\*reopens\\*](<https://harbour.example/pier>)**  \n  2 March 2026  \n  After two years of work.\n"
        "- **Edited: [Ferry runs later on Sundays](<https://harbour.example/pier>)**  \n  2 March 2026  \n"
        "  Title: Ferry runs **later** on Sundays\n"
        "\n### Town Council\n\n"
        "- **[Budget agreed](<https://harbour.example/pier>)**  \n  2 March 2026  \n  After two years of work.\n"
        "\n### Sources that are well again\n\n"
        "- **Well again: [Harbour Office is no longer blocked](<https://harbour.example/news>)**\n"
        "\n### Sources that need attention\n\n"
        "- **Trouble: [Harbour Office is blocked](<https://harbour.example/news>)**  \n  403 with a login form\n"
    )


MARKUP = (
    "- x",
    "1. x",
    "1) x",
    "# x",
    "a_b_ *c* **d** `e` ~~f~~ ![g](h) [i](j)",
    "+ x",
    "&amp; <b>x</b>",
    "===",
    "---",
    "> x",
)


@pytest.mark.parametrize("text", [*MARKUP, inert_line(HOSTILE), "http://x.example www.x.example me@x.example"])
def test_foreign_text_is_no_markdown(text: str) -> None:
    shown = MarkdownIt("commonmark").enable(["table", "strikethrough"]).render(inert_markdown(text))
    assert shown.startswith("<p>")
    tree = lxml.html.fromstring(shown)
    assert [element.tag for element in tree.iter()] == ["p"]
    assert tree.text_content().strip() == text
    assert not re.search(r"(?<!\\)@|http://|www\.x", inert_markdown(text))


@settings(max_examples=40)
@given(st.lists(CHANGES, min_size=1, max_size=4))
def test_every_digest_is_well_formed(changes: list[ChangeFacts]) -> None:
    rendered = digest(*changes)
    tree = lxml.html.fromstring(f"<div>{rendered.html}</div>")
    assert {element.tag for element in tree.iter()} <= {"div", "p", "h3", "strong", "a", "br", "small", "del", "ins"}
    assert rendered.markdown.endswith("\n")


@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("en", "March 2, 2026"),
        ("en-GB", "2 March 2026"),
        ("de", "2. März 2026"),
        ("de_AT", "2. März 2026"),
        ("fr", "2 mars 2026"),
        ("pt-BR", "2 de março de 2026"),
        ("ja", "2026年3月2日"),
        ("cs", "2. března 2026"),
        ("xx", "2026-03-02"),
        (None, "2026-03-02"),
    ],
)
def test_dates_are_written_as_the_reader_writes_them(language: str | None, shown: str) -> None:
    assert show_date(date(2026, 3, 2), language) == shown


def test_the_table_of_dates_is_fresh_and_as_babel_writes() -> None:
    from babel.dates import format_date

    text = Path(shown_dates.__file__).with_name("shown_dates.json").read_text(encoding="utf-8")
    assert text == generate(), "run: python -m scheduler.shown_dates"
    for language in set(LANGUAGES) - {"th"}:  # which names the era
        for day in (date(2026, 3, 2), date(2025, 12, 31)):
            theirs = format_date(day, "long", locale=language.replace("-", "_"))
            assert show_date(day, language) == " ".join(theirs.split()), language


def test_times_are_those_of_the_readers_zone() -> None:
    at = datetime(2026, 3, 28, 23, 30, tzinfo=UTC)
    assert show_instant(at, "de", ZoneInfo("Europe/Berlin")) == "29. März 2026, 00:30"
    exact = Published("x", "feed", on=date(2026, 3, 28), at=at, offset_minutes=0)
    options = RenderOptions(language="en-GB", zone=ZoneInfo("Asia/Tokyo"))
    rendered = digest(make_change(ItemData("Exact", published=exact)), options=options)
    assert "29 March 2026, 08:30" in rendered.html
