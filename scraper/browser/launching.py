"""One start of the browser: Playwright's driver, the Chromium below it, and the end of both, come what may."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, Final

from scraper.browser.processes import are_there, drivers, kill_all

if TYPE_CHECKING:
    from playwright.async_api import Browser

_CLOSE_SECONDS: Final = 1.5
"""A service that is told to stop must be out within ten seconds, the five included that it gives to its checks."""
_KILLS: Final = 5
_KILL_SECONDS: Final = 0.5

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


class NotStartedError(Exception):
    """The browser cannot be started; the text says why."""


class Launch:
    """Begins with its making, in a task of its own that whoever waits does not cancel: Playwright would leave its
    processes behind. ``program`` is Chromium."""

    def __init__(self, program: str | None) -> None:
        self._others = drivers()
        self._driver: Any = None
        self._task = asyncio.create_task(self._begin(program))

    async def _begin(self, program: str | None) -> Browser:
        from playwright.async_api import async_playwright

        self._driver = await async_playwright().start()
        browser: Browser = await self._driver.chromium.launch(
            executable_path=program,
            args=list(FLAGS),
            # Chromium refuses to sandbox for root, as which it runs in containers.
            chromium_sandbox=os.geteuid() != 0,
            env={name: os.environ[name] for name in ("PATH", "HOME", "TMPDIR", "LANG") if name in os.environ},
            handle_sigint=False,
            handle_sigterm=False,
            handle_sighup=False,
        )
        return browser

    @property
    def browser(self) -> Browser | None:
        """``None`` as long as it starts, and if it could not."""
        task = self._task
        return task.result() if task.done() and not task.cancelled() and task.exception() is None else None

    @property
    def is_over(self) -> bool:
        """Whether it could not be started, or has gone."""
        browser = self.browser
        return self._task.done() and (browser is None or not browser.is_connected())

    async def ready(self, seconds: float) -> Browser:
        """The browser, once it is there. Raises :class:`NotStartedError`."""
        await asyncio.wait({self._task}, timeout=seconds)
        browser = self.browser
        if browser is not None:
            return browser
        error = None if not self._task.done() or self._task.cancelled() else self._task.exception()
        said = str(error).strip().splitlines() if error else []
        raise NotStartedError(said[0][:300] if said else "no answer") from error

    async def close(self) -> None:
        """End it, gently if it can be."""
        from playwright.async_api import Error

        browser = self.browser
        if browser is not None:
            with contextlib.suppress(Error, TimeoutError):
                async with asyncio.timeout(_CLOSE_SECONDS):
                    await browser.close()
                    await self._driver.stop()
                    return
        await self.kill()

    async def kill(self) -> None:
        """End it whatever it does, while it starts too."""
        killed = set[int]()
        for _ in range(_KILLS):
            found = drivers() - self._others
            kill_all(found)
            killed |= found
            if self._driver is not None:
                # At once, so that Playwright does not take its driver's end for a fault of which nobody heard.
                with contextlib.suppress(Exception):
                    async with asyncio.timeout(_KILL_SECONDS):
                        await self._driver.stop()
            await asyncio.wait({self._task}, timeout=_KILL_SECONDS)
            if self._task.done():
                break
        self._task.cancel()
        await asyncio.wait({self._task}, timeout=_KILL_SECONDS)
        if self._task.done() and not self._task.cancelled():
            self._task.exception()  # nobody else asks for it
        await _buried(killed)


async def _buried(pids: Iterable[int]) -> None:
    """The loop has seen them end: it may be closed next."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_KILL_SECONDS):
            while are_there(pids):  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.01)
