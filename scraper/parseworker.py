"""The process in which foreign pages are read: it has no database, no network, no secrets, and can be killed.

Started by :mod:`scraper.parsepool`; speaks length-prefixed pickles over one socket. What comes back is read by
:func:`load_result`, which builds nothing but the value types of this package: a parser that a page has broken into
must not be able to run code in the parent.
"""

from __future__ import annotations

import gc
import importlib
import io
import os
import pickle
import resource
import signal
import socket
import struct
import sys
import traceback
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, BinaryIO, Final, Literal, cast

from scraper.errors import ExtractError

HEADER: Final = struct.Struct(">Q")
_MANY: Final = 30_000
"""Objects that have outlived the jobs that made them, from which on cycles are looked for."""
_PLAIN: Final = {
    "datetime": frozenset({"date", "datetime", "time", "timedelta", "timezone"}),
    "builtins": frozenset({"set", "frozenset", "complex", "bytearray"}),
}


@dataclass(frozen=True, slots=True)
class WorkerLimits:
    """What one worker may use. ``cpu_seconds`` and ``wall_seconds`` are per job, ``memory_bytes`` is address space
    (with the process that asks less than 700 MB); the worker is replaced after ``jobs`` jobs, or once it holds more
    than ``resident_bytes`` between two."""

    cpu_seconds: float = 5.0
    wall_seconds: float = 10.0
    memory_bytes: int = 520_000_000
    resident_bytes: int = 120_000_000
    jobs: int = 20_000


@dataclass(frozen=True, slots=True)
class Answer:
    """How one job ended. ``kind`` is ``done`` (with ``value``); ``refused`` (the function raised :class:`ExtractError`
    with ``reason`` and ``message``); ``failed`` (anything else; ``trace`` has the frames and never the page's text).
    ``retire`` says that the worker wants to be replaced."""

    kind: Literal["done", "refused", "failed"]
    value: Any = None
    reason: str = ""
    message: str = ""
    trace: str = ""
    retire: bool = False


def pack(value: object) -> bytes:
    """One frame: eight bytes of length, then the pickle."""
    data = pickle.dumps(value, protocol=5)
    return HEADER.pack(len(data)) + data


class _ResultUnpickler(pickle.Unpickler):
    def find_class(self, module_name: str, name: str) -> Any:
        if name in _PLAIN.get(module_name, ()):
            return super().find_class(module_name, name)
        if module_name in ("scraper.types", __name__):
            found = super().find_class(module_name, name)
            if isinstance(found, type) and found.__module__ == module_name and found is not _ResultUnpickler:
                return found
        raise pickle.UnpicklingError(f"a worker answered with a {module_name}.{name}")


def load_result(data: bytes) -> Any:
    """Read what a worker sent. Raises ``pickle.UnpicklingError`` for anything but plain values and those of
    :mod:`scraper.types`."""
    return _ResultUnpickler(io.BytesIO(data)).load()


def main(descriptor: int, target: str, limits: WorkerLimits) -> None:
    """Serve jobs from the socket ``descriptor`` until its other end closes. ``target`` is ``package.module:name``."""
    for ignored in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    # Both end the process where Python could not: inside a C parser that loops.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with socket.socket(fileno=descriptor) as link, cast("BinaryIO", link.makefile("rb", buffering=1 << 18)) as incoming:
        try:
            function = _load(target)
        except Exception as error:  # noqa: BLE001  (whatever a module raises while it is imported)
            link.sendall(pack(_failed(error)))
            return
        limit_memory(limits.memory_bytes)
        gc.collect()
        gc.freeze()
        gc.disable()  # a page is many small objects, and hardly ever a cycle: looked for after a job
        link.sendall(pack(Answer("done", value=os.getpid())))
        _serve(link, incoming, function, limits)


def _load(target: str) -> Callable[..., Any]:
    from scraper.guard import seal_guard

    module, _, name = target.partition(":")
    function = getattr(importlib.import_module(module), name)
    seal_guard()
    return cast("Callable[..., Any]", function)


def limit_memory(wanted: int) -> None:
    """Allow this process so many bytes of address space, or as many as it may have."""
    _, hard = resource.getrlimit(resource.RLIMIT_AS)
    limit = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with suppress(ValueError, OSError):  # macOS refuses it; the deadlines still hold there
        resource.setrlimit(resource.RLIMIT_AS, (limit, hard))


def _serve(link: socket.socket, incoming: BinaryIO, function: Callable[..., Any], limits: WorkerLimits) -> None:
    for done in range(1, limits.jobs + 1):
        header = incoming.read(HEADER.size)
        if len(header) < HEADER.size:
            return  # the parent has closed the socket, or is gone
        data = incoming.read(HEADER.unpack(header)[0])
        signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
        # The parent's own deadline comes first; this one is for a parent that died meanwhile.
        signal.setitimer(signal.ITIMER_REAL, limits.wall_seconds + 5.0)
        frame = _run(function, data, last=done == limits.jobs, resident_bytes=limits.resident_bytes)
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.setitimer(signal.ITIMER_REAL, 0)
        link.sendall(frame)
        del data, frame


def _run(function: Callable[..., Any], data: bytes, *, last: bool, resident_bytes: int) -> bytes:
    """One job: from its frame's content to the frame to answer with. Never raises."""
    try:
        named, args, kwargs = pickle.loads(data)  # noqa: S301  (from our own parent)
        value = (named or function)(*args, **kwargs)
        if gc.get_count()[0] > _MANY:
            gc.collect()
        return pack(Answer("done", value=value, retire=last or _resident() > resident_bytes))
    except ExtractError as error:
        return pack(Answer("refused", reason=error.reason, message=str(error), retire=last))
    except MemoryError as error:
        return pack(_failed(error, retire=True))
    except Exception as error:  # noqa: BLE001  (around one page, so that it costs that page only)
        return pack(_failed(error, retire=last))


def _failed(error: BaseException, *, retire: bool = False) -> Answer:
    words = " ".join("".join(c if c.isprintable() else " " for c in str(error)[:1_000]).split())[:200]
    frames = "".join(traceback.format_tb(error.__traceback__)[-6:])
    return Answer("failed", message=f"{type(error).__name__}: {words}".rstrip(": "), trace=frames, retire=retire)


def _resident() -> int:
    """Bytes of memory held now; where the system does not tell, the most that were ever held."""
    try:
        with open("/proc/self/statm", "rb") as statm:  # noqa: PTH123  (once per page: the plain call is the cheap one)
            return int(statm.read().split()[1]) * resource.getpagesize()
    except OSError:
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return peak if sys.platform == "darwin" else peak * 1024
