"""The way out of this process: every connection is judged on the very address that the socket connects to.

An audit hook (PEP 578) sees each ``socket.connect`` before it happens, whichever library makes it: aiohttp over
asyncio, urllib3 under Apprise, smtplib. A name that resolves to something else a moment later, an odd spelling of an
address or a redirect cannot pass it, because it does not read names or URLs at all.
It is a guard against being led astray by foreign pages and configuration, no sandbox for code of our own process:
extension modules that call connect(2) themselves are not seen.
"""

from __future__ import annotations

import errno
import ipaddress
import socket
import sys
import threading
import time
from collections import deque
from typing import Any, Final

from scraper.addresses import VARIABLE, AddressPolicy, is_global

__all__ = [
    "AddressPolicy",
    "RefusedConnectionError",
    "install_guard",
    "is_allowed",
    "is_global",
    "is_opened_name",
    "last_refusal",
    "seal_guard",
    "sentence_of_refusal",
]

_LENT_SECONDS: Final = 120.0
"""How long an address stays open that an opened host name resolved to: from a lookup to the connection it is for."""
_MOST_LENT: Final = 1_000
_LOOKUPS: Final = frozenset({"socket.getaddrinfo", "socket.gethostbyname"})
_SENDS: Final = frozenset({"socket.connect", "socket.sendto", "socket.sendmsg"})


class RefusedConnectionError(PermissionError):
    """The guard refused a connection (``errno`` EACCES, so that every library sees a failed one)."""

    def __init__(self, address: str, port: int, why: str) -> None:
        super().__init__(errno.EACCES, why)
        self.address = address
        self.port = port
        self.at = time.monotonic()


class _Guard:
    """What the hook knows. A hook cannot be removed, so it is installed once and its policy replaced."""

    def __init__(self) -> None:
        self.installed = False
        self.policy: AddressPolicy | None = None
        self.lent: dict[str, dict[str, float]] = {}
        self.refused: deque[RefusedConnectionError] = deque(maxlen=64)
        self.lock = threading.Lock()
        self.inside = threading.local()

    def hook(self, event: str, args: tuple[Any, ...]) -> None:
        """The audit hook. Called for every audit event of the process, so the common ones must leave at once."""
        if event in _SENDS:
            self._judge(args[0], args[1])
        elif event in _LOOKUPS:
            self._note_lookup(args[0])

    def _judge(self, sock: socket.socket, where: object) -> None:
        if where is None or sock.family not in (socket.AF_INET, socket.AF_INET6):
            return  # a connected socket, or one that never leaves this machine (AF_UNIX, AF_NETLINK)
        if not isinstance(where, tuple) or len(where) < 2 or not isinstance(where[1], int):
            return  # no address: the call itself will say so
        address = where[0].decode("latin-1") if isinstance(where[0], bytes | bytearray) else where[0]
        if not isinstance(address, str) or self._allows(address, where[1]):
            return
        refusal = RefusedConnectionError(address, where[1], self._sentence(address, where[1]))
        self.refused.append(refusal)
        raise refusal

    def _allows(self, address: str, port: int) -> bool:
        policy = self.policy
        if policy is None:
            return False
        if policy.allows(address, port):
            return True
        with self.lock:
            lent = [name for name, until in self.lent.get(address, {}).items() if until > time.monotonic()]
        return any(policy.opens_host(name, port) for name in lent)

    def _sentence(self, address: str, port: int) -> str:
        if self.policy is None:
            return f"connection to {address} port {port} refused: this process must not reach the network"
        entry = f"[{address}]:{port}" if ":" in address else f"{address}:{port}"
        return (
            f"connection to {address} port {port} refused: the address is not a global one; "
            f"if it is meant, open it with {VARIABLE}={entry}"
        )

    def _note_lookup(self, host: object) -> None:
        """Where an opened name is being looked up, look it up ourselves and lend out what it resolves to.

        The hook sees the question and never the answer, and the thread that asks is about to wait for DNS anyway.
        """
        name = host.decode("latin-1") if isinstance(host, bytes | bytearray) else host
        policy = self.policy
        if policy is None or not isinstance(name, str) or getattr(self.inside, "lookup", False):
            return
        if not policy.opens_host(name):
            return
        self.inside.lookup = True
        try:
            answers = socket.getaddrinfo(name, None, type=socket.SOCK_STREAM)
        except OSError:
            return  # the caller's own lookup will fail as well, and say why
        finally:
            self.inside.lookup = False
        self._lend(name.lower().rstrip("."), {str(sockaddr[0]) for *_, sockaddr in answers})

    def _lend(self, name: str, addresses: set[str]) -> None:
        until = time.monotonic() + _LENT_SECONDS
        with self.lock:
            if len(self.lent) > _MOST_LENT:
                self.lent.clear()
            for address in addresses:
                self.lent.setdefault(address, {})[name] = until


_guard: Final = _Guard()


def install_guard(policy: AddressPolicy) -> None:
    """From now on this process connects only where ``policy`` allows. Calling it again replaces the policy.

    A refused connection raises :class:`RefusedConnectionError` in the library that tried. Names are refused where an
    address is due (``sock.connect(("example.org", 80))``): what they resolve to could not be judged.
    """
    _set(policy)


def seal_guard() -> None:
    """From now on this process connects nowhere: for processes that only read foreign bytes."""
    _set(None)


def _set(policy: AddressPolicy | None) -> None:
    with _guard.lock:
        _guard.policy = policy
        _guard.lent.clear()
        if not _guard.installed:
            sys.addaudithook(_guard.hook)
            _guard.installed = True


def is_allowed(address: str, port: int, *, host: str | None = None) -> bool:
    """Whether this process may have a connection to a numeric address: for connections that somebody else makes for
    it. ``host`` is the name it was resolved from."""
    policy = _guard.policy
    return policy is not None and policy.allows(address.strip("[]"), port, host=host)


def is_opened_name(host: str, port: int) -> bool:
    """Whether the operator opened this host name at this port."""
    return _guard.policy is not None and _guard.policy.opens_host(host, port)


def sentence_of_refusal(address: str, port: int) -> str:
    """What a person is told of a connection that may not be."""
    return _guard._sentence(address, port)


def last_refusal(*, port: int, since: float, address: str | None = None) -> RefusedConnectionError | None:
    """The latest connection to ``port`` (and ``address``, if that is known) that was refused since the moment
    ``since`` of ``time.monotonic()``: for telling a person why an attempt failed, where the library between lost it."""
    for refusal in reversed(list(_guard.refused)):
        if refusal.at >= since and refusal.port == port and (address is None or _same(address, refusal.address)):
            return refusal
    return None


def _same(one: str, other: str) -> bool:
    """Whether two spellings mean one address (``::ffff:7f00:1`` and ``::ffff:127.0.0.1``)."""
    try:
        return ipaddress.ip_address(one) == ipaddress.ip_address(other)
    except ValueError:
        return one == other
