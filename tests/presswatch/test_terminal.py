"""A service that was started from a terminal ends with it, and no other does."""

from __future__ import annotations

import os
import pty
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.desk import wait_until
from tests.support.starting import ROOT

_RUN = (sys.executable, "-m", "presswatch", "run")


def _start(tmp_path: Path, *, before: tuple[str, ...] = (), terminal: int | None) -> subprocess.Popen[bytes]:
    home = tmp_path / "home"
    home.mkdir()
    (home / "presswatch.toml").write_text("", encoding="utf-8")
    environ = {**os.environ, "PRESSWATCH_HOME": str(home)}
    with (tmp_path / "log").open("wb") as log:
        return subprocess.Popen(
            [*before, *_RUN], cwd=ROOT, env=environ, stdin=terminal or subprocess.DEVNULL, stdout=log, stderr=log,
            start_new_session=True, preexec_fn=_take_terminal if terminal is not None else None,  # noqa: PLW1509
        )  # fmt: skip


def _take_terminal() -> None:
    """As a shell does in a new window: what is standard input is the terminal of the session."""
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def _log(tmp_path: Path) -> str:
    return (tmp_path / "log").read_text(encoding="utf-8")


def test_a_closed_terminal_ends_what_was_started_from_it(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    service = _start(tmp_path, terminal=theirs)
    os.close(theirs)
    try:
        assert wait_until(lambda: "watching 0 sources" in _log(tmp_path))
        assert "nothing is watched yet; add a page: presswatch add" in _log(tmp_path)
        service.send_signal(signal.SIGHUP)  # the terminal is there: read the configuration again
        assert wait_until(lambda: "configuration" in _log(tmp_path).partition("nothing is watched yet")[2])
        assert service.poll() is None
        os.close(ours)
        assert service.wait(15) == 0
    finally:
        service.kill()


@pytest.mark.parametrize("before", [(), ("nohup",)])
def test_without_a_terminal_it_only_reads_its_configuration_again(before: tuple[str, ...], tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    service = _start(tmp_path, before=before, terminal=theirs if before else None)
    os.close(theirs)
    try:
        assert wait_until(lambda: "nothing is watched yet" in _log(tmp_path))
        os.close(ours)
        service.send_signal(signal.SIGHUP)
        assert wait_until(lambda: "configuration" in _log(tmp_path).partition("nothing is watched yet")[2])
        assert service.poll() is None
        service.terminate()
        assert service.wait(15) == 0
    finally:
        service.kill()
