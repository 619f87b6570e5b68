from __future__ import annotations

import os

import pytest

from scraper.browser.chromium import what_is_missing

NEEDED = "PRESSWATCH_NEEDS_BROWSER"


@pytest.fixture(autouse=True, scope="session")
def browser() -> None:
    """Skips where there is no browser, with the reason; where one is needed, its absence is a failure."""
    missing = what_is_missing()
    if missing and os.environ.get(NEEDED):
        pytest.fail(missing)
    if missing:
        pytest.skip(missing)
