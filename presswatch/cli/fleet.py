"""``presswatch worker``: reading pages for a service that runs elsewhere."""

from __future__ import annotations

import importlib.util
import logging

import click

from presswatch.cli.talk import TalkHandler
from scraper.errors import ConfigError

queue_option = click.option(
    "--queue",
    metavar="URL",
    envvar="PRESSWATCH_QUEUE",
    show_envvar=True,
    help="Broker of a fleet, amqp://user:password@host/ or amqps://…; a password is better left to the environment.",
)


def require_fleet() -> None:
    """Raises :class:`scraper.errors.ConfigError` where the extra is not installed."""
    if importlib.util.find_spec("aio_pika") is None or importlib.util.find_spec("msgspec") is None:
        raise ConfigError("a fleet needs the extra: pip install 'presswatch[fleet]'", key="--queue")


@click.command(name="worker")
@queue_option
@click.option("--parallel", type=click.IntRange(1, 1_000), default=16, show_default=True, help="Pages at a time.")
@click.option("--name", "called", metavar="NAME", help="Its name in `presswatch status`; default host and process.")
@click.option("--quiet", "-q", is_flag=True, help="Log warnings and errors only.")
def worker_command(queue: str | None, parallel: int, called: str | None, quiet: bool) -> None:
    """Read pages for a `presswatch run --queue` that may be on another machine.

    Needs neither a database nor a configuration: what it reads, and how, comes from the queue. As many workers may run
    as are wanted; one that ends, or is killed, loses nothing. SIGTERM lets it finish what it has begun.

    \b
    PRESSWATCH_QUEUE=amqps://reader:…@broker.example/ presswatch worker
    """
    require_fleet()
    if queue is None:
        raise ConfigError("name the broker: --queue amqp://user:password@host/, or PRESSWATCH_QUEUE", key="--queue")
    from presswatch.worker import run_worker

    handler = TalkHandler(logging.WARNING if quiet else logging.INFO, stamped=True)
    run_worker(queue, parallel=parallel, called=called, log_to=handler)
