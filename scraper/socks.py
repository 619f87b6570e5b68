"""What a request carries that is to go through a SOCKS 5 proxy."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

SOCKS_META: Final = "presswatch_socks"
"""Where a request carries its :class:`SocksTarget` to the download handler."""


@dataclass(frozen=True, slots=True)
class SocksTarget:
    """Where to go (``target``: a name or a numeric address), and through which proxy."""

    host: str
    port: int
    user: str | None = field(repr=False)
    password: str | None = field(repr=False)
    target: str

    def key(self) -> tuple[str, int, str | None, str | None]:
        """The proxy and whoever asks it: connections of others are not shared."""
        return self.host, self.port, self.user, self.password
