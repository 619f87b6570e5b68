"""The page's own article in a plain text: where it begins, its title, date and text, without the navigation."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from scraper.extract.plain_lines import Line
from scraper.text import first_sentence
from scraper.types import ArticleData, Published

_MOST_NAVIGATION = 12
_LOOK_AHEAD = 60  # lines: asked of every headline, so it must not grow with the page


@dataclass(frozen=True, slots=True)
class Opening:
    """Where an article begins: ``title`` and ``body`` are line numbers (``title`` may be ``None``); ``sure`` says
    that more than the look of one line speaks for it."""

    title: int
    body: int
    published: Published | None
    sure: bool


def without_navigation(lines: Sequence[Line], keep: int = 0) -> tuple[Sequence[Line], int]:
    """The lines without a trailing run of navigation ("Go back", "Zurück", "К списку новостей"), and its length.

    The first ``keep`` lines stay whatever they look like.
    """
    end = len(lines)
    while end > keep and len(lines) - end < _MOST_NAVIGATION and lines[end - 1].is_navigation:
        end -= 1
    return lines[:end], len(lines) - end


def opening_at(lines: Sequence[Line], index: int) -> Opening | None:
    """Whether an article can begin with the headline at ``index``.

    What makes it sure: the headline stands twice (the second time perhaps with the date), a date line follows it, or
    a wider gap than the body's own separates it from the body.
    """
    title = lines[index]
    if not title.is_headline or title.units < 2:
        return None
    body, published, sure = index + 1, title.trailing.published if title.trailing else None, bool(title.trailing)
    while body < len(lines) and body <= index + 3:
        line = lines[body]
        if line.folded == title.folded:
            sure, published = True, published or (line.trailing.published if line.trailing else None)
        elif line.date and published is None:
            sure, published = True, line.date.published
        else:
            break
        body += 1
    paragraphs = lines[body : body + _LOOK_AHEAD]
    if not paragraphs or not paragraphs[0].is_paragraph:
        return None
    inner = sorted(line.gap for line in paragraphs[1:])
    if inner and paragraphs[0].gap > inner[len(inner) // 2]:
        sure = True
    return Opening(index, body, published, sure)


def read_article(lines: Sequence[Line]) -> ArticleData | None:
    """The article that a stretch of lines is: a headline (if it has one) and at least one paragraph."""
    lines, _ = without_navigation(lines)
    opening = opening_at(lines, 0) if lines else None
    if opening:
        text = _text(lines[opening.body :])
        return ArticleData(lines[0].headline, text, opening.published) if text else None
    start, published = 0, None
    if lines and lines[0].date:
        start, published = 1, lines[0].date.published
        if opening := (opening_at(lines, 1) if len(lines) > 1 else None):
            return ArticleData(lines[1].headline, _text(lines[opening.body :]), opening.published or published)
    body = lines[start:]
    if not any(line.is_paragraph for line in body):
        return None
    return ArticleData(first_sentence(body[0].text), _text(body), published)


def _text(lines: Sequence[Line]) -> str:
    return "\n\n".join(line.text for line in lines)
