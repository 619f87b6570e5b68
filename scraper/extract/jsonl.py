"""One line in, one line out: the extraction of saved pages for benches and other programs."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import Any

from scraper.errors import PresswatchError
from scraper.extract import extract
from scraper.types import ArticleData, Extraction

MAX_FILE = 10_000_000
"""Bytes of a saved page that are read, as of a fetched one."""


def answer_line(request: dict[str, Any], *, now: datetime) -> dict[str, Any]:
    """The answer to ``{"id", "path", "url"}`` (``content_type`` optional): what :func:`scraper.extract.extract` says.

    ``ms`` is the CPU time of the extraction alone; ``error`` a sentence, or ``None``. Never raises for a bad request
    or a bad page.
    """
    name = request.get("id")
    try:
        with Path(str(request["path"])).open("rb") as file:
            body = file.read(MAX_FILE)
    except KeyError as error:
        return refuse_line(name, f"the request has no {error}")
    except (OSError, ValueError) as error:  # a null byte in a path is a ValueError
        return refuse_line(name, str(error))
    content_type = request.get("content_type")
    started = time.process_time()
    try:
        found = extract(
            body,
            str(request.get("url") or ""),
            content_type=content_type if isinstance(content_type, str) else None,
            now=now,
        )
    except PresswatchError as error:
        return refuse_line(name, str(error))
    return {"id": name, **as_dict(found), "ms": round((time.process_time() - started) * 1000, 3), "error": None}


def as_dict(found: Extraction) -> dict[str, Any]:
    """An extraction as plain JSON values."""
    return {
        "kind": found.verdict.kind.value,
        "confidence": round(found.verdict.confidence, 3),
        "reasons": list(found.verdict.reasons),
        "entries": [
            {
                "title": item.title,
                "url": item.url,
                "published": item.published.iso() if item.published else None,
                "summary": item.summary,
            }
            for item in found.items
        ],
        "article": _article(found.article),
    }


def _article(article: ArticleData | None) -> dict[str, Any] | None:
    if article is None:
        return None
    published = article.published.iso() if article.published else None
    return {"title": article.title, "published": published, "text": article.text}


def refuse_line(name: Any, why: str) -> dict[str, Any]:
    """The answer to a request that cannot be answered; ``why`` in a sentence."""
    return {
        "id": name, "kind": "other", "confidence": 0.0, "reasons": [], "entries": [], "article": None,
        "ms": 0.0, "error": why,
    }  # fmt: skip
