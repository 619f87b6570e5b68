"""``presswatch watch`` on a real terminal and in a pipe."""

from __future__ import annotations

import fcntl
import json
import os
import pty
import re
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from pathlib import Path

import pytest

from scraper.store.db import open_store
from tests.presswatch.cli.conftest import ROOT

ADDED = """
INSERT INTO changes (event_id, source_id, item_id, kind, changed_at, fields, reason, revision, tell)
SELECT event_id || 'x', source_id, item_id, 'reinstated', strftime('%Y-%m-%dT%H:%M:%fZ', 'now'), '', 'back', revision, 1
FROM changes WHERE kind = 'withdrawn'
"""


def _environ(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name not in ("COLUMNS", "LINES", "NO_COLOR")}
    return {**kept, "PRESSWATCH_HOME": str(home), "TERM": "xterm-256color", "TZ": "UTC"}


def _add_change(home: Path) -> None:
    store = open_store(home / "presswatch.db")
    store.conn.execute(ADDED)
    store.close()


def _read_until(handle: int, wanted: str, seconds: float = 20) -> str:
    """What was written to ``handle`` until ``wanted`` is in it."""
    content, end = b"", time.monotonic() + seconds
    while wanted.encode() not in content:
        ready, _, _ = select.select([handle], [], [], max(end - time.monotonic(), 0))
        assert ready, content.decode("utf-8", "replace")
        content += os.read(handle, 65_536)
    return content.decode("utf-8", "replace")


def test_a_terminal_shows_what_came_in_and_ctrl_c_leaves_it_as_it_was(home: Path) -> None:
    terminal, ours = pty.openpty()
    fcntl.ioctl(ours, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 100, 0, 0))
    process = subprocess.Popen(
        [sys.executable, "-m", "presswatch", "watch"],
        cwd=ROOT, env=_environ(home), stdin=ours, stdout=ours, stderr=ours, start_new_session=True,
    )  # fmt: skip
    os.close(ours)
    try:
        first = _read_until(terminal, "looked at")
        assert "\x1b[?1049h" in first, "the alternate screen, which leaves the terminal's own contents alone"
        plain = re.sub(r"\x1b(\[[0-9;?]*[A-Za-z]|\]8;[^\x1b]*\x1b\\)", "", first)
        assert "the service is not running" in plain
        assert "withdrawn" in plain
        assert all(len(line) <= 100 for line in plain.replace("\r", "").split("\n"))
        _add_change(home)
        _read_until(terminal, "reinstated")
        process.send_signal(signal.SIGINT)
        rest = _read_until(terminal, "\x1b[?1049l")
        assert "Traceback" not in rest
        assert process.wait(timeout=20) == 0
    finally:
        process.kill()
        process.wait()
        os.close(terminal)


@pytest.mark.parametrize("form", [(), ("--jsonl",)])
def test_in_a_pipe_each_change_is_a_line_as_it_comes(home: Path, form: tuple[str, ...]) -> None:
    process = subprocess.Popen(
        [sys.executable, "-m", "presswatch", "watch", "--tag", "ministry", *form],
        cwd=ROOT, env=_environ(home), stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    assert process.stdout is not None
    assert process.stderr is not None
    try:
        pipe = process.stdout.fileno()
        said = _read_until(pipe, "withdrawn")
        _add_change(home)
        said += _read_until(pipe, "reinstated")
        lines = said.rstrip("\n").split("\n")
        if form:
            records = [json.loads(line) for line in lines]
            assert [record["kind"] for record in records][-2:] == ["withdrawn", "reinstated"]
            assert [record["id"] for record in records] == sorted(record["id"] for record in records)
            assert records[0]["changed_at"].endswith("Z")
        else:
            assert "waters  withdrawn  " in lines[-2]
            assert "waters  reinstated  " in lines[-1]
        process.send_signal(signal.SIGINT)
        _, talk = process.communicate(timeout=20)
        assert (process.returncode, talk) == (0, b"")
    finally:
        process.kill()
        process.communicate()
