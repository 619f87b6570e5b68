"""Being told of news by the hubs that sources announce (W3C WebSub, 2018). A ping only makes a look come sooner: what
is new is read from the source itself, and the looks by the clock go on."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import logging
import sqlite3
import time
from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Final
from urllib.parse import urlencode, urlsplit

from scrapy import Request
from scrapy.http import Response

from scheduler.callbacks import Call, CallbackServer, Reply
from scheduler.websub_options import WebSubOptions
from scraper.clock import Clock
from scraper.download_errors import DOWNLOAD_ERRORS, explain_failure
from scraper.errors import ConfigError, FetchError, StoreError
from scraper.fetch import check_url
from scraper.store import hubs
from scraper.store.thread import StoreThread

log = logging.getLogger(__name__)

LEASE: Final = timedelta(days=7)
"""How long we ask to be told; the hub decides."""
_EVERY: Final = 5.0
_AT_ONCE: Final = 10
_LONGEST_CHALLENGE: Final = 4_096
_DIGESTS: Final = ("sha1", "sha256", "sha384", "sha512")


class Subscriber:
    """Asks hubs, answers their questions and hears their pings, for as long as it runs. ``wake`` is called when
    something has become due."""

    def __init__(
        self,
        store: StoreThread,
        download: Callable[[Request], Awaitable[Response]],
        options: WebSubOptions,
        clock: Clock,
        wake: Callable[[], None],
    ) -> None:
        self._store = store
        self._download = download
        self._options = options
        self._clock = clock
        self._wake = wake
        self._server = CallbackServer(self.answer)
        self._path = urlsplit(options.callback).path

    async def listen(self) -> None:
        """Begin to answer. Raises :class:`ConfigError` if the place is taken, or none of ours."""
        options = self._options
        try:
            await self._server.listen(options.host, options.port)
        except OSError as error:
            message = f"cannot listen on {options.host} port {options.port}: {error.strerror or error}"
            raise ConfigError(message, key="presswatch.websub") from error
        log.info("hubs call %s, answered on %s port %d", options.callback, options.host, options.port)

    async def run(self) -> None:
        """Ask what is to be asked, until cancelled."""
        try:
            while True:
                try:
                    await self._ask_due()
                except (StoreError, sqlite3.Error) as error:
                    log.error("%s", error)
                await asyncio.sleep(_EVERY)
        finally:
            await self._server.close()

    # -- asking ------------------------------------------------------------------------------------------------------

    async def _ask_due(self) -> None:
        now = self._clock()
        due = await self._store.run(lambda store: hubs.count_due(store.conn, now))
        if due:
            taken = await self._store.write(lambda store: hubs.take_due(store.conn, now, _AT_ONCE))
            await asyncio.gather(*map(self._ask, taken))

    async def _ask(self, wanted: hubs.Subscription) -> None:
        """Section 5.1: the hub takes the request, and asks back later."""
        form = {
            "hub.callback": self._options.callback + wanted.token,
            "hub.mode": "subscribe",
            "hub.topic": wanted.topic_url,
            "hub.lease_seconds": str(round(LEASE.total_seconds())),
            "hub.secret": wanted.secret,
        }
        try:
            response = await self._post(wanted.hub_url, urlencode(form).encode())
            message = None if response.status in (200, 202, 204) else f"the hub answered with status {response.status}"
        except FetchError as error:
            message = f"the hub could not be asked: {error}"
        if message is not None:
            log.warning("%s: %s: %s", wanted.slug, wanted.hub_url, message)
            await self._store.write(lambda store: hubs.note_refusal(store.conn, wanted.source_id, message))

    async def _post(self, url: str, body: bytes) -> Response:
        check_url(url)
        request = Request(
            url,
            method="POST",
            body=body,
            headers={"Content-Type": "application/x-www-form-urlencoded", "User-Agent": self._options.user_agent},
            dont_filter=True,
            meta={"download_timeout": self._options.seconds, "download_maxsize": 100_000},
        )
        started = time.monotonic()
        try:
            return await self._download(request)
        except DOWNLOAD_ERRORS as error:
            raise explain_failure(error, url=url, since=started) from error

    # -- being asked -------------------------------------------------------------------------------------------------

    async def answer(self, call: Call) -> Reply:
        """One call of a hub, or of anybody: who does not know a token learns nothing."""
        token = call.path.removeprefix(self._path)
        if not call.path.startswith(self._path) or not token or "/" in token or len(token) > 100:
            return Reply(404)
        if call.method == "POST":
            return await self._hear(token, call)
        return await self._confirm(token, call)

    async def _confirm(self, token: str, call: Call) -> Reply:
        """Section 5.3: whether we meant it."""
        mode, topic, now = call.query.get("hub.mode"), call.query.get("hub.topic", ""), self._clock()
        if mode == "denied":
            reason = call.query.get("hub.reason", "no reason given")
            found = await self._store.write(lambda store: hubs.deny(store.conn, token, reason, now))
            return Reply(200 if found else 404)
        challenge = call.query.get("hub.challenge", "")
        if mode != "subscribe" or not 0 < len(challenge) <= _LONGEST_CHALLENGE:
            return Reply(404)
        lease = _lease(call.query.get("hub.lease_seconds", ""))
        meant = await self._store.write(lambda store: hubs.confirm(store.conn, token, topic, lease, now))
        return Reply(200, challenge) if meant else Reply(404)

    async def _hear(self, token: str, call: Call) -> Reply:
        """Section 7: a ping whose signature is wrong is acknowledged and ignored, so that nobody can try secrets."""
        secret = await self._store.run(lambda store: hubs.secret_of(store.conn, token))
        if secret is None:
            return Reply(410)
        if not is_signed(call.headers.get("x-hub-signature", ""), secret, call.body):
            log.warning("a call for news was not signed by its hub, and is ignored")
            return Reply(202)
        now = self._clock()
        slug = await self._store.write(lambda store: hubs.ping(store.conn, token, now))
        if slug is not None:
            log.info("%s: its hub tells of news", slug)
            self._wake()
        return Reply(202)


def is_signed(signature: str, secret: str, body: bytes) -> bool:
    """Whether ``signature`` (``method=hex``) is the HMAC of ``body`` (section 7.1)."""
    method, _, given = signature.partition("=")
    if method not in _DIGESTS:
        return False
    made = hmac.new(secret.encode(), body, getattr(hashlib, method)).hexdigest()
    return hmac.compare_digest(made.encode(), given.strip().lower().encode("utf-8", "replace"))


def _lease(text: str) -> timedelta:
    return timedelta(seconds=int(text)) if text.isascii() and text.isdecimal() and len(text) < 10 else LEASE
