"""Newsroom and investor platforms for companies, news agencies, press-release wires."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence

from .stock import MENU, MONTHS, Story, document, each, links, long_day, numbered, shape, short_day, stories_of

IR_MENU = links(
    [
        ("/ir/overview", "Overview"), ("/ir/news", "News"), ("/ir/events", "Events & presentations"), ("/ir/stock", "Stock"),
        ("/ir/financials", "Financials"), ("/ir/governance", "Governance"), ("/ir/alerts", "Email alerts"),
    ]
)  # fmt: skip


@shape(summed=False)
def investor_site_year_tabs(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<div class="module_item"><div class="module_item-wrap"><div class="module_date-time"><span class="module_date-text">{MONTHS[s.day.month - 1][:3]} {s.day.day}, {s.day.year}</span></div><div class="module_headline"><a class="module_headline-link" href="{s.path}/default.aspx">{s.title}</a></div><div class="module_links"><a class="module_link module_link-pdf" href="/files/{s.iso}.pdf"><span class="module_link-text">PDF Version</span><span class="sr-only">(opens in new window)</span></a></div></div></div>'
        ),
    ).replace("/default.aspx", "")
    years = "".join(
        f'<option value="{y}">{y}</option><li class="module_nav-item"><a href="#{y}">{y}</a></li>'
        for y in (2026, 2025, 2024, 2023)
    )
    return document(
        f'<div class="pageWrapper"><div class="layout_header"><ul class="level1">{IR_MENU}</ul></div><div class="pane pane--content"><div class="module module-news"><h1 class="module_title">Press Releases</h1><div class="module_options"><select class="module_options-select">{years}</select></div><div class="module_container module_container--content">{items}</div></div></div><div class="module module-disclaimer"><p>This page contains forward-looking statements.</p></div></div>'
    )


@shape()
def investor_site_table(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<tr><td class="wd_date" data-label="Date">{s.day.month:02}/{s.day.day:02}/{s.day:%y}</td><td data-label="Title"><div class="wd_title"><a href="{s.url}" hreflang="en">{s.title}</a></div><div class="wd_summary"><p>{s.teaser}</p></div></td><td data-label="Formats"><a href="{s.url}/pdf" title="pdf" class="pdf-file-link">PDF</a></td></tr>'
        ),
    )
    return document(
        f'<header><ul>{IR_MENU}</ul></header><main><h1>News releases</h1><form><label>Year</label><select><option>2026</option><option>2025</option></select></form><table class="nirtable news collapse-table-wide"><thead><tr><th>Date</th><th>Title and summary</th><th>Additional formats</th></tr></thead><tbody>{rows}</tbody></table><ul class="pager"><li><a href="?page=1">next</a></li></ul></main><footer><p>© 2026</p></footer>'
    )


@shape()
def wire_service_rows(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="row newsCards"><div class="col-sm-12 card"><a class="newsreleaseconsolidatelink display-outline w-100" href="{s.path}" title="{s.title}" lang="en-US"><div class="row"><div class="col-sm-4 col-md-3"><div class="img-ratio-element"><img src="https://mma.example/{k}.jpg" alt="{s.title}"></div></div><div class="col-sm-8 col-md-9 pull-left card"><h3><small>{MONTHS[s.day.month - 1][:3]} {s.day.day:02}, {s.day.year}, 09:1{k % 10} ET</small> {s.title}</h3><p class="remove-outline">{s.teaser}</p></div></div></a></div></div>'
        ),
    )
    return document(
        f'<header><nav><ul class="navbar-nav">{links(MENU)}</ul></nav></header><main><section class="container"><h1>News releases</h1>{items}<ul class="pagination"><li><a href="?page=2&pagesize=10">2</a></li></ul></section></main><footer><ul>{links(MENU)}</ul></footer>'
    )


@shape()
def media_room_list(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li class="wd_item"><div class="wd_item_wrapper"><div class="wd_title"><a href="{s.url}">{s.title}</a></div><div class="wd_subtitle wd_summary"><p>{s.teaser}</p></div><div class="wd_date">{MONTHS[s.day.month - 1]} {s.day.day}, {s.day.year}</div><div class="wd_thumbnail"></div></div></li>'
        ),
    )
    return document(
        f'<div class="wd_page"><div class="wd_nav"><ul>{IR_MENU}</ul></div><div id="wd_printable_content"><div class="wd_newsfeed_releases"><h1>Latest releases</h1><div class="wd_keyword_search"><input><button>Search</button></div><ul class="wd_layout-simple wd_item_list">{items}</ul><div class="wd_page_link"><a href="/news?l=10&o=10">Next</a></div></div></div></div>'
    )


@shape(summed=False)
def press_archive_months(stories: Sequence[Story]) -> str:
    out: list[str] = []
    last = None
    for s in stories:
        month = f"{MONTHS[s.day.month - 1]} {s.day.year}"
        if month != last:
            out.append(("</ul>" if last else "") + f'<h3 class="month">{month}</h3><ul class="releases">')
        out.append(f'<li><span class="d">{s.day:%d.%m.%Y}</span><a href="{s.path}">{s.title}</a></li>')
        last = month
    return document(
        f"<header><ul>{links(MENU)}</ul></header><main><h1>Press archive</h1>{''.join(out)}</ul></main><footer><ul>{links(MENU)}</ul></footer>"
    )


@shape(stories=stories_of(path=lambda k, _: f"/pressrelease/{3412991 - k * 13}/"))
def newsroom_with_contacts_and_pictures(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<article class="panel panel--pressrelease"><div class="panel__image"><a href="{s.path}"><img src="/cache/{k}.jpg" alt="{s.title}"></a></div><div class="panel__text"><p class="panel__meta"><span class="type">Press releases</span> &nbsp;•&nbsp; <time datetime="{s.iso}T06:30:00Z">{s.day.day} {MONTHS[s.day.month - 1]} {s.day.year} 07:30 CET</time></p><h2 class="panel__heading"><a href="{s.path}">{s.title}</a></h2><p class="panel__paragraph">{s.teaser}</p></div></article>'
        ),
    )
    people = "".join(
        f'<li class="contact-card"><img src="/c/{n}.jpg" alt=""><h3><a href="/contact_people/{n}">{n}</a></h3><p>Press contact</p><a href="mailto:{n}@x.example">Mail</a></li>'
        for n in ("Ida Winter", "Omar Reed", "Lena Sommer")
    )
    return document(
        f'<header><ul>{links(MENU)}</ul></header><main><section class="stream">{items}</section><section class="contacts"><h2>Contacts</h2><ul>{people}</ul></section></main><footer><ul>{links(MENU)}</ul></footer>'
    )


@shape(summed=False)
def agency_ticker(stories: Sequence[Story]) -> str:
    out: list[str] = []
    last = None
    for k, s in enumerate(stories):
        if s.day != last:
            out.append(f'<li class="ticker__day">{s.day:%A}, {s.day.day} {MONTHS[s.day.month - 1]} {s.day.year}</li>')
        out.append(
            f'<li class="ticker__item"><span class="ticker__time">1{k % 10}:4{k % 6}</span> <a class="ticker__link" href="{s.path}">{s.title}</a></li>'
        )
        last = s.day
    return document(
        f'<header><ul>{links(MENU)}</ul></header><main><h1>Ticker</h1><ul class="ticker">{"".join(out)}</ul></main><footer><ul>{links(MENU)}</ul></footer>'
    )


@shape()
def hero_then_grid(stories: Sequence[Story]) -> str:
    first = stories[0]
    hero = f'<section class="hero"><a class="hero-link" href="{first.path}"><img src="/h.jpg" alt=""><div class="hero-text"><span class="date">{short_day(first.day)}</span><h2 class="title">{first.title}</h2><p class="intro">{first.teaser}</p></div></a></section>'
    cards = each(
        stories[1:],
        lambda s: (
            f'<div class="cell"><a class="card" href="{s.path}"><div class="card-text"><span class="date">{short_day(s.day)}</span><h2 class="title">{s.title}</h2><p class="intro">{s.teaser}</p></div></a></div>'
        ),
    )
    return document(
        f'<header><ul>{links(MENU)}</ul></header><main>{hero}<section class="grid">{cards}</section></main><footer><ul>{links(MENU)}</ul></footer>'
    )


@shape(summed=False)
def release_rows_with_many_formats(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<div class="release"><div class="date">{long_day(s.day)}</div><div class="name"><a href="{s.path}">{s.title}</a></div><div class="formats"><a href="{s.path}.pdf">PDF</a> | <a href="{s.path}.doc">DOC</a> | <a href="{s.path}/fr">Français</a></div></div>'
        ),
    )
    return document(
        f'<header><ul>{links(MENU)}</ul></header><div id="main"><h1>Releases</h1>{rows}</div><footer><ul>{links(MENU)}</ul></footer>'
    )
