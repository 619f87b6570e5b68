"""A RabbitMQ of the tests' own: Debian's, on loopback, on free ports, in a folder of its own."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

SERVER = Path("/usr/lib/rabbitmq/bin/rabbitmq-server")
NEEDED = "PRESSWATCH_NEEDS_BROKER"
"""Set where a missing broker is a failure, and no reason to skip."""


def is_installed() -> bool:
    """Whether Debian's rabbitmq-server is there."""
    return SERVER.exists() and shutil.which("epmd") is not None


class RabbitMQ:
    """One node. ``url`` is what clients connect to; it stays the same over a restart."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._port, self._dist, self._epmd = _free_ports(3)
        self._process: subprocess.Popen[bytes] | None = None
        self.url = f"amqp://guest:guest@127.0.0.1:{self._port}/"

    def start(self) -> None:
        """Start it and wait until it takes connections."""
        environment = {
            "PATH": os.environ["PATH"],
            "HOME": str(self._folder),
            "RABBITMQ_NODENAME": f"presswatch{self._port}@localhost",
            "RABBITMQ_NODE_IP_ADDRESS": "127.0.0.1",
            "RABBITMQ_NODE_PORT": str(self._port),
            "RABBITMQ_DIST_PORT": str(self._dist),
            "RABBITMQ_MNESIA_BASE": str(self._folder / "mnesia"),
            "RABBITMQ_LOG_BASE": str(self._folder / "log"),
            "RABBITMQ_ENABLED_PLUGINS_FILE": str(self._folder / "plugins"),
            "RABBITMQ_CONFIG_FILE": str(self._folder / "rabbitmq.conf"),
            "RABBITMQ_PID_FILE": str(self._folder / "pid"),
            "ERL_EPMD_ADDRESS": "127.0.0.1",
            "ERL_EPMD_PORT": str(self._epmd),
            "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS": "-kernel inet_dist_use_interface {127,0,0,1} +S 1:1 +sbwt none",
        }
        (self._folder / "plugins").write_text("[].")
        (self._folder / "rabbitmq.conf").write_text("log.console = false\n")
        with (self._folder / "out").open("ab") as out:
            self._process = subprocess.Popen(
                [str(SERVER)], env=environment, stdout=out, stderr=out, cwd=self._folder, start_new_session=True
            )
        give_up = time.monotonic() + 90
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > give_up:
                raise RuntimeError((self._folder / "out").read_text(errors="replace")[-2_000:])
            time.sleep(0.2)

    def _answers(self) -> bool:
        """Whether it speaks AMQP: a wrong protocol header is answered with the right one."""
        try:
            with socket.create_connection(("127.0.0.1", self._port), timeout=1) as link:
                link.sendall(b"AMQP\x00\x00\x00\x00")
                return link.recv(4) == b"AMQP"
        except OSError:
            return False

    def stop(self) -> None:
        """End it and all that it started."""
        if self._process is None:
            return
        os.killpg(self._process.pid, signal.SIGTERM)
        try:
            self._process.wait(30)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait(30)
        self._process = None

    def close(self) -> None:
        """End it for good, with the name server that its first start left behind."""
        self.stop()
        environment = {"PATH": os.environ["PATH"], "ERL_EPMD_PORT": str(self._epmd)}
        subprocess.run(["epmd", "-kill"], env=environment, capture_output=True, check=False)


def _free_ports(count: int) -> list[int]:
    links = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    ports = [link.getsockname()[1] for link in links]
    for link in links:
        link.close()
    return ports
