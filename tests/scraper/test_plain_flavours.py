"""Plain text as sites and mailing lists write it: sources beside dates, bylines, bullets, Markdown, Gemini."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from scraper.extract.plain import extract_plain
from scraper.types import PageKind

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
URL = "https://river.example/news/index.txt"
ROWS = (
    (
        "12.03.2026",
        "River council adopts the common water plan",
        "The harbour office opened the new quay for small freight ships this week.",
    ),
    (
        "10.03.2026",
        "Ferry to the bay resumes its daily service",
        "Talks on the shared river water plan took place in Brookport on Tuesday.",
    ),
    (
        "02.03.2026",
        "Harbour office publishes a new timetable",
        "Forty pilots took part in the annual course at the training ground in Sallow Bay.",
    ),
    (
        "27.02.2026",
        "Six towns agree on a common gauge",
        "Delegates of six towns spoke about the state of the locks and the tasks of the summer.",
    ),
)
DAYS = ["2026-03-12", "2026-03-10", "2026-03-02", "2026-02-27"]
FLAVOURS: dict[str, tuple[str, str]] = {
    "source and date before": ("\n\n", "River Herald | {d}\n{h}\n{t}"),
    "date and source after the title": ("\n\n", "{h}\n{d} | River Herald\n{t}"),
    "time and source in brackets": ("\n\n", "{d} - 19:10 [ Source ]\n{h}\n{t}"),
    "a byline with the date": ("\n\n", "{h}\nPosted by the press office on {d}\n{t}"),
    "title and date": ("\n\n", "{h}\n{d}"),
    "date in parentheses": ("\n", "{h} ({d})"),
    "starred lines": ("\n", "* {d} {h}"),
    "dashed lines": ("\n", "- {h} [{d}]"),
    "numbered lines": ("\n", "{n}. {h}, {d}"),
    "Markdown links": ("\n", "- [{h}]({k}.html) {d}"),
    "Markdown headings": ("\n\n", "## {h}\n\n*{d}*\n\n{t}"),
    "Gemini links": ("\n", "=> /n/{k}.gmi {d} {h}"),
    "underlined headings": ("\n\n", "{h}\n{rule}\n{d}\n\n{t}"),
    "ruled off": ("\n-----\n", "{h}\n{d}\n{t}"),
}


def put(name: str) -> str:
    """The rows in one flavour."""
    between, flavour = FLAVOURS[name]
    return between.join(
        flavour.format(k=k, n=k + 1, d=day, h=headline, t=text, rule="-" * len(headline))
        for k, (day, headline, text) in enumerate(ROWS)
    )


@pytest.mark.parametrize("name", FLAVOURS)
def test_a_list_is_read_in_many_flavours(name: str) -> None:
    found = extract_plain(put(name), URL, now=NOW)
    assert [item.title for item in found.items] == [headline for _, headline, _ in ROWS]
    assert [item.published.iso()[:10] for item in found.items if item.published and item.published.iso()] == DAYS


def test_links_in_the_manner_of_markdown_are_the_items_own() -> None:
    found = extract_plain(put("Markdown links"), URL, now=NOW)
    assert [item.url for item in found.items] == [f"https://river.example/news/{k}.html" for k in range(4)]


def test_headlines_under_one_day_are_an_item_each() -> None:
    text = f"12.03.2026\n{ROWS[0][1]}\n{ROWS[1][1]}\n\n10.03.2026\n{ROWS[2][1]}\n{ROWS[3][1]}\n"
    found = extract_plain(text, URL, now=NOW)
    assert [item.title for item in found.items] == [row[1] for row in ROWS]
    assert [item.published.iso() for item in found.items if item.published] == ["2026-03-12"] * 2 + ["2026-03-10"] * 2


def test_a_source_after_its_label_is_no_title() -> None:
    text = "\n\n".join(
        f"河流委员会通过共同用水计划第{k}号\n来源：河流日报{k} 2026年03月{10 - k:02}日" for k in range(4)
    )
    found = extract_plain(text, URL, now=NOW)
    assert [item.title for item in found.items] == [f"河流委员会通过共同用水计划第{k}号" for k in range(4)]
    assert all(item.published for item in found.items)


def test_a_document_in_markdown_is_no_list() -> None:
    read_me = (
        "# Tide reader\n\n- fast\n- small\n\n## Use\n\n```\ntide --place x\n```\n\n## History\n\n- 2026-03-01 first\n"
    )
    found = extract_plain(read_me + "\n".join(f"- option {k} does this and that" for k in range(9)), URL, now=NOW)
    assert found.verdict.kind is PageKind.OTHER
    assert not found.items
