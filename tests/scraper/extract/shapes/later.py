"""Shapes that were written after the rules: the first of them were read before anything was mended for them."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence

from .stock import HOST, MENU, MONTHS, Story, document, each, links, long_day, numbered, shape, short_day, stories_of

TOP = f'<div class="masthead"><a href="/">Saltmere Water</a><div class="menu">{links(MENU, "<a href={0}>{1}</a> ")}</div></div>'


@shape()
def bootstrap_list_group(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<a href="{s.path}" class="list-group-item list-group-item-action"><div class="d-flex w-100 justify-content-between"><h5 class="mb-1">{s.title}</h5><small>{short_day(s.day)}</small></div><p class="mb-1">{s.teaser}</p><small class="text-muted">{s.rubric}</small></a>'
        ),
    )
    return document(f'{TOP}<div class="container"><div class="list-group">{items}</div></div>')


@shape()
def material_cards_with_buttons(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="mdl-card"><div class="mdl-card__media"><img src="/m/{k}.png" alt=""></div><div class="mdl-card__title"><h2 class="mdl-card__title-text">{s.title}</h2></div><div class="mdl-card__supporting-text">{s.teaser}</div><div class="mdl-card__actions"><a class="mdl-button" href="{s.path}">Read</a><a class="mdl-button" href="/share?u={k}">Share</a></div><div class="mdl-card__menu">{s.day:%d.%m.%Y}</div></div>'
        ),
    )
    return document(f"{TOP}<main class='mdl-layout__content'><div class='mdl-grid'>{items}</div></main>")


@shape(summed=False)
def ordered_list_with_trailing_dates(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'<li><a href="{s.path}">{s.title}</a>, <em>{long_day(s.day)}</em></li>')
    return document(f"{TOP}<h2>Announcements</h2><ol>{items}</ol>")


@shape()
def media_objects_with_kicker(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<section class="o-teaser"><a href="{s.path}"><img src="/t/{k}.jpg" alt=""></a><div class="o-teaser__content"><a class="o-teaser__tag" href="/topic/{s.rubric.lower()}">{s.rubric}</a><div class="o-teaser__heading"><a href="{s.path}">{s.title}</a></div><p class="o-teaser__standfirst"><a href="{s.path}">{s.teaser}</a></p><time class="o-date" datetime="{s.iso}T06:00:00+0000">{long_day(s.day)}</time></div></section>'
        ),
    )
    return document(f"{TOP}<main>{items}</main>")


@shape(summed=False)
def table_per_month(stories: Sequence[Story]) -> str:
    months: dict[tuple[int, int], list[Story]] = {}
    for s in stories:
        months.setdefault((s.day.year, s.day.month), []).append(s)
    parts = "".join(
        f"<h3>{MONTHS[m - 1]} {y}</h3><table class='t'><tbody>"
        + each(some, lambda s: f'<tr><td>{s.day:%d/%m/%Y}</td><td><a href="{s.path}">{s.title}</a></td></tr>')
        + "</tbody></table>"
        for (y, m), some in months.items()
    )
    return document(f"{TOP}<div id='content'><h1>Press releases</h1>{parts}</div>")


@shape()
def paragraphs_with_bold_links(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<p><b><a href="{s.path}">{s.title}</a></b><br><i>{short_day(s.day)}</i><br>{s.teaser} <a href="{s.path}">[more]</a></p>'
        ),
    )
    return document(f"{TOP}<div class='main'><h1>News</h1>{items}</div>")


@shape(summed=False)
def slider_and_list(stories: Sequence[Story]) -> str:
    slides = each(
        stories[:3],
        lambda s: (
            f'<div class="swiper-slide"><a href="{s.path}"><img src="/s.jpg" alt=""><span class="cap">{s.title}</span></a></div>'
        ),
    )
    items = each(
        stories,
        lambda s: (
            f'<li class="entry"><span class="entry-date">{s.iso}</span> <a class="entry-link" href="{s.path}">{s.title}</a></li>'
        ),
    )
    return document(
        f"{TOP}<div class='swiper'>{slides}</div><section><h2>All news</h2><ul class='entries'>{items}</ul></section>"
    )


@shape()
def posts_with_author_photo_and_counts(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="post-preview"><div class="post-preview__author"><img src="/a.png" alt=""><a href="/@ida">Ida Winter</a> in <a href="/c/news">Waterworks</a></div><a class="post-preview__main" href="{s.path}"><h2>{s.title}</h2><p>{s.teaser}</p></a><div class="post-preview__meta"><span>{MONTHS[s.day.month - 1][:3]} {s.day.day}, {s.day.year}</span><span>{k + 2} min read</span><a href="{s.path}#comments">{k} comments</a></div></div>'
        ),
    )
    return document(f"{TOP}<main>{items}</main>")


@shape(summed=False)
def month_and_day_attributes(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="ev"><div class="ev-d"><strong>{s.day.day}</strong> <em>{MONTHS[s.day.month - 1]}, {s.day.year}</em></div><div class="ev-t"><a href="{s.path}">{s.title}</a></div></div>'
        ),
    )
    return document(f"{TOP}<div>{items}</div>")


@shape(summed=False)
def links_in_a_definition_table(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<div class="tr"><div class="td date">{s.day:%d %b %Y}</div><div class="td type">{s.rubric}</div><div class="td title"><a href="{s.path}">{s.title}</a></div><div class="td dl"><a href="{s.path}/pdf" class="btn">Download</a></div></div>'
        ),
    )
    return document(
        f"{TOP}<div class='table'><div class='tr head'><div class='td'>Date</div><div class='td'>Type</div><div class='td'>Title</div><div class='td'>File</div></div>{rows}</div>"
    )


@shape()
def microformats_feed(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<article class="h-entry"><header><h2 class="p-name"><a class="u-url" href="{s.path}">{s.title}</a></h2></header><div class="p-summary">{s.teaser}</div><footer><a href="{s.path}"><time class="dt-published" datetime="{s.iso}T10:00:00Z">{short_day(s.day)}</time></a> by <a class="p-author h-card" href="/">Ida</a></footer></article>'
        ),
    )
    return document(f"{TOP}<main class='h-feed'><h1 class='p-name'>Notes</h1>{items}</main>")


@shape(summed=False, url=HOST + "/aktuell")
def two_column_rows_of_cards(stories: Sequence[Story]) -> str:
    def card(s: Story) -> str:
        return f'<div class="col"><div class="card"><div class="card-date">{s.day:%d.%m.%Y}</div><a class="card-title" href="{s.path}">{s.title}</a></div></div>'

    rows = "".join(f'<div class="row">{card(stories[k])}{card(stories[k + 1])}</div>' for k in range(0, 10, 2))
    return document(f"{TOP}<div class='grid'>{rows}</div>", lang="de")


@shape()
def everything_in_spans(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<span class="n"><span class="n-d">{s.iso}</span> <span class="n-t"><a href="{s.path}">{s.title}</a></span> <span class="n-x">{s.teaser}</span></span><br>'
        ),
    )
    return document(f"{TOP}<div>{items}</div>")


@shape(summed=False, stories=stories_of(path=lambda k, _: f"/2026/03/{13 - k:02}/n{k}"))
def day_in_the_address_and_the_text(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'<li><a href="{s.path}">{s.day:%d.%m.%Y}: {s.title}</a></li>')
    return document(f"{TOP}<ul>{items}</ul>")


@shape()
def paragraphs_with_bold_leads(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: f'<p>{long_day(s.day)} - <b>{s.title}</b> {s.teaser} <a href="{s.path}">Details</a></p>',
    )
    return document(f"{TOP}<div class='text'><h1>What is new</h1>{items}</div>")


@shape(stories=stories_of(path=lambda k, _: f"/index.php?option=com_content&view=article&id={510 - k}"))
def query_addresses_and_icons(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<table class="contentpaneopen"><tr><td class="contentheading" width="100%"><a href="{s.path.replace("&", "&amp;")}" class="contentpagetitle">{s.title}</a></td><td align="right" width="100%" class="buttonheading"><a href="{s.path.replace("&", "&amp;")}&amp;format=pdf" title="PDF"><img src="/pdf.png" alt="PDF"></a></td></tr></table><table class="contentpaneopen"><tr><td valign="top" class="createdate">{s.day:%A}, {s.day.day:02} {MONTHS[s.day.month - 1]} {s.day.year} 10:12</td></tr><tr><td valign="top">{s.teaser}</td></tr><tr><td><a href="{s.path.replace("&", "&amp;")}" class="readon">Read more...</a></td></tr></table><span class="article_seperator">&nbsp;</span>'
        ),
    )
    return document(f"{TOP}<div class='blog'>{items}</div>")
