"""Reading an answer from bytes: whole or a failure, however they are cut, and within bounds."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, ResponseDataLossError

from scraper.http1 import ANSWER_ERRORS, MOST_HEAD_BYTES, MOST_INTERIM, AnswerReader, BadAnswerError

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"


def read(data: bytes, *, step: int | None = None, cleanly: bool = True, most_body: int = 1_000_000) -> AnswerReader:
    reader = AnswerReader(most_body=most_body)
    step = step or max(1, len(data))
    for at in range(0, len(data), step):
        if reader.feed(data[at : at + step]):
            return reader
    reader.end(cleanly=cleanly)
    return reader


WHOLE = {
    "length": (OK + b"Content-Length: 5\r\n\r\nferry", b"ferry", True),
    "line feeds only": (b"HTTP/1.1 200 OK\nContent-Length: 5\n\nferry", b"ferry", True),
    "no reason": (b"HTTP/1.1 200\r\nContent-Length: 5\r\n\r\nferry", b"ferry", True),
    "length said twice": (OK + b"Content-Length: 5\r\ncontent-length: 5, 5\r\n\r\nferry", b"ferry", True),
    "empty": (OK + b"Content-Length: 0\r\n\r\n", b"", True),
    "a line without a colon": (OK + b"Nonsense\r\nContent-Length: 5\r\n\r\nferry", b"ferry", True),
    "a line end behind": (OK + b"Content-Length: 5\r\n\r\nferry\r\n", b"ferry", None),
    "closes": (OK + b"Connection: Close\r\nContent-Length: 5\r\n\r\nferry", b"ferry", False),
    "old": (b"HTTP/1.0 200 OK\r\nContent-Length: 5\r\n\r\nferry", b"ferry", False),
    "old, keeps": (b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\nContent-Length: 5\r\n\r\nferry", b"ferry", True),
    "until the end": (OK + b"\r\nferry", b"ferry", False),
    "identity": (OK + b"Transfer-Encoding: identity\r\nContent-Length: 5\r\n\r\nferry", b"ferry", True),
    "hints before": (b"HTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\n" + OK + b"Content-Length: 1\r\n\r\nf", b"f", True),
    "chunks": (CHUNKED + b"3\r\nfer\r\n2;x=y\r\nry\r\n0\r\n\r\n", b"ferry", True),
    "chunks, trailer": (CHUNKED + b"0005 \r\nferry\r\n0\r\nX: y\r\n\r\n", b"ferry", True),
    "chunks and length": (
        OK + b"Content-Length: 9\r\nTransfer-Encoding: Chunked\r\n\r\n5\r\nferry\r\n0\r\n\r\n",
        b"ferry",
        False,
    ),
    "not modified": (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 5870\r\n\r\n", b"", True),
    "no content, yet some": (b"HTTP/1.1 204 No Content\r\n\r\nferry", b"", None),
}


@pytest.mark.parametrize("step", [None, 1, 2, 3, 7])
@pytest.mark.parametrize("kind", WHOLE)
def test_a_whole_answer_is_read_however_it_arrives(kind: str, step: int | None) -> None:
    data, body, reusable = WHOLE[kind]
    reader = read(data, step=step)
    assert reader.body == body
    if reusable is not None:
        assert reader.reusable == reusable


@pytest.mark.parametrize("kind", [kind for kind, (_, body, _) in WHOLE.items() if body and kind != "until the end"])
def test_an_answer_that_ends_early_is_a_failure_wherever_it_is_cut(kind: str) -> None:
    data, body, _ = WHOLE[kind]
    last = data.rindex(body[-1:]) if b"chunked" not in data.lower() else len(data) - 1
    for cut in range(last):
        with pytest.raises(ANSWER_ERRORS):
            read(data[:cut])


FAILURES: dict[str, tuple[bytes, type[Exception]]] = {
    "nothing": (b"", DownloadFailedError),
    "no HTTP": (b"220 mail.example ESMTP\r\n", BadAnswerError),
    "no status": (b"HTTP/1.1 OK\r\n\r\n", BadAnswerError),
    "a status of four digits": (b"HTTP/1.1 2000 OK\r\n\r\n", BadAnswerError),
    "half a head": (OK + b"Content-Length: 5\r\n", BadAnswerError),
    "two lengths": (OK + b"Content-Length: 5, 6\r\n\r\nferry", BadAnswerError),
    "a length with a sign": (OK + b"Content-Length: +5\r\n\r\nferry", BadAnswerError),
    "no number": (OK + b"Content-Length: \r\n\r\nferry", BadAnswerError),
    "unknown coding": (OK + b"Transfer-Encoding: gzip\r\n\r\n", BadAnswerError),
    "longer": (OK + b"Content-Length: 4\r\n\r\nferry", ResponseDataLossError),
    "a chunk without a length": (CHUNKED + b"-5\r\nferry\r\n0\r\n\r\n", ResponseDataLossError),
    "a longer chunk": (CHUNKED + b"4\r\nferry\r\n0\r\n\r\n", ResponseDataLossError),
    "an endless chunk line": (CHUNKED + b"5;" + b"x" * 5_000, ResponseDataLossError),
    "an endless trailer": (CHUNKED + b"0\r\n" + b"X: y\r\n" * 20_000, ResponseDataLossError),
    "too large": (OK + b"Content-Length: 1000001\r\n\r\n", DownloadCancelledError),
    "too large in the end": (OK + b"\r\n" + b"x" * 1_000_001, DownloadCancelledError),
    "a chunk that is too large": (CHUNKED + b"5\r\nferry\r\nfffff\r\n", DownloadCancelledError),
    "too many hints": (b"HTTP/1.1 103 \r\n\r\n" * (MOST_INTERIM + 1), BadAnswerError),
    "many headers": (OK + b"X-Filler: yes\r\n" * 5_000, BadAnswerError),
}


@pytest.mark.parametrize("step", [None, 1, 1_000])
@pytest.mark.parametrize("kind", FAILURES)
def test_what_is_no_whole_answer_fails_however_it_arrives(kind: str, step: int | None) -> None:
    data, error = FAILURES[kind]
    if kind == "longer":
        step = None  # what comes later than a whole answer is never read
    with pytest.raises(error) as raised:
        read(data, step=step)
    assert raised.type is error


def test_a_body_without_a_length_is_whole_only_after_a_clean_end() -> None:
    with pytest.raises(ResponseDataLossError):
        read(OK + b"\r\nferry", cleanly=False)


def test_one_header_of_many_kilobytes_is_fine_up_to_the_bound() -> None:
    line = b"Content-Security-Policy: " + b"x" * 60_000 + b"\r\n"
    assert (
        len(read(OK + line + b"Content-Length: 0\r\n\r\n", step=100).headers[b"Content-Security-Policy"][0]) == 60_000
    )
    with pytest.raises(BadAnswerError):
        read(OK + line + b"Y: " + b"y" * (MOST_HEAD_BYTES - 60_000) + b"\r\nContent-Length: 0\r\n\r\n")


def test_headers_keep_their_order_and_number_and_folded_lines_are_one() -> None:
    said = b"set-cookie: a=1\r\nX-Long: one\r\n  two\r\nSET-COOKIE: b=2\r\nContent-Length: 0\r\n\r\n"
    headers = read(OK + said).headers
    assert headers[b"Set-Cookie"] == [b"a=1", b"b=2"]
    assert headers[b"X-Long"] == [b"one two"]


@given(st.binary(max_size=300), st.integers(1, 50), st.booleans())
def test_any_bytes_are_an_answer_or_a_failure_of_ours(data: bytes, step: int, cleanly: bool) -> None:
    for before in (b"", b"HTTP/1.1 200 ", OK, CHUNKED, OK + b"Content-Length: 20\r\n\r\n"):
        try:
            reader = read(before + data, step=step, cleanly=cleanly, most_body=1_000)
        except ANSWER_ERRORS:
            continue
        assert 200 <= reader.status <= 999
        assert len(reader.body) <= 1_000
