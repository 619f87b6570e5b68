"""The page of ``presswatch explain --html``: one file that runs nothing, loads nothing, sends nothing."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Iterator
from html import escape
from importlib.resources import files

from presswatch.cli.screen import joined
from scheduler.inert import inert_line, inert_url
from scraper.extract.explain import Candidate, ExplainedItem, Explanation
from scraper.extract.outline import outline
from scraper.types import PageKind

_GOOD = (PageKind.LISTING, PageKind.BOTH)
_FIELDS = ("title", "link", "published", "summary", "author", "image")


def render_page(found: Explanation, url: str) -> str:
    """The whole document. Foreign text in it is escaped; its policy allows our own style sheet and nothing else."""
    style = (files("presswatch.cli") / "explain.css").read_text(encoding="utf-8")
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    language = found.extraction.language or ""
    name = found.extraction.page_title or url
    said = f' lang="{_text(language)}"' if language else ""
    return "".join(
        [
            '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="referrer" content="no-referrer">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>What presswatch sees: {_text(name)}</title><style>{style}</style></head><body>",
            *_head(found, url),
            *_considered(found),
            f'<main class="pw-page"{said}>',
            outline(found) or "".join(_cards(found)),
            "</main></body></html>\n",
        ]
    )


def _text(value: str, limit: int = 300) -> str:
    return escape(inert_line(value, limit))


def _head(found: Explanation, url: str) -> Iterator[str]:
    extraction = found.extraction
    verdict = extraction.verdict
    good = "pw-good" if verdict.kind in _GOOD else "pw-bad"
    count = len(extraction.items)
    yield '<header class="pw-head"><p class="pw-brand">what presswatch sees</p>'
    yield f"<h1>{_text(extraction.page_title or url)}</h1><p class='pw-url'>{_text(url, 2_000)}</p>"
    yield f'<p class="pw-verdict"><b class="{good}">{verdict.kind.value.replace("_", " ")}</b> '
    yield f"{count} {'item' if count == 1 else 'items'}, confidence {verdict.confidence:.2f}</p>"
    if verdict.reasons:
        yield f'<p class="pw-why">{_text(joined(verdict.reasons, "; "), 1_000)}</p>'
    shown = {place.field for item in found.items for place in item.places}
    if shown:
        yield '<p class="pw-legend"><b class="pw-number">1</b>item &ensp;'
        yield from (f'<i class="pw-label pw-{name}">{name}</i> ' for name in _FIELDS if name in shown)
        yield "</p>"
    yield "</header>"


def _considered(found: Explanation) -> Iterator[str]:
    if not found.candidates:
        return
    taken = any(candidate.chosen for candidate in found.candidates)
    yield f'<details class="pw-lists"{"" if taken else " open"}><summary>{count_lists(found)}</summary><ol>'
    for candidate in found.candidates:
        yield from _candidate(candidate)
    yield "</ol></details>"


def count_lists(found: Explanation) -> str:
    """How many lists were weighed, in words."""
    count = len(found.candidates)
    return "1 list was considered" if count == 1 else f"{count} lists were considered"


def _candidate(candidate: Candidate) -> Iterator[str]:
    yield f"<li{' class=pw-taken' if candidate.chosen else ''}><b>{'taken' if candidate.chosen else 'not taken'}</b> "
    yield f"{candidate.records} records, score {candidate.choice:.1f}, {candidate.probability:.0%} likely a listing"
    yield f"<br><code>{_text(candidate.where, 600)}</code>"
    if candidate.reasons:
        yield "<br>" + ", ".join(f"{_text(words)} <b>{value:+.1f}</b>" for words, value in candidate.reasons)
    if candidate.titles:
        yield '<br><span class="pw-titles">' + " · ".join(_text(title, 80) for title in candidate.titles) + "</span>"
    yield "</li>"


def _cards(found: Explanation) -> Iterator[str]:
    """The items of a page that is not drawn: of a feed, of plain text, of a recipe by hand."""
    for number, item in enumerate(found.items, start=1):
        yield from _card(number, item)
    if not found.items:
        yield '<p class="pw-none">No item was found.</p>'


def _card(number: int, item: ExplainedItem) -> Iterator[str]:
    yield f'<section class="pw-item"><b class="pw-number">{number}</b>'
    for place in item.places:
        text = _text(place.text, 2_000)
        url = inert_url(place.text) if place.field in ("link", "image") else None
        if url and place.field == "link":
            text = f'<a href="{escape(url)}" rel="noopener noreferrer nofollow">{text}</a>'
        label = f'<i class="pw-label pw-{place.field}">{place.field}</i>'
        yield f'<p>{label} <span class="pw-field pw-{place.field}">{text}</span></p>'
    yield "</section>"
