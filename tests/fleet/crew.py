"""A service with workers, started by their real commands."""

from __future__ import annotations

from pathlib import Path

from tests.e2e.desk import Daemon, Desk
from tests.support.starting import start


class Crew(Desk):
    """A desk whose service reads through the broker at ``queue``."""

    def __init__(self, home: Path, queue: str) -> None:
        super().__init__(home)
        self.queue = queue

    def environment(self) -> dict[str, str]:
        return super().environment() | {"PRESSWATCH_QUEUE": self.queue}

    def start_worker(self, name: str) -> Daemon:
        """Start a worker; it may not be ready yet."""
        log_path = self.home.parent / f"worker-{name}-{len(self.started)}.log"
        environment = self.environment()
        del environment["PRESSWATCH_HOME"]
        with log_path.open("wb") as log:
            process = start(["presswatch", "worker", "--name", name], env=environment, stdout=log, stderr=log)
        self.started.append(Daemon(process, log_path))
        return self.started[-1]

    def wait_workers(self, *names: str, seconds: float = 30.0) -> None:
        """Until the service counts exactly on these workers."""
        wanted = ",".join(sorted(names))
        sql = "SELECT coalesce(group_concat(name), '') = ? FROM (SELECT name FROM workers ORDER BY name)"
        self.wait_for(sql, wanted, seconds=seconds)

    def wait_all_looked_at(self, since: str, seconds: float) -> None:
        """Until every source was looked at after that moment."""
        late = (
            "SELECT count(*) FROM sources s WHERE NOT EXISTS "
            "(SELECT 1 FROM checks c WHERE c.source_id = s.id AND c.last_at > ?)"
        )
        self.wait_for(f"SELECT ({late}) = 0", since, seconds=seconds)
