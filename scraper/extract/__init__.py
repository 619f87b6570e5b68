"""Understanding a page: bytes in, items, article and verdict out. Pure: no clock, file, socket or database.

:func:`extract` is the one public entry; each tier has its own file.
"""

from __future__ import annotations

import re
from datetime import datetime

from scraper.charset import decode_body
from scraper.extract.bounds import bounded
from scraper.extract.html import extract_html
from scraper.extract.trace import Trace
from scraper.types import Extraction, PageKind, Recipe, Verdict

__all__ = ["extract"]

MAX_BODY = 10_000_000
"""Bytes of a page that are read."""

_MARKUP = re.compile(
    r"<(?:!doctype|html|head|body|div|p|a|table|ul|ol|li|span|article|section|h[1-6]|br|main)\b", re.IGNORECASE
)
_HTML_START = re.compile(rb"\s*<(?:!doctype\s+html|html|head|body|div|table)\b", re.IGNORECASE)
_PDF = b"%PDF-"
_IMAGES = {b"\x89PNG": "PNG", b"\xff\xd8\xff": "JPEG", b"GIF8": "GIF"}
"""The mark of a PDF, which its readers look for in the first kilobyte."""
_PLAIN_TYPES = ("text/plain", "text/markdown")


def extract(
    body: bytes,
    url: str,
    *,
    content_type: str | None = None,
    now: datetime,
    recipe: Recipe | None = None,
    trace: Trace | None = None,
) -> Extraction:
    """What the page at ``url`` says: its items in page order, its own article, and how believable that is.

    ``content_type`` is the header as the server sent it; ``now`` an aware instant. Bad bytes or markup never raise;
    a hand-written ``recipe`` that fails raises :class:`scraper.errors.ExtractError`. ``trace`` is filled with what was
    seen on the way of an HTML page that is understood without one.
    """
    return bounded(_extract(body[:MAX_BODY], url, content_type, now, recipe, trace))


def _extract(
    body: bytes, url: str, content_type: str | None, now: datetime, recipe: Recipe | None, trace: Trace | None
) -> Extraction:
    if recipe is not None and recipe.origin == "hand":
        from scraper.extract.recipe import extract_by_recipe

        return extract_by_recipe(decode_body(body, content_type)[0], url, recipe=recipe, now=now)
    if not body.strip():
        return Extraction((), None, Verdict(PageKind.EMPTY, 1.0, ("the answer has no content",)))
    if not _HTML_START.match(body):
        image = next((name for mark, name in _IMAGES.items() if body.startswith(mark)), None)
        if image is not None:
            return Extraction(
                (), None, Verdict(PageKind.OTHER, 1.0, (f"the answer is an image ({image}), not a page",))
            )
        if _PDF in body[:1024]:
            from scraper.extract.pdf import extract_pdf

            return extract_pdf(body, url, now=now)
        from scraper.extract.feed import extract_feed, is_feed

        if is_feed(body, content_type):
            return extract_feed(body, url, content_type=content_type, now=now)
    text, _ = decode_body(body, content_type)
    kind = (content_type or "").split(";")[0].strip().lower()
    if kind in _PLAIN_TYPES or not _MARKUP.search(text[:200_000]):
        from scraper.extract.plain import extract_plain

        plain = extract_plain(text, url, now=now)
        return plain or Extraction((), None, Verdict(PageKind.OTHER, 0.5, ("plain text without a list in it",)))
    found = extract_html(text, url, now=now, recipe=recipe, trace=trace)
    if found.items or recipe is None:
        return found
    from scraper.extract.lone import with_lone_record

    return with_lone_record(found, text, url, recipe=recipe, now=now)
