"""Going through a proxy that the operator named: HTTP (RFC 9110 9.3.6 for TLS) or SOCKS 5 (RFC 1928, 1929).

The proxy's own address is judged by the guard like any other, when it is connected. What lies behind it the guard
cannot see; therefore the target is judged here before it is named to the proxy, as far as that goes:

- ``socks5://``: the name is looked up here, the answers are judged, and the proxy is told one of the judged addresses.
- ``http://``: the name is looked up here and judged; the proxy is told the name, and could find another address. A name
  that is not known here is left to the proxy.
- ``socks5h://``: nothing is looked up here (that is what people choose it for). Only literal addresses and names that
  never mean a public host are judged.
"""

from __future__ import annotations

import base64
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Final, Literal
from urllib.parse import unquote, urlsplit

from scrapy import Request
from scrapy.http import Response

from scraper import guard
from scraper.addresses import written_out
from scraper.download_errors import DOWNLOAD_ERRORS
from scraper.errors import AddressRefusedError, ConfigError
from scraper.lookup import look_up
from scraper.socks import SOCKS_META, SocksTarget
from scraper.urls import is_literal

Scheme = Literal["http", "socks5", "socks5h"]
_DEFAULT_PORTS: Final = {"http": 80, "socks5": 1080, "socks5h": 1080}
_NEVER_PUBLIC: Final = ("localhost", "local", "internal", "lan", "home", "corp", "intranet", "private", "home.arpa")
"""Ends of names that no public host has (RFC 6761, 6762, 8375, and what ICANN reserved)."""


@dataclass(frozen=True, slots=True)
class Proxy:
    """``user`` and ``password`` are ``None`` where the proxy wants none."""

    scheme: Scheme
    host: str
    port: int
    user: str | None = field(default=None, repr=False)
    password: str | None = field(default=None, repr=False)

    @classmethod
    def parse(cls, url: str) -> Proxy:
        """Read ``http://user:password@host:3128``, ``socks5://host:1080`` or ``socks5h://…``. Raises
        :class:`ConfigError`, whose sentence does not show the URL."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port
        except ValueError:
            host, port = None, None
        if not host or parts.scheme not in _DEFAULT_PORTS or parts.path.strip("/") or parts.query or parts.fragment:
            raise ConfigError("is no proxy; write http://host:3128, socks5://host:1080 or socks5h://host:1080")
        scheme: Scheme = "http" if parts.scheme == "http" else "socks5" if parts.scheme == "socks5" else "socks5h"
        return cls(
            scheme,
            host,
            port or _DEFAULT_PORTS[scheme],
            unquote(parts.username) if parts.username else None,
            unquote(parts.password or "") if parts.username else None,
        )

    @property
    def netloc(self) -> str:
        """Host and port."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    async def download(self, request: Request, send: Callable[[Request], Awaitable[Response]]) -> Response:
        """Hand ``request`` to ``send``, to go through this proxy. Raises :class:`AddressRefusedError` and ``OSError``
        (the name is not known)."""
        parts = urlsplit(request.url)
        host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
        address = await self._judge(request.url, host, port)
        if self.scheme == "http":
            request.meta["proxy"] = f"http://{self.netloc}"
            if self.user is not None:
                pair = f"{self.user}:{self.password}".encode()
                request.headers["Proxy-Authorization"] = b"Basic " + base64.b64encode(pair)
        else:
            request.meta[SOCKS_META] = SocksTarget(
                self.host, self.port, self.user, self.password, address if self.scheme == "socks5" else host
            )
        started = time.monotonic()
        try:
            return await send(request)
        except DOWNLOAD_ERRORS:
            # The refusal is of the proxy's own address; the library between has lost it.
            refusal = guard.last_refusal(port=self.port, since=started)
            if refusal is None:
                raise
            raise AddressRefusedError(f"the proxy: {refusal.strerror}", url=request.url) from refusal

    async def _judge(self, url: str, host: str, port: int) -> str:
        """The address to go to, or ``host`` where that is left to the proxy."""
        try:
            host = written_out(host)
        except ValueError:
            raise _refused(host, port, url) from None
        if is_literal(host) or "%" in host:  # which no name has
            if not guard.is_allowed(host, port):
                raise _refused(host, port, url)
            return host
        name = host.lower().rstrip(".")
        if ("." not in name or name.endswith(tuple("." + end for end in _NEVER_PUBLIC))) and not guard.is_opened_name(
            name, port
        ):
            raise _refused(host, port, url)
        if self.scheme == "socks5h":
            return host
        return await self._look_up(url, host, port)

    async def _look_up(self, url: str, host: str, port: int) -> str:
        try:
            answers = await look_up(host, port)
        except OSError:
            if self.scheme == "http":
                return host
            raise
        found = [str(sockaddr[0]) for *_, sockaddr in answers]
        # Through HTTP the proxy chooses among them, so that all must be fit to be reached.
        allowed = [address for address in found if guard.is_allowed(address, port, host=host)]
        if not allowed or (self.scheme == "http" and len(allowed) < len(found)):
            raise _refused(found[0] if found else host, port, url)
        return allowed[0]


def _refused(address: str, port: int, url: str) -> AddressRefusedError:
    return AddressRefusedError(guard.sentence_of_refusal(address, port), url=url)
