"""Formatting joins what it stands in, unless a list shows that its elements are fields."""

from __future__ import annotations

import pytest

from .pages import HEADLINES, TEASERS, link_of, look, page


def titles_of(*cards: str) -> list[str]:
    items = "".join(f'<li><a href="{link_of(k)}">{card}</a></li>' for k, card in enumerate(cards))
    return [item.title for item in look(page(f"<h1>Notices</h1><ul>{items}</ul>")).items]


@pytest.mark.parametrize(
    ("card", "title"),
    [
        ("<b>{0}</b><span>{1}</span>", "{0}"),
        ("<strong>{0}</strong> <em>{1}</em>", "{0}"),
        ("<b class='t'>{0}</b><b class='s'>{1}</b>", "{0}"),
        ("<mark>NEW</mark><b>{0}</b>", "{0}"),
        ("<b>{0}</b>{1}", "{0}"),
        ("<b>Ports</b> {0}", "Ports {0}"),
        ("Ports <b>{0}</b>", "Ports {0}"),
        ("<b>Tug</b>boats: {0}", "Tugboats: {0}"),
        ("<b>Harbour:</b> <i>{0}</i>", "Harbour: {0}"),
        ("<b>P</b><i>ilots: {0}</i>", "Pilots: {0}"),
        ("<b>Pilot</b><i>s: {0}</i>", "Pilots: {0}"),
        ("<b>CO</b><sub>2</sub><b>Levels: {0}</b>", "CO2Levels: {0}"),
        ("<b>{0}</b><i>, says the council</i>", "{0}, says the council"),
        ("The <b>Port</b><i>Authority</i>: {0}", "The PortAuthority: {0}"),
        ("<b>20</b><i>26: {0}</i>", "2026: {0}"),
    ],
)
def test_elements_that_begin_something_of_their_own_are_fields(card: str, title: str) -> None:
    pairs = list(zip(HEADLINES, TEASERS, strict=True))
    assert titles_of(*[card.format(*pair) for pair in pairs]) == [title.format(*pair) for pair in pairs]


@pytest.mark.parametrize("joined", ["<b>{}</b><i>{}</i>", "<b>{}</b> <i>{}</i>"])
def test_emphasis_in_a_few_records_is_no_field(joined: str) -> None:
    cards = [joined.format(*h.split(" ", 1)) if k < 4 else f"{h} <b>now</b>" for k, h in enumerate(HEADLINES)]
    between = " " if " " in joined else ""
    expected = [h.replace(" ", between, 1) if k < 4 else f"{h} now" for k, h in enumerate(HEADLINES)]
    assert titles_of(*cards) == expected


def test_a_record_without_the_teaser_of_the_others_has_the_same_title() -> None:
    cards = [
        f"<b>{h}</b>" + (f"<i>{t}</i>" if k % 3 else "")
        for k, (h, t) in enumerate(zip(HEADLINES, TEASERS, strict=True))
    ]
    assert titles_of(*cards) == list(HEADLINES)
