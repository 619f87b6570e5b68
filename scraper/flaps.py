"""Fields that go to and fro (headlines on trial, teasers by turns, counters nobody knows): learnt from an item's own
history, told a few times, then once with a note, then not any more until they settle. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal

from scraper.text import fold_text
from scraper.types import Flap, FlapStep, ItemData, Turn
from scraper.urls import canonicalize_url

NOTE = "goes to and fro"
"""How the reason of a change begins that is told for the last time for now."""

WINDOW = timedelta(days=30)
"""Edits that are older say nothing of what a field does now."""
MOST_EDITS = 8
"""So many forms of one field in a week are told; more are a field that nobody can follow."""
MOST_RETURNS = 2
"""So many times an item that was withdrawn may be back before its coming and going is told for the last time."""
MOST_FORMS = 100
"""Forms of an item that are stored; of what goes on after that only what is told."""

LISTED = "listed"
"""What goes to and fro of an item that comes and goes, where the others are fields of it."""

_BUSY = timedelta(days=7)
_TURNS_TO_KNOW = 2
_SETTLED = 6
"""A field that stays for so many times as long as it did on average while it flapped has settled."""

Fate = Literal["edit", "note", "quiet", "settled"]
"""``edit`` is told; ``note`` is told for the last time; ``quiet`` is stored and not told; ``settled``: what was stored
quietly is told, for it stayed."""


def tell_withdrawal(reason: str, returns: int) -> tuple[str, bool]:
    """The reason of a withdrawal after so many returns, and whether it is told: the last one that is, with a note."""
    return f"{NOTE} ({reason})" if returns == MOST_RETURNS else reason, returns <= MOST_RETURNS


def text_of(item: ItemData, field: str) -> str:
    """What an item says in a field, as text."""
    if field == "published":
        return item.published.iso() or item.published.raw if item.published else ""
    return getattr(item, field, None) or ""


def essence(field: str, text: str) -> str:
    """What tells two forms of a field apart."""
    return canonicalize_url(text) if field == "url" else fold_text(text)


def judge_turn(
    field: str, shown: str, turns: Sequence[Turn], flap: Flap | None, now: datetime
) -> tuple[Fate, FlapStep | None]:
    """What becomes of a field that says something else than is stored, and of its flapping.

    Args:
        turns: earlier edits of the item, oldest first. ``flap`` is what is open for the field, ``None``: nothing.
    """
    recent = [turn for turn in turns if turn.field == field and now - turn.at <= WINDOW]
    key = essence(field, shown)
    is_return = key in {essence(field, turn.was) for turn in recent}
    is_busy = len({essence(field, turn.was) for turn in recent if now - turn.at <= _BUSY}) >= MOST_EDITS
    if flap is not None:
        if key == flap.shown:
            return "quiet", None
        fate: Fate = "quiet" if is_return or is_busy else "edit"
        return fate, _step(field, key, key if fate == "edit" else flap.told, flap.began_at, flap.turns + 1, now)
    if is_busy or (is_return and len(recent) >= _TURNS_TO_KNOW):
        return "note", _step(field, key, key, recent[0].at, len(recent) + 1, now)
    return "edit", None


def judge_rest(field: str, shown: str, flap: Flap, now: datetime) -> tuple[Fate, FlapStep | None]:
    """What becomes of a field that goes to and fro and says what is stored."""
    key = essence(field, shown)
    if key != flap.shown:
        return "quiet", _step(field, key, flap.told, flap.began_at, flap.turns + 1, now)
    if now < flap.settles_at:
        return "quiet", None
    return ("quiet" if key == flap.told else "settled"), FlapStep(field, None)


def settles_at(began: datetime, turns: int, now: datetime) -> datetime:
    """When what turned ``now``, for the ``turns``-th time, has settled if it does not turn again until then."""
    return now + (now - began) / turns * _SETTLED


def _step(field: str, shown: str, told: str, began: datetime, turns: int, now: datetime) -> FlapStep:
    return FlapStep(field, Flap(began, turns, shown, told, settles_at(began, turns, now)))
