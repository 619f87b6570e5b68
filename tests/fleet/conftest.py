"""A broker for the whole run, and a desk whose service reads through it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.conftest import hook, site
from tests.fleet.crew import Crew
from tests.support.broker import NEEDED, RabbitMQ, is_installed

__all__ = ["hook", "site"]


@pytest.fixture(scope="session")
def broker(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RabbitMQ]:
    if not is_installed() and not os.environ.get(NEEDED):
        pytest.skip("there is no RabbitMQ here; Debian's package is rabbitmq-server")
    node = RabbitMQ(tmp_path_factory.mktemp("broker"))
    try:
        node.start()
        yield node
    finally:
        node.close()


@pytest.fixture
def crew(tmp_path: Path, broker: RabbitMQ) -> Iterator[Crew]:
    made = Crew(tmp_path / "home", broker.url)
    yield made
    made.close()
