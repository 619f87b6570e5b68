# mypy: disable-error-code="no-untyped-call, untyped-decorator, misc"
"""Names to addresses: as Scrapy does for both address families, but an address is taken as it stands. Looking it up
would cost a thread and two switches for each new connection."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

from scrapy.resolver import CachingHostnameResolver, HostResolution
from twisted.internet.abstract import isIPAddress
from twisted.internet.address import IPv4Address
from twisted.internet.interfaces import IAddress, IHostResolution, IResolutionReceiver


class Resolver(CachingHostnameResolver):
    """For ``TWISTED_DNS_RESOLVER``."""

    def resolveHostName(  # noqa: N802
        self,
        resolutionReceiver: IResolutionReceiver,  # noqa: N803
        hostName: str,  # noqa: N803
        portNumber: int = 0,  # noqa: N803
        addressTypes: Sequence[type[IAddress]] | None = None,  # noqa: N803
        transportSemantics: str = "TCP",  # noqa: N803
    ) -> IHostResolution:
        """Answer at once where ``hostName`` is an IPv4 address; else as the base class."""
        if not isIPAddress(hostName):
            return super().resolveHostName(resolutionReceiver, hostName, portNumber, addressTypes, transportSemantics)
        receiver: Any = resolutionReceiver  # interfaces of zope have no self
        found = cast("IHostResolution", HostResolution(hostName))
        receiver.resolutionBegan(found)
        receiver.addressResolved(IPv4Address("TCP", hostName, portNumber))
        receiver.resolutionComplete()
        return found
