"""Web hooks: Standard Webhooks to the letter, no redirects, bounded answers, no secrets in errors."""

from __future__ import annotations

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from scheduler.channels import ChannelSpec, build_channel
from scheduler.outbox import send_test
from scheduler.render import render
from scraper.errors import ConfigError, DeliveryError
from scraper.settings import CONTACT_URL
from tests.scheduler.examples import make_change, make_message
from tests.scheduler.sink import Answer, Sink

SECRET = "whsec_" + "c2VjcmV0IG9mIHRoZSBoYXJib3VyIG9mZmljZQ=="


def send(sink: Sink | str, **spec: Any) -> None:
    url = sink if isinstance(sink, str) else sink.url
    spec = {"timeout": timedelta(seconds=2), **spec}
    message = make_message(make_change())
    channel = build_channel(ChannelSpec("hook", "webhook", url=url, **spec))
    try:
        channel.send(render(message), message)
    finally:
        channel.close()


def test_the_signature_is_one_that_the_public_library_accepts(make_sink: Any) -> None:
    sink = make_sink()
    send(sink, secret=SECRET)
    (request,) = sink.received
    assert Webhook(SECRET).verify(request.body, request.headers)["id"] == "msg_1"
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(request.body + b" ", request.headers)
    assert request.headers["webhook-id"] == "msg_1"
    assert request.headers["content-type"] == "application/json"
    assert abs(int(request.headers["webhook-timestamp"]) - time.time()) < 5
    assert request.headers["user-agent"] == f"presswatch (+{CONTACT_URL})", "as the watched pages are told"


def test_the_timestamp_is_that_of_the_attempt(make_sink: Any) -> None:
    sink = make_sink()
    times = iter([datetime(2026, 3, 2, tzinfo=UTC), datetime(2026, 3, 3, tzinfo=UTC)])
    message = make_message(make_change())
    channel = build_channel(ChannelSpec("hook", "webhook", url=sink.url, secret=SECRET), clock=lambda: next(times))
    channel.send(render(message), message)
    channel.send(render(message), message)
    channel.close()
    first, second = (int(request.headers["webhook-timestamp"]) for request in sink.received)
    assert second - first == 86_400
    assert sink.received[0].id == sink.received[1].id


def test_without_a_secret_nothing_is_signed(make_sink: Any) -> None:
    sink = make_sink()
    send(sink)
    assert "webhook-signature" not in sink.received[0].headers


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_2xx_is_success(make_sink: Any, status: int) -> None:
    send(make_sink(lambda _: Answer(status, body=b"")))


@pytest.mark.parametrize(
    ("status", "retryable", "gone"),
    [
        (301, False, False),
        (308, False, False),
        (400, False, False),
        (401, False, False),
        (404, False, False),
        (408, True, False),
        (410, False, True),
        (425, True, False),
        (429, True, False),
        (500, True, False),
        (502, True, False),
        (504, True, False),
    ],
)
def test_every_other_answer_is_judged(make_sink: Any, status: int, retryable: bool, gone: bool) -> None:
    with pytest.raises(DeliveryError) as caught:
        send(make_sink(lambda _: Answer(status)))
    assert (caught.value.status, caught.value.retryable, caught.value.gone) == (status, retryable, gone)


@pytest.fixture
def say_first() -> Iterator[Callable[[bytes, int], str]]:
    """A receiver that says something before its 204: its URL."""
    with contextlib.ExitStack() as stack:

        def begin(first: bytes, status: int = 204) -> str:
            server = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
            thread = threading.Thread(target=answer, args=(server, first, status), daemon=True)
            thread.start()
            stack.callback(thread.join, 5)
            return f"http://127.0.0.1:{server.getsockname()[1]}/"

        yield begin


def answer(server: socket.socket, first: bytes, status: int) -> None:
    connection, _ = server.accept()
    with connection, connection.makefile("rb") as asked:
        length = 0
        while line := asked.readline().strip():
            name, _, value = line.partition(b":")
            length = int(value) if name.lower() == b"content-length" else length
        asked.read(length)
        with contextlib.suppress(OSError):
            connection.sendall(first + b"HTTP/1.1 %d Done\r\nContent-Length: 0\r\n\r\n" % status)


HINTS = b"HTTP/1.1 103 Early Hints\r\nLink: </a.css>; rel=preload\r\n\r\n"


@pytest.mark.parametrize(
    "first", [HINTS, b"HTTP/1.1 102 Processing\r\n\r\n", b"HTTP/1.1 100 Continue\r\n\r\n" + HINTS * 3]
)
def test_interim_answers_are_not_the_answer(say_first: Callable[[bytes, int], str], first: bytes) -> None:
    send(say_first(first, 204))
    with pytest.raises(DeliveryError) as caught:
        send(say_first(first, 404))
    assert (caught.value.status, caught.value.retryable) == (404, False)


def test_interim_answers_without_end_can_be_retried(say_first: Callable[[bytes, int], str]) -> None:
    with pytest.raises(DeliveryError) as caught:
        send(say_first(HINTS * 1_000, 204))
    assert caught.value.retryable


def test_retry_after_is_taken_and_capped_at_a_day(make_sink: Any) -> None:
    sink = make_sink(lambda _: Answer(503, {"retry-after": "999999999"}))
    before = datetime.now(UTC)
    with pytest.raises(DeliveryError) as caught:
        send(sink)
    assert caught.value.not_before is not None
    assert timedelta(hours=23) < caught.value.not_before - before < timedelta(hours=25)


def test_a_refused_connection_and_a_silent_receiver_can_be_retried(make_sink: Any) -> None:
    sink = make_sink()
    port = sink.port
    sink.close()
    with pytest.raises(DeliveryError, match="connection refused") as caught:
        send(f"http://127.0.0.1:{port}/")
    assert caught.value.retryable
    started = time.monotonic()
    with pytest.raises(DeliveryError, match="no answer in time") as caught:
        send(make_sink(lambda _: Answer(delay=30)), timeout=timedelta(milliseconds=200))
    assert caught.value.retryable
    assert time.monotonic() - started < 2


def test_a_dripping_answer_costs_bounded_time_and_counts_by_its_status(make_sink: Any) -> None:
    started = time.monotonic()
    send(make_sink(lambda _: Answer(body=b"x" * 1_000, delay=0.05, drip=True)), timeout=timedelta(milliseconds=300))
    assert time.monotonic() - started < 2


def test_a_huge_answer_is_not_read(make_sink: Any) -> None:
    with pytest.raises(DeliveryError) as caught:
        send(make_sink(lambda _: Answer(400, body=b"word " * 1_000_000)))
    assert len(str(caught.value)) <= 300


def test_errors_hold_no_secret_and_no_control_characters(make_sink: Any) -> None:
    sink = make_sink()
    sink.answer = lambda request: Answer(400, body=b"\x1b[2J\nbad " + request.path.encode() + SECRET.encode())
    with pytest.raises(DeliveryError) as caught:
        send(sink.url + "?key=querySecret", secret=SECRET)
    text = str(caught.value)
    assert "127.0.0.1 answered 400" in text
    for secret in ("t0kenOfTheReceiver", "querySecret", SECRET, "\x1b", "\n"):
        assert secret not in text


@pytest.mark.parametrize("url", ["ftp://a.example/", "http://", "a.example", "http://a.example\\@b/", "http://a\n.b/"])
def test_an_unusable_url_is_said_when_the_channel_is_made(url: str) -> None:
    with pytest.raises(ConfigError, match=r"channels\.hook\.url"):
        build_channel(ChannelSpec("hook", "webhook", url=url))


@pytest.mark.parametrize("secret", ["whsec_", "whsec_!!!", "whsec_abc"])
def test_an_unusable_secret_is_said_without_showing_it(secret: str) -> None:
    with pytest.raises(ConfigError) as caught:
        build_channel(ChannelSpec("hook", "webhook", url="https://a.example/", secret=secret))
    assert secret not in str(caught.value) or secret == "whsec_"


def test_a_spec_does_not_show_its_secrets() -> None:
    shown = repr(ChannelSpec("hook", "webhook", url="https://a.example/t0ken", secret=SECRET))
    assert "t0ken" not in shown
    assert SECRET not in shown


def test_a_test_message_is_marked_as_one(make_sink: Any) -> None:
    sink = make_sink()
    channel = build_channel(ChannelSpec("hook", "webhook", url=sink.url))
    send_test(channel, datetime.now(UTC))
    channel.close()
    assert sink.received[0].json["type"] == "presswatch.test.v1"


GUARDED = """
import sys
from datetime import timedelta
from scheduler.channels import ChannelSpec, build_channel
from scheduler.outbox import send_test
from scraper.clock import utc_now
from scraper.errors import DeliveryError
from scraper.guard import AddressPolicy, install_guard
install_guard(AddressPolicy())
for kind, url in (("webhook", "http://127.0.0.1:9/t0ken"), ("apprise", "json://127.0.0.1:9/t0ken")):
    try:
        send_test(build_channel(ChannelSpec("hook", kind, url=url, timeout=timedelta(seconds=5))), utc_now())
    except DeliveryError as error:
        assert error.retryable
        print(error)
"""


def test_a_private_address_is_refused_with_the_way_to_open_it() -> None:
    done = subprocess.run([sys.executable, "-c", GUARDED], capture_output=True, text=True, timeout=60)
    lines = done.stdout.splitlines()
    assert len(lines) == 2, done.stderr
    for line in lines:
        assert "127.0.0.1 port 9 refused" in line
        assert "PRESSWATCH_ALLOW_PRIVATE=127.0.0.1:9" in line
        assert "t0ken" not in line
