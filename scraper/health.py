"""Whether a source is well: the verdict of one check, and the stretches in which it was unwell. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from scraper.types import EpisodeClass, Extraction, Outcome, PageKind

_SUSPECT_KINDS = {
    PageKind.LOGIN: "the page asks for a login",
    PageKind.BLOCKED: "the site turned us away (a bot wall)",
    PageKind.APP_SHELL: "the page is an empty shell that a browser would fill by script",
    PageKind.ERROR: "the page is an error page or is cut off",
    PageKind.EMPTY: "the page has no content",
    PageKind.ARTICLE: "the page is an article, not a listing",
    PageKind.OTHER: "no list of items was found on the page",
}

_OF_FAILURE = {
    "blocked": EpisodeClass.BLOCKED,
    "rate_limited": EpisodeClass.BLOCKED,
    "robots": EpisodeClass.BLOCKED,
    "redirect": EpisodeClass.REDIRECTED,
}

_OF_SUSPICION = {
    "blocked": EpisodeClass.BLOCKED,
    "login": EpisodeClass.BLOCKED,
    "app_shell": EpisodeClass.APP_SHELL,
    "error": EpisodeClass.FAILING,
    "empty": EpisodeClass.EMPTY,
    "shrunk": EpisodeClass.SHRUNK,
    "layout_changed": EpisodeClass.LAYOUT_CHANGED,
    "article": EpisodeClass.LAYOUT_CHANGED,
    "other": EpisodeClass.LAYOUT_CHANGED,
}


@dataclass(frozen=True, slots=True)
class EpisodePolicy:
    """``open_after``: unwell checks in a row before an episode opens; one odd answer wakes nobody."""

    open_after: int = 3


@dataclass(frozen=True, slots=True)
class Step:
    """What becomes of a source's episodes after a check."""

    action: Literal["open", "close"]
    episode: EpisodeClass


def suspicion(extraction: Extraction) -> tuple[str, str] | None:
    """Why a page's content is not believed: a class and a sentence; ``None`` if it lists items."""
    verdict = extraction.verdict
    if extraction.items and verdict.kind in (PageKind.LISTING, PageKind.BOTH):
        return None
    sentence = _SUSPECT_KINDS.get(verdict.kind, "nothing is listed on the page")
    details = "; ".join(verdict.reasons[:3])
    kind = verdict.kind.value if verdict.kind in _SUSPECT_KINDS else PageKind.EMPTY.value
    return kind, f"{sentence} ({details})" if details else sentence


def episode_of(outcome: Outcome, reason: str | None) -> EpisodeClass | None:
    """The class of unwell that a check shows, ``None`` if the source is well."""
    if outcome is Outcome.SUSPECT:
        return _OF_SUSPICION.get(reason or "", EpisodeClass.LAYOUT_CHANGED)
    if outcome is Outcome.FAILED:
        return _OF_FAILURE.get(reason or "", EpisodeClass.FAILING)
    return None


def step(
    current: EpisodeClass | None, outcome: Outcome, reason: str | None, unwell: int, policy: EpisodePolicy
) -> Step | None:
    """Open or close an episode after a check.

    Args:
        current: the class of the open episode, if one is open. While it is, another class opens no second one: a
            person is told once that a source is unwell and once that it is well again.
        unwell: failed or suspect checks in a row, this one included.
    """
    found = episode_of(outcome, reason)
    if found is None:
        return Step("close", current) if current else None
    if current is None and unwell >= policy.open_after:
        return Step("open", found)
    return None
