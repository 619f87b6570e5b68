"""Lists beside others of the same mark-up, days with several items, links that are scripts, stories set apart."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from itertools import groupby

from .later import TOP
from .stock import HOST, STORIES, Story, document, each, links, long_day, numbered, shape, short_day, stories_of

HEARINGS = (
    "Public hearing on the harbour main", "Open day at the waterworks", "Careers evening for fitters", "Conference of small suppliers",
    "Science night in the old mill", "Exhibition opens: maps of the springs", "Winter market at the reservoir", "Meeting of the board",
)  # fmt: skip
RULES = (
    ("/r1", "Water Services (Amendment) Bill"), ("/r2", "Tariff Order 2026"), ("/r3", "Bye-law on private wells"),
    ("/r4", "Fisheries (Quota) Rules"), ("/r5", "Byelaw on hydrants and standpipes"), ("/r6", "Public Health Order"),
)  # fmt: skip


@shape()
def days_with_several_entries(stories: Sequence[Story]) -> str:
    parts = "".join(
        f'<div class="day"><div class="day-title">{long_day(day)}</div>'
        + numbered(
            list(some),
            lambda k, s: (
                f'<div class="entry"><span class="hour">{17 - k}:30</span> <a href="{s.path}">{s.title}</a><div class="lead">{s.teaser}</div></div>'
            ),
        )
        + "</div>"
        for day, some in groupby(stories, key=lambda s: s.day)
    )
    return document(f"{TOP}<main><h1>Newswire</h1>{parts}</main>")


@shape(summed=False)
def table_per_day(stories: Sequence[Story]) -> str:
    parts = "".join(
        f"<h3>{day:%A} {short_day(day)}</h3><table>"
        + each(
            list(some), lambda s: f'<tr><td>09:00</td><td><a href="{s.path}">{s.title}</a></td><td>{s.rubric}</td></tr>'
        )
        + "</table>"
        for day, some in groupby(stories, key=lambda s: s.day)
    )
    return document(f"{TOP}<main><h1>Latest releases</h1>{parts}</main>")


@shape(summed=False)
def layout_tables_without_classes(stories: Sequence[Story]) -> str:
    menu = links([(f"page{k}.asp", name) for k, name in enumerate(("Home", "History", "Laws", "Tenders", "Links"))], "<tr><td><img src='b.gif'><a href='{0}'>{1}</a></td></tr>")  # fmt: skip
    rows = each(
        stories,
        lambda s: (
            f'<tr><td><img src="a.gif"></td><td><a href="{s.path}">{s.title}</a> <font size="1">[{s.day:%d-%m-%Y}]</font></td></tr>'
        ),
    )
    rules = links(RULES, "<tr><td><a href='{0}'>{1}</a></td></tr>")
    return document(
        f"<table><tr><td colspan=3><img src='banner.jpg'></td></tr><tr><td><table>{menu}</table></td><td><table><tr><td colspan=2><b>LATEST NEWS</b></td></tr>{rows}</table></td><td><table><tr><td><b>Rules</b></td></tr>{rules}</table></td></tr></table>"
    )


@shape(summed=False, stories=stories_of(path=lambda k, _: f"/news/{48210 - k}"), url=f"{HOST}/")
def coming_events_in_the_mark_up_of_news(stories: Sequence[Story]) -> str:
    events = "".join(
        f'<li><a href="/events/{700 + k}">{name}</a> <span>{20 + k} March 2026</span></li>'
        for k, name in enumerate(HEARINGS)
    )
    items = each(
        stories, lambda s: f'<li><a href="{s.path}">{s.title}</a> <span>{s.day.day} {s.day:%B} {s.day.year}</span></li>'
    )
    return document(
        f"{TOP}<main><section><h2>Coming up</h2><ul>{events}</ul></section><section><h2>News</h2><ul>{items}</ul></section></main>"
    )


@shape(summed=False, linked=False)
def board_whose_links_are_scripts(stories: Sequence[Story]) -> str:
    rows = numbered(
        stories,
        lambda k, s: (
            f'<tr><td>{"Notice" if k < 2 else 120 - k}</td><td><a href="#" onclick="fnView(\'{48210 - k}\'); return false;">{s.title}</a> <img src="/new.gif" alt="new"></td><td>Press office</td><td>{s.day:%Y.%m.%d}</td><td>{k * 31}</td><td><img src="/file.gif" alt="file"></td></tr>'
        ),
    )
    return document(
        f"{TOP}<table><thead><tr><th>No.</th><th>Title</th><th>By</th><th>Date</th><th>Views</th><th>File</th></tr></thead><tbody>{rows}</tbody></table>"
    )


@shape()
def lead_story_in_mark_up_of_its_own(stories: Sequence[Story]) -> str:
    lead, others = stories[0], stories[1:]
    items = each(
        others,
        lambda s: (
            f'<li class="media"><h3><a href="{s.path}">{s.title}</a></h3><span>{long_day(s.day)}</span><p>{s.teaser}</p></li>'
        ),
    )
    return document(
        f'{TOP}<main><section class="hero"><img src="/h.jpg" alt="The lake"><div><p>Featured</p><h2><a href="{lead.path}">{lead.title}</a></h2><p>{long_day(lead.day)}</p><p>{lead.teaser}</p></div></section><ul>{items}</ul></main>'
    )


@shape(summed=False)
def lead_story_that_is_one_link_above_a_table(stories: Sequence[Story]) -> str:
    lead, others = stories[0], stories[1:]
    rows = each(others, lambda s: f'<tr><td>{short_day(s.day)}</td><td><a href="{s.path}">{s.title}</a></td></tr>')
    return document(
        f'{TOP}<main><a class="top" href="{lead.path}"><img src="/h.jpg" alt=""><b>Top story</b><h1>{lead.title}</h1><span>{short_day(lead.day)}</span></a><h2>More news</h2><table>{rows}</table></main>'
    )


@shape(summed=False, stories=STORIES[:4])
def few_news_above_many_coming_events(stories: Sequence[Story]) -> str:
    news = each(
        stories,
        lambda s: (
            f'<article class="news"><time datetime="{s.iso}">{short_day(s.day)}</time><h3><a href="{s.path}">{s.title}</a></h3></article>'
        ),
    )
    events = "".join(
        f'<article class="event"><div><span>{(17 + 3 * k) % 31 + 1}</span><span>{"Mar" if 17 + 3 * k < 31 else "Apr"}</span></div><h3><a href="/events/{610 + k}">{name}</a></h3><p>Town Hall, {k + 10}:00</p></article>'
        for k, name in enumerate(HEARINGS)
    )
    return document(
        f"{TOP}<main><section><h2>News</h2>{news}</section><section><h2>Coming up</h2>{events}</section></main>"
    )


@shape(dated=False, summed=False, stories=stories_of(path=lambda k, _: f"/info/{48210 - k}.html"))
def menus_in_lists_like_the_list(stories: Sequence[Story]) -> str:
    menu, foot = (
        links([(f"/{name.lower().replace(' ', '-')}.html", name) for name in names])
        for names in (("Home", "About the office", "Our services", "Public tenders", "Contact"), ("Imprint", "Privacy", "Sitemap"))
    )  # fmt: skip
    items = each(stories, lambda s: f'<li><a href="{s.path}">{s.title}</a></li>')
    return document("".join(f'<ul class="list">{some}</ul>' for some in (menu, items, foot)))


@shape(summed=False, stories=tuple(replace(s, title=f"Minutes of the meeting of {long_day(s.day)}", path=f"/minutes/{k}.pdf") for k, s in enumerate(STORIES[3:])))  # fmt: skip
def minutes_that_are_named_by_their_day(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'<li><a href="{s.path}">{s.title}</a></li>')
    return document(f"{TOP}<main><h1>Minutes</h1><ul>{items}</ul></main>")


@shape(summed=False, stories=stories_of(path=lambda k, _: f"/files/{20260 - k}.pdf"))
def formats_in_brackets_behind_title_and_day(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: f'<p>{s.title}, {long_day(s.day)} (<a href="{s.path}">PDF</a>, <a href="{s.path}.docx">Word</a>)</p>',
    )
    return document(f"{TOP}<main><h1>Circulars</h1>{items}</main>")
