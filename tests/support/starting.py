"""Starting ``python -m MODULE …`` as a process of its own, a thousand times: on Linux forked by one that has loaded the
libraries already (:mod:`tests.support.prepared`), which spares each two thirds of its start. How presswatch starts by
itself is for the tests that start it by :mod:`subprocess`; so is whatever needs pipes."""

from __future__ import annotations

import atexit
import functools
import io
import json
import os
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any, Protocol

ROOT = Path(__file__).resolve().parents[2]
_PREPARED = Path(__file__).with_name("prepared.py")
_OF_THE_INTERPRETER = ("PYTHON", "LC_", "LANG")


class Process(Protocol):
    """What is common to ours and to :class:`subprocess.Popen`."""

    @property
    def pid(self) -> int: ...
    @property
    def returncode(self) -> int | None: ...
    def poll(self) -> int | None: ...
    def wait(self, timeout: float | None = None) -> int: ...
    def send_signal(self, sig: int, /) -> None: ...
    def terminate(self) -> None: ...
    def kill(self) -> None: ...


def start(words: Sequence[str], *, env: Mapping[str, str], stdout: IO[Any], stderr: IO[Any],
          stdin: IO[Any] | None = None, cwd: Path = ROOT) -> Process:  # fmt: skip
    """Start ``python -m`` with ``words``, the module first; files in place of pipes."""
    if not hasattr(os, "pidfd_open") or not _is_as_ours(env):
        return subprocess.Popen([sys.executable, "-m", *words], cwd=cwd, env=env, stdout=stdout, stderr=stderr,
                                stdin=stdin or subprocess.DEVNULL)  # fmt: skip
    with Path(os.devnull).open("rb") as nothing:
        return _Forked(words, cwd, env, (stdin or nothing, stdout, stderr))


def run(words: Sequence[str], *, env: Mapping[str, str], given: str = "", cwd: Path = ROOT,
        timeout: float = 60.0) -> subprocess.CompletedProcess[str]:  # fmt: skip
    """As :func:`subprocess.run`: start, wait, and what it said. ``given`` is its standard input. Raises
    :class:`subprocess.TimeoutExpired`."""
    with tempfile.TemporaryFile() as stdin, tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        stdin.write(given.encode())
        stdin.seek(0)
        process = start(words, env=env, stdin=stdin, stdout=out, stderr=err, cwd=cwd)
        try:
            code = process.wait(timeout)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
            raise
        return subprocess.CompletedProcess(list(words), code, _text(out), _text(err))


def _text(file: IO[bytes]) -> str:
    file.seek(0)
    return io.TextIOWrapper(io.BytesIO(file.read()), encoding="utf-8").read()


def _is_as_ours(env: Mapping[str, str]) -> bool:
    """Whether ``env`` says nothing new of what an interpreter reads when it starts, and only then."""
    given = {name: env[name] for name in env if name.startswith(_OF_THE_INTERPRETER)}
    ours = {name: os.environ[name] for name in os.environ if name.startswith(_OF_THE_INTERPRETER)}
    return given | {"PYTHONPATH": ""} == ours | {"PYTHONPATH": ""} and env.get("PYTHONPATH", "") in ("", str(ROOT))


class _Forked:
    def __init__(
        self, words: Sequence[str], cwd: Path, env: Mapping[str, str], standard: tuple[IO[Any], IO[Any], IO[Any]]
    ) -> None:
        request = json.dumps({"words": list(words), "cwd": str(cwd), "env": dict(env)}).encode()
        reading, report = os.pipe()
        socket.send_fds(_control(), [request], [*(file.fileno() for file in standard), report])
        os.close(report)
        self._words, self._report = words, os.fdopen(reading, "rb")
        self.returncode: int | None = None
        self.pid = int(self._report.readline())

    def poll(self) -> int | None:
        return self._look(0)

    def wait(self, timeout: float | None = None) -> int:
        code = self._look(timeout)
        if code is None:
            raise subprocess.TimeoutExpired(self._words, timeout or 0)
        return code

    def _look(self, timeout: float | None) -> int | None:
        if self.returncode is None:
            poller = select.poll()
            poller.register(self._report, select.POLLIN)
            if poller.poll(None if timeout is None else timeout * 1000):
                self.returncode = int(self._report.readline())
                self._report.close()
        return self.returncode

    def send_signal(self, sig: int, /) -> None:
        if self.poll() is None:
            os.kill(self.pid, sig)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


@functools.cache
def _control() -> socket.socket:
    """Where requests go; the process behind it ends with ours."""
    ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
    with theirs:
        process = subprocess.Popen([sys.executable, str(_PREPARED), str(theirs.fileno())], cwd=ROOT,
                                   pass_fds=(theirs.fileno(),), stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
                                   env={**os.environ, "OPENBLAS_NUM_THREADS": "1"})  # fmt: skip

    def end() -> None:
        ours.close()
        process.wait(10)

    atexit.register(end)
    return ours
