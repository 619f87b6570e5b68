"""Whether the terminal that a program was started from is still there."""

from __future__ import annotations

import os
import signal

_STREAMS = (0, 2)
"""Standard input and error: output is often a pipe, and error a file."""


class Terminal:
    """To be made when the program starts. Started from none, or with SIGHUP ignored as ``nohup`` has it, a program is
    meant to outlive whatever terminal there was."""

    def __init__(self) -> None:
        is_meant_to_stay = signal.getsignal(signal.SIGHUP) is signal.SIG_IGN
        self._streams = () if is_meant_to_stay else tuple(filter(os.isatty, _STREAMS))

    @property
    def is_gone(self) -> bool:
        """Whether there was one and it was closed: the kernel answers for it no more by the time it sends SIGHUP."""
        return bool(self._streams) and not any(map(os.isatty, self._streams))
