"""The time that a look may take. It stands still while the look waits for its turn at what all looks share, so that
pages which are slow to read make others wait and not fail."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar

_current: ContextVar[asyncio.Timeout | None] = ContextVar("deadline", default=None)


@asynccontextmanager
async def deadline(seconds: float) -> AsyncIterator[None]:
    """As ``asyncio.timeout``: raises ``TimeoutError`` if what is done within takes longer."""
    async with asyncio.timeout(seconds) as limit:
        token = _current.set(limit)
        try:
            yield
        finally:
            _current.reset(token)


@contextmanager
def standing_still() -> Iterator[None]:
    """Meanwhile the time of the :func:`deadline` around does not run."""
    limit = _current.get()
    when = limit.when() if limit is not None else None
    if limit is None or when is None:
        yield
        return
    loop = asyncio.get_running_loop()
    left = when - loop.time()
    limit.reschedule(None)
    try:
        yield
    finally:
        limit.reschedule(loop.time() + left)
