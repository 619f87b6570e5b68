"""Looking again at the articles of items: when, and what counts as an edit or as a sign of withdrawal. Pure."""

from __future__ import annotations

import hashlib
import re
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from scraper.text import fold_text, has_unspaced
from scraper.types import ArticleData, PageKind
from scraper.urls import canonicalize_url

STEPS = (
    timedelta(hours=1),
    timedelta(hours=6),
    timedelta(days=1),
    timedelta(days=3),
    timedelta(days=7),
    timedelta(days=30),
)
"""How long after its first look an article is looked at again: silent edits come soon or not at all."""

MOST_FAILURES = 6
"""Failed looks in a row after which the next step is awaited."""

UNWELL = frozenset({PageKind.LOGIN, PageKind.BLOCKED, PageKind.APP_SHELL, PageKind.ERROR, PageKind.EMPTY})
"""Kinds of answers that say nothing of the article."""

_FIRST_RETRY = timedelta(minutes=10)
_LONGEST_RETRY = timedelta(days=1)
_SHORT_WORDS = 12
_SHRUNK = 0.3
_SHORT_WORD = 4
_LEAST_WORDS = 3
_HANGUL = "\u1100"
"""Where the scripts begin whose words have few characters."""
_MOST_TOLD = 10
_LONGEST_COMPARED = 20_000
_HARDLY = 0.3
"""Of the words of the one of two texts that has fewer: those of one language have some in common whatever they say."""
_NUMBER = re.compile(r"\d+")
_WORD = re.compile(r"[^\W\d_]+")
_FRONT = re.compile(r"^(?:/[a-z]{2}(?:[-_][a-z]{2})?)?/?(?:(?:index|default|home)(?:\.[a-z]{2,5})?)?/?$", re.IGNORECASE)


def next_step(first_at: datetime, now: datetime) -> datetime | None:
    """When to look again after an answer: at the next step that lies ahead, so that one look makes up for all that
    were missed; ``None`` after the last."""
    return next((first_at + step for step in STEPS if first_at + step > now), None)


def retry_at(failures: int, first_at: datetime | None, now: datetime) -> datetime | None:
    """When to look again after the ``failures``-th failure in a row; ``None``: not any more."""
    if failures >= MOST_FAILURES:
        return next_step(first_at, now) if first_at else None
    return now + min(_FIRST_RETRY * (1 << min(failures - 1, 20)), _LONGEST_RETRY)


def edited_fields(old: ArticleData, new: ArticleData) -> tuple[str, ...]:
    """What says something else than before: ``article_title``, ``text``. White space, quotes, case and numbers in
    short lines ("1,024 views", "updated 3 hours ago") are no edit."""
    fields = []
    if fold_text(old.title) != fold_text(new.title):
        fields.append("article_title")
    if _essence(old.text) != _essence(new.text):
        fields.append("text")
    return tuple(fields)


def _essence(text: str) -> list[str]:
    lines = [line for part in text.split("\n") if (line := fold_text(part).strip())]
    return [_NUMBER.sub("0", line) if len(line.split()) <= _SHORT_WORDS else line for line in lines]


def is_shrunk(old: ArticleData, new: ArticleData) -> bool:
    """Whether most of the text is missing: an error page in disguise, or a teaser before a wall, rather than an edit;
    to be believed only when it is seen again."""
    return len(new.text) < _SHRUNK * len(old.text)


def is_strange(headline: str, old: ArticleData | None, new: ArticleData) -> bool:
    """Whether a text says hardly a word of what was stored, or, if it is the first, of the item's ``headline``: a
    notice that stands at many addresses for some hours, rather than an article. Of a few words nothing is said."""
    before = _words(old.text if old else headline)
    now = _words(new.text if old else f"{new.title}\n{new.text}")
    fewer = min(len(before), len(now))
    return fewer >= _LEAST_WORDS and len(before & now) < _HARDLY * fewer


def _words(text: str) -> frozenset[str]:
    """Words of some length; of scripts without spaces, pairs of characters."""
    found: set[str] = set()
    for run in _WORD.findall(fold_text(text[:_LONGEST_COMPARED])):
        if has_unspaced(run):
            found.update(run[i : i + 2] for i in range(len(run) - 1))
        elif len(run) >= (_SHORT_WORD if run[0] < _HANGUL else 2):
            found.add(run)
    return frozenset(found)


def fingerprint(text: str) -> str:
    """The same for two texts of which neither is an edit of the other (:func:`edited_fields`)."""
    return hashlib.sha256("\n".join(_essence(text)).encode("utf-8", "surrogatepass")).hexdigest()


def is_told(revisions: int, *, returned: bool) -> bool:
    """Whether the next edit is told, after so many stored forms. ``returned``: the text is one that was stored before;
    a page that flaps between forms is told once to and fro."""
    return revisions < (4 if returned else _MOST_TOLD)


def leads_away(asked: str, found: str, listing: str) -> bool:
    """Whether an article's address ``asked`` was redirected to the front page or to the ``listing``: the article is
    gone, and the site is too polite to say so."""
    if canonicalize_url(asked) == canonicalize_url(found):
        return False
    if canonicalize_url(found) == canonicalize_url(listing):
        return True
    parts = urlsplit(found)
    return not parts.query and bool(_FRONT.match(parts.path))
