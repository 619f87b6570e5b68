"""The backstop under every library: each test is a process of its own, since a guard cannot be taken off."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from typing import Any

import pytest

from tests.scraper.misbehaving import Site, serve

PREAMBLE = """
import asyncio, errno, json, smtplib, socket, sys, threading, time, urllib.request
from scraper.guard import AddressPolicy, RefusedConnectionError, install_guard, last_refusal, seal_guard
port = int(sys.argv[1])
def outcome(act):
    try:
        result = act()
    except Exception as error:
        seen = set()
        cause = error
        while cause is not None and id(cause) not in seen:
            if isinstance(cause, PermissionError):
                return "refused"
            seen.add(id(cause))
            cause = getattr(cause, "reason", None) if isinstance(getattr(cause, "reason", None), Exception) \
                else cause.__cause__ or cause.__context__
        return type(error).__name__
    return "passed" if result is None or not isinstance(result, int) else result
"""


def run(script: str, port: int) -> Any:
    done = subprocess.run(
        [sys.executable, "-c", PREAMBLE + textwrap.dedent(script), str(port)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve() as running:
        yield running


@pytest.fixture
def port(site: Site) -> int:
    return int(site.server_address[1])


LIBRARIES = """
    import aiohttp, requests, urllib3


    async def with_streams():
        await asyncio.open_connection("127.0.0.1", port)

    async def with_names():
        await asyncio.open_connection("localhost", port)

    async def with_aiohttp():
        async with aiohttp.ClientSession() as session, session.get(f"http://127.0.0.1:{port}/ok"):
            pass

    url = f"http://127.0.0.1:{port}/ok"
    print(json.dumps({
        "connect": outcome(lambda: socket.socket().connect(("127.0.0.1", port))),
        "connect bytes": outcome(lambda: socket.socket().connect((b"127.0.0.1", port))),
        "connect_ex": outcome(lambda: socket.socket().connect_ex(("127.0.0.1", port))),
        "connect v6": outcome(lambda: socket.socket(socket.AF_INET6).connect(("::ffff:127.0.0.1", port, 0, 0))),
        "create_connection": outcome(lambda: socket.create_connection(("localhost", port))),
        "sendto": outcome(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"", ("127.0.0.1", port))),
        "sendmsg": outcome(
            lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendmsg([b""], [], 0, ("127.0.0.1", port))
        ),
        "asyncio": outcome(lambda: asyncio.run(with_streams())),
        "asyncio by name": outcome(lambda: asyncio.run(with_names())),
        "aiohttp": outcome(lambda: asyncio.run(with_aiohttp())),
        "urllib": outcome(lambda: urllib.request.urlopen(url)),
        "urllib3": outcome(lambda: urllib3.PoolManager().request("GET", url, retries=False)),
        "requests": outcome(lambda: requests.get(url)),
        "smtplib": outcome(lambda: smtplib.SMTP("127.0.0.1", port, timeout=0.2)),
    }))
"""


def test_every_library_sees_a_refused_connection(port: int, site: Site) -> None:
    before = len(site.seen)
    found = run("    install_guard(AddressPolicy())" + LIBRARIES, port)
    assert {name: how for name, how in found.items() if how != "refused"} == {}
    assert len(site.seen) == before


def test_what_the_operator_opened_is_reached_by_every_library(port: int) -> None:
    found = run("    install_guard(AddressPolicy.parse(f'127.0.0.1:{port}'))" + LIBRARIES, port)
    assert "refused" not in found.values()


def test_an_opened_name_opens_the_addresses_it_resolves_to(port: int) -> None:
    script = """
    install_guard(AddressPolicy.parse(f"localhost:{port}"))
    early = outcome(lambda: socket.socket().connect(("127.0.0.1", port)))
    async def with_names():
        await asyncio.open_connection("localhost", port)
    print(json.dumps([
        early,
        outcome(lambda: socket.create_connection(("LOCALHOST", port))),
        outcome(lambda: asyncio.run(with_names())),
        outcome(lambda: socket.create_connection(("localhost", 1), timeout=1)),
    ]))
    """
    assert run(script, port) == ["refused", "passed", "passed", "refused"]


def test_a_lent_address_is_taken_back(port: int) -> None:
    script = """
    import scraper.guard as guard
    install_guard(AddressPolicy.parse("localhost"))
    socket.getaddrinfo("localhost", port)
    first = outcome(lambda: socket.socket().connect(("127.0.0.1", port)))
    later = time.monotonic() + guard._LENT_SECONDS + 1
    guard.time.monotonic = lambda: later
    print(json.dumps([first, outcome(lambda: socket.socket().connect(("127.0.0.1", port)))]))
    """
    assert run(script, port) == ["passed", "refused"]


def test_a_name_where_an_address_is_due_is_refused(port: int) -> None:
    script = """
    install_guard(AddressPolicy.parse("127.0.0.0/8"))
    print(json.dumps([outcome(lambda h=h: socket.socket().connect((h, port)))
                      for h in ("localhost", "127.1", "2130706433", "0x7f.1", "", "<broadcast>")]))
    """
    assert set(run(script, port)) == {"refused"}


def test_what_stays_on_the_machine_passes(port: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = tmp_path_factory.mktemp("s") / "u"
    script = f"""
    install_guard(AddressPolicy())
    server = socket.socket(socket.AF_UNIX); server.bind({str(path)!r}); server.listen()
    one, other = socket.socketpair()
    one.send(b"x")
    listening = socket.create_server(("127.0.0.1", 0))
    print(json.dumps([outcome(lambda: socket.socket(socket.AF_UNIX).connect({str(path)!r})), other.recv(1).decode()]))
    """
    assert run(script, port) == ["passed", "x"]


def test_installing_again_replaces_the_policy(port: int) -> None:
    script = """
    found = []
    for allow in ("", "127.0.0.1", "", f"127.0.0.1:{port}"):
        install_guard(AddressPolicy.parse(allow))
        found.append(outcome(lambda: socket.socket().connect(("127.0.0.1", port))))
    seal_guard()
    found.append(outcome(lambda: socket.socket().connect(("127.0.0.1", port))))
    found.append(outcome(lambda: socket.socket().connect(("1.1.1.1", 443))))
    print(json.dumps(found))
    """
    assert run(script, port) == ["refused", "passed", "refused", "passed", "refused", "refused"]


def test_a_refusal_is_an_ordinary_network_error_that_explains_itself(port: int) -> None:
    script = """
    install_guard(AddressPolicy())
    began = time.monotonic()
    try:
        socket.create_connection(("127.0.0.1", port))
    except OSError as error:
        caught = error
    known = last_refusal(port=port, since=began, address="127.0.0.1")
    print(json.dumps([type(caught).__name__, caught.errno == errno.EACCES, str(caught), known is caught,
                      last_refusal(port=port + 1, since=began) is None,
                      last_refusal(port=port, since=time.monotonic()) is None,
                      last_refusal(port=port, since=began, address="127.0.0.2") is None]))
    """
    kind, denied, said, *rest = run(script, port)
    assert (kind, denied) == ("RefusedConnectionError", True)
    assert f"PRESSWATCH_ALLOW_PRIVATE=127.0.0.1:{port}" in said
    assert rest == [True, True, True, True]


def test_the_hook_costs_next_to_nothing_where_nothing_is_connected(port: int) -> None:
    script = """
    def spent():
        began = time.process_time()
        for _ in range(20_000):
            sys.audit("presswatch.nothing")
        return (time.process_time() - began) / 20_000
    install_guard(AddressPolicy())
    print(json.dumps(min(spent() for _ in range(5))))
    """
    assert run(script, port) < 5e-6
