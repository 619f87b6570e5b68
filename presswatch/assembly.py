"""The one place where the parts are put together, as a Scrapy add-on: ``scrapy crawl news``, ``presswatch check`` and
the daemon get the same assembly."""

from __future__ import annotations

import asyncio
import logging
import os
import random
import signal
import sys
import time
from collections.abc import AsyncIterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta
from typing import TYPE_CHECKING, TextIO

from scrapy.settings import BaseSettings

from presswatch import wiring
from presswatch.applying import FileWatch, Loaded, address_policy, load, put_in_force, state_of, try_to_apply
from presswatch.config import Config
from presswatch.paths import find_home
from presswatch.terminal import Terminal
from presswatch.words import counted
from scheduler.cadence import Cadence, CadenceOptions
from scheduler.channels import Channel, ChannelSpec, build_channel
from scheduler.messages import MessagePlanner, TellingPlan
from scheduler.outbox import Outbox, OutboxStats
from scraper.addresses import AddressPolicy
from scraper.errors import ConfigError, PresswatchError
from scraper.guard import install_guard
from scraper.service import Service
from scraper.spiders.news import log_report
from scraper.store.db import Store, open_store

if TYPE_CHECKING:
    from scheduler.daemon import Daemon

log = logging.getLogger(__name__)

_DRAIN = timedelta(seconds=30)
"""How long a one-shot command waits for what it has to send; what is left is sent by the next one."""

_LINGER = timedelta(milliseconds=200)
"""How long the daemon waits at a time for sends to end; meanwhile nothing new is handed over."""


_IDLE_SECONDS = 1.0
"""How often it is looked whether something is due to be sent while nothing is written."""


class PresswatchAddon:
    """Names the assembly to the spider."""

    def update_settings(self, settings: BaseSettings) -> None:
        """Called by Scrapy once per crawler."""
        settings.set("PRESSWATCH_ASSEMBLY", "presswatch.assembly.Assembly", priority="addon")


def guarding_policy(environ: Mapping[str, str], queue: str | None) -> AddressPolicy:
    """Where this process may connect: what the operator opened, and the broker that they named. Raises
    :class:`scraper.errors.ConfigError`."""
    policy = address_policy(environ)
    if queue is None:
        return policy
    from scheduler.fleet.broker import opened_for

    return opened_for(policy, queue)


def build_channels(
    config: Config,
    environ: Mapping[str, str],
    *,
    console: TextIO | None = None,
    known: Mapping[ChannelSpec, Channel] | None = None,
) -> dict[ChannelSpec, Channel]:
    """All channels that can work; what is wrong with another one is logged, and its messages wait. ``console`` is
    where channels of that kind write, by default standard output; one of ``known`` stays as it is."""
    found: dict[ChannelSpec, Channel] = {}
    for channel in config.channels:
        try:
            spec = wiring.channel_spec(config, channel, environ)
            found[spec] = (known or {}).get(spec) or build_channel(spec, stream=console)
        except PresswatchError as error:
            log.error("channel %s cannot be used: %s", channel.name, error)
    return found


class Assembly:
    """What the spider is given (:class:`scraper.service.Assembly`)."""

    def __init__(self, settings: BaseSettings) -> None:
        self.environ = os.environ
        self.home = find_home(settings.get("PRESSWATCH_HOME"), self.environ)
        self.queue = settings.get("PRESSWATCH_QUEUE")
        install_guard(guarding_policy(self.environ, self.queue))
        self.listener = MessagePlanner(TellingPlan(channels=()))
        self.cadence = Cadence(CadenceOptions(), random.Random())  # noqa: S311 - jitter
        self.watch = FileWatch(self.home.config_path)
        self._take(load(self.home, self.environ))
        self.chromium = self.config.settings.chromium
        self._channels: dict[ChannelSpec, Channel] = {}
        self.console = sys.stderr if settings.get("PRESSWATCH_CONSOLE") == "stderr" else None

    def _take(self, loaded: Loaded) -> None:
        """Go by this configuration from now on, or raise :class:`scraper.errors.ConfigError`."""
        config = loaded.config
        wiring.require_own_programs(config)
        self.book = wiring.request_book(config, self.environ)
        self.loaded, self.config = loaded, config
        self.watch.seen = loaded.state
        self.options = wiring.check_options(config)
        self.retention = wiring.retention(config)
        self.parallel = config.settings.concurrency
        self.cadence.options = wiring.cadence_options(config)
        self.listener.plan = wiring.telling_plan(config)

    def open_store(self) -> Store:
        """The database, reconciled with the configuration as it is by then."""
        store = open_store(self.home.db_path)
        try:
            applied = put_in_force(store, self.home, self.environ, self.loaded)
            if applied is not self.loaded:
                self._take(applied)
        except BaseException:
            store.close()
            raise
        return store

    async def finish(self, service: Service) -> None:  # noqa: ARG002 - the outbox has a connection of its own
        """Send what is due, unless a daemon does."""
        if self.config.channels:
            await asyncio.to_thread(self._drain)

    def _drain(self) -> OutboxStats:
        store = open_store(self.home.db_path)
        outbox = self._build_outbox(store)
        try:
            return outbox.drain(_DRAIN)
        finally:
            outbox.close()
            store.close()

    def _build_outbox(self, store: Store) -> Outbox:
        outbox = Outbox(store, {})
        self._reconfigure_outbox(outbox)
        return outbox

    def _reconfigure_outbox(self, outbox: Outbox) -> None:
        config, known = self.config, self._channels
        self._channels = build_channels(config, self.environ, console=self.console, known=known)
        by_name = {channel.name: channel for channel in self._channels.values()}
        outbox.reconfigure(by_name, wiring.outbox_options(config))

    async def serve(self, service: Service) -> None:
        """Be the daemon until SIGTERM or SIGINT. SIGHUP, or a change of the file, reads the configuration anew; SIGHUP
        of a terminal that was closed is an end too."""
        # Imported here: a single look needs none of it.
        from scheduler.daemon import Daemon, DaemonOptions
        from scheduler.heartbeat import Heartbeat
        from scheduler.servicemanager import ServiceManager

        sender, beside = _Sender(self), AsyncExitStack()
        daemon = Daemon(
            service,
            sender,
            DaemonOptions(),
            reload=lambda store, is_whole: self._reload(store, service, sender, is_whole),
            is_changed=self.watch,
            report=log_report,
            beat=Heartbeat(lambda: wiring.switch(self.config, self.environ)).beat,
            manager=ServiceManager(os.environ),
            begun=lambda: self._begin(daemon, service, beside),
        )
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, daemon.stop)
        terminal = Terminal()
        loop.add_signal_handler(signal.SIGHUP, lambda: daemon.stop() if terminal.is_gone else daemon.ask_reload())
        async with beside:
            await daemon.run()

    async def _begin(self, daemon: Daemon, service: Service, beside: AsyncExitStack) -> None:
        """Only now is a port or a broker's queue ours: before, they may be in use by another service on our
        database."""
        await beside.enter_async_context(self._hearing_hubs(daemon, service))
        if self.queue is not None:
            await beside.enter_async_context(self._leading_fleet(daemon, service, self.queue))
        watched = counted(sum(not source.paused for source in self.config.sources), "source")
        log.info("watching %s; database %s, configuration %s", watched, self.home.db_path, self.home.config_path)
        if not self.config.sources:
            log.warning("%s", self.home.nothing_watched)

    @asynccontextmanager
    async def _hearing_hubs(self, daemon: Daemon, service: Service) -> AsyncIterator[None]:
        """Subscribe with the hubs of sources meanwhile, where the configuration says how they reach us. Without an
        address to listen on, the daemon does not begin."""
        options = wiring.websub_options(self.config)
        if options is None:
            yield
            return
        from scheduler.websub import Subscriber

        subscriber = Subscriber(service.store, service.download, options, service.clock, daemon.wake)
        await subscriber.listen()
        task = asyncio.create_task(subscriber.run())
        daemon.guard(task)
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)

    @asynccontextmanager
    async def _leading_fleet(self, daemon: Daemon, service: Service, queue: str) -> AsyncIterator[None]:
        """Have workers read meanwhile."""
        from scheduler.fleet.hub import Hub

        hub = await Hub.open(queue, service, manners=lambda: self.options.manners)
        daemon.guard(hub.rounds)
        try:
            yield
        finally:
            await hub.close()

    def _reload(self, store: Store, service: Service, sender: _Sender, is_whole: bool) -> bool:
        """Put another configuration in force; ``False`` if the file is to be left alone a little longer. One with a
        mistake in it changes nothing, and is not read again before it is another."""
        state = state_of(self.home.config_path)
        try:
            if state is None:
                raise ConfigError("the file is gone; what it said stays in force", path=self.home.config_path)
            loaded = load(self.home, self.environ)
            wiring.require_own_programs(loaded.config)
            wiring.request_book(loaded.config, self.environ)
            applied = try_to_apply(store, self.home, self.environ, loaded, is_whole=is_whole)
            if applied is None:
                return False
            before = self.config.settings
            self._take(applied)
        except ConfigError:
            self.watch.seen = state
            raise
        for key in ("websub", "chromium"):
            if getattr(before, key) != getattr(self.config.settings, key):
                log.warning("presswatch.%s takes effect when the service is started anew", key)
        service.checker.reconfigure(self.options, self.book)
        sender.replace()
        return True


class _Sender:
    """The outbox in a thread of its own, with its own connection; a changed configuration gives it other channels."""

    def __init__(self, assembly: Assembly) -> None:
        self._assembly = assembly
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="outbox")
        self._store: Store | None = None
        self._outbox: Outbox | None = None
        self._stale = False
        self._written = -1
        self._rest_until = 0.0

    def tick(self) -> None:
        """Hand over what is due and record what was sent, as soon as it was: what is not recorded when the process is
        killed is sent again. As long as nobody writes to the database, it is looked only every second whether the
        time of something has come."""
        self._thread.submit(self._tick).result()

    def _tick(self) -> None:
        if self._store is None:
            self._store = open_store(self._assembly.home.db_path)
        if self._outbox is None:
            self._stale = False
            self._outbox = self._assembly._build_outbox(self._store)
        elif self._stale:
            self._stale, self._rest_until = False, 0.0
            self._assembly._reconfigure_outbox(self._outbox)
        written = self._store.conn.execute("PRAGMA data_version").fetchone()[0]
        if written == self._written and time.monotonic() < self._rest_until:
            return
        done = self._outbox.drain(_LINGER)
        self._written = written
        self._rest_until = 0.0 if done.in_flight else time.monotonic() + _IDLE_SECONDS

    def replace(self) -> None:
        """From the next tick on, look at what is due at once and send to the channels of the present configuration.
        What is being sent ends first."""
        self._stale = True

    def close(self, timeout: timedelta) -> None:
        """Let sends under way end, up to ``timeout``."""
        try:
            self._thread.submit(self._close, timeout).result()
        finally:
            self._thread.shutdown()

    def _close(self, timeout: timedelta) -> None:
        try:
            if self._outbox is not None:
                self._outbox.close(timeout)
        finally:
            if self._store is not None:
                self._store.close()
