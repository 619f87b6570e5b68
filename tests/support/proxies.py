"""Proxies on loopback that keep a log of what they were asked for: HTTP (with CONNECT) and SOCKS 5."""

from __future__ import annotations

import base64
import contextlib
import socket
import socketserver
import threading
from collections.abc import Iterator
from urllib.parse import urlsplit


class _Proxy(socketserver.ThreadingTCPServer):
    allow_reuse_address = True
    daemon_threads = True

    def __init__(self, handler: type[socketserver.BaseRequestHandler]) -> None:
        super().__init__(("127.0.0.1", 0), handler)
        self.log: list[str] = []

    @property
    def port(self) -> int:
        return int(self.server_address[1])


def _pump(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while data := one.recv(65_536):
            other.sendall(data)
    with contextlib.suppress(OSError):
        other.shutdown(socket.SHUT_WR)


def _join(one: socket.socket, other: socket.socket) -> None:
    back = threading.Thread(target=_pump, args=(other, one), daemon=True)
    back.start()
    _pump(one, other)
    back.join(5)
    other.close()


class HttpProxy(socketserver.StreamRequestHandler):
    """Wants user ``walker`` with the password ``by night``."""

    server: _Proxy

    def handle(self) -> None:
        line = self.rfile.readline(65_536).decode("latin-1").split()
        head = []
        while (header := self.rfile.readline(65_536)) not in (b"\r\n", b""):
            head.append(header)
        said = base64.b64encode(b"walker:by night").decode()
        allowed = any(one.lower().startswith(b"proxy-authorization:") and said in one.decode("latin-1") for one in head)
        self.server.log.append(f"{line[0]} {line[1]}{'' if allowed else ' without credentials'}")
        if not allowed:
            self.wfile.write(b"HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n")
            return
        if line[0] == "CONNECT":
            host, _, port = line[1].rpartition(":")
            with socket.create_connection((host, int(port))) as target:
                self.wfile.write(b"HTTP/1.1 200 OK\r\n\r\n")
                _join(self.connection, target)
            return
        parts = urlsplit(line[1])
        kept = [one for one in head if not one.lower().startswith((b"proxy-", b"connection:"))]
        with socket.create_connection((parts.hostname or "", parts.port or 80)) as target:
            target.sendall(f"{line[0]} {parts.path or '/'} HTTP/1.1\r\n".encode() + b"".join(kept))
            target.sendall(b"Connection: close\r\n\r\n")
            _pump(target, self.connection)


class SocksProxy(socketserver.StreamRequestHandler):
    """SOCKS 5 for user ``walker`` with the password ``by night``."""

    server: _Proxy

    def handle(self) -> None:
        methods = self.rfile.read(self.rfile.read(2)[1])
        if 2 not in methods:
            self.wfile.write(b"\x05\xff")
            return
        self.wfile.write(b"\x05\x02")
        user = self.rfile.read(self.rfile.read(2)[1])
        password = self.rfile.read(self.rfile.read(1)[0])
        if (user, password) != (b"walker", b"by night"):
            self.wfile.write(b"\x01\x01")
            return
        self.wfile.write(b"\x01\x00")
        _, _, _, kind = self.rfile.read(4)
        length = {1: 4, 4: 16}.get(kind) or self.rfile.read(1)[0]
        raw = self.rfile.read(length)
        host = socket.inet_ntop(socket.AF_INET, raw) if kind == 1 else raw.decode()
        port = int.from_bytes(self.rfile.read(2), "big")
        self.server.log.append(f"{'address' if kind == 1 else 'name'} {host}:{port}")
        try:
            target = socket.create_connection((host, port))
        except OSError:
            self.wfile.write(b"\x05\x05\x00\x01" + bytes(6))
            return
        with target:
            self.wfile.write(b"\x05\x00\x00\x01" + bytes(6))
            _join(self.connection, target)


@contextlib.contextmanager
def proxy(kind: type[HttpProxy | SocksProxy]) -> Iterator[_Proxy]:
    """An open proxy."""
    server = _Proxy(kind)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
