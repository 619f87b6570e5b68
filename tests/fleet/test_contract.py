"""What the service promises where it reads by itself it promises through a broker as well: the same tests."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.e2e.test_daemon import *  # noqa: F403
from tests.e2e.test_follow import *  # noqa: F403
from tests.e2e.test_manners import *  # noqa: F403
from tests.fleet.crew import Crew, Daemon
from tests.promises.test_data import test_every_item_of_a_completed_check_survives_kill_9  # noqa: F401
from tests.promises.test_running import (  # noqa: F401
    test_second_daemon_is_refused_and_after_kill_9_a_new_one_starts_at_once,
    test_sigterm_while_it_starts_exits_0,
    test_sigterm_with_silent_servers_in_flight_exits_0_within_10_seconds,
)
from tests.support.broker import RabbitMQ

pytestmark = pytest.mark.fleet


class Manned(Crew):
    """A crew with a worker for as long as it is used."""

    def start_daemon(self) -> Daemon:
        if not self.started:
            self.home.mkdir(parents=True, exist_ok=True)
            self.start_worker("hand")
        return super().start_daemon()


@pytest.fixture
def desk(tmp_path: Path, broker: RabbitMQ) -> Iterator[Crew]:
    made = Manned(tmp_path / "home", broker.url)
    yield made
    made.close()
