"""One Chromium for the whole process: found on the machine, started when it is needed, gone when it is idle."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import os
import shutil
import signal
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from scraper.errors import FetchError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext

log = logging.getLogger(__name__)

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MOST_PAGES: Final = 2
"""At once. Each is a process of its own."""
IDLE_SECONDS: Final = 20.0
MOST_MEMORY: Final = 1_500_000_000
"""Bytes that all of the browser's processes together may hold (proportional set size) before it is ended."""
_START_SECONDS: Final = 20.0
_LEAVE_SECONDS: Final = 2.5
_CLOSE_SECONDS: Final = 1.5
"""A service that is told to stop must be out within ten seconds, the five included that it gives to its checks."""
_MEMORY_EVERY: Final = 1.0

FLAGS: Final = (
    # No network of its own: no name has an address, and all goes to a proxy that cannot be found, loopback as well.
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://none.invalid:1",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-domain-reliability",
    "--disable-sync",
    "--disable-default-apps",
    "--disable-extensions",
    "--disable-client-side-phishing-detection",
    "--no-first-run",
    "--no-default-browser-check",
    "--no-pings",
    "--dns-prefetch-disable",
    "--metrics-recording-only",
    "--password-store=basic",
    "--disable-gpu",
    "--mute-audio",
    "--js-flags=--max-old-space-size=384",
)


class NoBrowserError(FetchError):
    """There is no browser to be had here; the sentence says what to install."""

    def __init__(self, message: str, *, url: str) -> None:
        super().__init__("unreadable", message, url=url)


def find_chromium(configured: str | None = None) -> str | None:
    """The program: the configured one, else the first on the PATH."""
    if configured:
        return shutil.which(configured)
    return next(filter(None, map(shutil.which, PROGRAMS)), None)


def what_is_missing(configured: str | None = None) -> str | None:
    """Why no page can be rendered here, in a sentence that says what to do; ``None`` if one can."""
    if find_spec("playwright") is None:
        return 'the page needs a browser: pip install "presswatch[browser]"'
    if find_chromium(configured) is None:
        return "the page needs a browser: install chromium, or say where it is (chromium, in the configuration)"
    return None


class Chromium:
    """Starts the browser for the first page, and ends it when none was wanted for ``idle`` seconds, or it holds more
    than ``memory`` bytes."""

    def __init__(self, program: str | None = None, *, idle: float = IDLE_SECONDS, memory: int = MOST_MEMORY) -> None:
        self._program = program
        self._idle = idle
        self._memory = memory
        self._turn = asyncio.Semaphore(MOST_PAGES)
        self._starting = asyncio.Lock()
        self._driver: Any = None
        self._browser: Browser | None = None
        self._pids: frozenset[int] = frozenset()
        self._open = 0
        self._timer: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether there is a browser at the moment."""
        return self._browser is not None

    @asynccontextmanager
    async def context(self, url: str, **options: Any) -> AsyncIterator[BrowserContext]:
        """A fresh profile for one page, thrown away afterwards. Raises :class:`NoBrowserError`, and
        :class:`FetchError` (``too_large``) if the browser had to be ended because of its memory."""
        async with self._turn:
            self._open += 1
            self._wind_up()
            try:
                browser = await self._started(url)
                made = await browser.new_context(service_workers="block", accept_downloads=False, **options)
                try:
                    async with self._watched(url):
                        yield made
                finally:
                    await asyncio.shield(self._leave(made))
            finally:
                self._open -= 1
                self._wind_down()

    async def _leave(self, context: BrowserContext) -> None:
        """Close a profile; a page that holds its process up takes the browser with it."""
        from playwright.async_api import Error

        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await context.close()
        except TimeoutError:
            await self._kill()
        except Error:  # it went with its browser
            return

    @asynccontextmanager
    async def _watched(self, url: str) -> AsyncIterator[None]:
        """End the browser when it takes too much memory."""
        task = asyncio.current_task()
        exceeded: list[int] = []

        async def watch() -> None:
            while True:
                await asyncio.sleep(_MEMORY_EVERY)
                held = await asyncio.to_thread(memory_of, os.getpid())
                if held > self._memory and task is not None:
                    exceeded.append(held)
                    task.cancel()
                    return

        watching = asyncio.create_task(watch())
        try:
            yield
        except asyncio.CancelledError:
            if not exceeded or task is None:
                raise
            task.uncancel()
            await self._kill()
            message = f"the browser held more than {self._memory // 1_000_000} MB of memory and was ended"
            raise FetchError("too_large", message, url=url) from None
        finally:
            watching.cancel()

    async def _started(self, url: str) -> Browser:
        async with self._starting:
            if self._browser is not None and not self._browser.is_connected():
                await self._kill()
            if self._browser is None:
                missing = what_is_missing(self._program)
                if missing:
                    raise NoBrowserError(missing, url=url)
                await self._start(url)
            if self._browser is None:
                raise NoBrowserError("the browser ended while it was starting", url=url)
            return self._browser

    async def _start(self, url: str) -> None:
        from playwright.async_api import Error, async_playwright

        try:
            async with asyncio.timeout(_START_SECONDS):
                self._driver = await async_playwright().start()
                self._browser = await self._driver.chromium.launch(
                    executable_path=find_chromium(self._program),
                    args=list(FLAGS),
                    # Chromium refuses to sandbox for root, as which it runs in containers.
                    chromium_sandbox=os.geteuid() != 0,
                    env={name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
                    handle_sigint=False,
                    handle_sigterm=False,
                    handle_sighup=False,
                )
        except (Error, TimeoutError, OSError) as error:
            await self._kill()
            why = (str(error).strip().splitlines() or ["no answer"])[0]
            raise NoBrowserError(f"the browser cannot be started: {why[:300]}", url=url) from error
        finally:
            self._pids = frozenset(pid for pid in children_of(os.getpid()) if _is_driver(pid))
        log.debug("browser started: %s", self._program or find_chromium())

    # -- the end -----------------------------------------------------------------------------------------------------

    def _wind_up(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wind_down(self) -> None:
        if self._open == 0 and self._browser is not None:
            self._wind_up()
            self._timer = asyncio.get_running_loop().call_later(self._idle, self._end_soon)

    def _end_soon(self) -> None:
        if self._open == 0:
            task = asyncio.create_task(self.close())
            self._ending.add(task)
            task.add_done_callback(self._ending.discard)

    async def close(self) -> None:
        """End the browser; the next page starts another."""
        self._wind_up()
        async with self._starting:
            browser, driver = self._browser, self._driver
            try:
                async with asyncio.timeout(_CLOSE_SECONDS):
                    if browser is not None:
                        await browser.close()
                    if driver is not None:
                        await driver.stop()
                self._browser = self._driver = None
                self._pids = frozenset()
            except TimeoutError:
                await self._kill()

    async def _kill(self) -> None:
        """End it whatever it does."""
        browser, driver, pids = self._browser, self._driver, self._pids
        self._browser = self._driver = None
        self._pids = frozenset()
        for pid in [*(one for parent in pids for one in descendants_of(parent)), *pids]:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.kill(pid, signal.SIGKILL)
        if browser is not None or driver is not None:
            with contextlib.suppress(Exception):
                async with asyncio.timeout(1):
                    await driver.stop()


def _parents() -> dict[int, int]:
    """The parent of each process, as far as /proc tells."""
    found = {}
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError, ValueError, IndexError):
            # After the name in parentheses, which may hold anything.
            found[int(entry.name)] = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
    return found


def children_of(pid: int) -> frozenset[int]:
    """Its child processes; none where there is no /proc."""
    return frozenset(child for child, parent in _parents().items() if parent == pid)


def _is_driver(pid: int) -> bool:
    """Whether a process is Playwright's driver, whose child the browser is."""
    try:
        said = Path(f"/proc/{pid}/cmdline").read_bytes()
    except OSError:
        return False
    return b"playwright" in said and b"run-driver" in said


def descendants_of(pid: int) -> list[int]:
    """Its children, theirs, and so on."""
    parents = _parents()
    found, at = [pid], 0
    while at < len(found):
        found += [child for child, parent in parents.items() if parent == found[at]]
        at += 1
    return found[1:]


def memory_of(pid: int) -> int:
    """Bytes that the browsers among the descendants of a process hold, pages shared between them counted once."""
    total = 0
    for one in descendants_of(pid):
        with contextlib.suppress(OSError, ValueError):
            name = Path(f"/proc/{one}/comm").read_text(encoding="utf-8", errors="replace").lower()
            if "chrom" not in name:
                continue
            for line in Path(f"/proc/{one}/smaps_rollup").read_text(encoding="ascii").splitlines():
                if line.startswith("Pss:"):
                    total += int(line.split()[1]) * 1024
    return total
