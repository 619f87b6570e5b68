"""The download handler by itself: what goes out, and what becomes of settings and meta keys of Scrapy."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

import pytest
from scrapy import Request, Spider
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, DownloadTimeoutError, NotSupported
from scrapy.http import HtmlResponse, Response
from scrapy.settings import Settings

from scraper.handler import PLAIN_META, HttpDownloadHandler

PAGE = (
    b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\nSet-Cookie: a=1\r\nset-cookie: b=2\r\n"
    b"Content-Length: 9\r\n\r\nF\xc3\xa4hre 10"
)


def download(
    *requests: Request, answer: bytes = PAGE, settings: dict[str, Any] | None = None
) -> tuple[Sequence[Response], bytes]:
    """The answers to ``requests``, whose URLs have port 65535, and what the server received."""
    received: list[bytes] = []
    serving: list[asyncio.Future[None]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        serving.append(task)
        while data := await reader.read(65_536):
            received.append(data)
            writer.write(answer)
        writer.close()
        with contextlib.suppress(OSError):
            await writer.wait_closed()

    async def run() -> Sequence[Response]:
        handler = HttpDownloadHandler(Crawler(Spider, Settings({"DOWNLOAD_TIMEOUT": 5, **(settings or {})})))
        server = await asyncio.start_server(serve, "127.0.0.1", 0)
        port = str(server.sockets[0].getsockname()[1])
        async with server:
            try:
                return [await handler.download_request(_at(request, port)) for request in requests]
            finally:
                await handler.close()
                await asyncio.gather(*serving)

    found = asyncio.run(run())
    return found, b"".join(received)


def _at(request: Request, port: str) -> Request:
    meta = {key: value.replace("65535", port) if key == "proxy" else value for key, value in request.meta.items()}
    return request.replace(url=request.url.replace("65535", port), meta=meta)


def test_a_request_says_what_it_must_and_no_more() -> None:
    _, said = download(
        Request("http://127.0.0.1:65535/a b?q=ä&r=[1]#part", headers={"Accept": "*/*", "X-Odd": b"\xe4"}),
        Request("http://127.0.0.1:65535", method="POST", body=b"a=1", headers={"Host": "press.example"}),
        Request("http://127.0.0.1:65535/", method="POST"),
    )
    first, second, third = said.split(b"GET " if said.startswith(b"POST") else b"POST ")
    port = first.partition(b"Host: 127.0.0.1:")[2].partition(b"\r\n")[0]
    assert first == (
        b"GET /a%20b?q=%C3%A4&r=%5B1%5D HTTP/1.1\r\nHost: 127.0.0.1:" + port + b"\r\nAccept: */*\r\nX-Odd: \xe4\r\n\r\n"
    )
    assert second == b"/ HTTP/1.1\r\nHost: press.example\r\nContent-Length: 3\r\n\r\na=1"
    assert third == b"/ HTTP/1.1\r\nHost: 127.0.0.1:" + port + b"\r\nContent-Length: 0\r\n\r\n"


def test_an_answer_has_its_headers_and_the_type_of_its_document_where_somebody_may_look() -> None:
    (looked_at, plain), _ = download(
        Request("http://127.0.0.1:65535/"), Request("http://127.0.0.1:65535/", meta={PLAIN_META: True})
    )
    assert isinstance(looked_at, HtmlResponse)
    assert looked_at.text == "Fähre 10"
    assert type(plain) is Response
    for one in (looked_at, plain):
        assert (one.status, one.body) == (200, b"F\xc3\xa4hre 10")
        assert one.headers.getlist("set-cookie") == [b"a=1", b"b=2"]
        assert one.headers["content-TYPE"] == b"text/html; charset=utf-8"


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\nY": "b"}, {"X": "a\rb"}, {"X": "a\0"}])
def test_a_header_cannot_smuggle_another(headers: dict[str, str]) -> None:
    with pytest.raises(DownloadFailedError, match="line break"):
        download(Request("http://127.0.0.1:65535/", headers=headers))


def test_nothing_but_tokens_stand_in_the_first_line() -> None:
    with pytest.raises(DownloadFailedError, match="cannot be sent"):
        download(Request("http://127.0.0.1:65535/", method="GET /x HTTP/1.1\r\nX: "))


def test_bounds_are_those_of_the_request_else_of_the_settings() -> None:
    small = {"DOWNLOAD_MAXSIZE": 5, "DOWNLOAD_TIMEOUT": 0.2}
    with pytest.raises(DownloadCancelledError):
        download(Request("http://127.0.0.1:65535/"), settings=small)
    (found,), _ = download(Request("http://127.0.0.1:65535/", meta={"download_maxsize": 9}), settings=small)
    assert len(found.body) == 9
    with pytest.raises(DownloadTimeoutError):
        download(Request("http://127.0.0.1:65535/"), settings=small, answer=b"HTTP/1.1 100 Continue\r\n\r\n")


def test_the_answer_to_head_has_no_body_and_its_connection_is_kept() -> None:
    head = b"HTTP/1.1 200 OK\r\nContent-Length: 5870\r\n\r\n"
    found, _ = download(*[Request("http://127.0.0.1:65535/", method="HEAD")] * 2, answer=head)
    assert [(one.status, one.body) for one in found] == [(200, b"")] * 2


def test_credentials_of_a_proxy_go_to_a_proxy_only() -> None:
    secret = {"Proxy-Authorization": b"Basic c2VjcmV0"}
    through, direct = (
        download(Request("http://127.0.0.1:65535/x?y", headers=secret, meta=meta))[1]
        for meta in ({"proxy": "http://127.0.0.1:65535"}, {})
    )
    assert through.startswith(b"GET http://127.0.0.1:")
    assert b"/x?y HTTP/1.1\r\n" in through
    assert b"Proxy-Authorization: Basic c2VjcmV0\r\n" in through
    assert b"Basic" not in direct


def test_proxies_of_other_kinds_are_refused() -> None:
    with pytest.raises(NotSupported):
        download(Request("http://127.0.0.1:65535/", meta={"proxy": "ftp://127.0.0.1:65535"}))
