"""A Chromium to look at pages with, through its DevTools protocol."""

from __future__ import annotations

import asyncio
import base64
import json
import re
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import aiohttp

FLAGS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run", "--no-default-browser-check", "--remote-debugging-port=0",
)  # fmt: skip


def find_chromium() -> str | None:
    """The program, if there is one."""
    return next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)


class Tab:
    """One tab. ``faults`` collects console errors and what the policy blocked, of all pages seen."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket, self._calls, self.faults = socket, 0, list[str]()
        self._loaded = asyncio.Event()
        self._answers: dict[int, asyncio.Future[dict[str, Any]]] = {}
        self._reader = asyncio.create_task(self._read())

    async def _read(self) -> None:
        async for message in self._socket:
            event = json.loads(message.data)
            if "id" in event:
                self._answers.pop(event["id"]).set_result(event.get("result", {}))
            elif event["method"] == "Page.loadEventFired":
                self._loaded.set()
            elif event["method"] == "Log.entryAdded" and event["params"]["entry"]["level"] == "error":
                self.faults.append(event["params"]["entry"]["text"])
            elif event["method"] in ("Runtime.exceptionThrown", "Page.javascriptDialogOpening"):
                self.faults.append(json.dumps(event["params"])[:500])

    async def call(self, method: str, **given: Any) -> dict[str, Any]:
        """One command of the protocol."""
        self._calls += 1
        answer = self._answers[self._calls] = asyncio.get_running_loop().create_future()
        await self._socket.send_json({"id": self._calls, "method": method, "params": given})
        return await asyncio.wait_for(answer, 20)

    async def open(self, url: str, width: int, height: int = 844, *, dark: bool = False) -> None:
        """Load a page as a screen of ``width`` shows it."""
        for domain in ("Page", "Log", "Runtime"):
            await self.call(f"{domain}.enable")
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        await self.call("Emulation.setEmulatedMedia", features=[scheme])
        await self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 500
        )
        self._loaded.clear()
        await self.call("Page.navigate", url=url)
        await asyncio.wait_for(self._loaded.wait(), 20)

    async def evaluate(self, script: str) -> Any:
        """The value of an expression in the page."""
        answer = await self.call("Runtime.evaluate", expression=script, returnByValue=True)
        return answer["result"].get("value")

    async def press(self, key: str) -> None:
        """A key."""
        await self.call("Input.dispatchKeyEvent", type="keyDown", key=key, text=key)
        await self.call("Input.dispatchKeyEvent", type="keyUp", key=key)

    async def screenshot(self, path: Path) -> None:
        """What is seen, as a PNG file."""
        shot = await self.call("Page.captureScreenshot")
        await asyncio.to_thread(path.write_bytes, base64.b64decode(shot["data"]))

    async def close(self) -> None:
        """The end."""
        self._reader.cancel()
        await self._socket.close()


@asynccontextmanager
async def browse(program: str, profile: Path) -> AsyncIterator[Tab]:
    """A tab of a browser of its own."""
    process = await asyncio.to_thread(_start, program, profile)
    try:
        port = await asyncio.wait_for(asyncio.to_thread(_port, process), 30)
        async with aiohttp.ClientSession() as session:
            async with session.get(f"http://127.0.0.1:{port}/json/list") as answer:
                pages = [page for page in await answer.json() if page["type"] == "page"]
            socket = await session.ws_connect(pages[0]["webSocketDebuggerUrl"], max_msg_size=0)
            tab = Tab(socket)
            try:
                yield tab
            finally:
                await tab.close()
    finally:
        process.terminate()
        process.communicate(timeout=20)


def _start(program: str, profile: Path) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [program, *FLAGS, f"--user-data-dir={profile}", "about:blank"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def _port(process: subprocess.Popen[str]) -> int:
    assert process.stderr is not None
    for line in process.stderr:
        found = re.search(r"ws://127\.0\.0\.1:(\d+)/", line)
        if found:
            return int(found[1])
    raise RuntimeError("the browser ended")
