"""A receiver of webhooks which checks signatures as Standard Webhooks describes them.

https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from presswatch.fixture_site.server import Answer, LoopbackServer, Request

TOLERANCE = 300.0


def verify_signature(headers: Mapping[str, str], body: bytes, secret: str, *, now: float) -> bool:
    """Whether one of the ``v1`` signatures in ``webhook-signature`` is right and ``webhook-timestamp`` is within five
    minutes of ``now`` (seconds since the epoch). Header names are in lower case; ``secret`` is ``whsec_`` + Base64."""
    message_id, stamp = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not stamp.isascii() or not stamp.isdigit() or abs(now - int(stamp)) > TOLERANCE:
        return False
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error:
        return False
    digest = hmac.new(key, f"{message_id}.{stamp}.".encode() + body, hashlib.sha256).digest()
    right = f"v1,{base64.b64encode(digest).decode()}".encode()
    given = headers.get("webhook-signature", "").split()
    return any(hmac.compare_digest(right, one.encode()) for one in given)


@dataclass(frozen=True, slots=True)
class Received:
    """One request that arrived, whatever it was answered with. ``verified`` is ``None`` without a secret."""

    request: Request
    verified: bool | None

    @property
    def webhook_id(self) -> str:
        return self.request.headers.get("webhook-id", "")

    @property
    def json(self) -> Any:
        """The body as JSON.

        :raises ValueError: if it is not.
        """
        return json.loads(self.request.body)


class WebhookReceiver(LoopbackServer):
    """Answers 200 to what it can verify, 401 to what it cannot; ``misbehave(Fault(status=500), times=3)`` and the like
    make it refuse, slow or silent. What it read is in ``received``, answered or not."""

    def __init__(self, secret: str | None = None, *, address: str = "127.0.0.1", port: int = 0) -> None:
        super().__init__((address,), port)
        self.secret = secret
        self._received: list[Received] = []
        self._lock = threading.Lock()

    def url(self, path: str = "/hook") -> str:
        return self.origin() + path

    @property
    def received(self) -> list[Received]:
        """All that arrived, in order of arrival."""
        with self._lock:
            return list(self._received)

    @property
    def accepted(self) -> list[Received]:
        """What was answered with 2xx, in the order of the answers."""
        taken = {
            id(entry.request) for entry in self.exchanges if entry.status is not None and 200 <= entry.status < 300
        }
        return [one for one in self.received if id(one.request) in taken]

    def clear(self) -> None:
        with self._lock:
            self._received.clear()
        self.clear_log()

    def wait_for(self, count: int, timeout: float = 10.0) -> bool:
        """Wait until ``count`` requests have arrived; whether they did."""
        return self.wait_until(lambda: len(self.received) >= count, timeout)

    def answer(self, request: Request) -> Answer:
        if request.method != "POST":
            return Answer(405, b"", (("Allow", "POST"),))
        verified = None
        if self.secret is not None:
            verified = verify_signature(request.headers, request.body, self.secret, now=request.at)
        with self._lock:
            self._received.append(Received(request, verified))
        if verified is False:
            return Answer(401, b"signature does not match\n", (("Content-Type", "text/plain"),))
        return Answer(200, b"{}\n", (("Content-Type", "application/json"),))
