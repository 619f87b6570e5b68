"""The line protocol: one request, one answer, never an exception."""

from __future__ import annotations

import json
from pathlib import Path

from scraper.extract.jsonl import answer_line

from .pages import DAYS, HEADLINES, NOW, SITE, page, url_of
from .test_listings import cards


def test_an_answer_has_the_promised_form(tmp_path: Path) -> None:
    file = tmp_path / "page.html"
    file.write_text(page("<div>" + "".join(map(cards, range(8))) + "</div>"), encoding="utf-8")
    answer = answer_line({"id": "a", "path": str(file), "url": SITE}, now=NOW)
    assert set(answer) == {"id", "kind", "confidence", "reasons", "entries", "article", "ms", "error"}
    assert (answer["id"], answer["kind"], answer["error"]) == ("a", "listing", None)
    assert answer["entries"][0] == {
        "title": HEADLINES[0],
        "url": url_of(0),
        "published": f"{DAYS[0]}T09:30:00+01:00",
        "summary": answer["entries"][0]["summary"],
    }
    json.dumps(answer)


def test_a_missing_file_is_an_answer_with_an_error() -> None:
    answer = answer_line({"id": "b", "path": "/nowhere/at/all.html", "url": SITE}, now=NOW)
    assert answer["entries"] == []
    assert "No such file" in answer["error"]


def test_a_request_without_path_is_an_answer_with_an_error() -> None:
    assert "path" in answer_line({"id": "c"}, now=NOW)["error"]
