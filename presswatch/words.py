"""Words that go with numbers."""

from __future__ import annotations


def counted(number: int, thing: str) -> str:
    """``1 item``, ``2 items``, ``0 looks``."""
    return f"{number} {thing}" if number == 1 else f"{number} {thing}s"
