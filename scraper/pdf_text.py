"""The lines of a PDF file, page by page, as the library reads them; what they mean is :mod:`scraper.extract.pdf`'s.

Bounded in pages and characters; time and memory are the parse pool's to bound.
"""

from __future__ import annotations

import io
import logging
import struct
import zlib
from dataclasses import dataclass

from pypdf import PdfReader
from pypdf.errors import PyPdfError

from scraper.text import clean_text

MAX_PAGES = 60
MAX_TEXT = 200_000
"""Characters of all pages together."""
MAX_TITLE = 300

# What a broken or hostile file makes the library raise, beside its own errors.
_BROKEN = (
    PyPdfError, ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError,
    NotImplementedError, zlib.error, struct.error, OSError,
)  # fmt: skip

logging.getLogger("pypdf").setLevel(logging.CRITICAL)  # it tells of each oddity of a file, and of nothing else


@dataclass(frozen=True, slots=True)
class PdfText:
    """``pages`` are lines from top to bottom; ``title`` and ``language`` (primary tag) what the file says of itself."""

    pages: list[list[str]]
    title: str
    language: str | None


def read_pdf(body: bytes) -> PdfText | None:
    """The first sixty pages; ``None`` for a file that is broken or asks for a password. Never raises."""
    try:
        return _read(body)
    except _BROKEN:
        return None


def _read(body: bytes) -> PdfText | None:
    reader = PdfReader(io.BytesIO(body), strict=False)
    if reader.is_encrypted and not reader.decrypt(""):
        return None
    title = clean_text(str(reader.metadata.title or "" if reader.metadata else "")[:MAX_TITLE])
    said = reader.root_object.get("/Lang")
    language = said.split("-")[0].lower() if isinstance(said, str) and said.strip() else None
    pages, size = [], 0
    for page in reader.pages[:MAX_PAGES]:
        text = page.extract_text()
        pages.append([clean_text(line) for line in text[:MAX_TEXT].split("\n")])
        size += len(text)
        if size > MAX_TEXT:
            break
    return PdfText(pages, title, language)
