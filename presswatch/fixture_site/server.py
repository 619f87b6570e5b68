"""A threaded HTTP/1.1 server on one or many loopback addresses, which keeps a log and misbehaves on request."""

from __future__ import annotations

import errno
import fnmatch
import selectors
import socket
import struct
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler
from types import TracebackType
from typing import Any, ClassVar, Self
from urllib.parse import urlsplit

MAX_BODY = 10_000_000
MAX_SILENCE = 3600.0
BIND_TRIES = 30
CHUNK = 16_384


@dataclass(frozen=True, slots=True)
class Request:
    """One request as it arrived. ``target`` is path and query as sent, ``address`` the one it was sent to, header
    names are in lower case, ``at`` is seconds since the epoch."""

    method: str
    target: str
    address: str
    headers: dict[str, str]
    body: bytes
    at: float

    @property
    def path(self) -> str:
        return urlsplit(self.target).path


@dataclass(frozen=True, slots=True)
class Answer:
    """What to send. ``Content-Length`` and ``Date`` are added by the server."""

    status: int = 200
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Fault:
    """One misbehaviour. Parts may be combined.

    ``status``, ``body`` and ``headers`` replace those of the answer; ``retry_after`` is seconds or an HTTP date.
    ``delay`` is seconds before the first byte; ``silence`` reads the request and never answers; ``reset`` reads the
    request and breaks the connection; ``cut_after`` sends so many bytes of the body, then closes, although the length
    promised more; ``bytes_per_second`` lets the body trickle.
    """

    status: int | None = None
    body: bytes | None = None
    headers: tuple[tuple[str, str], ...] = ()
    retry_after: str | int | None = None
    delay: float = 0.0
    silence: bool = False
    reset: bool = False
    cut_after: int | None = None
    bytes_per_second: float | None = None

    def change(self, answer: Answer) -> Answer:
        """The answer with this fault's status, body and headers."""
        if self.status is None and self.body is None and not self.headers and self.retry_after is None:
            return answer
        status = self.status or answer.status
        body = self.body
        if body is None:
            body = answer.body if status < 300 else f"{status} {HTTPStatus(status).phrase}\n".encode()
        own = self.headers + ((("Retry-After", str(self.retry_after)),) if self.retry_after is not None else ())
        if self.body is None and status == answer.status:
            own = answer.headers + own
        elif not any(name.lower() == "content-type" for name, _ in own):
            own = (("Content-Type", "text/plain; charset=utf-8"), *own)
        return Answer(status, body, own)


@dataclass(frozen=True, slots=True)
class Exchange:
    """One line of the log. ``status`` is ``None`` where no answer was sent, ``seconds`` the time until its end."""

    request: Request
    status: int | None
    seconds: float


@dataclass(slots=True)
class _Script:
    pattern: str
    fault: Fault
    remaining: int | None


@dataclass(slots=True)
class _Connections:
    """The open sockets, so that closing the server ends their threads."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    sockets: set[socket.socket] = field(default_factory=set)

    def add(self, connection: socket.socket) -> None:
        with self.lock:
            self.sockets.add(connection)

    def end(self, connection: socket.socket) -> None:
        with self.lock:
            self.sockets.discard(connection)
        connection.close()

    def shut_down(self) -> None:
        with self.lock:
            for connection in self.sockets:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:  # the other side was quicker
                    continue


class LoopbackServer:
    """Base class: ``with`` opens the server, ``answer`` (overridden) says what each request gets.

    ``addresses`` are of 127.0.0.0/8, all with the same ``port`` (0: a free one, known after opening). An address with
    its port is a site of its own, so several addresses are several sites.

    :raises ValueError: for an address outside 127.0.0.0/8.
    :raises OSError: from ``open()``, if an address or the port cannot be had.
    """

    def __init__(self, addresses: Sequence[str] = ("127.0.0.1",), port: int = 0) -> None:
        for address in addresses:
            if not address.startswith("127.") or len(socket.inet_pton(socket.AF_INET, address)) != 4:
                raise ValueError(f"not a loopback address: {address}")
        self.addresses = tuple(addresses)
        self.port = port
        self.closing = threading.Event()
        self._listeners: list[socket.socket] = []
        self._connections = _Connections()
        self._log: list[Exchange] = []
        self._scripts: list[_Script] = []
        self._changed = threading.Condition()
        self._acceptor: threading.Thread | None = None

    # ---- opening and closing

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def open(self) -> None:
        """Bind all addresses and serve in the background."""
        self._listeners = _listen(self.addresses, self.port)
        self.port = self._listeners[0].getsockname()[1]
        self.closing.clear()
        self._acceptor = threading.Thread(target=self._accept, name=f"loopback:{self.port}", daemon=True)
        self._acceptor.start()

    def close(self) -> None:
        """Refuse new connections and end the open ones. The port and the log are kept; ``open()`` serves again."""
        self.closing.set()
        if self._acceptor is not None:
            self._acceptor.join(timeout=5)
        for listener in self._listeners:
            listener.close()
        self._connections.shut_down()

    def _accept(self) -> None:
        with selectors.DefaultSelector() as selector:
            for listener in self._listeners:
                selector.register(listener, selectors.EVENT_READ)
            while not self.closing.is_set():
                for key, _ in selector.select(timeout=0.05):
                    self._accept_one(key.fileobj)

    def _accept_one(self, listener: Any) -> None:
        try:
            connection, peer = listener.accept()
        except OSError:  # gone before it was accepted
            return
        connection.setblocking(True)
        self._connections.add(connection)
        threading.Thread(target=self._serve, args=(connection, peer), daemon=True).start()

    def _serve(self, connection: socket.socket, peer: tuple[str, int]) -> None:
        try:
            _Handler(connection, peer, self)
        except (OSError, ValueError):  # the client left in the middle
            return
        finally:
            self._connections.end(connection)

    # ---- what subclasses and callers use

    def answer(self, request: Request) -> Answer:
        """What a request gets; subclasses override it. Called in the connection's thread."""
        return Answer(404, f"nothing at {request.path}\n".encode(), (("Content-Type", "text/plain"),))

    def origin(self, host: int = 0) -> str:
        """``http://address:port`` of the n-th address."""
        return f"http://{self.addresses[host]}:{self.port}"

    def misbehave(self, fault: Fault, path: str = "*", times: int | None = None) -> None:
        """Apply ``fault`` to requests whose path matches (shell pattern), ``times`` times or until ``behave()``.
        What was scripted first applies first; a pattern may begin with an address (``127.0.0.5/*``)."""
        with self._changed:
            self._scripts.append(_Script(path, fault, times))

    def behave(self) -> None:
        """Forget all misbehaviour."""
        with self._changed:
            self._scripts.clear()

    @property
    def exchanges(self) -> list[Exchange]:
        """The log so far, in the order in which exchanges ended."""
        with self._changed:
            return list(self._log)

    def requests(self, path: str = "*") -> list[Request]:
        """The logged requests whose path matches the shell pattern."""
        return [entry.request for entry in self.exchanges if fnmatch.fnmatchcase(entry.request.path, path)]

    def clear_log(self) -> None:
        with self._changed:
            self._log.clear()

    def wait_until(self, holds: Callable[[], bool], timeout: float = 10.0) -> bool:
        """Wait until ``holds()``, looked at after each exchange; whether it came to hold within ``timeout`` seconds."""
        deadline = time.monotonic() + timeout
        while not holds():
            left = deadline - time.monotonic()
            if left <= 0:
                return False
            with self._changed:
                self._changed.wait(min(left, 0.1))
        return True

    # ---- what the handler uses

    def take_fault(self, request: Request) -> Fault:
        with self._changed:
            for script in self._scripts:
                if not _matches(script.pattern, request):
                    continue
                if script.remaining is not None:
                    script.remaining -= 1
                    if script.remaining <= 0:
                        self._scripts.remove(script)
                return script.fault
        return Fault()

    def record(self, exchange: Exchange) -> None:
        with self._changed:
            self._log.append(exchange)
            self._changed.notify_all()


def _matches(pattern: str, request: Request) -> bool:
    subject = request.path if pattern.startswith(("/", "*")) else request.address + request.path
    return fnmatch.fnmatchcase(subject, pattern)


def _listen(addresses: Iterable[str], port: int) -> list[socket.socket]:
    """Listening sockets with one port; with port 0 a port that is free on every address."""
    for _ in range(BIND_TRIES):
        listeners: list[socket.socket] = []
        try:
            for address in addresses:
                chosen = listeners[0].getsockname()[1] if listeners else port
                listeners.append(socket.create_server((address, chosen), backlog=128))
                listeners[-1].setblocking(False)
        except OSError as error:
            for listener in listeners:
                listener.close()
            if port or error.errno != errno.EADDRINUSE:
                raise
        else:
            return listeners
    raise OSError(errno.EADDRINUSE, "no port is free on all addresses")


class _Handler(BaseHTTPRequestHandler):
    """Reads requests of one connection and sends what the server and the fault say."""

    protocol_version = "HTTP/1.1"
    server_version = "fixture"
    sys_version = ""
    timeout = 60
    disable_nagle_algorithm = True
    methods: ClassVar[tuple[str, ...]] = ("GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS")

    def __init__(self, connection: socket.socket, peer: tuple[str, int], owner: LoopbackServer) -> None:
        self.owner = owner
        super().__init__(connection, peer, owner)  # type: ignore[arg-type]  # only kept, never called

    def __getattr__(self, name: str) -> Callable[[], None]:
        if name.startswith("do_") and name[3:] in self.methods:
            return self.exchange
        raise AttributeError(name)

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # the base class's name
        """The log is kept as values, nothing is printed."""

    def exchange(self) -> None:
        started = time.monotonic()
        request = Request(
            method=self.command,
            target=self.path,
            address=self.connection.getsockname()[0],
            headers={name.lower(): value for name, value in self.headers.items()},
            body=self._read_body(),
            at=time.time(),
        )
        fault = self.owner.take_fault(request)
        answer = fault.change(self.owner.answer(request))
        status: int | None = None
        try:
            status = self._send(answer, fault)
        except OSError:  # the client left
            self.close_connection = True
        finally:
            self.owner.record(Exchange(request, status, time.monotonic() - started))

    def _read_body(self) -> bytes:
        if "chunked" in self.headers.get("Transfer-Encoding", "").lower():
            return self._read_chunks()
        length = self.headers.get("Content-Length", "0")
        return self.rfile.read(min(int(length), MAX_BODY)) if length.isdigit() else b""

    def _read_chunks(self) -> bytes:
        body = b""
        while len(body) < MAX_BODY:
            size = int(self.rfile.readline(64).split(b";")[0].strip() or b"0", 16)
            body += self.rfile.read(size)
            self.rfile.readline(8)
            if size == 0:
                break
        return body

    def _send(self, answer: Answer, fault: Fault) -> int | None:
        if fault.reset or fault.silence:
            self.close_connection = True
            if fault.silence:
                self._wait_for_the_end(MAX_SILENCE)
            else:
                self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
            return None
        if fault.delay and self._wait_for_the_end(fault.delay):
            self.close_connection = True
            return None
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if answer.status not in {204, 304}:
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD" and answer.status not in {204, 304}:
            self._send_body(answer.body, fault)
        return answer.status

    def _send_body(self, body: bytes, fault: Fault) -> None:
        if fault.cut_after is not None:
            body = body[: fault.cut_after]
            self.close_connection = True
        if fault.bytes_per_second is None:
            self.wfile.write(body)
            return
        piece = max(1, min(CHUNK, round(fault.bytes_per_second / 10)))
        for start in range(0, len(body), piece):
            self.wfile.write(body[start : start + piece])
            if self.owner.closing.wait(piece / fault.bytes_per_second):
                return

    def _wait_for_the_end(self, seconds: float) -> bool:
        """Wait; whether the client left or the server is closing before the time was over."""
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.connection, selectors.EVENT_READ)
            while (left := deadline - time.monotonic()) > 0:
                if self.owner.closing.is_set():
                    return True
                if selector.select(min(left, 0.1)) and not self.connection.recv(1, socket.MSG_PEEK):
                    return True
        return False
