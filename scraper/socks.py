"""A SOCKS 5 client (RFC 1928, RFC 1929): asks a proxy for the way to one target, name or address."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from dataclasses import dataclass, field
from typing import Final

SOCKS_META: Final = "presswatch_socks"
"""Where a request carries its :class:`SocksTarget` to the download handler."""
_REPLIES: Final = {
    1: "failed",
    2: "does not allow the connection by its rules",
    3: "cannot reach the network",
    4: "cannot reach the host",
    5: "was refused the connection by the target",
    6: "gave up: the time to live expired",
    7: "does not support the command",
    8: "does not support this kind of address",
}


class SocksError(ConnectionError):
    """The proxy would not, or is no SOCKS 5 proxy."""

    def __str__(self) -> str:
        return f"the SOCKS proxy {self.args[0]}"


@dataclass(frozen=True, slots=True)
class SocksTarget:
    """Where to go (``target``: a name or a numeric address), and through which proxy."""

    host: str
    port: int
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    target: str
    target_port: int


async def ask_for_way(link: socket.socket, way: SocksTarget) -> None:
    """Have the proxy at the other end of ``link`` (connected, not blocking) open the way to the target of ``way``.

    Afterwards ``link`` carries what the target says, and nothing of it has been read. Raises :class:`SocksError` and
    ``OSError``.
    """
    loop = asyncio.get_running_loop()
    methods = b"\x00" if way.user is None else b"\x00\x02"
    await loop.sock_sendall(link, b"\x05" + bytes([len(methods)]) + methods)
    version, method = await _read(link, 2)
    _expect_version(version)
    if method == 2 and way.user is not None:
        await _log_in(link, way.user, way.password or "")
    elif method != 0:
        raise SocksError("wants credentials of a kind that was not given")
    port = way.target_port.to_bytes(2, "big")
    await loop.sock_sendall(link, b"\x05\x01\x00" + _address(way.target) + port)
    version, reply, _, kind = await _read(link, 4)
    _expect_version(version)
    if reply != 0:
        raise SocksError(_REPLIES.get(reply, f"answers {reply}"))
    length = {1: 4, 4: 16}.get(kind)
    if kind == 3:
        length = (await _read(link, 1))[0]
    if length is None:
        raise SocksError("names an address of an unknown kind")
    await _read(link, length + 2)


async def _log_in(link: socket.socket, user: str, password: str) -> None:
    name, secret = user.encode()[:255], password.encode()[:255]
    said = b"\x01" + bytes([len(name)]) + name + bytes([len(secret)]) + secret
    await asyncio.get_running_loop().sock_sendall(link, said)
    _, refused = await _read(link, 2)
    if refused:
        raise SocksError("did not accept the user name and password")


async def _read(link: socket.socket, count: int) -> bytes:
    """Exactly so many bytes: what follows is the target's."""
    held = b""
    while len(held) < count:
        piece = await asyncio.get_running_loop().sock_recv(link, count - len(held))
        if not piece:
            raise SocksError("ended the connection without an answer")
        held += piece
    return held


def _expect_version(version: int) -> None:
    if version != 5:
        raise SocksError("is no SOCKS 5 proxy")


def _address(target: str) -> bytes:
    try:
        literal = ipaddress.ip_address(target)
    except ValueError:
        name = target.encode("idna" if not target.isascii() else "ascii")
        if len(name) > 255:
            raise SocksError("cannot be asked for a host name of more than 255 bytes") from None
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if literal.version == 4 else b"\x04") + literal.packed
