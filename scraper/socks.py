# mypy: disable-error-code="no-untyped-call"
"""A SOCKS 5 client (RFC 1928, RFC 1929) as an endpoint for Twisted: TCP to one target, name or address."""

from __future__ import annotations

import ipaddress
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

from twisted.internet.defer import Deferred
from twisted.internet.endpoints import HostnameEndpoint, wrapClientTLS
from twisted.internet.error import ConnectError
from twisted.internet.interfaces import IStreamClientEndpoint
from twisted.internet.protocol import Factory, Protocol, connectionDone
from twisted.python.failure import Failure
from twisted.web.client import URI
from twisted.web.iweb import IAgentEndpointFactory
from zope.interface import implementer

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
_LONGEST_REPLY: Final = 512


class SocksError(ConnectError):
    """The proxy would not, or is no SOCKS 5 proxy."""

    def __init__(self, message: str) -> None:
        super().__init__(string=message)

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

    def key(self) -> tuple[str, ...]:
        """By which connections are told apart that may be used again."""
        return ("socks", self.host, str(self.port), self.user or "", self.target, str(self.target_port))


class _Handshake(Protocol):
    """Speaks SOCKS until the way is open, then hands every byte to the protocol that ``factory`` makes."""

    def __init__(self, target: SocksTarget, factory: Any) -> None:
        self.opened: Deferred[Any] = Deferred(lambda _: self._give_up())
        self._target = target
        self._factory = factory
        self._held = b""
        self._expect: Callable[[], bool] = self._method
        self._inner: Any = None

    def connectionMade(self) -> None:  # noqa: N802
        methods = b"\x00" if self._target.user is None else b"\x00\x02"
        self._write(b"\x05" + bytes([len(methods)]) + methods)

    def dataReceived(self, data: bytes) -> None:  # noqa: N802
        if self._inner is not None:
            self._inner.dataReceived(data)
            return
        self._held += data
        try:
            while self._inner is None and self._expect():
                pass
            if self._inner is None and len(self._held) > _LONGEST_REPLY:
                raise SocksError("answers with more than an answer is long")
        except SocksError as error:
            self._fail(error)

    def connectionLost(self, reason: Failure = connectionDone) -> None:  # noqa: N802
        if self._inner is not None:
            self._inner.connectionLost(reason)
        else:
            self._fail(SocksError("ended the connection without an answer"))

    def _method(self) -> bool:
        answer = self._take(2)
        if answer is None:
            return False
        if answer[0] != 5:
            raise SocksError("is no SOCKS 5 proxy")
        if answer[1] == 0:
            self._ask()
        elif answer[1] == 2 and self._target.user is not None:
            user, password = self._target.user.encode()[:255], (self._target.password or "").encode()[:255]
            self._write(b"\x01" + bytes([len(user)]) + user + bytes([len(password)]) + password)
            self._expect = self._authenticated
        else:
            raise SocksError("wants credentials of a kind that was not given")
        return True

    def _authenticated(self) -> bool:
        answer = self._take(2)
        if answer is None:
            return False
        if answer[1] != 0:
            raise SocksError("did not accept the user name and password")
        self._ask()
        return True

    def _ask(self) -> None:
        port = self._target.target_port.to_bytes(2, "big")
        self._write(b"\x05\x01\x00" + _address(self._target.target) + port)
        self._expect = self._connected

    def _connected(self) -> bool:
        if len(self._held) < 5:
            return False
        version, reply, _, kind, first = self._held[:5]
        if version != 5:
            raise SocksError("is no SOCKS 5 proxy")
        if reply != 0:
            raise SocksError(_REPLIES.get(reply, f"answers {reply}"))
        length = {1: 4, 3: first + 1, 4: 16}.get(kind)
        if length is None:
            raise SocksError("names an address of an unknown kind")
        if self._take(4 + length + 2) is None:
            return False
        self._hand_over()
        return True

    def _hand_over(self) -> None:
        inner = self._factory.buildProtocol(self._transport().getPeer())
        if inner is None:
            self._fail(SocksError("reached the target, but nobody waits for it any more"))
            return
        self._inner = inner
        inner.makeConnection(self.transport)
        self.opened.callback(inner)
        rest, self._held = self._held, b""
        if rest:
            inner.dataReceived(rest)

    def _take(self, count: int) -> bytes | None:
        if len(self._held) < count:
            return None
        taken, self._held = self._held[:count], self._held[count:]
        return taken

    def _fail(self, error: SocksError) -> None:
        if not self.opened.called:
            self._give_up()
            self.opened.errback(Failure(error))

    def _give_up(self) -> None:
        self._transport().abortConnection()

    def _write(self, data: bytes) -> None:
        self._transport().write(data)

    def _transport(self) -> Any:
        return self.transport


def _address(target: str) -> bytes:
    try:
        literal = ipaddress.ip_address(target)
    except ValueError:
        name = target.encode("idna" if not target.isascii() else "ascii")
        if len(name) > 255:
            raise SocksError("cannot be asked for a host name of more than 255 bytes") from None
        return b"\x03" + bytes([len(name)]) + name
    return (b"\x01" if literal.version == 4 else b"\x04") + literal.packed


class _Only(Factory[_Handshake]):
    """Makes the one protocol that there is."""

    noisy = False

    def __init__(self, handshake: _Handshake) -> None:
        self._handshake = handshake

    def buildProtocol(self, addr: Any) -> _Handshake:  # noqa: ARG002, N802
        return self._handshake


@implementer(IStreamClientEndpoint)
class SocksEndpoint:
    """Connects to the proxy, and through it."""

    def __init__(self, reactor: Any, target: SocksTarget, timeout: float) -> None:
        self._proxy = HostnameEndpoint(reactor, target.host, target.port, timeout)
        self._target = target

    def connect(self, factory: Any) -> Deferred[Any]:
        """The protocol of ``factory`` once it is connected. Fails with :class:`SocksError`, or as the connection to
        the proxy does."""
        handshake = _Handshake(self._target, factory)
        connecting: Deferred[Any] = self._proxy.connect(_Only(handshake))  # type: ignore[arg-type]
        return connecting.addCallback(lambda _: handshake.opened)


@implementer(IAgentEndpointFactory)
class SocksEndpoints:
    """For ``Agent.usingEndpointFactory``: everything through one proxy, TLS within it."""

    def __init__(self, reactor: Any, target: SocksTarget, policy: Any, timeout: float) -> None:
        self._reactor, self._target, self._policy, self._timeout = reactor, target, policy, timeout

    def endpointForURI(self, uri: URI) -> Any:  # noqa: N802
        """As Twisted asks for it."""
        endpoint = SocksEndpoint(self._reactor, self._target, self._timeout)
        if uri.scheme != b"https":
            return endpoint
        return wrapClientTLS(self._policy.creatorForNetloc(uri.host, uri.port), endpoint)  # type: ignore[arg-type]
