"""A receiver of webhooks on loopback that answers as it is told."""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        document: dict[str, Any] = json.loads(self.body)
        return document

    @property
    def id(self) -> str:
        return self.headers["webhook-id"]

    @property
    def title(self) -> str:
        return str(self.json["data"]["changes"][0]["item"]["title"])


@dataclass
class Answer:
    status: int = 200
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b"ok"
    delay: float = 0.0
    drip: bool = False
    """Send the body a byte at a time, with a pause of ``delay`` after each."""


class Sink:
    """``answer`` may be replaced at any time; it is asked for each request. ``received`` holds all requests,
    ``accepted`` those that were answered with 2xx."""

    def __init__(self, answer: Callable[[Received], Answer] | None = None) -> None:
        self.answer: Callable[[Received], Answer] = answer or (lambda _: Answer())
        self.received: list[Received] = []
        self.accepted: list[Received] = []
        self._closing = threading.Event()
        sink = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length") or 0))
                request = Received(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
                sink.received.append(request)
                reply = sink.answer(request)
                if reply.delay and not reply.drip:
                    sink._closing.wait(reply.delay)
                if 200 <= reply.status < 300:
                    sink.accepted.append(request)
                try:
                    self._reply(reply)
                except OSError:
                    self.close_connection = True

            def do_GET(self) -> None:
                self.do_POST()

            def _reply(self, reply: Answer) -> None:
                self.send_response(reply.status)
                for name, value in {"content-length": str(len(reply.body)), **reply.headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                if not reply.drip:
                    self.wfile.write(reply.body)
                    return
                for byte in reply.body:
                    self.wfile.write(bytes([byte]))
                    if sink._closing.wait(reply.delay):
                        return

            def log_message(self, *args: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook/t0kenOfTheReceiver"

    @property
    def titles(self) -> list[str]:
        return [request.title for request in self.accepted]

    def wait_for(self, count: int, seconds: float = 5.0) -> None:
        """Until so many requests were received."""
        end = time.monotonic() + seconds
        while len(self.received) < count and time.monotonic() < end:
            time.sleep(0.005)
        assert len(self.received) >= count

    def close(self) -> None:
        self._closing.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
