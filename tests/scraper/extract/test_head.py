"""What a page says about itself."""

from __future__ import annotations

import pytest

from .pages import look, page
from .test_listings import plain_items

ITEMS = "<ul>" + "".join(map(plain_items, range(8))) + "</ul>"


def test_feeds_title_and_language_are_read_from_the_head() -> None:
    link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
    found = look(page(ITEMS, title="All  news", lang="en-GB").replace("<head>", f"<head>{link}"))
    assert found.feed_urls == ("https://www.harbour-office.example/feed.xml",)
    assert found.page_title == "All news"
    assert found.language == "en-GB"


@pytest.mark.parametrize(
    "link",
    [
        '<a rel="next" href="?page=2">2</a>',
        '<a href="?page=2">Next</a>',
        '<a href="?page=2">»</a>',
        '<a href="?page=2">Weiter »</a>',
    ],
)
def test_the_next_page_is_found(link: str) -> None:
    found = look(page(f"{ITEMS}<p><a href='?page=1'>1</a> {link}</p>"))
    assert found.next_page_url == "https://www.harbour-office.example/news/?page=2"


def test_a_page_without_further_pages_has_no_next_one() -> None:
    assert look(page(ITEMS)).next_page_url is None


@pytest.mark.parametrize(
    ("declared", "text", "language"),
    [
        ("en", "Порт открывает второй причал для парома на острова, сообщили в управлении", "ru"),
        ("uk", "Порт відкриває другий причал для порома на острови, повідомили в управлінні", "uk"),
        (
            "",
            "港務局は島へのフェリーのために二つ目の桟橋を開くと発表しました。来週から利用できますので詳しくはお問い合わせください。",
            "ja",
        ),
        ("de", "Der Hafen öffnet einen zweiten Anleger für die Fähre zu den Inseln", "de"),
    ],
)
def test_the_script_of_the_text_decides_against_a_wrong_declaration(declared: str, text: str, language: str) -> None:
    assert look(page(f"<p>{text}</p>", lang=declared, menu="", footer="", title=text)).language == language
