"""Where hubs call."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class WebSubOptions:
    """``callback`` is the address under which hubs reach ``host`` and ``port``, ending in a slash."""

    host: str
    port: int
    callback: str
    user_agent: str
    seconds: float = 30.0
