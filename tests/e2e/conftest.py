from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from presswatch.fixture_site import FixtureSite, WebhookReceiver
from tests.e2e.desk import SECRET, Desk


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "home")
    yield made
    made.close()


@pytest.fixture
def site() -> Iterator[FixtureSite]:
    with FixtureSite("m0") as opened:
        yield opened


@pytest.fixture
def hook() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(SECRET) as opened:
        yield opened
