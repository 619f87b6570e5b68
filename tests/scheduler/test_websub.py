"""What hubs, and whoever pretends to be one, may call."""

from __future__ import annotations

import asyncio
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.callbacks import MOST_BODY, Call, CallbackServer, Reply
from scheduler.websub import is_signed
from scraper.extract.hub import hub_of_header
from scraper.types import HubLink

URL = "https://office.example/news"


@pytest.mark.parametrize("method", ["sha1", "sha256", "sha384", "sha512"])
def test_a_body_is_signed_by_each_method_of_the_standard(method: str) -> None:
    made = hmac.new(b"secret", b"news", getattr(hashlib, method)).hexdigest()
    assert is_signed(f"{method}={made}", "secret", b"news")
    assert not is_signed(f"{method}={made}", "secret", b"other news")
    assert not is_signed(f"{method}={made}", "another", b"news")


@given(st.text(max_size=100))
def test_no_other_signature_is_accepted(signature: str) -> None:
    assert not is_signed(signature, "secret", b"news")


@pytest.mark.parametrize(
    ("header", "hub"),
    [
        (
            '<https://hub.example/>; rel="hub", </feed>; rel=self',
            HubLink("https://hub.example/", "https://office.example/feed"),
        ),
        ("</h>;rel='hub'; x=y", None),
        ("</h>; x=1;REL=hub", HubLink("https://office.example/h", URL)),
        (
            '</s>; rel="next self", </h>; rel="alternate hub"',
            HubLink("https://office.example/h", "https://office.example/s"),
        ),
        ("<javascript:x>; rel=hub", None),
        ("<" * 9_000, None),
        (None, None),
    ],
)
def test_a_hub_is_read_from_the_header_link(header: str | None, hub: HubLink | None) -> None:
    assert hub_of_header(header, URL) == hub


@given(st.text(max_size=300))
def test_any_header_is_read(header: str) -> None:
    assert hub_of_header(header, URL) is None or "hub" in header.lower()


def ask(*requests: bytes) -> list[bytes]:
    """What a server answers to each of these."""

    async def handle(call: Call) -> Reply:
        if call.path == "/crash":
            raise ValueError("on purpose")
        return Reply(200, f"{call.method} {call.path} {dict(call.query)} {call.body.decode()}")

    async def one(port: int, data: bytes) -> bytes:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        writer.write(data)
        answer = await reader.read()
        writer.close()
        return answer

    async def all_of_them() -> list[bytes]:
        server = CallbackServer(handle)
        port = await server.listen("127.0.0.1", 0)
        try:
            return [await one(port, data) for data in requests]
        finally:
            await server.close()

    return asyncio.run(all_of_them())


def test_calls_are_answered_as_plain_text() -> None:
    first, second, third = ask(
        b"GET /a?x=1&y= HTTP/1.1\r\nHost: a\r\n\r\n",
        b"POST /b HTTP/1.1\r\nContent-Length: 4\r\n\r\nnews",
        b"POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nne\r\n2;x\r\nws\r\n0\r\n\r\n",
    )
    assert first.endswith(b"\r\n\r\nGET /a {'x': '1', 'y': ''} ")
    assert b"X-Content-Type-Options: nosniff" in first
    assert second.endswith(b"POST /b {} news")
    assert third.endswith(b"POST /c {} news")


@pytest.mark.parametrize(
    ("data", "status"),
    [
        (b"nonsense\r\n\r\n", 400),
        (b"DELETE / HTTP/1.1\r\n\r\n", 400),
        (b"GET /" + b"a" * 20_000 + b" HTTP/1.1\r\n\r\n", 431),
        (f"POST / HTTP/1.1\r\nContent-Length: {MOST_BODY + 1}\r\n\r\n".encode(), 413),
        (b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n", 400),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nfffffff\r\n", 413),
        (b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", 400),
        (b"GET /crash HTTP/1.1\r\n\r\n", 500),
    ],
)
def test_what_is_no_call_is_refused(data: bytes, status: int) -> None:
    (answer,) = ask(data)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode())
