"""Dates of which each record shows a part, cells that reach over rows, links and sentences that are told apart."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from itertools import groupby

from .later import TOP
from .stock import MONTHS, STORIES, Story, document, each, long_day, numbered, shape, short_day


def month_of(s: Story) -> tuple[int, int]:
    return s.day.year, s.day.month


@shape(summed=False)
def day_numbers_under_month_headings(stories: Sequence[Story]) -> str:
    parts = "".join(
        f"<h2>{MONTHS[month - 1]} {year}</h2>"
        + each(list(some), lambda s: f'<p><strong>{s.day.day}</strong> <a href="{s.path}">{s.title}</a></p>')
        for (year, month), some in groupby(stories, key=month_of)
    )
    return document(f"{TOP}<main><h1>Chronicle</h1>{parts}</main>")


@shape(summed=False)
def month_rows_and_days_without_year(stories: Sequence[Story]) -> str:
    rows = "".join(
        f'<tr><th colspan="3">{MONTHS[month - 1]} {year}</th></tr>'
        + each(
            list(some),
            lambda s: (
                f'<tr><td>{s.day.day}.{s.day.month}.</td><td>{s.rubric}</td><td><a href="{s.path}">{s.title}</a></td></tr>'
            ),
        )
        for (year, month), some in groupby(stories, key=month_of)
    )
    return document(f"{TOP}<main><h1>Press releases</h1><table>{rows}</table></main>")


@shape(summed=False)
def months_below_years(stories: Sequence[Story]) -> str:
    parts = ""
    for year, months in groupby(stories, key=lambda s: s.day.year):
        parts += f"<h2>{year}</h2>"
        for month, some in groupby(months, key=lambda s: s.day.month):
            items = each(list(some), lambda s: f'<li><i>{s.day.day}.</i> <a href="{s.path}">{s.title}</a></li>')
            parts += f"<h3>{MONTHS[month - 1]}</h3><ul>{items}</ul>"
    return document(f"{TOP}<main><h1>Archive</h1>{parts}</main>")


@shape(summed=False)
def month_and_day_in_brackets(stories: Sequence[Story]) -> str:
    items = each(stories, lambda s: f'<li><a href="{s.path}">{s.title}</a><span>[{s.day:%m-%d}]</span></li>')
    return document(f"{TOP}<div><h2>Notices</h2><ul>{items}</ul></div>")


@shape()
def year_on_a_line_of_its_own(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: (
            f'<tr><td>{s.day:%d/%m}<br>{s.day.year}</td><td>{s.rubric}</td><td><a href="{s.path}">{s.title}</a><br><small>{s.teaser}</small></td></tr>'
        ),
    )
    return document(f"{TOP}<table>{rows}</table>")


@shape(
    summed=False,
    stories=tuple(
        replace(s, day=date(2026 - k // 3, 12 - k % 3 if k > 2 else 3 - k, 2)) for k, s in enumerate(STORIES)
    ),
)
def lines_of_four_years(stories: Sequence[Story]) -> str:
    tabs = "".join(f'<li><a href="?year={year}">{year}</a></li>' for year in range(2026, 2010, -1))
    parts = "".join(
        f"<div class='year'><button>{year}</button><ul>"
        + each(
            list(some),
            lambda s: f'<li><span>{MONTHS[s.day.month - 1]} {s.day.day}</span> <a href="{s.path}">{s.title}</a></li>',
        )
        + "</ul></div>"
        for year, some in groupby(stories, key=lambda s: s.day.year)
    )
    return document(f"{TOP}<main><ul class='tabs'>{tabs}</ul>{parts}</main>")


@shape(summed=False)
def days_in_cells_of_several_rows(stories: Sequence[Story]) -> str:
    rows = ""
    for day, some in groupby(stories, key=lambda s: s.day):
        group = list(some)
        cell = f'<td rowspan="{len(group)}">{day:%d.%m.%Y}</td>'
        rows += numbered(
            group,
            lambda k, s, cell=cell: (  # type: ignore[misc]
                f'<tr>{"" if k else cell}<td><a href="{s.path}">{s.title}</a></td><td>{s.rubric}</td></tr>'
            ),
        )
    return document(
        f"{TOP}<main><h1>Archive</h1><table><tr><th>Day</th><th>Title</th><th>Area</th></tr>{rows}</table></main>"
    )


@shape()
def rubrics_and_author_linked_before_the_story(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<article><header><a href="/c/all">Everything</a> / <a href="/c/{s.rubric.lower()}">{s.rubric}</a><h2>{s.title}</h2></header><p>{s.teaser}</p><footer><a href="/by/ida">Ida Winter</a> <time>{short_day(s.day)}</time> <a href="{s.path}">Continue</a></footer></article>'
        ),
    )
    return document(f"{TOP}<main>{items}</main>")


@shape(stories=tuple(replace(s, teaser=t) for s, t in zip(STORIES, (
    "It works.", "All passed.", "Mind the gap!", "“We are glad.”", "Come along.", "Free for all.", "What next?", "Draw it.",
    "No fish hurt (so far).", "More to come…",
), strict=True)))  # fmt: skip
def sentences_of_two_words(stories: Sequence[Story]) -> str:
    items = each(
        stories,
        lambda s: (
            f'<li><a href="{s.path}">{s.title}</a><div>{s.teaser}</div><div>{long_day(s.day)}</div><div><a href="/c/{s.rubric.lower()}">{s.rubric} news</a></div></li>'
        ),
    )
    return document(f"{TOP}<main><ul>{items}</ul></main>")


@shape()
def days_in_sentences_beside_the_day(stories: Sequence[Story]) -> str:
    tail = ("", " Work begins on 1 December.", " It ends on 30 April.")
    items = numbered(
        stories,
        lambda k, s: (
            f'<div class="tile"><a href="{s.path}"><h3>{s.title}</h3><div>{s.teaser}{tail[k % 3]}</div><div>{short_day(s.day)}</div></a></div>'
        ),
    )
    return document(f"{TOP}<main>{items}</main>")


@shape(summed=False)
def ages_before_days(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<li><h3><a href="{s.path}">{s.title}</a></h3><div>{k + 2} days ago - {s.day:%d.%m.%Y} 1{k}:05</div></li>'
        ),
    )
    return document(f"{TOP}<main><ul>{items}</ul></main>")


@shape(stories=tuple(replace(s, path=f"/files/{20260 - k}.pdf") for k, s in enumerate(STORIES)), summed=False)
def sizes_behind_a_dash(stories: Sequence[Story]) -> str:
    items = numbered(
        stories,
        lambda k, s: (
            f'<li>{s.day:%d/%m/%Y} <a href="{s.path}" download>{s.title} <span>PDF – {k + 1},2 Mo</span></a></li>'
        ),
    )
    return document(f"{TOP}<main><ul>{items}</ul></main>")
