"""One Chromium for the whole process: found on the machine, started when it is needed, gone when it is idle."""

from __future__ import annotations

import asyncio
import contextlib
import os
import shutil
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

from scraper.browser.launching import Launch, NotStartedError
from scraper.browser.processes import memory_of
from scraper.errors import FetchError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext

PROGRAMS: Final = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MOST_PAGES: Final = 2
"""At once. Each is a process of its own."""
IDLE_SECONDS: Final = 20.0
MOST_MEMORY: Final = 1_500_000_000
"""Bytes that all of the browser's processes together may hold (proportional set size) before it is ended."""
_START_SECONDS: Final = 20.0
_LEAVE_SECONDS: Final = 2.5
_MEMORY_EVERY: Final = 1.0


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
        self._launch: Launch | None = None
        self._open = 0
        self._timer: asyncio.TimerHandle | None = None
        self._ending: set[asyncio.Task[None]] = set()

    @property
    def is_running(self) -> bool:
        """Whether there is a browser at the moment."""
        return self._launch is not None and self._launch.browser is not None

    def require(self, url: str) -> None:
        """Raises :class:`NoBrowserError` where no page can be rendered: to be asked before Playwright is imported,
        which may not be there."""
        missing = what_is_missing(self._program)
        if missing:
            raise NoBrowserError(missing, url=url)

    @asynccontextmanager
    async def context(self, url: str, **options: Any) -> AsyncIterator[BrowserContext]:
        """A fresh profile for one page, thrown away afterwards. Raises :class:`NoBrowserError`, and
        :class:`FetchError` (``too_large``) if the browser had to be ended because of its memory."""
        async with self._turn:
            self._open += 1
            self._wind_up()
            try:
                launch, made = await self._profile(url, **options)
                try:
                    async with self._watched(url, launch):
                        yield made
                finally:
                    await asyncio.shield(self._leave(made, launch))
            finally:
                self._open -= 1
                self._wind_down()

    async def _profile(self, url: str, **options: Any) -> tuple[Launch, BrowserContext]:
        from playwright.async_api import Error

        launch, browser = await self._started(url)
        try:
            return launch, await self._new_context(launch, browser, **options)
        except Error:  # Playwright does not notice at once that the processes have gone, nor ever that its own has
            await self._kill(launch)
            launch, browser = await self._started(url)
            return launch, await self._new_context(launch, browser, **options)

    async def _new_context(self, launch: Launch, browser: Browser, **options: Any) -> BrowserContext:
        """Whoever is cancelled meanwhile leaves none behind: the browser would keep it."""
        making = asyncio.ensure_future(browser.new_context(service_workers="block", accept_downloads=False, **options))
        try:
            return await asyncio.shield(making)
        except asyncio.CancelledError:
            self._in_background(self._forget(making, launch))
            raise

    async def _forget(self, making: asyncio.Future[BrowserContext], launch: Launch) -> None:
        from playwright.async_api import Error

        with contextlib.suppress(Error):  # it went with its browser
            await self._leave(await making, launch)

    async def _leave(self, context: BrowserContext, launch: Launch) -> None:
        """Close a profile; a page that holds its process up takes the browser with it."""
        from playwright.async_api import Error

        try:
            async with asyncio.timeout(_LEAVE_SECONDS):
                await context.close()
        except TimeoutError:
            await self._kill(launch)
        except Error:  # it went with its browser
            return

    @asynccontextmanager
    async def _watched(self, url: str, launch: Launch) -> AsyncIterator[None]:
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
            await self._kill(launch)
            message = f"the browser held more than {self._memory // 1_000_000} MB of memory and was ended"
            raise FetchError("too_large", message, url=url) from None
        finally:
            watching.cancel()

    async def _started(self, url: str) -> tuple[Launch, Browser]:
        async with self._starting:
            if self._launch is not None and self._launch.is_over:
                await self._kill(self._launch)
            if self._launch is None:
                self.require(url)
                self._launch = Launch(find_chromium(self._program))
            launch = self._launch
            try:
                return launch, await launch.ready(_START_SECONDS)
            except NotStartedError as error:
                await self._kill(launch)
                raise NoBrowserError(f"the browser cannot be started: {error}", url=url) from error

    # -- the end -----------------------------------------------------------------------------------------------------

    def _wind_up(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _wind_down(self) -> None:
        if self._open == 0 and self._launch is not None:
            self._wind_up()
            self._timer = asyncio.get_running_loop().call_later(self._idle, self._end_soon)

    def _end_soon(self) -> None:
        self._in_background(self._end_idle())

    def _in_background(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work)
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _end_idle(self) -> None:
        async with self._starting:
            if self._open == 0:
                await self._end()

    async def close(self) -> None:
        """End the browser; the next page starts another."""
        self._wind_up()
        async with self._starting:
            await self._end()

    async def _end(self) -> None:
        launch = self._launch
        if launch is not None:
            await launch.close()
            self._launch = None

    async def _kill(self, launch: Launch) -> None:
        if self._launch is launch:
            self._launch = None
        await launch.kill()
