"""A Python that has loaded the libraries, and forks what is asked of it: each is ``python -m MODULE …`` from there
on, a process of its own that imports all of our modules itself. Started by :mod:`tests.support.starting`."""

from __future__ import annotations

import contextlib
import gc
import json
import os
import runpy
import select
import signal
import socket
import sys
import time
from importlib import import_module
from pathlib import Path
from typing import Any

LIBRARIES = """
    apscheduler.executors.asyncio apscheduler.schedulers.asyncio apscheduler.triggers.cron
    apscheduler.triggers.interval click lxml.html protego queuelib rich.console rich.status rich.table
    scrapy.core.downloader.handlers.http11 scrapy.crawler scrapy.downloadermiddlewares.httpcache
    scrapy.downloadermiddlewares.httpcompression scrapy.downloadermiddlewares.httpproxy
    scrapy.downloadermiddlewares.offsite scrapy.downloadermiddlewares.redirect scrapy.downloadermiddlewares.retry
    scrapy.downloadermiddlewares.robotstxt scrapy.exporters scrapy.extensions.closespider
    scrapy.extensions.corestats scrapy.extensions.feedexport scrapy.extensions.logcount scrapy.extensions.memusage
    scrapy.pqueues scrapy.spidermiddlewares.depth scrapy.spidermiddlewares.httperror
    scrapy.spidermiddlewares.metacopy scrapy.spidermiddlewares.referer scrapy.spidermiddlewares.start
    scrapy.spidermiddlewares.urllength scrapy.squeues scrapy.statscollectors scrapy.utils.engine selectolax.lexbor
    sqlite_utils.db tldextract tomlkit twisted.internet.asyncioreactor
""".split()
"""What takes a process most of its start. None of ours, and not Twisted's reactor, which each has to choose."""


def serve(control: socket.socket) -> tuple[dict[str, Any], list[int]] | None:
    """Fork a process for each request and report how it ended. Returns in each child, with its request and its files;
    ``None`` when nobody is there to ask any more."""
    poller = select.poll()
    poller.register(control, select.POLLIN)
    running: dict[int, tuple[int, int]] = {}
    while True:
        for ready, _ in poller.poll():
            if ready != control.fileno():
                poller.unregister(ready)
                _report(ready, *running.pop(ready))
                continue
            request, files, _, _ = socket.recv_fds(control, 1 << 20, 4)
            if not request:
                return None
            *standard, report = files
            process = os.fork()
            if process == 0:
                control.close()
                for watched, (_, other) in running.items():
                    os.close(watched)
                    os.close(other)
                os.close(report)
                return json.loads(request), standard
            for file in standard:
                os.close(file)
            os.write(report, b"%d\n" % process)
            watched = os.pidfd_open(process)
            running[watched] = process, report
            poller.register(watched, select.POLLIN)


def _report(watched: int, process: int, report: int) -> None:
    """Told before it is reaped, so that whoever sends it a signal never meets another process of the same number."""
    ended = os.waitid(os.P_PIDFD, watched, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    code = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
    with contextlib.suppress(OSError):
        os.write(report, b"%d\n" % code)
    os.waitpid(process, 0)
    os.close(watched)
    os.close(report)


def become(request: dict[str, Any], files: list[int], path: list[str]) -> None:
    """What ``python -m MODULE …`` does once the interpreter runs. ``path`` is where modules are found without
    ``PYTHONPATH``."""
    for number, file in enumerate(files):
        os.dup2(file, number)
        os.close(file)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    os.chdir(request["cwd"])
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    module, *words = request["words"]
    given = os.environ.get("PYTHONPATH", "")
    sys.path[:] = [request["cwd"], *filter(None, given.split(os.pathsep)), *path]
    sys.argv = ["-m", *words]
    runpy.run_module(module, run_name="__main__", alter_sys=True)


def main() -> None:
    """Load the libraries, then serve at the socket that the command line names."""
    given = [str(Path(__file__).parent), *os.environ.get("PYTHONPATH", "").split(os.pathsep)]
    path = [place for place in sys.path if place not in given]
    for library in LIBRARIES:
        import_module(library)
    assert "twisted.internet.reactor" not in sys.modules
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    gc.freeze()
    wanted = serve(socket.socket(fileno=int(sys.argv[1])))
    if wanted:
        become(*wanted, path)


if __name__ == "__main__":
    main()
