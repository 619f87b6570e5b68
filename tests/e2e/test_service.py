"""The daemon as systemd starts it: readiness, watchdog, reload, structured logs, a heartbeat."""

from __future__ import annotations

import json
import signal
import socket
import time
from pathlib import Path

import pytest

from presswatch.fixture_site import FixtureSite
from tests.e2e.desk import Desk


def _hear(listener: socket.socket, wanted: str) -> list[str]:
    """Datagrams until one begins with ``wanted``."""
    heard: list[str] = []
    end = time.monotonic() + 30
    while not heard or not heard[-1].startswith(wanted):
        listener.settimeout(max(end - time.monotonic(), 0.01))
        heard.append(listener.recv(4096).decode())
    return heard


def test_the_service_manager_hears_all_and_logs_are_json(
    desk: Desk, site: FixtureSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.command = ("presswatch", "run", "--log-format", "json")
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener, FixtureSite() as switch:
        listener.bind(str(tmp_path / "notify"))
        monkeypatch.setenv("NOTIFY_SOCKET", str(tmp_path / "notify"))
        monkeypatch.setenv("WATCHDOG_USEC", "400000")
        monkeypatch.delenv("WATCHDOG_PID", raising=False)
        monkeypatch.setenv("BEAT_URL", switch.url("/ping/key"))
        desk.configure({"ministry": site.url()}, heartbeat="env:BEAT_URL")
        daemon = desk.start_daemon()
        assert _hear(listener, "READY=1")[-1] == "READY=1\nSTATUS=watching"
        _hear(listener, "WATCHDOG=1")
        desk.wait_baseline(1)
        daemon.signal(signal.SIGHUP)
        _hear(listener, "RELOADING=1")
        _hear(listener, "READY=1")
        assert [each.request.path for each in switch.exchanges] == ["/ping/key"]
        assert daemon.stop() == 0
        _hear(listener, "STOPPING=1")
    lines = [json.loads(line) for line in daemon.log().splitlines()]
    [first, *_] = [line for line in lines if "outcome" in line]
    assert (first["source"], first["outcome"], first["items"], first["level"]) == ("ministry", "changed", 12, "info")
    assert first["time"].endswith("Z")
    assert isinstance(first["duration_ms"], int)
    assert "key" not in daemon.log().replace("source_key", "")


def test_the_service_is_not_ended_by_scrapy_for_its_memory(desk: Desk, site: FixtureSite) -> None:
    desk.command = ("tests.e2e.narrow_memory", "run")
    desk.configure({"ministry": {"url": site.url(), "every": "1s"}})
    with desk.daemon():
        desk.wait_looks("ministry", 2)
