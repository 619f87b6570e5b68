"""What was used last, within a number of bytes."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Latest(Generic[K, V]):
    """Remembers values by key; what was not asked for longest is forgotten when all together count for more than
    ``most_bytes``. A value that counts for more than that alone is not remembered."""

    def __init__(self, most_bytes: int) -> None:
        self._most_bytes = most_bytes
        self._values: OrderedDict[K, tuple[V, int]] = OrderedDict()
        self._bytes = 0

    def get(self, key: K) -> V | None:
        """The value, if it is remembered."""
        found = self._values.get(key)
        if found is None:
            return None
        self._values.move_to_end(key)
        return found[0]

    def put(self, key: K, value: V, size: int) -> None:
        """Remember ``value``, which counts for ``size`` bytes, in place of the one before."""
        self._bytes -= self._values.pop(key, (value, 0))[1]
        if size > self._most_bytes:
            return
        self._values[key] = value, size
        self._bytes += size
        while self._bytes > self._most_bytes:
            self._bytes -= self._values.popitem(last=False)[1][1]
