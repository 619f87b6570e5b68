"""Which network addresses may be reached: the global ones, and what the operator opened. Pure; nothing is looked up.

The tables are ours rather than ``ipaddress.is_global``: its answers changed between Python releases (carrier-grade NAT,
6to4 relays and IPv4-mapped addresses were each once "global"), and each such gap has been somebody's SSRF.
Sources: IANA IPv4 and IPv6 Special-Purpose Address Registries, RFC 6890, RFC 6052 (NAT64), RFC 3056 (6to4),
RFC 4380 (Teredo), RFC 4291 2.5.5 (IPv4-mapped and -compatible).
"""

from __future__ import annotations

import ipaddress
import re
import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from typing import Final
from urllib.parse import urlsplit

from scraper.errors import ConfigError

VARIABLE: Final = "PRESSWATCH_ALLOW_PRIVATE"
"""The environment variable by which an operator opens addresses that are not global."""

Address = IPv4Address | IPv6Address
Network = IPv4Network | IPv6Network

_REFUSED_V4: Final = tuple(
    IPv4Network(net)
    for net in (
        "0.0.0.0/8",  # this network; Linux connects 0.0.0.0 to itself
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT
        "127.0.0.0/8",
        "169.254.0.0/16",  # link-local, cloud metadata
        "172.16.0.0/12",
        "192.0.0.0/24",  # IETF protocol assignments
        "192.0.2.0/24",  # documentation
        "192.88.99.0/24",  # 6to4 relay anycast, deprecated
        "192.168.0.0/16",
        "198.18.0.0/15",  # benchmarking
        "198.51.100.0/24",  # documentation
        "203.0.113.0/24",  # documentation
        "224.0.0.0/4",  # multicast
        "240.0.0.0/4",  # reserved, limited broadcast
    )
)
_GLOBAL_V6: Final = IPv6Network("2000::/3")
"""All that IANA has handed out as global unicast; loopback, ULA, link-local, multicast and mapped lie outside it."""
_REFUSED_V6: Final = tuple(
    IPv6Network(net)
    for net in (
        "2001::/23",  # IETF protocol assignments: benchmarking, ORCHID, ... (Teredo is unwrapped before)
        "2001:db8::/32",  # documentation
        "2002::/16",  # 6to4 (unwrapped before)
        "3fff::/20",  # documentation
    )
)
_NAT64: Final = IPv6Network("64:ff9b::/96")
_COMPATIBLE: Final = IPv6Network("::/96")
_LOOPBACKS: Final = (IPv4Address("127.0.0.1"), IPv6Address("::1"))
_LABEL: Final = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER: Final = re.compile(r"[0-9]+|0x[0-9a-f]*")


@lru_cache(maxsize=4096)
def is_global(address: str) -> bool:
    """Whether ``address`` (a numeric IPv4 or IPv6 address) is globally routable, together with every IPv4 address
    embedded in it. Anything that is no plain numeric address is not."""
    found = _numeric(address)
    return found is not None and all(_is_global_plain(part) for part in _unwrapped(found))


def _numeric(text: str) -> Address | None:
    try:
        return ipaddress.ip_address(text)
    except ValueError:
        return None


def _unwrapped(address: Address) -> tuple[Address, ...]:
    """The addresses to judge in place of ``address``: what is embedded in it, else itself."""
    if isinstance(address, IPv4Address):
        return (address,)
    if address.ipv4_mapped is not None:
        return (address.ipv4_mapped,)
    if address.sixtofour is not None:
        return (address.sixtofour,)
    if address.teredo is not None:
        return address.teredo
    if address in _NAT64:
        return (IPv4Address(int(address) & 0xFFFFFFFF),)
    return (address,)


def _is_global_plain(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in net for net in _REFUSED_V4)
    return address in _GLOBAL_V6 and not any(address in net for net in _REFUSED_V6)


def _same_machine(address: Address) -> Address:
    """The IPv4 address that an IPv4-mapped or -compatible one is connected to, else the address itself."""
    if isinstance(address, IPv6Address):
        if address.ipv4_mapped is not None:
            return address.ipv4_mapped
        if address in _COMPATIBLE and int(address) > 1:
            return IPv4Address(int(address) & 0xFFFFFFFF)
    return address


@dataclass(frozen=True, slots=True)
class Opening:
    """One entry of the operator's list: a network or a host name, at one port or (``None``) at all."""

    port: int | None = None
    network: Network | None = None
    host: str | None = None

    def covers(self, address: Address, port: int) -> bool:
        """Whether this entry opens the address itself. An entry that is a name never does."""
        return self.network is not None and self._at(port) and address in self.network

    def names(self, host: str, port: int) -> bool:
        """Whether this entry opens whatever the host name stands for."""
        return self.host is not None and self._at(port) and self.host == host

    def _at(self, port: int) -> bool:
        return self.port is None or self.port == port


@dataclass(frozen=True, slots=True)
class AddressPolicy:
    """Global addresses, and what the operator opened. The default opens nothing."""

    openings: tuple[Opening, ...] = ()

    @classmethod
    def parse(cls, text: str) -> AddressPolicy:
        """Read ``PRESSWATCH_ALLOW_PRIVATE``: a comma list of ``host``, ``host:port``, ``CIDR``, ``CIDR:port``; an IPv6
        address or network with a port stands in brackets (``[::1]:8000``, ``[fd00::/8]:80``).

        Raises :class:`ConfigError` naming the entry that cannot be understood.
        """
        return cls(tuple(_parse_opening(entry) for entry in map(str.strip, text.split(",")) if entry))

    def opening(self, host: str, port: int | None = None) -> AddressPolicy:
        """The same policy with one more endpoint that the operator named elsewhere: a broker, an SMTP relay."""
        wanted = f"[{host}]" if ":" in host else host
        return AddressPolicy((*self.openings, _parse_opening(f"{wanted}:{port}" if port is not None else wanted)))

    def allows(self, address: str, port: int, *, host: str | None = None) -> bool:
        """Whether a connection to this numeric address may be made. ``host`` is the name it was resolved from."""
        if is_global(address):
            return True
        if host is not None and self.opens_host(host, port):
            return True
        found = _numeric(address.partition("%")[0])
        return found is not None and any(entry.covers(_same_machine(found), port) for entry in self.openings)

    def opens_host(self, host: str, port: int | None = None) -> bool:
        """Whether the operator opened this host *name* (at any port, where ``port`` is ``None``)."""
        name = host.lower().rstrip(".")
        return any(entry.names(name, port or entry.port or 0) for entry in self.openings)

    def opens_url(self, url: str) -> bool:
        """Whether the operator opened the site of this URL, by name or by numeric address: then it is their own, and
        may be asked as often as every second. ``localhost`` counts as 127.0.0.1 and ::1. Other names are not resolved:
        a name inside an opened network is opened only if it is listed as well."""
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or {"http": 80, "https": 443}[parts.scheme]
        except (ValueError, KeyError):
            return False
        if not host or "\\" in parts.netloc or "@" in parts.netloc:
            return False
        if self.opens_host(host, port):
            return True
        meant = _LOOPBACKS if host.rstrip(".") == "localhost" else (_numeric(host),)
        return any(entry.covers(_same_machine(one), port) for one in meant if one for entry in self.openings)


def _parse_opening(entry: str) -> Opening:
    where, port = _split_port(entry)
    if "/" in where or _numeric(where) is not None:
        try:
            return Opening(port=port, network=ipaddress.ip_network(where, strict=False))
        except ValueError:
            raise _bad(entry, "is no network; write one as 10.0.0.0/8 or fd00::/8") from None
    return Opening(port=port, host=_host_name(entry, where))


def _split_port(entry: str) -> tuple[str, int | None]:
    if "//" in entry:
        raise _bad(entry, "is a URL; write the host or host:port alone")
    if entry.startswith("["):
        where, closed, rest = entry[1:].partition("]")
        if not closed or (rest and not rest.startswith(":")) or ":" not in where:
            raise _bad(entry, "is no IPv6 address in brackets; write [::1] or [::1]:8000")
        port = rest[1:] if rest else None
    elif entry.count(":") > 1:
        where, port = entry, None
    else:
        where, colon, after = entry.partition(":")
        port = after if colon else None
    if port is None:
        return where, None
    if not (port.isascii() and port.isdigit() and len(port) <= 5 and 0 < int(port) < 65536):
        raise _bad(entry, f"has no port between 1 and 65535 (found {port!r})")
    return where, int(port)


def _host_name(entry: str, where: str) -> str:
    try:
        name = where.lower().rstrip(".").encode("idna").decode("ascii")
    except UnicodeError:
        raise _bad(entry, "is neither a host name nor an address") from None
    labels = name.split(".")
    # "ends in a number" (WHATWG URL): such a host is read as an IPv4 address by some and as a name by others.
    if not all(_LABEL.fullmatch(label) for label in labels) or _NUMBER.fullmatch(labels[-1]):
        raise _bad(entry, "is neither a host name nor an address; addresses are written out, as 127.0.0.1 or [::1]")
    return name


def written_out(host: str) -> str:
    """``host``; an IPv4 address in the spelling that everybody reads alike (``0x7f.1`` and ``127.0.0.1.`` are
    ``127.0.0.1``: WHATWG URL, "host parsing"). Raises ``ValueError`` for what ends in a number and is no address."""
    name = host.lower().rstrip(".")
    if ":" in host or not _NUMBER.fullmatch(name.rpartition(".")[2]):
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(name))
    except OSError as error:
        raise ValueError(f"{host!r} ends in a number and is no address") from error


def _bad(entry: str, why: str) -> ConfigError:
    return ConfigError(f"{entry!r} {why}", key=VARIABLE)
