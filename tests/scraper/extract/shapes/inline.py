"""Cards whose fields are inline elements, touching or not; and cards in which such elements are emphasis only."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence

from .later import TOP
from .stock import Story, document, each, links, numbered, shape, short_day

MAIN = f"{TOP}<main><h1>Announcements</h1>"


@shape()
def links_with_a_day_a_bold_title_and_a_teaser_that_touch(stories: Sequence[Story]) -> str:
    cards = each(
        stories,
        lambda s: (
            f'<div class="tile"><a href="{s.path}"><span>{s.day:%d/%m/%Y}</span><strong>{s.title}</strong><em>{s.teaser}</em></a></div>'
        ),
    )
    return document(f"{MAIN}<div>{cards}</div></main>")


@shape()
def links_with_a_bold_title_a_span_and_a_small_day(stories: Sequence[Story]) -> str:
    cards = each(
        stories,
        lambda s: (
            f'<a href="{s.path}"> <b>{s.title}</b> <span>{s.teaser}</span> <small>{short_day(s.day)}</small> </a>'
        ),
    )
    return document(f"{MAIN}<section>{cards}</section></main>")


@shape()
def italic_days_above_bold_titles_within_one_span(stories: Sequence[Story]) -> str:
    cards = each(
        stories,
        lambda s: (
            f'<li><a href="{s.path}"><img src="/t.jpg" alt=""><span class="c"><i>{short_day(s.day)}</i><b>{s.title}</b><small>{s.teaser}</small></span></a></li>'
        ),
    )
    return document(f"{MAIN}<ul>{cards}</ul></main>")


@shape()
def bare_days_before_bold_titles_with_two_italic_fields(stories: Sequence[Story]) -> str:
    cards = each(
        stories,
        lambda s: (
            f'<li><a href="{s.path}">{short_day(s.day)}<strong>{s.title}</strong><i class="rubric">{s.rubric}</i><i class="text">{s.teaser}</i></a></li>'
        ),
    )
    return document(f"{MAIN}<ul>{cards}</ul></main>")


@shape()
def bold_title_and_teaser_beside_a_link_for_more(stories: Sequence[Story]) -> str:
    cards = each(
        stories,
        lambda s: (
            f'<li><time>{s.iso}</time><strong>{s.title}</strong><em>{s.teaser}</em><a href="{s.path}">Read the notice</a></li>'
        ),
    )
    return document(f"{MAIN}<ul>{cards}</ul></main>")


@shape(summed=False)
def titles_with_emphasis_and_a_large_first_letter(stories: Sequence[Story]) -> str:
    def title(k: int, s: Story) -> str:
        first, *words = s.title.split()
        middle = len(words) // 2
        some = [f"<em>{w}</em>" if n == middle and k % 2 else w for n, w in enumerate(words)]
        return " ".join([f"<b>{first[0]}</b><i>{first[1:]}</i>", *some])

    items = numbered(stories, lambda k, s: f'<li>{s.iso} <a href="{s.path}">{title(k, s)}</a></li>')
    return document(f"{MAIN}<ul>{items}</ul></main>")


@shape(summed=False)
def titles_with_a_bold_beginning(stories: Sequence[Story]) -> str:
    def title(s: Story) -> str:
        first, rest = s.title.split(" ", 1)
        return f"<b>{first}</b> <i>{rest}</i>" if rest else f"<b>{first}</b>"

    items = each(stories, lambda s: f'<li><a href="{s.path}">{title(s)}</a> <span>{short_day(s.day)}</span></li>')
    menu = links([("/supply", "<b>Your</b> <i>supply</i>"), ("/bills", "<b>Your</b> <i>bills</i>")])
    return document(f"{MAIN}<ul>{items}</ul><ul>{menu}</ul></main>")
