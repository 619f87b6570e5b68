"""Names to addresses, in threads of their own: a lookup blocks one, and asyncio's few are used for other things too."""

from __future__ import annotations

import asyncio
import functools
import ipaddress
import socket
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

LOOKUP_SECONDS: Final = 10.0
_THREADS: Final = 30

Address = tuple[int, int, int, str, Any]
"""As ``socket.getaddrinfo`` says it: family, type, protocol, canonical name, address of the socket."""


@functools.cache
def _threads() -> ThreadPoolExecutor:
    """Begun with the first name, and grown with those that are looked up at once."""
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="lookup")


async def look_up(host: str, port: int) -> list[Address]:
    """Where ``host`` can be reached by TCP, never an empty list. Nothing is remembered: the daemon runs for months.

    A numeric address is taken as it stands. Raises ``OSError``: mostly ``socket.gaierror``, also after
    ``LOOKUP_SECONDS``.
    """
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        pass
    else:
        kind, rest = (socket.AF_INET, ()) if literal.version == 4 else (socket.AF_INET6, (0, 0))
        if "%" not in host:
            return [(kind, socket.SOCK_STREAM, socket.IPPROTO_TCP, "", (host, port, *rest))]
    question = functools.partial(socket.getaddrinfo, host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    try:
        async with asyncio.timeout(LOOKUP_SECONDS):
            return list(await asyncio.get_running_loop().run_in_executor(_threads(), question))
    except UnicodeError as error:  # a label of more than 63 characters
        raise socket.gaierror(socket.EAI_NONAME, "the name is none that can exist") from error
    except TimeoutError:
        # As the resolver would have said it: libraries take a TimeoutError for one of the connection.
        raise socket.gaierror(socket.EAI_AGAIN, f"no answer about it within {LOOKUP_SECONDS:g} seconds") from None
