"""A browser that is started leaves nothing behind, whenever its page is given up."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest

from scraper.browser import chromium
from scraper.browser.chromium import Chromium, NoBrowserError
from scraper.browser.processes import descendants_of, drivers, kill_all

pytestmark = pytest.mark.browser
URL = "https://board.example/"


@pytest.fixture(autouse=True)
def nothing_left() -> Iterator[None]:
    """One test that fails is one that fails."""
    yield
    kill_all(drivers())


async def open_page(browser: Chromium, seconds: float) -> bool:
    """Whether there was one within so many seconds."""
    try:
        async with asyncio.timeout(seconds), browser.context(URL):
            return True
    except TimeoutError:
        return False


async def gone() -> None:
    async with asyncio.timeout(5):
        while drivers():  # noqa: ASYNC110 - nobody tells
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("seconds", [0.02, 0.3, 0.6])
def test_a_page_that_is_given_up_while_the_browser_starts_leaves_no_process_behind(seconds: float) -> None:
    async def run() -> None:
        browser = Chromium()
        for _ in range(3):
            await open_page(browser, seconds)
        assert len(drivers()) <= 1
        await browser.close()
        await gone()

    asyncio.run(run())


def test_the_browser_that_was_started_for_a_page_that_was_given_up_serves_the_next_one_and_ends() -> None:
    async def run() -> None:
        browser = Chromium(idle=0.1)
        assert not await open_page(browser, 0.1)
        (driver,) = await started()
        assert await open_page(browser, 20)
        assert driver in drivers()
        await gone()
        assert not await open_page(browser, 0.1)
        await started()
        await gone()
        await browser.close()

    async def started() -> frozenset[int]:
        async with asyncio.timeout(10):
            while not drivers():  # noqa: ASYNC110 - nobody tells
                await asyncio.sleep(0.01)
        return drivers()

    asyncio.run(run())


@pytest.mark.parametrize("seconds", [0.02, 0.3, 0.8])
def test_a_browser_that_does_not_start_in_time_is_ended_and_the_next_one_works(
    seconds: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def run() -> None:
        browser, refusal = Chromium(), ""
        with monkeypatch.context() as patch:
            patch.setattr(chromium, "_START_SECONDS", seconds)
            try:
                assert await open_page(browser, 20)
            except NoBrowserError as error:
                refusal = str(error)
        # The longer times may suffice where the machine is quick.
        assert "cannot be started" in refusal or (not refusal and seconds > 0.02)
        if refusal:
            await gone()
        assert await open_page(browser, 20)
        await browser.close()
        await gone()

    asyncio.run(run())


def test_a_page_that_is_given_up_while_its_profile_is_made_leaves_none_in_the_browser() -> None:
    async def run() -> None:
        browser = Chromium()
        assert await open_page(browser, 20)
        assert browser._launch is not None
        assert browser._launch.browser is not None
        session = await browser._launch.browser.new_browser_cdp_session()
        for n in range(20):
            await open_page(browser, n / 2_000)
        async with asyncio.timeout(5):
            while (await session.send("Target.getBrowserContexts"))["browserContextIds"]:  # noqa: ASYNC110 - as above
                await asyncio.sleep(0.02)
        await browser.close()

    asyncio.run(run())


@pytest.mark.parametrize("whole", [True, False])
def test_a_browser_that_dies_is_replaced_for_the_next_page(whole: bool) -> None:
    async def run() -> None:
        browser = Chromium()
        assert await open_page(browser, 20)
        (driver,) = drivers()
        kill_all([driver] if whole else descendants_of(driver))
        assert await open_page(browser, 20)
        await browser.close()

    asyncio.run(run())
