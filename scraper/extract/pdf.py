"""Releases that are PDF files: title, date and text, for the articles that are followed. Pure; bounded."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from scraper.dates import find_dates
from scraper.pdf_text import MAX_TEXT, MAX_TITLE, read_pdf
from scraper.text import count_units, fold_text
from scraper.types import ArticleData, Extraction, PageKind, Published, Verdict

FIRST_LINES = 15
"""Lines at the beginning in which title and date are looked for."""
DATE_LINE = 60
"""Characters up to which a line is a date line, not a sentence with a date in it."""
LITTLE = 20
"""Words below which a file holds pictures of pages rather than text."""
SHORT_LINE = 0.75
"""Share of the longest lines' length below which a line ends its paragraph."""

_NUMBERS = re.compile(r"\d+")
_ENDS = (".", "!", "?", ":", "”", '"', "»", "…", "。", "！", "？", "।", "؟", "۔")
_TOOL_TITLES = re.compile(r"microsoft |untitled|\.(?:docx?|pdf|indd|qxd|pptx?|xlsx?)\b|^\W*$|_", re.IGNORECASE)


def extract_pdf(body: bytes, url: str, *, now: datetime) -> Extraction:
    """The article that a PDF holds. Never raises: a file that cannot be read, or has no text, is an error page or an
    empty one."""
    told = read_pdf(body)
    if told is None:
        return Extraction((), None, Verdict(PageKind.ERROR, 0.9, ("the PDF is broken or locked",)))
    pages, language = told.pages, told.language
    lines = _without_margins(pages)
    paragraphs = _paragraphs(lines)
    text = "\n\n".join(paragraphs)[:MAX_TEXT]
    if count_units(text[:5_000]) < LITTLE:
        return Extraction((), None, Verdict(PageKind.EMPTY, 0.9, ("the PDF holds no text, or pictures of it",)))
    languages = (language,) if language else ()
    head = [line for line in lines if line][:FIRST_LINES]
    title = _title(told.title, head)
    article = ArticleData(title=title, text=text, published=_published(head, now, languages), url=url)
    verdict = Verdict(PageKind.ARTICLE, 0.9, (f"a PDF of {len(pages)} pages",))
    return Extraction((), article, verdict, language=language, page_title=title or None, tier="pdf")


def _without_margins(pages: Sequence[Sequence[str]]) -> list[str]:
    """All lines, without those at the edges of pages that stand on most of them (their numbers may differ)."""
    edges = Counter(key for page in pages for key in {_NUMBERS.sub("", line) for line in (*page[:2], *page[-2:])})
    margins = {key for key, count in edges.items() if count >= 3 and count * 2 > len(pages)}
    kept: list[str] = []
    for page in pages:
        last = len(page) - 1
        kept.extend(line for k, line in enumerate(page) if 1 < k < last - 1 or _NUMBERS.sub("", line) not in margins)
    return kept


def _paragraphs(lines: Sequence[str]) -> list[str]:
    """Lines put together again: a blank line, or a short one that ends a sentence, ends a paragraph."""
    lengths = sorted(len(line) for line in lines if line)
    full = lengths[int(len(lengths) * 0.9)] if lengths else 0
    found: list[str] = []
    text = ""
    for line in lines:
        if not line:
            if text:
                found.append(text)
            text = ""
            continue
        hyphenated = text.endswith("-") and line[:1].islower()
        text = text[:-1] + line if hyphenated else f"{text} {line}".lstrip()
        if len(line) < full * SHORT_LINE and line.endswith(_ENDS):
            found.append(text)
            text = ""
    if text:
        found.append(text)
    return found


def _title(named: str, head: Sequence[str]) -> str:
    """The title that the file names, if its first page says the same; else the first line like a headline."""
    beginning = fold_text(" ".join(head))
    if count_units(named) >= 2 and not _TOOL_TITLES.search(named) and fold_text(named) in beginning:
        return named
    headlines = (line for line in head if 3 <= count_units(line) <= 30 and any(c.isalpha() for c in line))
    return next(headlines, "")[:MAX_TITLE]


def _published(head: Sequence[str], now: datetime, languages: Sequence[str]) -> Published | None:
    """The date of the first line that is hardly more than one. A file's own dates are not printed, and not taken."""
    for line in head:
        hits = find_dates(line[:DATE_LINE], now=now, languages=languages) if len(line) <= DATE_LINE else []
        dated = [hit for hit in hits if hit.published.on is not None and hit.published.method == "text"]
        if len(dated) == 1:
            return dated[0].published
    return None
