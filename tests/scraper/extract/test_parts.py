"""Numbers are taken for parts of dates only where a whole column of them is."""

from __future__ import annotations

import pytest

from .pages import DAYS, HEADLINES, days_of, link_of, look, page


def listing(heading: str, numbers: list[str]) -> list[str | None]:
    items = "".join(
        f'<li><b>{number}</b> <a href="{link_of(k)}">{HEADLINES[k]}</a></li>' for k, number in enumerate(numbers)
    )
    return days_of(look(page(f"<h1>Notices</h1><h2>{heading}</h2><ul>{items}</ul>")))


def test_days_under_a_month_are_days() -> None:
    assert listing("February 2026", ["27", "20", "20", "11.", "4th"])[:3] == ["2026-02-27", "2026-02-20", "2026-02-20"]


@pytest.mark.parametrize(
    ("heading", "numbers"),
    [
        ("February 2026", ["1.", "2.", "3.", "4.", "5.", "6."]),  # they count
        ("February 2026", ["27", "3", "20", "1", "14", "9", "30"]),  # they run no way
        ("Our seven rules", ["27", "20", "20", "11", "4", "2"]),
        ("Results", ["3-1", "2-2", "0-1", "4-0", "1-1", "2-5"]),
        ("Chapters", ["14-16", "16-19", "19-24", "24-30", "30-31"]),
    ],
)
def test_numbers_of_something_else_are_no_days(heading: str, numbers: list[str]) -> None:
    assert set(listing(heading, numbers)) <= {None}


def test_day_and_month_follow_the_custom_of_the_language_unless_the_numbers_say_otherwise() -> None:
    assert listing("Notices", ["12/03", "10/03", "05/03", "27/02"]) == [
        "2026-03-12",
        "2026-03-10",
        "2026-03-05",
        "2026-02-27",
    ]
    assert listing("Notices", ["03-12", "03-10", "03-05", "02-27"]) == [
        "2026-03-12",
        "2026-03-10",
        "2026-03-05",
        "2026-02-27",
    ]


def table(*rows: tuple[str, ...]) -> list[str | None]:
    lines = "".join(
        f'<tr>{"".join(f"<td>{cell}</td>" for cell in cells)}<td><a href="{link_of(k)}">{HEADLINES[k]}</a></td></tr>'
        for k, cells in enumerate(rows)
    )
    return days_of(look(page(f"<h1>Notices</h1><h2>2026</h2><table>{lines}</table>")))


def test_a_day_has_the_month_of_its_own_row() -> None:
    assert table(("3", "Mar"), ("1", "Mar"), ("27", "Feb"), ("4", "Feb"), ("30", "Jan")) == [
        "2026-03-03",
        "2026-03-01",
        "2026-02-27",
        "2026-02-04",
        "2026-01-30",
    ]


def test_days_to_come_beside_a_month_are_none_and_the_others_stay_right() -> None:
    days = [("20", "Mar", "2026"), ("18", "Mar", "2026"), ("27", "Feb", "2026"), ("4", "Feb", "2026")]
    assert table(*days) == [None, None, "2026-02-27", "2026-02-04"]


@pytest.mark.parametrize(
    "rows",
    [
        [("3", "March FC"), ("9", "Mayfield"), ("12", "June Town"), ("20", "April Rovers")],
        [("3", "Mar"), ("9", "ships"), ("12", "boats"), ("20", "tugs"), ("11", "rafts")],
        [("3", "<b>Ferry</b>"), ("9", "<b>Ferry</b>"), ("12", "<b>Tug</b>"), ("20", "<b>Tug</b>")],
    ],
)
def test_numbers_beside_something_else_are_no_days(rows: list[tuple[str, ...]]) -> None:
    assert set(table(*rows)) == {None}


def test_cells_that_claim_to_reach_over_everything_take_no_item_away() -> None:
    rows = "".join(
        f'<tr><td rowspan="9999">{DAYS[k % 8]}</td>'
        f'<td><a href="{link_of(k % 8)}-{k}">{HEADLINES[k % 8]}, {k}</a></td></tr>'
        for k in range(200)
    )
    found = look(page(f"<table>{rows}</table>"))
    assert len(found.items) == 200
    assert days_of(found) == [DAYS[k % 8] for k in range(200)]


@pytest.mark.parametrize(
    "cell", ["<td rowspan={0}>{1} Mar 2026</td>", "<td rowspan={0}>{1}</td><td rowspan={0}>Mar</td>"]
)
def test_cells_that_reach_over_the_first_rows_date_them_all(cell: str) -> None:
    rows = [cell.format(2, 12), "", cell.format(1, 10), cell.format(3, 5), "", "", cell.format(1, 2)]
    lines = "".join(
        f'<tr>{first}<td><a href="{link_of(k)}">{HEADLINES[k]}</a></td></tr>' for k, first in enumerate(rows)
    )
    found = look(page(f"<h1>Notices</h1><h2>2026</h2><table>{lines}</table>"))
    assert [item.title for item in found.items] == list(HEADLINES[:7])
    assert days_of(found) == [f"2026-03-{day:02}" for day in (12, 12, 10, 5, 5, 5, 2)]
