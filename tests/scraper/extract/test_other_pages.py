"""Of more than eighty kinds of pages that are no listing, hardly any is taken for one."""

from __future__ import annotations

from .further_pages import FURTHER_KINDS
from .other_pages import KINDS
from .pages import look

MISTAKEN = 4
"""Kinds that may be taken for a listing: one in twenty."""


def test_hardly_any_other_page_is_taken_for_a_listing() -> None:
    home = "https://www.harbour-office.example/"
    kinds = {**KINDS, **FURTHER_KINDS}
    taken = [name for name, build in kinds.items() if look(build(), home + name.replace("_", "-")).items]
    assert len(kinds) >= 80
    assert len(taken) <= MISTAKEN, taken
