"""The broker as both sides see it: one connection that comes back by itself, the queues' names, and confirmed sending.

AMQP 0-9-1 as RabbitMQ speaks it. Job queues are durable, replicated where the broker has more than one node (quorum
queues), and have a single active consumer, so that a site is asked by one worker at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import aio_pika
from aio_pika.abc import AbstractRobustChannel, AbstractRobustConnection, AbstractRobustExchange, AbstractRobustQueue

from scheduler.fleet.shards import SHARDS
from scheduler.fleet.wire import PROTOCOL
from scraper.addresses import AddressPolicy
from scraper.errors import ConfigError, PresswatchError

log = logging.getLogger(__name__)
for _library in ("aio_pika", "aiormq"):
    # They make a record of every frame, also where nobody listens.
    logging.getLogger(_library).setLevel(logging.WARNING)

HELLOS: Final = "presswatch.hello"
"""Where workers of every version say that they live."""
DONE: Final = f"presswatch.v{PROTOCOL}.done"
_ROSTER: Final = f"presswatch.v{PROTOCOL}.roster"
WAIT: Final = timedelta(minutes=10)
"""How long a reading is waited for. A job that nobody took until then is forgotten by the broker as well, and so is an
answer."""
_PORTS: Final = {"amqp": 5672, "amqps": 5671}
_CONNECT_SECONDS: Final = 10.0
_AGAIN_SECONDS: Final = 0.5
SETUP_SECONDS: Final = 60.0
"""How long the queues may take to be made, all together; the first time they are, a cluster is not quick."""
LOST: Final = (aio_pika.exceptions.AMQPError, OSError, TimeoutError, RuntimeError)
"""What is raised while the connection is away (aio-pika's ``ChannelInvalidStateError`` is a RuntimeError)."""


class BrokerError(PresswatchError):
    """The broker cannot be reached, refuses us, or does not take a message."""


@contextlib.contextmanager
def talking(failure: str) -> Iterator[None]:
    """What goes wrong between us and the broker meanwhile is a :class:`BrokerError` that says ``failure`` and why."""
    try:
        yield
    except LOST as error:
        raise BrokerError(f"{failure}: {error or type(error).__name__}") from error
    except asyncio.CancelledError as error:
        if _is_cancelled():
            raise
        raise BrokerError(f"{failure}: the connection was lost") from error


def _is_cancelled() -> bool:
    """Whether somebody wants this task to end. Otherwise it was aiormq, which cancels whatever is waited for when the
    connection goes."""
    task = asyncio.current_task()
    return task is None or task.cancelling() > 0


def job_queue(shard: int) -> str:
    """The name of a shard's queue."""
    return f"presswatch.v{PROTOCOL}.jobs.{shard:02d}"


def endpoint_of(url: str) -> tuple[str, int]:
    """Host and port of the broker. Raises :class:`scraper.errors.ConfigError` for what is no AMQP URL; the message
    does not show it, since it may hold a password."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port or _PORTS.get(parts.scheme)
    except ValueError as error:
        raise ConfigError(f"the queue is no URL: {error}", key="--queue") from error
    if not host or port is None:
        raise ConfigError("the queue is to be given as amqp://user:password@host/ or amqps://…", key="--queue")
    return host, port


def opened_for(policy: AddressPolicy, url: str) -> AddressPolicy:
    """``policy``, and the broker that the operator named."""
    return policy.opening(*endpoint_of(url))


class Broker:
    """A connection to the broker with one channel."""

    def __init__(self, connection: AbstractRobustConnection, channel: AbstractRobustChannel) -> None:
        self._connection = connection
        self.channel = channel
        self._roster: AbstractRobustExchange | None = None

    @classmethod
    async def connect(cls, url: str, name: str, *, prefetch: int) -> Broker:
        """Connect as ``name``. ``prefetch`` messages are sent ahead to each consumer. Raises :class:`BrokerError`."""
        host, port = endpoint_of(url)
        with talking(f"the queue at {host}:{port} cannot be used"):
            connection = await aio_pika.connect_robust(
                url,
                timeout=_CONNECT_SECONDS,
                client_properties={"connection_name": name},
                reconnect_interval=1,
            )
            try:
                async with asyncio.timeout(_CONNECT_SECONDS):
                    channel = await connection.channel(on_return_raises=True)
                    await channel.set_qos(prefetch_count=prefetch)
                if not isinstance(channel, aio_pika.RobustChannel):
                    raise TypeError(type(channel))
            except BaseException:
                await connection.close()
                raise
        return cls(connection, channel)

    def on_return(self, call: Callable[[], None]) -> None:
        """Call ``call`` whenever our channel is there again, after the connection was lost or the broker closed it."""
        self.channel.reopen_callbacks.add(lambda *_: call())

    async def job_queues(self) -> list[AbstractRobustQueue]:
        """All job queues, made where they are missing."""
        arguments: dict[str, Any] = {"x-single-active-consumer": True, "x-queue-type": "quorum"}
        return [
            await self.channel.declare_queue(job_queue(shard), durable=True, arguments=arguments)
            for shard in range(SHARDS)
        ]

    async def done_queue(self) -> AbstractRobustQueue:
        """Where readings are sent."""
        return await self.channel.declare_queue(DONE, durable=True, arguments={"x-queue-type": "quorum"})

    async def hello_queue(self) -> AbstractRobustQueue:
        """Where workers say that they live; what nobody hears is forgotten."""
        return await self.channel.declare_queue(
            HELLOS, durable=True, arguments={"x-message-ttl": 30_000, "x-max-length": 10_000}
        )

    async def roster_queue(self) -> AbstractRobustQueue:
        """A queue of this connection's own that hears every roster."""
        queue = await self.channel.declare_queue("", exclusive=True, auto_delete=True)
        await queue.bind(await self.roster_exchange())
        return queue

    async def tell_roster(self, body: bytes) -> None:
        """Send the roster to all who listen now. Raises :class:`BrokerError`."""
        with talking("the queue did not take a message"):
            exchange = await self.roster_exchange()
            await exchange.publish(aio_pika.Message(body), routing_key="", mandatory=False, timeout=_CONNECT_SECONDS)

    async def roster_exchange(self) -> AbstractRobustExchange:
        """Where rosters are sent."""
        if self._roster is None:
            found = await self.channel.declare_exchange(_ROSTER, aio_pika.ExchangeType.FANOUT, durable=True)
            if not isinstance(found, aio_pika.RobustExchange):
                raise TypeError(type(found))
            self._roster = found
        return self._roster

    async def send(self, queue: str, body: bytes, *, keep: timedelta, patience: timedelta) -> None:
        """Put a message into ``queue`` and wait until the broker has it; nobody wants it after ``keep``. While the
        connection or the queue is away, wait for it up to ``patience``. A message may arrive twice. Raises
        :class:`BrokerError`."""
        message = aio_pika.Message(body, delivery_mode=aio_pika.DeliveryMode.PERSISTENT, expiration=keep)
        try:
            async with asyncio.timeout(patience.total_seconds()):
                for pause in itertools.chain([0.0], itertools.repeat(_AGAIN_SECONDS)):
                    await asyncio.sleep(pause)
                    if await self._is_taken(queue, message):
                        return
        except TimeoutError as error:
            raise BrokerError(f"the queue did not take a message within {patience.total_seconds():g} s") from error

    async def _is_taken(self, queue: str, message: aio_pika.Message) -> bool:
        try:
            await self.channel.ready()
            await self.channel.default_exchange.publish(message, routing_key=queue)
        except asyncio.CancelledError:
            if _is_cancelled():
                raise
            return False
        except LOST as error:
            log.debug("a message was not taken: %r", error)
            return False
        return True

    async def close(self) -> None:
        """Leave; what was not acknowledged goes to others."""
        try:
            await self._connection.close()
        except LOST as error:
            log.debug("closing: %r", error)
