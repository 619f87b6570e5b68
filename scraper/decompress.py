"""Undoing the content-codings of HTTP (RFC 9110 8.4), with a limit on what comes out *while* it comes out.

A few kilobytes can stand for gigabytes, per layer; a library that checks the size afterwards, or per chunk, has
already lost. A stream that ends early is a failure: half a list is not a shorter list.
"""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Sequence
from typing import Final, Protocol

import brotli  # type: ignore[import-untyped]

from scraper.errors import FetchError

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

ACCEPT_ENCODING: Final = "gzip, deflate, br, zstd"
MOST_LAYERS: Final = 3
MOST_STREAMS: Final = 64
"""Of one layer. Each costs a copy of what is still to come, so a page of nothing but empty ones would be quadratic."""

_GZIP_MAGIC: Final = b"\x1f\x8b\x08"
_GZIP_TYPES: Final = frozenset({"application/gzip", "application/x-gzip", "application/gzip-compressed"})
# Seen in the wild in Content-Encoding and meaning nothing there: browsers pass over them.
_NO_CODING: Final = frozenset({"", "identity", "none", "binary", "utf-8", "utf8", "iso-8859-1", "8bit", "7bit"})
# RFC 9659: a zstd content-coding must not ask for a window of more than 8 MB.
_ZSTD_OPTIONS: Final = {int(zstd.DecompressionParameter.window_log_max): 23}


class _Decoder(Protocol):
    """A decompressor of one stream, as zlib's objects are."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int) -> bytes: ...


class _Brotli:
    """Brotli's decompressor with the interface of zlib's. It has no ``unused_data``: what follows is an error."""

    unused_data = b""

    def __init__(self) -> None:
        self._inner = brotli.Decompressor()

    @property
    def eof(self) -> bool:
        return bool(self._inner.is_finished())

    def decompress(self, data: bytes, max_length: int) -> bytes:
        # Its limit counts whole blocks of its output buffer, so it stops a little late; the caller checks again.
        return bytes(self._inner.process(data, output_buffer_limit=max_length))


def decompress(body: bytes, encodings: Sequence[str], *, limit: int, url: str = "") -> bytes:
    """The body without its content-codings, which are given in the order in which they were applied.

    ``limit`` is in bytes, for the result and for each layer between. Raises :class:`FetchError`: ``too_large``;
    ``incomplete`` (a stream ends early); ``encoding`` (unknown or more than three codings, damaged data, something
    behind the end other than zeros). An empty body stays empty whatever it claims.
    """
    wanted = [name for name in (entry.strip().lower() for entry in encodings) if name not in _NO_CODING]
    if len(wanted) > MOST_LAYERS:
        raise FetchError("encoding", f"{len(wanted)} content-codings on top of each other", url=url)
    for name in reversed(wanted):
        if not body:
            break
        open_stream = _CODINGS.get(name)
        if open_stream is None:
            raise FetchError(
                "encoding", f"the content-coding {name[:40]!r} was not asked for and is not known", url=url
            )
        try:
            body = _inflate(body, name, open_stream, limit, url)
        except (zlib.error, brotli.error, zstd.ZstdError) as error:
            raise FetchError("encoding", f"the body is no valid {name}: {str(error)[:120]}", url=url) from error
    if len(body) > limit:
        raise _too_large(limit, url)
    return body


def unpack_file(body: bytes, content_type: str | None, *, limit: int, url: str) -> bytes:
    """A body that *is* a gzip file (a ``sitemap.xml.gz``) rather than being sent as one, unpacked; others as they are.

    Raises as :func:`decompress` does.
    """
    if not body.startswith(_GZIP_MAGIC):
        return body
    kind = (content_type or "").partition(";")[0].strip().lower()
    named = url.partition("?")[0].partition("#")[0].lower().endswith((".gz", ".gzip"))
    return decompress(body, ("gzip",), limit=limit, url=url) if named or kind in _GZIP_TYPES else body


def split_encodings(header: str | None) -> tuple[str, ...]:
    """The codings that a ``Content-Encoding`` header names."""
    return tuple(part.strip().lower() for part in (header or "").split(",") if part.strip())


def _inflate(body: bytes, name: str, open_stream: Callable[[bytes], _Decoder], limit: int, url: str) -> bytes:
    """One layer: all streams in ``body``, one behind the other (gzip members, zstd frames)."""
    done: list[bytes] = []
    room = limit
    for _ in range(MOST_STREAMS):
        stream = open_stream(body)
        out = stream.decompress(body, room + 1)
        room -= len(out)
        if room < 0:
            raise _too_large(limit, url)
        done.append(out)
        if not stream.eof:
            raise FetchError("incomplete", f"the body is cut short inside its {name} stream", url=url)
        body = stream.unused_data
        if not body.strip(b"\0"):
            return b"".join(done)  # at most padding to a block, as tape and some servers do
        if name not in _CONCATENATED or not body.startswith(_CONCATENATED[name]):
            raise FetchError("encoding", f"something else follows the {name} stream", url=url)
    raise FetchError("encoding", f"more than {MOST_STREAMS} {name} streams behind each other", url=url)


def _too_large(limit: int, url: str) -> FetchError:
    return FetchError("too_large", f"the page is larger than {limit:,} bytes after decompression", url=url)


def _gzip(_: bytes) -> _Decoder:
    return zlib.decompressobj(wbits=31)


def _deflate(body: bytes) -> _Decoder:
    """``deflate`` means zlib (RFC 1950), but some servers send the raw stream (RFC 1951), and all browsers take it."""
    is_zlib = len(body) >= 2 and body[0] & 0x0F == 8 and int.from_bytes(body[:2], "big") % 31 == 0
    return zlib.decompressobj(wbits=15 if is_zlib else -15)


def _br(_: bytes) -> _Decoder:
    return _Brotli()


def _zstd(_: bytes) -> _Decoder:
    return zstd.ZstdDecompressor(options=_ZSTD_OPTIONS)


_CODINGS: Final[dict[str, Callable[[bytes], _Decoder]]] = {
    "gzip": _gzip,
    "x-gzip": _gzip,
    "deflate": _deflate,
    "br": _br,
    "zstd": _zstd,
}
_CONCATENATED: Final = {"gzip": _GZIP_MAGIC, "x-gzip": _GZIP_MAGIC, "zstd": b"\x28\xb5\x2f\xfd"}
