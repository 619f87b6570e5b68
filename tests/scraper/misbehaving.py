"""A loopback web server with one resource per misbehaviour. Answers are written byte by byte, by hand."""

from __future__ import annotations

import gzip
import socketserver
import struct
import threading
import time
import zlib
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from socket import SO_LINGER, SOL_SOCKET, socket
from ssl import SSLContext

import brotli

try:
    from compression import zstd
except ImportError:
    from backports import zstd

PAGE = (
    b"<html><body><h1>News of the harbour office</h1><ul>"
    + b"<li>A ferry left on time</li>" * 200
    + b"</ul></body></html>"
)
BOMB_BYTES = 60_000_000


def answer(body: bytes = PAGE, *headers: str, status: str = "200 OK", length: int | None = None) -> bytes:
    head = [f"HTTP/1.1 {status}", *headers, f"Content-Length: {len(body) if length is None else length}"]
    return "\r\n".join([*head, "Connection: close", "", ""]).encode("latin-1") + body


@cache
def bomb(kind: str) -> bytes:
    zeros = bytes(1_000_000)
    if kind == "gzip":
        packer = zlib.compressobj(wbits=31)
        return b"".join(packer.compress(zeros) for _ in range(BOMB_BYTES // len(zeros))) + packer.flush()
    if kind == "br":
        squeeze = brotli.Compressor(quality=1)
        return b"".join(squeeze.process(zeros) for _ in range(BOMB_BYTES // len(zeros))) + squeeze.finish()
    return zstd.compress(zeros * (BOMB_BYTES // len(zeros)))


def _redirect(where: str, status: str = "302 Found") -> bytes:
    return answer(b"", f"Location: {where}", status=status)


_CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"

PLAIN = {
    "/ok": answer(
        PAGE, "Content-Type: text/html; charset=utf-8", 'ETag: "v1"', "Last-Modified: Sun, 01 Mar 2026 08:00:00 GMT"
    ),
    "/304-unasked": b"HTTP/1.1 304 Not Modified\r\nConnection: close\r\n\r\n",
    "/404": answer(b"no", status="404 Not Found"),
    "/410": answer(b"no", status="410 Gone"),
    "/429": answer(b"", "Retry-After: 90", status="429 Too Many Requests"),
    "/429-date": answer(b"", "Retry-After: Sun, 01 Mar 2026 12:10:00 GMT", status="429 Too Many Requests"),
    "/429-year": answer(b"", "Retry-After: 31536000", status="429 Too Many Requests"),
    "/429-garbage": answer(b"", "Retry-After: soon", status="429 Too Many Requests"),
    "/500": answer(b"oh", status="500 Internal Server Error"),
    "/503": answer(b"", "Retry-After: 120", status="503 Service Unavailable"),
    "/999": answer(b"", status="999 Denied"),
    "/202": answer(PAGE, status="202 Accepted"),
    "/204": b"HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n",
    "/206": answer(PAGE[:500], "Content-Range: bytes 0-499/5000", status="206 Partial Content"),
    "/short": answer(PAGE, length=len(PAGE) + 500),
    "/long": answer(PAGE, length=500),
    "/length-zero-with-body": answer(PAGE, length=0),
    "/trailing-line-end": answer(PAGE) + b"\r\n",
    "/two-lengths": answer(PAGE, f"Content-Length: {len(PAGE) - 100}"),
    "/same-length-twice": answer(PAGE, f"Content-Length: {len(PAGE)}"),
    "/negative-length": answer(PAGE, length=-5),
    "/no-length": b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE,
    "/odd-transfer-encoding": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n"
    + b"%x\r\n%s\r\n0\r\n\r\n" % (len(PAGE), PAGE),
    "/small-chunks": _CHUNKED
    + b"".join(b"a\r\n%s\r\n" % PAGE[n : n + 10] for n in range(0, len(PAGE), 10))
    + b"0\r\n\r\n",
    "/tiny-chunks": _CHUNKED + b"1\r\nx\r\n" * 300_000 + b"0\r\n\r\n",
    "/chunk-cut": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n%s"
    % (len(PAGE) + 9, PAGE),
    "/chunk-no-end": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n%x\r\n%s\r\n"
    % (len(PAGE), PAGE),
    "/chunk-garbage": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\nzz\r\n" + PAGE,
    "/no-http": b"SSH-2.0-OpenSSH_9.6\r\n",
    "/silence-and-close": b"",
    "/header-flood": b"HTTP/1.1 200 OK\r\n" + b"X-Filler: " + b"\r\nX-Filler: ".join([b"y" * 1000] * 3000),
    "/header-line-endless": b"HTTP/1.1 200 OK\r\nX-Filler: " + b"y" * 3_000_000,
    "/continue-flood": b"HTTP/1.1 100 Continue\r\n\r\n" * 100_000,
    "/gzip": answer(gzip.compress(PAGE), "Content-Encoding: gzip"),
    "/br": answer(brotli.compress(PAGE), "Content-Encoding: br"),
    "/zstd": answer(zstd.compress(PAGE), "Content-Encoding: zstd"),
    "/gzip-cut": answer(gzip.compress(PAGE)[:-20], "Content-Encoding: gzip"),
    "/gzip-garbage": answer(b"this is no gzip at all", "Content-Encoding: gzip"),
    "/sitemap.xml.gz": answer(gzip.compress(PAGE), "Content-Type: application/gzip"),
    "/unknown-coding": answer(PAGE, "Content-Encoding: lzma"),
    "/big-announced": answer(b"", length=2_000_000_000),
    "/redirect-loop-a": _redirect("/redirect-loop-b"),
    "/redirect-loop-b": _redirect("/redirect-loop-a"),
    "/redirect-self": _redirect("/redirect-self"),
    "/redirect-file": _redirect("file:///etc/passwd"),
    "/redirect-data": _redirect("data:text/html,hello"),
    "/redirect-ftp": _redirect("ftp://127.0.0.1/"),
    "/redirect-nowhere": answer(b"", status="302 Found"),
    "/redirect-two-places": answer(b"", "Location: /ok", "Location: /404", status="302 Found"),
    "/redirect-user-name": _redirect("http://user:pw@127.0.0.1/"),
    "/redirect-backslash": _redirect("http://127.0.0.1\\@example.org/"),
    "/redirect-metadata": _redirect("http://169.254.169.254/latest/meta-data/"),
    "/redirect-decimal": _redirect("http://2130706433:1/"),
    "/redirect-mapped": _redirect("http://[::ffff:127.0.0.1]:1/"),
    "/multiple-choices": answer(b"", "Location: /ok", status="300 Multiple Choices"),
    "/moved": _redirect("/ok#top", "301 Moved Permanently"),
} | {f"/chain/{n}": _redirect(f"/chain/{n - 1}" if n else "/ok", "307 Temporary Redirect") for n in range(8)}


def _trickle(link: socket) -> None:
    link.sendall(answer(b"", length=100_000).rstrip(b"\r\n") + b"\r\n\r\n")
    with suppress(OSError):
        for _ in range(200):
            link.sendall(b"x")
            time.sleep(0.05)


def _reset_midway(link: socket) -> None:
    link.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n" + PAGE)
    time.sleep(0.2)  # let it arrive: a reset discards what is not read yet
    link.setsockopt(SOL_SOCKET, SO_LINGER, struct.pack("ii", 1, 0))
    socket(fileno=link.detach()).close()


def _endless(link: socket) -> None:
    link.sendall(b"HTTP/1.0 200 OK\r\nContent-Type: text/html\r\n\r\n")
    with suppress(OSError):
        while True:
            link.sendall(b"x" * 100_000)


ACTS: dict[str, Callable[[socket], None]] = {
    "/silent": lambda _: time.sleep(8),
    "/trickle": _trickle,
    "/reset-midway": _reset_midway,
    "/endless": _endless,
    "/gzip-bomb": lambda link: link.sendall(answer(bomb("gzip"), "Content-Encoding: gzip")),
    "/br-bomb": lambda link: link.sendall(answer(bomb("br"), "Content-Encoding: br")),
    "/zstd-bomb": lambda link: link.sendall(answer(bomb("zstd"), "Content-Encoding: zstd")),
}


class Site(socketserver.ThreadingTCPServer):
    """``seen`` has the request lines and headers of every request; ``also`` are more answers by path."""

    daemon_threads = True
    allow_reuse_address = True
    block_on_close = False

    def __init__(self, host: str) -> None:
        super().__init__((host, 0), _Handler)
        self.seen: list[tuple[str, dict[str, str]]] = []
        self.also: dict[str, bytes | Callable[[dict[str, str]], bytes]] = {}

    @property
    def base(self) -> str:
        return f"http://{self.server_address[0]}:{self.server_address[1]}"

    def count(self) -> Counter[str]:
        return Counter(path for path, _ in self.seen)

    def headers_for(self, path: str) -> list[dict[str, str]]:
        return [headers for at, headers in self.seen if at == path]

    def handle_error(self, request: object, client_address: object) -> None:
        """Clients that leave in the middle are what these tests are about."""


class _Handler(socketserver.StreamRequestHandler):
    server: Site

    def handle(self) -> None:
        if self.rfile.peek(1)[:1] == b"\x16":  # somebody speaks TLS
            self.connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")
            return
        path = self.rfile.readline(10_000).decode("latin-1").split(" ")[1]
        headers = {}
        while line := self.rfile.readline(10_000).strip():
            name, _, value = line.decode("latin-1").partition(":")
            headers[name.lower()] = value.strip()
        self.server.seen.append((path, headers))
        found = self.server.also.get(path) or PLAIN.get(path)
        if path in ACTS:
            ACTS[path](self.connection)
        elif callable(found):
            self.connection.sendall(found(headers))
        else:
            self.connection.sendall(PLAIN["/404"] if found is None else found)


@contextmanager
def serve(host: str = "127.0.0.1", *, tls: SSLContext | None = None) -> Iterator[Site]:
    with Site(host) as site:
        if tls is not None:
            site.socket = tls.wrap_socket(site.socket, server_side=True, do_handshake_on_connect=False)
        thread = threading.Thread(target=site.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        thread.start()
        yield site
        site.shutdown()
