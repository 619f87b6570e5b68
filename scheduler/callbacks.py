"""A small HTTP server for calls from outside: bounded in every direction, one request a connection (RFC 9112)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final
from urllib.parse import parse_qsl, urlsplit

log = logging.getLogger(__name__)

MOST_HEAD: Final = 16_384
MOST_BODY: Final = 2_000_000
MOST_AT_ONCE: Final = 32
_SECONDS: Final = 10.0


@dataclass(frozen=True, slots=True)
class Call:
    """A request. ``query`` has the last of values with one name, ``headers`` have lower-case names."""

    method: str
    path: str
    query: Mapping[str, str]
    headers: Mapping[str, str]
    body: bytes = field(default=b"", repr=False)


@dataclass(frozen=True, slots=True)
class Reply:
    """Plain text."""

    status: int
    text: str = ""


class _BadCallError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class CallbackServer:
    """Listens until it is closed, and hands each request to ``handle``."""

    def __init__(self, handle: Callable[[Call], Awaitable[Reply]]) -> None:
        self._handle = handle
        self._server: asyncio.Server | None = None
        self._open = 0

    async def listen(self, host: str, port: int) -> int:
        """Begin; the port. Raises ``OSError``."""
        self._server = await asyncio.start_server(self._serve, host, port, limit=MOST_HEAD)
        return int(self._server.sockets[0].getsockname()[1])

    async def close(self) -> None:
        """Listen no more."""
        if self._server is not None:
            self._server.close()

    async def _serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open += 1
        try:
            async with asyncio.timeout(_SECONDS):
                reply = await self._answer(reader) if self._open <= MOST_AT_ONCE else Reply(503)
                body = reply.text.encode()
                head = (
                    f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n"
                    "Content-Type: text/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n"
                    f"Content-Length: {len(body)}\r\nConnection: close\r\n\r\n"
                )
                writer.write(head.encode("ascii") + body)
                await writer.drain()
        except (TimeoutError, OSError, EOFError):
            return  # whoever called has left, or never came to the point
        finally:
            self._open -= 1
            writer.close()

    async def _answer(self, reader: asyncio.StreamReader) -> Reply:
        try:
            call = await _read(reader)
        except _BadCallError as error:
            return Reply(error.status)
        try:
            return await self._handle(call)
        # Around one call: a fault of ours is no reason to stop listening.
        except Exception:
            log.exception("a call of %s crashed", call.path[:200])
            return Reply(500)


async def _read(reader: asyncio.StreamReader) -> Call:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except asyncio.LimitOverrunError:
        raise _BadCallError(431) from None
    first, *lines = head[:-4].split("\r\n")
    words = first.split(" ")
    if len(words) != 3 or not words[2].startswith("HTTP/1.") or words[0] not in ("GET", "POST"):
        raise _BadCallError(400)
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    try:
        parts = urlsplit(words[1])
        query = dict(parse_qsl(parts.query, keep_blank_values=True, max_num_fields=50))
    except ValueError:
        raise _BadCallError(400) from None
    return Call(words[0], parts.path, query, headers, await _body(reader, headers) if words[0] == "POST" else b"")


async def _body(reader: asyncio.StreamReader, headers: Mapping[str, str]) -> bytes:
    if "chunked" in headers.get("transfer-encoding", "").lower():
        return await _chunks(reader)
    length = headers.get("content-length", "0")
    if not (length.isascii() and length.isdecimal() and len(length) < 12):
        raise _BadCallError(400)
    if int(length) > MOST_BODY:
        raise _BadCallError(413)
    return await reader.readexactly(int(length))


async def _chunks(reader: asyncio.StreamReader) -> bytes:
    body = bytearray()
    while True:
        try:
            size = int((await reader.readuntil(b"\r\n")).split(b";")[0].strip(), 16)
        except (ValueError, asyncio.LimitOverrunError):
            raise _BadCallError(400) from None
        if not 0 <= size <= MOST_BODY - len(body):
            raise _BadCallError(413)
        if size == 0:
            return bytes(body)
        body += await reader.readexactly(size)
        await reader.readexactly(2)
