"""A short article is an article: its heading and its day say so, however few words follow and whatever stands above."""

from __future__ import annotations

from scraper.types import PageKind

from .pages import HEADLINES, TEASERS, look, page

COOKIES = f"<div class='consent'><p>{TEASERS[0]} {TEASERS[1]}</p><button>Yes</button></div>"


def test_a_short_notice_is_read_whole() -> None:
    body = f"<h1>{HEADLINES[3]}</h1><p class='when'>5 March 2026</p><p>{TEASERS[3]}</p><p>{TEASERS[4]}</p>"
    found = look(page(f"{COOKIES}<div class='text'>{body}</div>", title=HEADLINES[3]), "https://x.example/n/17")
    assert found.verdict.kind is PageKind.ARTICLE, found.verdict
    article = found.article
    assert article is not None
    assert article.title == HEADLINES[3]
    assert article.text == f"{TEASERS[3]}\n\n{TEASERS[4]}"
    assert article.published is not None
    assert article.published.iso() == "2026-03-05"


def test_a_paragraph_without_a_day_is_no_article() -> None:
    found = look(page(f"<h1>Ferry fares</h1><p>{TEASERS[3]}</p>"), "https://x.example/fares")
    assert found.verdict.kind is PageKind.OTHER
    assert found.article is None


def test_the_heading_that_the_page_names_is_the_title() -> None:
    head = f'<meta property="og:title" content="{HEADLINES[5]}">'
    body = f"<h1>Our magazine</h1><h2>{HEADLINES[5]}</h2><p>12 March 2026</p>" + "".join(
        f"<p>{t} {t}</p>" for t in TEASERS
    )
    html = page(f"<article>{body}</article>", title="Our magazine").replace("</head>", f"{head}</head>")
    article = look(html, "https://x.example/m/5").article
    assert article is not None
    assert article.title == HEADLINES[5]
