"""What is outside of our own files: names and addresses of the sources, robots.txt, the channels' secrets, the clock.

Bounded in time whatever the network does: what has not answered by then counts as no answer.
"""

from __future__ import annotations

import http.client
import socket
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar
from urllib.parse import urlsplit

from presswatch.config import Config, SourceConfig
from presswatch.doctor import Finding
from presswatch.own_forms import template_fault
from presswatch.wiring import channel_spec, check_options, request_book, switch
from presswatch.words import counted
from scheduler.channels import build_channel
from scraper.addresses import VARIABLE, AddressPolicy
from scraper.browser.chromium import what_is_missing
from scraper.errors import ConfigError, PresswatchError
from scraper.http_dates import parse_http_date
from scraper.robots import decide
from scraper.settings import USER_AGENT
from scraper.store.robots import read_robots
from scraper.urls import origin_of

_SECONDS = 8.0
_MOST_NAMES = 500
_AT_ONCE = 16
_NAMED = 5
_WRONG_CLOCK = timedelta(minutes=2)
Endpoint = tuple[str, int]
_K = TypeVar("_K")
_V = TypeVar("_V")


def examine_channels(config: Config, environ: Mapping[str, str], now: datetime) -> Iterator[Finding]:
    """Whether every secret can be read, every channel be built and every template be used; values are not shown."""
    wrong = 0
    for channel in config.channels:
        try:
            spec = channel_spec(config, channel, environ)
        except PresswatchError as error:
            wrong += 1
            remedy = f"set what it refers to where the service runs; presswatch notify test {channel.name}"
            yield Finding("secret", "bad", f"channel {channel.name}: {error}", remedy)
            continue
        try:
            build_channel(spec).close()
        except PresswatchError as error:
            yield Finding("channel", "bad", f"{channel.name}: {error}", f"presswatch notify test {channel.name}")
        if fault := template_fault(config, channel, now):
            remedy = "correct it; it is read again for each message"
            yield Finding("template", "bad", f"channel {channel.name}: {channel.template} {fault}", remedy)
    try:
        request_book(config, environ)
    except ConfigError as error:
        wrong += 1
        yield Finding("secret", "bad", str(error), "set what it refers to where the service runs")
    if config.secrets() and not wrong:
        yield Finding("secrets", "well", f"{len(config.secrets())} can be read")


def examine_browser(config: Config) -> Iterator[Finding]:
    """Whether there is a browser, where sources need one."""
    slugs = [s.slug for s in config.sources if not s.paused and (s.browser != "never" or s.screenshot)]
    missing = what_is_missing(config.settings.chromium) if slugs else None
    if missing:
        named = ", ".join(slugs[:_NAMED]) + (" …" if len(slugs) > _NAMED else "")
        what, _, remedy = missing.partition(": ")
        yield Finding("browser", "bad", f"{what} ({named}), and there is none", remedy)
    elif slugs:
        yield Finding("browser", "well", f"there is one, for {counted(len(slugs), 'source')}")


def examine_heartbeat(
    config: Config, environ: Mapping[str, str], policy: AddressPolicy, *, offline: bool
) -> Iterator[Finding]:
    """Whether the sign of life has an address that may be reached. It is not sent: the service would seem to work."""
    try:
        found = switch(config, environ)
    except ConfigError as error:
        yield Finding("heartbeat", "bad", str(error), "set what it refers to where the service runs")
        return
    if found is None or offline:
        return
    host, port = endpoint = _endpoint(found.url)
    addresses = _within(_SECONDS, [endpoint], lambda each: _resolve(*each)).get(endpoint)
    if not addresses:
        yield Finding("heartbeat", "bad", f"{host} does not resolve", "correct heartbeat in [presswatch]")
    elif _is_closed(policy, endpoint, addresses):
        remedy = f"if it is meant, open it: {VARIABLE}={host}:{port}"
        yield Finding("heartbeat", "bad", f"{host} is at {min(addresses)}, which is not a global address", remedy)
    else:
        yield Finding("heartbeat", "well", f"{host} may be reached")


def examine_robots(conn: sqlite3.Connection, config: Config, now: datetime) -> Iterator[Finding]:
    """Sources that the stored robots.txt of their site forbids, and sites of sources whose robots.txt is away."""
    agent = check_options(config).user_agent
    origins = {origin_of(source.url) for source in config.sources if not source.paused}
    for origin, since in conn.execute(
        "SELECT origin, unreachable_since_at FROM robots WHERE unreachable_since_at IS NOT NULL ORDER BY 2"
    ):
        if origin in origins:
            said = f"{origin}/robots.txt cannot be reached since {since[:16].replace('T', ' ')}"
            remedy = "until it can, nothing of that site is asked for (RFC 9309); tell the site"
            yield Finding("robots", "note", said, remedy)
    for source in config.sources:
        record = read_robots(conn, origin_of(source.url) or "")
        if record is None or record.status is None or record.status >= 500 or source.paused:
            continue
        if not decide(record, source.url, agent, now).allowed:
            remedy = f"presswatch pause {source.slug}, and ask the site, or watch a page that it allows"
            yield Finding("robots", "bad", f"robots.txt forbids {source.url}", remedy)


def examine_network(config: Config, policy: AddressPolicy, now: datetime) -> Iterator[Finding]:
    """Whether the names of the sources resolve, to addresses that may be reached; whether the clock agrees with the
    ``Date`` of a source. The caller has installed the guard with ``policy``."""
    asked = [source for source in config.sources if not source.paused and source.proxy is None]
    slugs: dict[Endpoint, list[str]] = {}
    for source in asked:
        slugs.setdefault(_endpoint(source.url), []).append(source.slug)
    wanted = list(slugs)[:_MOST_NAMES]
    found = _within(_SECONDS, wanted, lambda endpoint: _resolve(*endpoint))
    silent = [endpoint for endpoint in wanted if not found.get(endpoint)]
    refused = {endpoint: found[endpoint] for endpoint in wanted if _is_closed(policy, endpoint, found.get(endpoint))}
    if wanted and len(silent) == len(wanted):
        yield Finding("network", "bad", "no name of any source resolves", "is this machine online? look at its DNS")
    else:
        yield from _names(silent, refused, slugs)
    if wanted and not silent and not refused:
        yield Finding("network", "well", f"names that resolve to addresses that may be reached: {len(wanted)}")
    good = [source for source in asked if _endpoint(source.url) not in {*silent, *refused}]
    yield from _clock(good[:3], now)


def _is_closed(policy: AddressPolicy, endpoint: Endpoint, addresses: frozenset[str] | None) -> bool:
    host, port = endpoint
    return bool(addresses) and not any(policy.allows(address, port, host=host) for address in addresses or ())


def _names(
    silent: Sequence[Endpoint], refused: Mapping[Endpoint, frozenset[str]], slugs: Mapping[Endpoint, Sequence[str]]
) -> Iterator[Finding]:
    for host, port in silent[:_NAMED]:
        names = slugs[host, port]
        remedy = f"presswatch check {names[0]} says more; has the site moved?"
        yield Finding("name", "bad", f"{host} does not resolve ({', '.join(names[:_NAMED])})", remedy)
    for (host, port), addresses in list(refused.items())[:_NAMED]:
        remedy = f"if it is meant, open it: {VARIABLE}={host}:{port}"
        yield Finding("address", "bad", f"{host} is at {min(addresses)}, which is not a global address", remedy)
    left = max(len(silent) - _NAMED, 0) + max(len(refused) - _NAMED, 0)
    if left:
        yield Finding("network", "bad", f"{left} more names like these", "presswatch check says more")


def _clock(sources: Sequence[SourceConfig], now: datetime) -> Iterator[Finding]:
    """Compare with the first source that answers; ``now`` is when the command began."""
    started = time.monotonic()
    for source in sources:
        theirs = _within(_SECONDS / 2, [source.url], _date_of).get(source.url)
        if theirs is None:
            continue
        away = now + timedelta(seconds=time.monotonic() - started) - theirs
        host = _endpoint(source.url)[0]
        if abs(away) > _WRONG_CLOCK:
            said = f"{abs(away).total_seconds():.0f} s {'ahead of' if away > timedelta(0) else 'behind'} {host}"
            yield Finding("clock", "bad", said, "set the clock (timedatectl); dates and digests depend on it")
        else:
            yield Finding("clock", "well", f"agrees with {host}")
        return


def _date_of(url: str) -> datetime | None:
    """The ``Date`` of a HEAD request for robots.txt, which anybody may ask for."""
    host, port = _endpoint(url)
    kind = http.client.HTTPSConnection if url.lower().startswith("https") else http.client.HTTPConnection
    connection = kind(host, port, timeout=_SECONDS / 2)
    try:
        connection.request("HEAD", "/robots.txt", headers={"User-Agent": USER_AGENT})
        return parse_http_date(connection.getresponse().headers.get("Date", ""))
    except (OSError, http.client.HTTPException, ValueError):
        return None
    finally:
        connection.close()


def _endpoint(url: str) -> Endpoint:
    parts = urlsplit(url)
    return parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)


def _resolve(host: str, port: int) -> frozenset[str]:
    try:
        answers = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        return frozenset()
    return frozenset(str(address[0]) for *_, address in answers)


def _within(seconds: float, keys: Sequence[_K], work: Callable[[_K], _V]) -> dict[_K, _V]:
    """``work`` of each key, a few at once; of those that are done after ``seconds``. The others are left behind: a
    lookup cannot be interrupted, and its thread does not keep the program from ending."""
    left, done = list(reversed(keys)), {}
    finished = threading.Semaphore(0)

    def worker() -> None:
        while True:
            try:
                key = left.pop()
            except IndexError:
                return
            try:
                done[key] = work(key)
            finally:
                finished.release()

    for _ in range(min(_AT_ONCE, len(keys))):
        threading.Thread(target=worker, daemon=True).start()
    end = time.monotonic() + seconds
    for _ in keys:
        if not finished.acquire(timeout=max(end - time.monotonic(), 0)):
            break
    return dict(done)
