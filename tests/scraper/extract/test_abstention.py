"""Pages that are no listing give no items, and say what they are."""

from __future__ import annotations

import pytest

from scraper.types import PageKind

from .pages import DAYS, FOOTER, HEADLINES, MENU, TEASERS, link_of, look, page

LOGIN = '<h1>Sign in</h1><form><input name="user"><input type="password" name="p"><button>Sign in</button></form>'
ARTICLE = "<article><h1>{}</h1><p>12 March 2026</p>{}</article>".format(
    HEADLINES[0], "".join(f"<p>{a} {b}</p>" for a, b in zip(TEASERS, reversed(TEASERS), strict=True))
)
CONTACT = """<h1>Contact</h1><p>Harbour office, Quay 1, 12345 Port</p><p>Telephone 01234 56789</p>
<p><a href="mailto:office@harbour.example">office@harbour.example</a></p>"""
TAGS = "<h1>Subjects</h1><div>" + "".join(f'<a href="/tag/{w}">{w}</a> ' for w in "ships tides fish boats".split())
EMPTY_SHELL = '<div id="root"></div><script>' + "window.state = 1;" * 3_000 + "</script>"


@pytest.mark.parametrize(
    ("html", "kind"),
    [
        (page(LOGIN, title="Sign in"), PageKind.LOGIN),
        (page(ARTICLE, title=HEADLINES[0]), PageKind.ARTICLE),
        (page(CONTACT, title="Contact"), PageKind.OTHER),
        (page(TAGS + "</div>", title="Subjects"), PageKind.OTHER),
        (page("<h1>404</h1><p>Page not found</p>", title="404 Not found"), PageKind.ERROR),
        (page("<h1>Just a moment...</h1><p>Checking your browser</p>", menu="", footer=""), PageKind.BLOCKED),
        (page(EMPTY_SHELL, title="App", menu="", footer=""), PageKind.APP_SHELL),
        ("", PageKind.EMPTY),
        ("<html><body></body></html>", PageKind.EMPTY),
        (page("", menu=MENU, footer=FOOTER), PageKind.OTHER),
    ],
)
def test_a_page_that_is_no_listing_gives_no_items_and_a_reason(html: str, kind: PageKind) -> None:
    found = look(html)
    assert not found.items
    assert found.verdict.kind is kind, found.verdict
    assert found.verdict.reasons


def test_an_article_page_gives_its_article() -> None:
    article = look(page(ARTICLE, title=HEADLINES[0])).article
    assert article is not None
    assert article.title == HEADLINES[0]
    assert article.published is not None
    assert str(article.published.on) == "2026-03-12"
    assert article.text.split("\n\n")[0] == f"{TEASERS[0]} {TEASERS[-1]}"
    assert "Imprint" not in article.text


def test_more_news_below_an_article_is_no_listing() -> None:
    body = "".join(f"<p>{text} {TEASERS[-k]}</p>" for k, text in enumerate(TEASERS))
    more = "".join(f'<li><a href="{link_of(k)}">{HEADLINES[k]}</a> <i>{DAYS[k]}</i></li>' for k in range(1, 7))
    html = page(
        f"<h1>{HEADLINES[0]}</h1><p class='meta'>{DAYS[0]}</p>{body}<h3>More news</h3><ul>{more}</ul>",
        title=f"{HEADLINES[0]} | Harbour office",
    )
    found = look(html, "https://www.harbour-office.example/messages/48210")
    assert (found.verdict.kind, found.items) == (PageKind.ARTICLE, ())
    assert found.article is not None
    assert found.article.title == HEADLINES[0]


def test_a_listing_under_a_text_about_itself_is_one() -> None:
    body = "".join(f"<p>{text}</p>" for text in TEASERS)
    items = "".join(f'<li><a href="{link_of(k)}">{HEADLINES[k]}</a> <i>{DAYS[k]}</i></li>' for k in range(8))
    html = page(f"<h1>News of the harbour office</h1>{body}<ul>{items}</ul>", title="News of the harbour office")
    assert [item.title for item in look(html).items] == list(HEADLINES)
