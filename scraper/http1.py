"""Reading one answer of HTTP/1.1 (RFC 9112) from bytes as they arrive: strict where a server could do harm or hand over
half a page, lenient where old servers are merely untidy. Pure but for Scrapy's exceptions.

Bounded are the head, the ``1xx`` answers before it, the body *while* it arrives, and the number of chunks. A body that
does not fit its Content-Length is a failure also where it is *longer* (RFC 9112 6.3, 8), and so is one without an
announced end whose connection was cut.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Final

from scrapy.exceptions import DownloadCancelledError, DownloadFailedError, ResponseDataLossError

MOST_HEAD_BYTES: Final = 65_536
"""Of one answer: status line, headers, and all ``1xx`` answers before them; and once more of what trails chunks."""
MOST_INTERIM: Final = 20
"""``1xx`` answers before the real one."""
FREE_CHUNKS: Final = 50_000
LEAST_CHUNK_BYTES: Final = 8
"""Beyond the free ones, chunks must hold this much on average: each costs the loop the same time, full or empty."""
_MOST_CHUNK_LINE: Final = 1_024

_HEAD_END: Final = re.compile(rb"\r?\n\r?\n")
_CONTINUED: Final = re.compile(rb"\r?\n[ \t]+")
_STATUS: Final = re.compile(rb"HTTP/(\d)(?:\.(\d))? +(\d{3})(?!\d)")
_LENGTH: Final = re.compile(rb"\d{1,15}")
_CHUNK_LINE: Final = re.compile(rb"([0-9a-fA-F]{1,15})[ \t]*(?:;.*)?")
_NO_BODY: Final = frozenset({204, 304})


class BadAnswerError(DownloadFailedError):
    """What came is no complete answer of HTTP."""


ANSWER_ERRORS: Final = (DownloadFailedError, ResponseDataLossError, DownloadCancelledError)


class AnswerReader:
    """Reads one answer. ``most_body`` is in bytes; ``bodyless`` where none follows whatever the head says (HEAD,
    CONNECT).

    :meth:`feed` and :meth:`end` raise :class:`BadAnswerError`, Scrapy's ``ResponseDataLossError`` (the body is not what
    was announced), ``DownloadCancelledError`` (it is larger than allowed) and ``DownloadFailedError`` (nothing came).
    """

    def __init__(self, *, most_body: int, bodyless: bool = False) -> None:
        self.status = 0
        self.headers: dict[bytes, list[bytes]] = {}
        """By name, spelled ``Content-Type``, the values in the order in which they came."""
        self.begun = False
        """Whether anything was received."""
        self.reusable = False
        """Whether the connection may carry another request after the whole answer."""
        self._most_body = most_body
        self._bodyless = bodyless
        self._head_bytes = 0
        self._held = bytearray()  # of the head, of a chunk's line, or of what trails the chunks
        self._body = bytearray()
        self._left = 0  # bytes of the body, or of the chunk, still to come
        self._in_chunk = False
        self._interim = 0
        self._chunks = 0
        self._keeps = False
        # A plain function: a bound method here would be a cycle, and leave every body to the garbage collector.
        self._take: Callable[[AnswerReader, bytes], bool] = AnswerReader._head

    @property
    def body(self) -> bytes:
        """The body as it was sent, as far as it is here."""
        return bytes(self._body)

    def feed(self, data: bytes) -> bool:
        """Take what arrived; whether the answer is whole."""
        self.begun = True
        return self._take(self, data)

    def end(self, *, cleanly: bool) -> None:
        """The connection ended before the answer was known to be whole: return where that is its end, else raise.

        ``cleanly`` is false for a reset, and for TLS without its own end (RFC 9112 9.8).
        """
        if not self.begun:
            raise DownloadFailedError("the connection ended without an answer")
        if self._take is AnswerReader._head:
            raise BadAnswerError("the connection ended within the head")
        if self._take is not AnswerReader._endless or not cleanly:
            raise ResponseDataLossError("the connection ended within the body")

    def _head(self, data: bytes) -> bool:
        held = self._held
        start = max(0, len(held) - 3)
        held += data
        while True:
            if held[:5] != b"HTTP/"[: len(held)]:
                raise BadAnswerError(f"it begins with {_shown(held)}")
            found = _HEAD_END.search(held, start)
            if self._head_bytes + (found.end() if found else len(held)) > MOST_HEAD_BYTES:
                raise BadAnswerError(f"more than {MOST_HEAD_BYTES:,} bytes of headers")
            if found is None:
                return False
            self._head_bytes += found.end()
            self._read_head(bytes(held[: found.start()]))
            del held[: found.end()]
            if self.status >= 200:
                break
            self._interim += 1
            if self._interim > MOST_INTERIM:
                raise BadAnswerError("too many 1xx answers")
            start = 0
        rest = bytes(held)
        held.clear()
        return self._begin_body(rest)

    def _read_head(self, head: bytes) -> None:
        if b"\n " in head or b"\n\t" in head:
            head = _CONTINUED.sub(b" ", head)
        status, *lines = head.split(b"\n")
        found = _STATUS.match(status)
        if found is None or found[3] < b"100":
            raise BadAnswerError(f"its first line is {_shown(status)}")
        self.status = int(found[3])
        headers: dict[bytes, list[bytes]] = {}
        for line in lines:
            name, colon, value = line.partition(b":")
            if colon:  # servers send lines without one; browsers pass over them
                headers.setdefault(name.strip().title(), []).append(value.strip())
        self.headers = headers
        said = b",".join(headers.get(b"Connection", ())).lower()
        self._keeps = b"close" not in said and (found[1] + (found[2] or b"0") >= b"11" or b"keep-alive" in said)

    def _begin_body(self, rest: bytes) -> bool:
        if self._bodyless or self.status in _NO_BODY:
            self.reusable = self._keeps and not rest
            return True
        if self._is_chunked():
            self._take = AnswerReader._chunked
            self._keeps = self._keeps and b"Content-Length" not in self.headers
        else:
            length = self._length()
            self._left = length or 0
            self._take = AnswerReader._endless if length is None else AnswerReader._counted
        return self._take(self, rest)

    def _is_chunked(self) -> bool:
        codings = {value.lower() for value in self.headers.get(b"Transfer-Encoding", ())} - {b"identity"}
        if codings - {b"chunked"}:
            raise BadAnswerError(f"the transfer coding {_shown(min(codings - {b'chunked'}))} is not known")
        return bool(codings)

    def _length(self) -> int | None:
        values = {value.strip() for entry in self.headers.get(b"Content-Length", ()) for value in entry.split(b",")}
        if not values:
            return None
        value = values.pop()
        if values or not _LENGTH.fullmatch(value):
            raise BadAnswerError(f"the Content-Length is {_shown(b','.join([value, *values]))}")
        length = int(value)
        self._bound(length)
        return length

    def _bound(self, size: int) -> None:
        if size > self._most_body:
            raise DownloadCancelledError(f"the body is larger than {self._most_body:,} bytes")

    def _counted(self, data: bytes) -> bool:
        left = self._left = self._left - len(data)
        if left > 0:
            self._body += data
            return False
        if left < 0:
            # Stray line ends after a body are an old bug of servers and harmless.
            if data[left:].strip():
                raise ResponseDataLossError("more bytes than Content-Length announced")
            data = data[:left]
        self._body += data
        self.reusable = self._keeps and left == 0
        return True

    def _endless(self, data: bytes) -> bool:
        self._body += data
        self._bound(len(self._body))
        return False

    def _chunked(self, data: bytes) -> bool:
        if self._held:  # no more than a line
            data = bytes(self._held) + data
            self._held.clear()
        at = 0
        while True:
            if self._left:
                piece = data[at : at + self._left]
                self._body += piece
                self._left -= len(piece)
                at += len(piece)
                if self._left:
                    return False
            if self._in_chunk:
                if len(data) - at < 2:
                    break
                if data[at : at + 2] != b"\r\n":
                    raise ResponseDataLossError("a chunk is longer than announced")
                self._in_chunk = False
                at += 2
            end = data.find(b"\r\n", at, at + _MOST_CHUNK_LINE)
            if end < 0:
                if len(data) - at >= _MOST_CHUNK_LINE:
                    raise ResponseDataLossError("a chunk without a length")
                break
            self._left = self._chunk_length(data[at:end])
            at = end + 2
            if self._left == 0:
                self._take = AnswerReader._trailing
                return self._trailing(data[at:])
            self._in_chunk = True
        self._held += data[at:]
        return False

    def _chunk_length(self, line: bytes) -> int:
        found = _CHUNK_LINE.fullmatch(line)
        if found is None:
            raise ResponseDataLossError("a chunk without a length")
        length = int(found[1], 16)
        self._bound(len(self._body) + length)
        self._chunks += 1
        if self._chunks > FREE_CHUNKS + len(self._body) // LEAST_CHUNK_BYTES:
            raise ResponseDataLossError("too many tiny chunks")
        return length

    def _trailing(self, data: bytes) -> bool:
        """Headers after the last chunk, which nobody asked for (RFC 9112 7.1.2), up to an empty line."""
        held = self._held
        start = max(0, len(held) - 3)
        held += data
        end = 0 if held.startswith(b"\r\n") else held.find(b"\r\n\r\n", start) + 2
        whole = end != 1
        if (end if whole else len(held)) > MOST_HEAD_BYTES:
            raise ResponseDataLossError(f"more than {MOST_HEAD_BYTES:,} bytes behind the last chunk")
        self.reusable = whole and self._keeps and len(held) == end + 2
        return whole


def _shown(data: bytes | bytearray) -> str:
    return repr(bytes(data[:40]).strip().decode("latin-1"))
