"""Connections that read on over interim answers (103 Early Hints, 102 Processing) to the one that counts (RFC 9110,
15.2). The standard library takes all of them but 100 for the answer itself."""

from __future__ import annotations

import http.client
from typing import Any

import urllib3
from urllib3.connection import HTTPConnection, HTTPSConnection

_MOST_INTERIM = 16
"""Interim answers that are read over; proxies send one or two."""


class _FinalResponse(http.client.HTTPResponse):
    def begin(self) -> None:
        for _ in range(1 + _MOST_INTERIM):
            super().begin()
            # 101 ends it: what follows would be another protocol, which nobody asked for.
            if self.status >= 200 or self.status == 101:
                return
            self.headers = None  # type: ignore[assignment]
        raise http.client.BadStatusLine(f"{_MOST_INTERIM} interim answers")


class _PlainConnection(HTTPConnection):
    response_class = _FinalResponse


class _SecureConnection(HTTPSConnection):
    response_class = _FinalResponse


class _PlainPool(urllib3.HTTPConnectionPool):
    ConnectionCls = _PlainConnection


class _SecurePool(urllib3.HTTPSConnectionPool):
    ConnectionCls = _SecureConnection


def pool_manager(**options: Any) -> urllib3.PoolManager:
    """As :class:`urllib3.PoolManager`. More interim answers than anybody sends are a protocol error."""
    manager = urllib3.PoolManager(**options)
    manager.pool_classes_by_scheme = {"http": _PlainPool, "https": _SecurePool}
    return manager
