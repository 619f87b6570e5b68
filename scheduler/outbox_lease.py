"""Who sends: one process at a time, and only while there is something to send."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Final

from scraper.store import leases
from scraper.store.db import Store

LEASE: Final = "outbox"


class OutboxLease:
    """The lease ``outbox`` as held, or not, by this process. Renewed when a third of ``ttl`` has passed."""

    def __init__(self, store: Store, ttl: timedelta) -> None:
        self._store = store
        self._ttl = ttl
        self._holder = leases.holder_name()
        self._token: int | None = None
        self._renewed_at = float("-inf")

    @property
    def is_held(self) -> bool:
        """Whether we held it when we last looked."""
        return self._token is not None

    def hold(self, now: datetime) -> bool:
        """Take it, or keep it; whether it is ours. Raises :class:`scraper.errors.StoreError`."""
        if self._token is not None and time.monotonic() < self._renewed_at + self._ttl.total_seconds() / 3:
            return True
        token = self._token
        with self._store.transaction(durable=False) as conn:
            if token is None or not leases.renew(conn, LEASE, token, self._ttl, now):
                token = leases.acquire(conn, LEASE, self._holder, self._ttl, now)
        self._token = token  # only now: a token that was not committed may become another's
        self._renewed_at = time.monotonic()
        return token is not None

    def give_back(self) -> None:
        """Let others send: a command that ends may tell of what it found."""
        if self._token is not None:
            with self._store.transaction(durable=False) as conn:
                leases.release(conn, LEASE, self._token)
            self._token = None
