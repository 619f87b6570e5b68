"""Day, month and year in cells of their own, beside each other or under a heading with the year."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import groupby

from .later import TOP
from .stock import MONTHS, Story, document, each, shape

_GERMAN = "Januar Februar März April Mai Juni Juli August September Oktober November Dezember".split()


def month_of(s: Story) -> str:
    return MONTHS[s.day.month - 1][:3]


def link_of(s: Story) -> str:
    return f'<a href="{s.path}">{s.title}</a>'


def under_years(stories: Sequence[Story], heading: str, box: str, row: Callable[[Story], str]) -> str:
    """Rows in a box for each year, under its heading."""
    years = groupby(stories, key=lambda s: s.day.year)
    return "".join(heading.format(year) + box.format(each(list(some), row)) for year, some in years)


@shape()
def day_and_month_cells_under_a_year(stories: Sequence[Story]) -> str:
    rows = under_years(
        stories,
        "<h2>{}</h2>",
        "<table>{}</table>",
        lambda s: (
            f'<tr><td class="d">{s.day.day:02}</td><td>{month_of(s)}</td><td>{link_of(s)}<br><small>{s.teaser}</small></td></tr>'
        ),
    )
    return document(f"{TOP}<main><h1>Announcements</h1>{rows}</main>")


@shape(summed=False)
def month_and_day_cells_behind_the_title_under_a_row_with_the_year(stories: Sequence[Story]) -> str:
    rows = under_years(
        stories,
        '<tr><th colspan="3">{}</th></tr>',
        "{}",
        lambda s: f"<tr><td>{link_of(s)}</td><td>{month_of(s)}.</td><td>{s.day.day}</td></tr>",
    )
    return document(f"{TOP}<main><h1>Announcements</h1><table>{rows}</table></main>")


@shape()
def day_and_month_boxes_under_a_year(stories: Sequence[Story]) -> str:
    rows = under_years(
        stories,
        "<h3>{}</h3>",
        "<div>{}</div>",
        lambda s: (
            f'<div class="row"><div><b>{s.day.day}.</b></div><div>{_GERMAN[s.day.month - 1]}</div><div>{link_of(s)}<p>{s.teaser}</p></div></div>'
        ),
    )
    return document(f"{TOP}<main><h1>Meldungen</h1>{rows}</main>", lang="de")


@shape(summed=False)
def day_month_and_year_cells(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: f"<tr><td>{s.day.day}</td><td>{month_of(s)}</td><td>{s.day.year}</td><td>{link_of(s)}</td></tr>",
    )
    return document(f"{TOP}<main><h1>Announcements</h1><table>{rows}</table></main>")


@shape(summed=False)
def month_day_and_year_cells(stories: Sequence[Story]) -> str:
    rows = each(
        stories,
        lambda s: f"<tr><td>{month_of(s)}</td><td>{s.day.day},</td><td>{s.day.year}</td><td>{link_of(s)}</td></tr>",
    )
    return document(f"{TOP}<main><h1>Announcements</h1><table>{rows}</table></main>")
