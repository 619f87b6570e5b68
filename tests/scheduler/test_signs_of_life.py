"""Signs of life: to systemd, and to a dead man's switch."""

from __future__ import annotations

import logging
import os
import socket
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from presswatch.fixture_site import Fault, FixtureSite
from scheduler.heartbeat import Heartbeat, Switch
from scheduler.servicemanager import ServiceManager
from scraper.errors import ConfigError
from tests.e2e.desk import wait_until


@pytest.fixture
def systemd(tmp_path: Path) -> Iterator[socket.socket]:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        listener.bind(str(tmp_path / "notify"))
        listener.settimeout(5)
        yield listener


def test_systemd_hears_how_the_service_is(systemd: socket.socket) -> None:
    environ = {"NOTIFY_SOCKET": systemd.getsockname(), "WATCHDOG_USEC": "4000000", "WATCHDOG_PID": str(os.getpid())}
    manager = ServiceManager(environ)
    assert environ == {}, "no child process may speak for us"
    assert manager.interval == 2.0
    for tell in (lambda: manager.ready("watching"), manager.alive, manager.reloading, manager.stopping):
        tell()
    said = [systemd.recv(1000).decode().split("\n")[0] for _ in range(4)]
    assert said == ["READY=1", "WATCHDOG=1", "RELOADING=1", "STOPPING=1"]


def test_a_name_without_a_file_is_understood() -> None:
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as listener:
        name = f"\0presswatch-test-{os.getpid()}"
        listener.bind(name)
        listener.settimeout(5)
        ServiceManager({"NOTIFY_SOCKET": "@" + name[1:]}).alive()
        assert listener.recv(100) == b"WATCHDOG=1"


@pytest.mark.parametrize(
    "environ",
    [{}, {"WATCHDOG_USEC": "1000"}, {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "1000", "WATCHDOG_PID": "1"},
     {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "soon"}, {"NOTIFY_SOCKET": "/x", "WATCHDOG_USEC": "0"}],
)  # fmt: skip
def test_without_systemd_or_its_watchdog_nothing_is_fed(environ: dict[str, str]) -> None:
    manager = ServiceManager(environ)
    assert manager.interval is None
    manager.ready("watching")  # nobody listens, and nothing happens


def test_the_address_is_asked_for_as_often_as_it_says() -> None:
    times = iter((0.0, 5.0, 299.0, 300.0, 305.0, 601.0))
    with FixtureSite() as site:
        heart = Heartbeat(lambda: Switch(site.url(), timedelta(minutes=5)), lambda: next(times))
        for _ in range(6):
            heart.beat()
        wait_until(lambda: len(site.exchanges) >= 3, 5)
    assert [each.request.method for each in site.exchanges] == ["GET"] * 3


def test_trouble_is_logged_when_it_begins_and_when_it_ends_without_the_key(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "scheduler.heartbeat")
    times = iter((0.0, 10.0, 20.0))
    with FixtureSite() as site:
        key = site.url("/very-secret-key")
        site.misbehave(Fault(status=503), times=2)
        heart = Heartbeat(lambda: Switch(key, timedelta(seconds=10)), lambda: next(times))
        for _ in range(3):
            heart.beat()
        gone = Heartbeat(lambda: Switch("http://127.0.0.1:1/very-secret-key", timedelta(seconds=10)))
        gone.beat()
    said = [record.getMessage() for record in caplog.records]
    assert said[0] == "heartbeat: 127.0.0.1 answered 503"
    assert "refused" in said[-1]
    assert "very-secret" not in " ".join(said)


def test_a_secret_that_cannot_be_read_is_said_once(caplog: pytest.LogCaptureFixture) -> None:
    def unreadable() -> Switch:
        raise ConfigError("the environment variable BEAT is not set")

    heart = Heartbeat(unreadable)
    heart.beat()
    heart.beat()
    assert [record.getMessage() for record in caplog.records] == ["heartbeat: the environment variable BEAT is not set"]
