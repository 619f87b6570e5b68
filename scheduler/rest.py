"""Pauses after failures of our own store: a full disk is asked again soon, then ever more rarely."""

from __future__ import annotations

from collections.abc import Callable

_FIRST_S = 1.0
_LONGEST_S = 30.0


class Rest:
    """After a failure there is a rest of one second, doubled with each further one up to half a minute.
    ``monotonic`` gives seconds from an arbitrary beginning."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._until = float("-inf")
        self._next = _FIRST_S

    @property
    def is_over(self) -> bool:
        """Whether it may be tried (again)."""
        return self._monotonic() >= self._until

    def failed(self) -> None:
        """Rest from now on. Failures during a rest are those of the same try and do not count."""
        if self.is_over:
            self._until = self._monotonic() + self._next
            self._next = min(self._next * 2, _LONGEST_S)

    def worked(self) -> None:
        """The next failure is a first one."""
        self._next = _FIRST_S
