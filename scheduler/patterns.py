"""Regular expressions over foreign text, in time linear in its length (RE2). Pure.

Python's own engine takes exponential time on some patterns and texts; this one refuses what it cannot do in linear
time (look-around, back references) when the configuration is read. Syntax: https://github.com/google/re2/wiki/Syntax
"""

from __future__ import annotations

from functools import lru_cache
from importlib import import_module
from typing import Any, Final

LONGEST_TEXT: Final = 20_000
"""Characters of a text that are looked at."""
_MEMORY: Final = 4 << 20
"""Bytes for one compiled pattern; a larger one is refused."""


def check_pattern(pattern: str) -> str:
    """``pattern``, if it is one. Raises :class:`ValueError` with the reason if not."""
    try:
        _compile(pattern)
    except ModuleNotFoundError:
        raise ValueError("patterns need the package google-re2, which is not installed") from None
    except UnicodeError:
        raise ValueError("the pattern is no valid text") from None
    return pattern


def finds(pattern: str, text: str) -> bool:
    """Whether ``pattern`` occurs in ``text``; whatever the case unless it begins with ``(?-i)``."""
    head = text[:LONGEST_TEXT].encode("utf-8", "replace").decode("utf-8")
    return _compile(pattern).search(head) is not None


@lru_cache(maxsize=1024)
def _compile(pattern: str) -> Any:
    re2 = import_module("re2")
    options = re2.Options()
    options.log_errors = False
    options.case_sensitive = False
    options.max_mem = _MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        said = error.args[0] if error.args else "it cannot be read"
        reason = said.decode("utf-8", "replace") if isinstance(said, bytes) else str(said)
        raise ValueError(f"the pattern cannot be used: {reason}") from None
