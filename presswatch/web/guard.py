"""Who may ask, and what a browser may do with the answer. An ASGI application around Datasette's.

Before a request reaches a page it is decided by its Host (a page elsewhere that had its name resolve to this machine,
DNS rebinding, must not read ours), its password, and its method: pages only read, but for the few routes that write,
where editing is allowed. What writes comes from a form of ours: its token says so, and so do the headers by which
browsers tell where a request begins. Proxy headers are not believed.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import hashlib
import hmac
import ipaddress
import json
import secrets
from collections.abc import Awaitable, Callable, Iterable, Mapping, MutableMapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl

from presswatch.web.csvsafe import SafeCsv

Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Asgi = Callable[[Message, Receive, Send], Awaitable[None]]

_COMMON = "default-src 'none'; connect-src 'self'; font-src 'self'; form-action 'self'; "
_FRAMES = "base-uri 'none'; frame-ancestors 'none'"
POLICY = f"{_COMMON}script-src 'self'; style-src 'self'; img-src 'self'; {_FRAMES}"
"""Of our pages: no inline script or style, nothing from elsewhere."""
_SCRIPTS = " ".join(
    f"'sha256-{base64.b64encode(hashlib.sha256(f'DATASETTE_ALLOW_FACET = {value};'.encode()).digest()).decode()}'"
    for value in ("true", "false")
)
DATASETTE_POLICY = (
    f"{_COMMON}script-src 'self' {_SCRIPTS}; style-src 'self' 'unsafe-inline'; img-src 'self' data:; {_FRAMES}"
)
"""Of Datasette's own pages, which carry inline styles, and one line of script on the pages of tables: only that line
is let through."""
INERT_POLICY = f"default-src 'none'; sandbox; {_FRAMES}"
"""Of a captured page."""
_HEADERS = {
    b"x-content-type-options": b"nosniff",
    # With no-referrer browsers would send "Origin: null" with our own forms.
    b"referrer-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"permissions-policy": b"camera=(), geolocation=(), microphone=()",
}
_READING = ("GET", "HEAD")
_PUBLIC = frozenset({"/healthz"})
"""What is answered without the password: it says nothing but that it is there."""
_WRONG_PASSWORD_S = 1.0
_MOST_FORM = 64_000
"""Bytes of a form."""
_FORM_TYPE = b"application/x-www-form-urlencoded"
KNOWN = "presswatch.known"
"""Whether a request has the password, or needs none."""
FORM = "presswatch.form"
"""Where in its scope a request that writes has its fields."""


@dataclass(frozen=True, slots=True)
class Access:
    """Who may look. ``hosts``: names by which the server may be called, without port; empty for any (only sensible with
    a password). ``password``: asked for by the browser, or given as a bearer token; ``None``: nobody is asked.
    ``editing``: who may look may also write. ``token`` is in every form of ours, and nobody else knows it."""

    hosts: frozenset[str] = frozenset({"localhost", "127.0.0.1", "::1"})
    password: str | None = field(default=None, repr=False)
    editing: bool = False
    token: str = field(default_factory=lambda: secrets.token_urlsafe(24), repr=False)


def is_loopback(host: str) -> bool:
    """Whether listening on ``host`` reaches nobody but this machine."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


class Guard:
    """The application around ``inner``; ``own`` says which paths are our pages, ``writes`` which of them write."""

    def __init__(self, inner: Asgi, access: Access, own: Callable[[str], bool], writes: Callable[[str], bool]) -> None:
        self._inner, self._access, self._own, self._writes = inner, access, own, writes

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """One request."""
        if scope["type"] != "http":
            await self._inner(scope, receive, send)
            return
        headers = {name.lower(): value for name, value in scope["headers"]}
        if not self._may_be_called(headers.get(b"host", b"")):
            await _refuse(send, 421, "This server does not go by that name.")
        elif not (known := await self._is_known(headers.get(b"authorization", b""))) and scope["path"] not in _PUBLIC:
            await _refuse(
                send, 401, "A password is needed.", {b"www-authenticate": b'Basic realm="presswatch", charset="UTF-8"'}
            )
        elif scope["method"] in _READING:
            await self._inner({**scope, KNOWN: known}, receive, self._sender(scope, send))
        elif scope["method"] == "POST" and self._access.editing and self._writes(scope["path"]):
            await self._write(scope, receive, send, headers)
        else:
            await _refuse(send, 405, "These pages only read.", {b"allow": b"GET, HEAD"})

    async def _write(self, scope: Message, receive: Receive, send: Send, headers: Mapping[bytes, bytes]) -> None:
        """Let a form of ours through, and nothing else."""
        if not _begins_here(headers):
            await _refuse(send, 403, "A page elsewhere may not write here.")
            return
        is_form = headers.get(b"content-type", b"").startswith(_FORM_TYPE)
        form = _fields(await _read_body(receive)) if is_form else None
        if form is None:
            await _refuse(send, 400, f"A form of at most {_MOST_FORM} bytes is needed.")
            return
        if not hmac.compare_digest(form.pop("token", "").encode(), self._access.token.encode()):
            await _refuse(send, 403, "This form is older than the server. Go back, reload the page, and send it again.")
            return
        await self._inner({**scope, FORM: form, KNOWN: True}, receive, self._sender(scope, send))

    def _may_be_called(self, host: bytes) -> bool:
        return not self._access.hosts or _host_name(host) in self._access.hosts

    async def _is_known(self, authorization: bytes) -> bool:
        password = self._access.password
        if password is None:
            return True
        given = _given_password(authorization)
        if given is not None and hmac.compare_digest(given, password.encode()):
            return True
        if given is not None:
            await asyncio.sleep(_WRONG_PASSWORD_S)  # guessing takes time
        return False

    def _sender(self, scope: Message, send: Send) -> Send:
        path, query = scope["path"], scope.get("query_string", b"")
        policy = POLICY if self._own(path) else DATASETTE_POLICY
        csv = SafeCsv() if path.endswith(".csv") or b"_format=csv" in query else None

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message = {**message, "headers": _secured(message["headers"], policy, drop_length=csv is not None)}
            elif message["type"] == "http.response.body" and csv is not None:
                more = message.get("more_body", False)
                message = {**message, "body": csv.feed(message.get("body", b""), last=not more)}
            await send(message)

        return guarded


def _begins_here(headers: Mapping[bytes, bytes]) -> bool:
    """Whether nothing says that a request was begun by a page elsewhere. Browsers tell by ``Sec-Fetch-Site`` and
    ``Origin``; what sends neither is no browser, or too old a one, and has but the token."""
    if headers.get(b"sec-fetch-site", b"same-origin") != b"same-origin":
        return False
    origin = headers.get(b"origin")
    return origin is None or origin.partition(b"://")[2].lower() == headers.get(b"host", b"").lower()


def _fields(body: bytes | None) -> dict[str, str] | None:
    try:
        return dict(parse_qsl((body or b"").decode(), keep_blank_values=True, max_num_fields=100)) if body else None
    except ValueError:  # too many, or no UTF-8
        return None


async def _read_body(receive: Receive) -> bytes | None:
    """The body of a request; ``None`` if it is too long, or its sender has gone."""
    body = b""
    while len(body) <= _MOST_FORM:
        message = await receive()
        if message["type"] != "http.request":
            return None
        body += message.get("body", b"")
        if not message.get("more_body", False):
            return body if len(body) <= _MOST_FORM else None
    return None


def _host_name(host: bytes) -> str:
    """A Host header without its port; ``""`` for one that is no host."""
    text = host.decode("latin-1").lower()
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0]


def _given_password(authorization: bytes) -> bytes | None:
    scheme, _, value = authorization.partition(b" ")
    if scheme.lower() == b"bearer":
        return value.strip()
    if scheme.lower() != b"basic":
        return None
    try:
        return base64.b64decode(value, validate=True).partition(b":")[2]
    except binascii.Error:
        return None


def _secured(headers: Iterable[tuple[bytes, bytes]], policy: str, *, drop_length: bool) -> list[tuple[bytes, bytes]]:
    kept = [(name.lower(), value) for name, value in headers]
    if drop_length:
        kept = [(name, value) for name, value in kept if name != b"content-length"]
    present = {name for name, _ in kept}
    added = {**_HEADERS, b"content-security-policy": policy.encode()}
    return [*kept, *((name, value) for name, value in added.items() if name not in present)]


async def _refuse(send: Send, status: int, text: str, headers: dict[bytes, bytes] | None = None) -> None:
    body = json.dumps({"ok": False, "error": text}).encode()
    fields = {b"content-type": b"application/json", b"content-length": str(len(body)).encode(), **(headers or {})}
    await send(
        {
            "type": "http.response.start",
            "status": status,
            "headers": _secured(fields.items(), POLICY, drop_length=False),
        }
    )
    await send({"type": "http.response.body", "body": body})
