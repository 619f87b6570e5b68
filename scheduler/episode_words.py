"""What is said of a source that is unwell, or well again: one wording for alerts, terminal and web pages. Pure."""

from __future__ import annotations

from typing import Final

from scraper.types import ChangeKind

TROUBLE: Final = "Trouble"
WELL_AGAIN: Final = "Well again"
REDESIGNED: Final = "Redesigned"
_WORDS: Final = {
    "failing": ("is failing", "is no longer failing"),
    "blocked": ("is blocked", "is no longer blocked"),
    "empty": ("is empty", "is no longer empty"),
    "shrunk": ("lists less than before", "lists as much as before again"),
    "app_shell": ("shows nothing without its scripts", "can be read again"),
    "layout_changed": ("is built differently", "is understood again"),
    "redirected": ("leads elsewhere", "no longer leads elsewhere"),
    "silent": ("is silent", "is no longer silent"),
}
"""By class of episode: while it lasts, and when it is over."""


def episode_label(kind: str, *, redesign: bool = False) -> str:
    """The word before it: ``Trouble``. ``redesign``: it was over as it began, and nothing was lost."""
    if redesign:
        return REDESIGNED
    return WELL_AGAIN if kind == ChangeKind.EPISODE_CLOSED else TROUBLE


def episode_words(episode: str, kind: str, *, redesign: bool = False) -> str:
    """What follows the name of the source: ``is no longer failing``."""
    if redesign:
        return "has a new layout"
    over = kind == ChangeKind.EPISODE_CLOSED
    name = episode.replace("_", " ")
    return _WORDS.get(episode, (f"is {name}", f"is no longer {name}"))[over]


def bare_reason(episode: str, kind: str, reason: str) -> str:
    """Why, without the class of the episode, which a change has before it; nothing where it is over."""
    return "" if kind == ChangeKind.EPISODE_CLOSED else reason.removeprefix(f"{episode}: ")
