"""A release that is a PDF is an article: title, date, paragraphs; a broken or empty file says so and never raises."""

# ruff: noqa: E501 - the parts of a file read better unbroken

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.extract import extract
from scraper.types import Extraction, PageKind

from .pages import HEADLINES, NOW, TEASERS

URL = "https://www.harbour-office.example/releases/17.pdf"


def pdf_of(pages: Sequence[Sequence[str]], title: str = "") -> bytes:
    """A small PDF with one line of text below the other on each page."""
    bodies: list[bytes] = [
        b"<< /Type /Catalog /Pages 2 0 R /Lang (en-GB) >>",
        b"",
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>",
    ]
    kids = []
    for lines in pages:
        shown = "".join(f"({_escaped(line)}) Tj 0 -14 Td " for line in lines)
        stream = f"BT /F1 11 Tf 60 760 Td {shown}ET".encode("latin-1")
        bodies.append(b"<< /Length %d >>\nstream\n%s\nendstream" % (len(stream), stream))
        resources = "<< /Font << /F1 3 0 R >> >>"
        bodies.append(
            f"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Resources {resources} /Contents {len(bodies)} 0 R >>".encode()
        )
        kids.append(f"{len(bodies)} 0 R")
    bodies[1] = f"<< /Type /Pages /Count {len(kids)} /Kids [{' '.join(kids)}] >>".encode()
    bodies.append(f"<< /Title ({_escaped(title)}) >>".encode("latin-1"))
    out, places = b"%PDF-1.4\n", []
    for number, body in enumerate(bodies, start=1):
        places.append(len(out))
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    table = "".join(f"{place:010} 00000 n \n" for place in places)
    tail = f"xref\n0 {len(bodies) + 1}\n0000000000 65535 f \n{table}trailer\n<< /Size {len(bodies) + 1} /Root 1 0 R /Info {len(bodies)} 0 R >>\nstartxref\n{len(out)}\n%%EOF\n"
    return out + tail.encode()


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace("(", "\\(").replace(")", "\\)")


def read(body: bytes) -> Extraction:
    return extract(body, URL, content_type="application/pdf", now=NOW)


RELEASE = (
    [
        "Harbour office",
        "Press release",
        "12 March 2026",
        HEADLINES[0],
        "",
        *TEASERS[0].split(", "),
        "",
        TEASERS[1][:60],
        TEASERS[1][60:],
        "Page 1 of 3",
    ],
    ["Harbour office", "Press release", TEASERS[2], TEASERS[3], "Page 2 of 3"],
    ["Harbour office", "Press release", TEASERS[4], TEASERS[5], "Page 3 of 3"],
)


def test_a_release_is_an_article_with_title_day_and_text() -> None:
    found = read(pdf_of(RELEASE, HEADLINES[0]))
    assert found.verdict.kind is PageKind.ARTICLE
    article = found.article
    assert article is not None
    assert article.title == HEADLINES[0]
    assert article.published is not None
    assert article.published.iso() == "2026-03-12"
    assert TEASERS[2] in article.text
    assert TEASERS[1] in article.text, "lines are put together again"
    assert "Page 2 of 3" not in article.text, "what stands at the edge of every page is no text"


def test_what_a_program_calls_the_file_is_no_title() -> None:
    for named in ("Microsoft Word - draft_final.docx", "untitled", "PM_17_2026", "Something else than the page says"):
        article = read(pdf_of(RELEASE, named)).article
        assert article is not None
        assert article.title != named


def test_a_file_without_text_and_a_broken_one_say_so() -> None:
    assert read(pdf_of([[]])).verdict.kind is PageKind.EMPTY
    assert read(b"%PDF-1.7\nnothing of the kind").verdict.kind in (PageKind.ERROR, PageKind.EMPTY)


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_a_damaged_file_never_raises(data: st.DataObject) -> None:
    whole = bytearray(pdf_of(RELEASE, HEADLINES[0]))
    for _ in range(data.draw(st.integers(1, 12))):
        whole[data.draw(st.integers(8, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = data.draw(st.integers(8, len(whole)))
    assert not read(bytes(whole[:cut])).items
