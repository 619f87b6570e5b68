"""Hand-made pages: definition lists, line breaks, accordions, timelines, tabs, calendar leaves, pictures, no links."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby

from .stock import HOST, MENU, MONTHS, Story, document, each, links, long_day, numbered, shape, short_day, stories_of

TOP = f"<header><nav><ul>{links(MENU)}</ul></nav></header>"
END = "<footer><p>Saltmere Water, Weir Street 4</p><ul><li><a href='/imprint'>Imprint</a></li></ul></footer>"


@shape()
def definition_list_title_first(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<dt><a href="{s.path}">{s.title}</a></dt><dd class="date">{long_day(s.day)}</dd><dd>{s.teaser}</dd>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1><dl>{items}</dl></main>{END}")


@shape(summed=False)
def definition_list_days(stories: Sequence[Story]) -> str:
    items = ""
    for day, some in groupby(stories, key=lambda s: s.day):
        items += f"<dt>{day.day} {MONTHS[day.month - 1]} {day.year}</dt>"
        items += each(list(some), lambda s: f'<dd><a href="{s.path}">{s.title}</a></dd>')
    return document(f"{TOP}<main><h1>News</h1><dl>{items}</dl></main>{END}")


@shape(summed=False)
def links_with_line_breaks(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'{s.day:%d/%m/%Y} - <a href="{s.path}">{s.title}</a><br>')
    return document(f"{TOP}<div id='text'><h1>News</h1><p>{items}</p></div>{END}")


@shape(summed=False)
def links_with_date_behind_and_breaks(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'<a href="{s.path}">{s.title}</a> ({short_day(s.day)})<br/>')
    return document(f"{TOP}<div id='text'><h1>News</h1>{items}</div>{END}")


@shape(summed=False, dated=False)
def undated_links_with_breaks(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'&raquo; <a href="{s.path}">{s.title}</a><br><br>')
    return document(f"{TOP}<div id='text'><h1>News</h1>{items}</div>{END}")


@shape(summed=False)
def accordion_by_year(stories: Sequence[Story]) -> str:
    panels = ""
    for year, some in groupby(stories, key=lambda s: s.day.year):
        items = each(
            list(some),
            lambda s: f'<li><span class="date">{s.day:%d.%m.%Y}</span> <a href="{s.path}">{s.title}</a></li>',
        )
        panels += f'<div class="accordion-item"><h3 class="accordion-header"><button class="accordion-button" data-bs-target="#y{year}">{year}</button></h3><div id="y{year}" class="accordion-collapse collapse"><div class="accordion-body"><ul>{items}</ul></div></div></div>'
    return document(f'{TOP}<main><h1>News archive</h1><div class="accordion">{panels}</div></main>{END}')


@shape()
def details_by_month(stories: Sequence[Story]) -> str:
    panels = ""
    for (year, month), some in groupby(stories, key=lambda s: (s.day.year, s.day.month)):
        items = each(
            list(some),
            lambda s: (
                f'<article><h3><a href="{s.path}">{s.title}</a></h3><p class="when">{long_day(s.day)}</p><p>{s.teaser}</p></article>'
            ),
        )
        panels += f"<details open><summary>{MONTHS[month - 1]} {year}</summary>{items}</details>"
    return document(f"{TOP}<main><h1>News archive</h1>{panels}</main>{END}")


@shape()
def timeline_with_day_headings(stories: Sequence[Story]) -> str:
    items = ""
    for day, some in groupby(stories, key=lambda s: s.day):
        items += f'<li class="timeline-date"><h2>{day.day} {MONTHS[day.month - 1]} {day.year}</h2></li>'
        items += each(
            list(some),
            lambda s: (
                f'<li class="timeline-item"><div class="timeline-panel"><h4><a href="{s.path}">{s.title}</a></h4><p>{s.teaser}</p></div></li>'
            ),
        )
    return document(f'{TOP}<main><h1>What happened</h1><ul class="timeline">{items}</ul></main>{END}')


@shape()
def tabs_with_two_panes(stories: Sequence[Story]) -> str:
    def item(s: Story) -> str:
        return f'<div class="media"><div class="media-left"><span class="date">{short_day(s.day)}</span></div><div class="media-body"><h4 class="media-heading"><a href="{s.path}">{s.title}</a></h4><p>{s.teaser}</p></div></div>'

    tabs = '<ul class="nav nav-tabs" role="tablist"><li class="active"><a href="#notices" role="tab">Notices</a></li><li><a href="#reports" role="tab">Reports</a></li></ul>'
    return document(
        f'{TOP}<main><h1>News</h1>{tabs}<div class="tab-content"><div role="tabpanel" class="tab-pane active" id="notices">{each(stories[:5], item)}</div><div role="tabpanel" class="tab-pane" id="reports">{each(stories[5:], item)}</div></div></main>{END}'
    )


@shape()
def calendar_leaves(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="news-item"><div class="leaf"><span class="day">{s.day.day}</span><span class="month">{MONTHS[s.day.month - 1][:3]}</span><span class="year">{s.day.year}</span></div><div class="text"><h3><a href="{s.path}">{s.title}</a></h3><p>{s.teaser}</p></div></div>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape(summed=False)
def calendar_leaves_in_blocks(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><div class="leaf"><div class="day">{s.day.day:02}</div><div class="month">{MONTHS[s.day.month - 1][:3].upper()}</div><div class="year">{s.day.year}</div></div><a href="{s.path}">{s.title}</a></li>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1><ul>{items}</ul></main>{END}")


@shape(summed=False)
def calendar_leaves_month_over_day(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><div class="leaf"><div class="month">{MONTHS[s.day.month - 1]} {s.day.year}</div><div class="day">{s.day.day}</div></div><h4><a href="{s.path}">{s.title}</a></h4></li>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1><ul>{items}</ul></main>{END}")


@shape(summed=False)
def calendar_leaves_day_over_month_and_year(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="row"><div class="col-2"><p class="big">{s.day.day:02}</p><p class="small">{s.day.month:02}.{s.day.year}</p></div><div class="col-10"><a href="{s.path}">{s.title}</a></div></div>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape(summed=False)
def pictures_with_alt_texts(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="tile"><a href="{s.path}"><img src="/tiles/{k}.jpg" alt="{s.title}"></a><span class="date">{s.day:%d.%m.%Y}</span></div>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1><div class='tiles'>{items}</div></main>{END}")


@shape(linked=False)
def posts_without_links(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: f'<div class="post"><h3>{s.title}</h3><p class="date">{long_day(s.day)}</p><p>{s.teaser}</p></div>',
    )
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape(linked=False)
def flat_headings_without_links(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f"<h3>{s.title}</h3><p><em>{short_day(s.day)}</em></p><p>{s.teaser}</p>")
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape(linked=False, summed=False, url=HOST + "/news")
def bold_days_in_paragraphs(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f"<p><b>{short_day(s.day)}</b>: {s.title}</p>")
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape(
    summed=False,
    stories=stories_of(path=lambda k, t: f"/media/{'-'.join(t.split()[:3]).lower().strip(':“”,')}-{k}.pdf"),
)
def list_of_documents(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><a href="{s.path}" target="_blank">{s.title} <span class="size">(PDF, 1.2 MB)</span></a> <span>{short_day(s.day)}</span></li>'
        ),
    )
    return document(f"{TOP}<main><h1>Documents</h1><ul class='downloads'>{items}</ul></main>{END}")


@shape()
def title_behind_read_more_link(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="entry"><h2>{s.title}</h2><span class="info">{short_day(s.day)} | {s.rubric}</span><p>{s.teaser}</p><a href="{s.path}">More</a></div>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape()
def rubric_link_before_title(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="entry"><a class="cat" href="/topics/{s.rubric.lower()}">{s.rubric}</a> <a class="author" href="/people/press">Press office</a><div class="t"><a href="{s.path}">{s.title}</a></div><div class="d">{short_day(s.day)}</div><div class="x">{s.teaser}</div></div>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape()
def cards_with_tags_below(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="card"><h3><a href="{s.path}">{s.title}</a></h3><p class="meta">{short_day(s.day)}</p><p>{s.teaser}</p><ul class="tags"><li><a href="/tag/water">water</a></li><li><a href="/tag/{s.rubric.lower()}">{s.rubric.lower()}</a></li><li><a href="/tag/saltmere">saltmere</a></li></ul></div>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape()
def lead_and_secondary_stories(stories: Sequence[Story]) -> str:
    def small(s: Story) -> str:
        return f'<article class="teaser"><h3 class="teaser__title"><a href="{s.path}">{s.title}</a></h3><time datetime="{s.iso}">{short_day(s.day)}</time><p>{s.teaser}</p></article>'

    def big(s: Story) -> str:
        return f'<article class="teaser teaser--lead"><img src="/l.jpg" alt=""><h2 class="teaser__title"><a href="{s.path}">{s.title}</a></h2><time datetime="{s.iso}">{short_day(s.day)}</time><p>{s.teaser}</p></article>'

    return document(
        f"{TOP}<main><h1>News</h1><section class='lead'>{each(stories[:2], big)}</section><section class='more'>{each(stories[2:], small)}</section></main>{END}"
    )


@shape(summed=False)
def years_in_headings_days_in_lines(stories: Sequence[Story]) -> str:
    parts = ""
    for year, some in groupby(stories, key=lambda s: s.day.year):
        items = each(
            list(some), lambda s: f'<li>{s.day.day} {MONTHS[s.day.month - 1]}: <a href="{s.path}">{s.title}</a></li>'
        )
        parts += f"<h2>{year}</h2><ul>{items}</ul>"
    return document(f"{TOP}<main><h1>News</h1>{parts}</main>{END}")


@shape(summed=False)
def advertisements_between(stories: Sequence[Story]) -> str:
    def item(k: int, s: Story) -> str:
        ad = '<li class="promo"><a href="https://ads.example/c?x=1"><img src="/ad.gif" alt=""></a><p>Advertisement</p></li>'
        return f'<li class="item"><h3><a href="{s.path}">{s.title}</a></h3><span>{short_day(s.day)}</span></li>' + (
            ad if k % 4 == 3 else ""
        )

    return document(f"{TOP}<main><h1>News</h1><ul>{numbered(stories, item)}</ul></main>{END}")


@shape(summed=False, stories=stories_of(path=lambda k, _: f"https://paper{k % 4}.example/story/{7000 + k}"))
def press_review_of_other_sites(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="clip"><span class="src">The Daily {("Heron", "Otter", "Carp", "Eel")[k % 4]}</span>, {long_day(s.day)}: <a href="{s.path}" rel="nofollow noopener" target="_blank">{s.title}</a></div>'
        ),
    )
    return document(f"{TOP}<main><h1>In the press</h1>{items}</main>{END}")


@shape()
def definition_pairs_in_cards(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<section class="box"><header><h4><a href="{s.path}">{s.title}</a></h4></header><dl><dt>Date:</dt><dd>{short_day(s.day)}</dd><dt>Subject:</dt><dd>{s.rubric}</dd></dl><p>{s.teaser}</p></section>'
        ),
    )
    return document(f"{TOP}<main><h1>News</h1>{items}</main>{END}")


@shape(summed=False)
def front_page_with_three_boxes(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: f'<li><span class="date">{s.day:%d/%m/%y}</span><a href="{s.path}">{s.title}</a></li>',
    )
    quick = links([("/pay", "Pay your bill"), ("/move", "Moving house"), ("/leak", "Report a leak")])
    about = "<p>We have brought water to the town since 1871, and take it back when it has been used.</p>"
    return document(
        f"{TOP}<main><div class='hero'><h1>Water for Saltmere</h1>{about}</div><div class='cols'><section><h2>Quick links</h2><ul>{quick}</ul></section><section><h2>Latest news</h2><ul>{items}</ul><a href='/news'>All news</a></section><section><h2>Opening hours</h2><p>Monday to Friday, 9 to 5</p></section></div></main>{END}"
    )
