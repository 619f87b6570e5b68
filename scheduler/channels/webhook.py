"""Webhooks after Standard Webhooks 1.0 (https://www.standardwebhooks.com): signed JSON, success is 2xx only."""

from __future__ import annotations

import base64
import binascii
import hmac
import time
from datetime import datetime
from typing import Final
from urllib.parse import urlsplit

import urllib3
from urllib3.exceptions import HTTPError, LocationParseError

from scheduler.channels.base import ChannelKind, ChannelSpec
from scheduler.channels.failure import RETRYABLE, describe_network_error, refusal_of
from scheduler.channels.interim import pool_manager
from scheduler.channels.masking import mask_parts
from scheduler.facts import MessageFacts
from scheduler.render import Rendered
from scraper.clock import Clock, utc_now
from scraper.errors import ConfigError, DeliveryError
from scraper.http_dates import parse_retry_after
from scraper.settings import CONTACT_URL

_MOST_READ: Final = 16 * 1024
_AGENT: Final = f"presswatch (+{CONTACT_URL})"


class WebhookChannel:
    """Posts each message's payload to one URL, without following redirects.

    ``webhook-id`` is the message's id over all attempts, ``webhook-timestamp`` the time of the attempt in seconds since
    1970; with a secret, ``webhook-signature`` is ``v1,`` and the base64 of HMAC-SHA256 over ``id.timestamp.body``.
    """

    kind: Final[ChannelKind] = "webhook"

    def __init__(self, spec: ChannelSpec, *, clock: Clock = utc_now) -> None:
        """Raises :class:`ConfigError` for a URL or secret that cannot be used."""
        self.name = spec.name
        self._url = _checked_url(spec)
        self._host = urlsplit(self._url).hostname or ""
        self._secret = spec.secret
        self._key = _decode_secret(spec) if spec.secret else None
        self._clock = clock
        self._seconds = spec.timeout.total_seconds()
        self._pool = pool_manager(
            num_pools=1,
            maxsize=1,
            retries=False,
            timeout=urllib3.Timeout(total=self._seconds),
            headers={"content-type": "application/json", "user-agent": _AGENT, "accept-encoding": "identity"},
        )

    def send(self, rendered: Rendered, message: MessageFacts) -> None:
        """Post once. Raises :class:`DeliveryError`: 408, 425, 429, 5xx and a missing answer can be retried; 410 says
        that the receiver is gone; every other answer but 2xx is final."""
        now = self._clock()
        started = time.monotonic()
        headers = self._headers(message.message_id, now, rendered.body)
        try:
            response = self._pool.request(
                "POST", self._url, body=rendered.body, headers=headers, redirect=False, preload_content=False
            )
        except (HTTPError, OSError) as error:
            raise self._no_answer(error) from error
        said = _read_some(response, until=started + self._seconds)
        if not 200 <= response.status < 300:
            raise self._refused(response, said, now)

    def close(self) -> None:
        """Close idle connections."""
        self._pool.clear()

    def _headers(self, message_id: str, now: datetime, body: bytes) -> dict[str, str]:
        stamp = str(int(now.timestamp()))
        headers = {**self._pool.headers, "webhook-id": message_id, "webhook-timestamp": stamp}
        if self._key is not None:
            signed = b".".join((message_id.encode(), stamp.encode(), body))
            digest = hmac.digest(self._key, signed, "sha256")
            headers["webhook-signature"] = f"v1,{base64.b64encode(digest).decode()}"
        return headers

    def _no_answer(self, error: Exception) -> DeliveryError:
        refusal = refusal_of(error)
        why = f"{self._host}: {describe_network_error(error)}" if refusal is None else refusal
        return DeliveryError(mask_parts(why, self._secret), channel=self.name, retryable=True)

    def _refused(self, response: urllib3.BaseHTTPResponse, said: bytes, now: datetime) -> DeliveryError:
        status = response.status
        retryable = status in RETRYABLE or status >= 500
        sentence = f"{self._host} answered {status}"
        if 300 <= status < 400:
            sentence += ", a redirect, which webhooks do not follow"
        words = said.decode("utf-8", "replace").strip()
        if words and "<html" not in words.lower():
            sentence += f": {words[:500]}"
        return DeliveryError(
            mask_parts(sentence, self._url, self._secret),
            channel=self.name,
            retryable=retryable,
            gone=status == 410,
            status=status,
            not_before=parse_retry_after(response.headers.get("retry-after"), now=now) if retryable else None,
        )


def _read_some(response: urllib3.BaseHTTPResponse, *, until: float) -> bytes:
    """The beginning of the answer's body. A short body is read to its end, so that the connection can be used again;
    a long or dripping one is cut off. What goes wrong here does not matter: the status is known."""
    said = b""
    try:
        while len(said) < _MOST_READ and time.monotonic() < until:
            piece = response.read1(4096)
            if not piece:
                response.release_conn()
                return said
            said += piece
    except (HTTPError, OSError):
        pass
    response.close()
    return said


def _checked_url(spec: ChannelSpec) -> str:
    url = spec.url or ""
    try:
        parts = urllib3.util.parse_url(url)
    except LocationParseError:
        parts = urllib3.util.Url()
    if parts.scheme not in ("http", "https") or not parts.host or not url.isprintable() or "\\" in url:
        raise ConfigError("a webhook needs a URL that begins with http:// or https://", key=f"channels.{spec.name}.url")
    return url


def _decode_secret(spec: ChannelSpec) -> bytes:
    try:
        key = base64.b64decode((spec.secret or "").removeprefix("whsec_"), validate=True)
    except binascii.Error:
        key = b""
    if not key:
        raise ConfigError("the secret must be whsec_ followed by base64", key=f"channels.{spec.name}.secret")
    return key
