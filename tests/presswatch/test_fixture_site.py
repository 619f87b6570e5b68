"""The loopback servers behave like servers, and misbehave only when told to."""

from __future__ import annotations

import gzip
import http.client
import json
import socket
import threading
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from standardwebhooks import Webhook

from presswatch.fixture_site import (
    Fault,
    FixtureSite,
    LoopbackServer,
    SiteFarm,
    WebhookReceiver,
    list_moments,
    verify_signature,
)

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
NEWS = "/en/news/"


class Reply:
    """An answer, read whole."""

    def __init__(self, response: http.client.HTTPResponse) -> None:
        self.status = response.status
        self.headers = response.headers
        self.body = response.read()

    @property
    def text(self) -> str:
        raw = gzip.decompress(self.body) if self.headers["Content-Encoding"] == "gzip" else self.body
        return raw.decode()


def ask(
    server: LoopbackServer,
    target: str,
    *,
    method: str = "GET",
    body: bytes | None = None,
    headers: dict[str, str] | None = None,
    host: int = 0,
    timeout: float = 5,
) -> Reply:
    connection = http.client.HTTPConnection(server.addresses[host], server.port, timeout=timeout)
    try:
        connection.request(method, target, body, headers or {})
        return Reply(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture
def site() -> Iterator[FixtureSite]:
    with FixtureSite(addresses=("127.0.0.1", "127.0.5.9")) as running:
        yield running


@pytest.fixture
def receiver() -> Iterator[WebhookReceiver]:
    with WebhookReceiver(SECRET) as running:
        yield running


def signed(message_id: str, body: bytes, at: datetime | None = None) -> dict[str, str]:
    moment = at or datetime.now(UTC)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(moment.timestamp())),
        "webhook-signature": Webhook(SECRET).sign(message_id, moment, body.decode()),
    }


# ---- the site


@pytest.mark.parametrize("moment", list_moments())
def test_every_page_of_every_moment_is_served_as_saved(moment: str) -> None:
    with FixtureSite(moment) as site:
        for path, page in site.expected()["pages"].items():
            assert ask(site, path).status == page["status"]


def test_assigning_a_moment_changes_the_page(site: FixtureSite) -> None:
    assert "east quay in Sarnhaven" not in ask(site, NEWS).text
    site.moment = "m1"
    assert site.moment == "m1-two-new"
    assert "east quay in Sarnhaven" in ask(site, NEWS).text


def test_an_unknown_moment_is_refused_with_the_names(site: FixtureSite) -> None:
    with pytest.raises(ValueError, match="m0-first-look"):
        site.moment = "m99-nothing"


def test_a_withdrawn_article_answers_404() -> None:
    with FixtureSite("m3") as site:
        gone = next(event["item"] for event in site.expected()["sources"][NEWS]["events"])
        assert ask(site, gone).status == 404
        site.moment = "m2"
        assert ask(site, gone).status == 200


def test_absolute_links_name_the_address_that_was_asked(site: FixtureSite) -> None:
    feed = ask(site, "/en/news/rss.xml", host=1).text
    assert f"<link>http://127.0.5.9:{site.port}/en/news/" in feed
    assert "waters.example" not in feed.replace("press@waters.example", "")


def test_tracking_parameters_change_nothing_but_the_page_number_does(site: FixtureSite) -> None:
    first = ask(site, NEWS).text
    assert ask(site, f"{NEWS}?utm_source=x").text == first
    assert ask(site, f"{NEWS}?page=2").text != first


@pytest.mark.parametrize(("path", "status", "target"), [("/", 302, "/en/"), ("/en/news", 301, "/en/news/")])
def test_redirects(site: FixtureSite, path: str, status: int, target: str) -> None:
    reply = ask(site, path)
    assert (reply.status, reply.headers["Location"]) == (status, target)


def test_the_etag_that_was_given_is_answered_with_304(site: FixtureSite) -> None:
    for accept in ("identity", "gzip"):
        first = ask(site, NEWS, headers={"Accept-Encoding": accept})
        again = ask(site, NEWS, headers={"If-None-Match": first.headers["ETag"], "Accept-Encoding": accept})
        assert (again.status, again.body) == (304, b"")
    site.moment = "m1"
    assert ask(site, NEWS, headers={"If-None-Match": first.headers["ETag"]}).status == 200


def test_if_none_match_decides_alone(site: FixtureSite) -> None:
    modified = ask(site, NEWS).headers["Last-Modified"]
    assert ask(site, NEWS, headers={"If-Modified-Since": modified}).status == 304
    assert ask(site, NEWS, headers={"If-Modified-Since": modified, "If-None-Match": '"other"'}).status == 200
    assert ask(site, NEWS, headers={"If-Modified-Since": "yesterday"}).status == 200


def test_the_recovered_page_has_the_validators_of_before(site: FixtureSite) -> None:
    site.moment = "m4"
    etag = ask(site, NEWS).headers["ETag"]
    site.moment = "m7"
    assert ask(site, NEWS, headers={"If-None-Match": etag}).status == 304


def test_gzip_only_for_those_who_accept_it(site: FixtureSite) -> None:
    plain, packed = ask(site, NEWS), ask(site, NEWS, headers={"Accept-Encoding": "gzip, br"})
    assert plain.headers["Content-Encoding"] is None
    assert packed.headers["Content-Encoding"] == "gzip"
    assert packed.text == plain.text
    assert len(packed.body) < len(plain.body) / 3


def test_head_has_the_headers_and_no_body(site: FixtureSite) -> None:
    reply = ask(site, NEWS, method="HEAD")
    assert (reply.status, reply.body) == (200, b"")
    assert int(reply.headers["Content-Length"]) > 20_000


def test_robots_txt_allows_news_and_hides_search(site: FixtureSite) -> None:
    assert "Disallow: /en/search" in ask(site, "/robots.txt").text


def test_nothing_but_get_and_head_is_allowed(site: FixtureSite) -> None:
    assert ask(site, NEWS, method="POST", body=b"x").status == 405


# ---- the server


def test_addresses_outside_loopback_are_refused() -> None:
    for address in ("10.0.0.1", "0.0.0.0"):  # noqa: S104  # refused is the point
        with pytest.raises(ValueError, match="not a loopback address"):
            LoopbackServer((address,))


def test_the_log_holds_what_was_asked(site: FixtureSite) -> None:
    ask(site, f"{NEWS}?page=2", headers={"User-Agent": "reader/1"}, host=1)
    assert site.wait_until(lambda: len(site.exchanges) == 1)
    (entry,) = site.exchanges
    assert (entry.request.method, entry.request.target) == ("GET", f"{NEWS}?page=2")
    assert (entry.request.address, entry.request.headers["user-agent"]) == ("127.0.5.9", "reader/1")
    assert entry.status == 200
    assert entry.seconds < 5
    assert [request.path for request in site.requests("/en/*")] == [NEWS]


def test_one_connection_carries_many_requests(site: FixtureSite) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=5)
    for path in (NEWS, "/en/", "/de/"):
        connection.request("GET", path)
        assert connection.getresponse().read()
    connection.close()


def test_a_status_with_retry_after_for_so_many_times(site: FixtureSite) -> None:
    site.misbehave(Fault(status=503, retry_after=120), NEWS, times=2)
    replies = [ask(site, NEWS) for _ in range(3)]
    assert [reply.status for reply in replies] == [503, 503, 200]
    assert replies[0].headers["Retry-After"] == "120"
    assert ask(site, "/en/").status == 200


def test_misbehaviour_lasts_until_told_otherwise_and_may_name_an_address(site: FixtureSite) -> None:
    site.misbehave(Fault(status=500), "127.0.5.9/*")
    assert [ask(site, NEWS, host=host).status for host in (0, 1, 1)] == [200, 500, 500]
    site.behave()
    assert ask(site, NEWS, host=1).status == 200


def test_a_cut_body_is_shorter_than_promised(site: FixtureSite) -> None:
    site.misbehave(Fault(cut_after=1000), NEWS)
    with pytest.raises(http.client.IncompleteRead) as caught:
        ask(site, NEWS)
    assert len(caught.value.partial) == 1000


def test_silence_lasts_until_the_client_gives_up(site: FixtureSite) -> None:
    site.misbehave(Fault(silence=True), NEWS)
    with pytest.raises(TimeoutError):
        ask(site, NEWS, timeout=0.2)
    assert site.wait_until(lambda: [entry.status for entry in site.exchanges] == [None])


def test_delay_and_trickle_take_their_time(site: FixtureSite) -> None:
    site.misbehave(Fault(delay=0.2), NEWS, times=1)
    site.misbehave(Fault(body=b"x" * 100, status=200, bytes_per_second=300), NEWS, times=1)
    for _ in range(2):
        started = time.monotonic()
        assert ask(site, NEWS).status == 200
        assert time.monotonic() - started >= 0.15


def test_a_reset_breaks_the_connection_after_the_request_was_read(site: FixtureSite) -> None:
    site.misbehave(Fault(reset=True), NEWS)
    with pytest.raises(ConnectionError):
        ask(site, NEWS)
    assert site.wait_until(lambda: len(site.requests(NEWS)) == 1)


def test_closing_ends_silent_connections_and_frees_the_port() -> None:
    site = FixtureSite()
    site.open()
    site.misbehave(Fault(silence=True))
    failures: list[Exception] = []

    def wait_in_vain() -> None:
        try:
            ask(site, NEWS, timeout=30)
        except (OSError, http.client.HTTPException) as error:
            failures.append(error)

    client = threading.Thread(target=wait_in_vain)
    client.start()
    time.sleep(0.1)
    site.close()
    client.join(timeout=5)
    assert len(failures) == 1
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.1", site.port), timeout=1)
    site.behave()
    site.open()
    assert ask(site, NEWS).status == 200
    site.close()


def test_an_unreadable_request_costs_its_connection_only(site: FixtureSite) -> None:
    with socket.create_connection(("127.0.0.1", site.port), timeout=5) as raw:
        raw.sendall(b"\x00\xff nonsense\r\n\r\n")
        assert raw.recv(100)
    assert ask(site, NEWS).status == 200


# ---- the receiver


def test_a_signed_webhook_is_accepted(receiver: WebhookReceiver) -> None:
    body = json.dumps({"type": "item.added"}).encode()
    assert ask(receiver, "/hook", method="POST", body=body, headers=signed("msg_1", body)).status == 200
    assert receiver.wait_for(1)
    (received,) = receiver.received
    assert (received.webhook_id, received.verified, received.json) == ("msg_1", True, {"type": "item.added"})
    assert receiver.wait_until(lambda: receiver.accepted == [received])


def test_a_webhook_with_a_wrong_signature_is_refused(receiver: WebhookReceiver) -> None:
    headers = signed("msg_1", b"{}")
    assert ask(receiver, "/hook", method="POST", body=b'{"x":1}', headers=headers).status == 401
    assert receiver.received[0].verified is False
    assert receiver.accepted == []


def test_a_receiver_without_secret_takes_everything() -> None:
    with WebhookReceiver() as receiver:
        assert ask(receiver, "/hook", method="POST", body=b"plain").status == 200
        assert receiver.received[0].verified is None
        assert ask(receiver, "/hook").status == 405


@pytest.mark.parametrize("status", [500, 410])
def test_a_refused_webhook_is_on_record(receiver: WebhookReceiver, status: int) -> None:
    receiver.misbehave(Fault(status=status), times=1)
    headers = signed("msg_1", b"{}")
    statuses = [ask(receiver, "/hook", method="POST", body=b"{}", headers=headers).status for _ in range(2)]
    assert statuses == [status, 200]
    assert [one.webhook_id for one in receiver.received] == ["msg_1", "msg_1"]
    assert receiver.wait_until(lambda: len(receiver.accepted) == 1)


def test_a_webhook_whose_answer_is_lost_has_arrived(receiver: WebhookReceiver) -> None:
    receiver.misbehave(Fault(reset=True), times=1)
    with pytest.raises(ConnectionError):
        ask(receiver, "/hook", method="POST", body=b"{}", headers=signed("msg_7", b"{}"))
    assert receiver.wait_for(1)
    assert receiver.accepted == []


def test_a_body_in_chunks_is_read(receiver: WebhookReceiver) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", receiver.port, timeout=5)
    connection.request("POST", "/hook", iter([b'{"a"', b":1}"]), signed("msg_1", b'{"a":1}'), encode_chunked=True)
    assert connection.getresponse().status == 200
    connection.close()


@pytest.mark.parametrize("shift", [-400, 400])
def test_a_signature_of_another_time_is_none(shift: int) -> None:
    now = datetime.now(UTC)
    headers = signed("msg_1", b"{}", now + timedelta(seconds=shift))
    assert not verify_signature(headers, b"{}", SECRET, now=now.timestamp())
    assert verify_signature(signed("msg_1", b"{}", now), b"{}", SECRET, now=now.timestamp())


@pytest.mark.parametrize(
    "headers",
    [{}, {"webhook-id": "a"}, {"webhook-id": "a", "webhook-timestamp": "²"}, {"webhook-timestamp": "1"}],
)
def test_missing_or_odd_headers_are_no_signature(headers: dict[str, str]) -> None:
    assert not verify_signature(headers, b"", SECRET, now=1.0)
    assert not verify_signature(signed("m", b""), b"", "whsec_not base64", now=time.time())


# ---- the farm


def test_a_farm_has_a_site_per_address() -> None:
    with SiteFarm(50) as farm:
        assert len(set(farm.urls())) == 50
        for site in (0, 1, 2, 49):
            text = ask(farm, "/news/", host=site).text
            assert all(item.title in text for item in farm.items(site))


def test_what_is_published_edited_and_withdrawn_shows_at_once() -> None:
    with SiteFarm(3) as farm:
        etag = ask(farm, "/news/", host=1).headers["ETag"]
        (new,) = farm.publish(1)
        reply = ask(farm, "/news/", host=1, headers={"If-None-Match": etag})
        assert reply.status == 200
        assert new.title in reply.text
        farm.edit(1, new.number, "Another headline altogether")
        assert "Another headline altogether" in ask(farm, new.path, host=1).text
        farm.withdraw(1, new.number)
        assert ask(farm, new.path, host=1).status == 404
        assert new not in farm.items(1)
        with pytest.raises(KeyError):
            farm.withdraw(1, new.number)


def test_no_two_items_of_a_farm_share_a_title() -> None:
    farm = SiteFarm(60, items=30)
    titles = [item.title for site in range(60) for item in farm.items(site)]
    assert len(set(titles)) == len(titles) == 60 * 20


def test_farm_numbers_go_on_and_the_newest_stands_first() -> None:
    farm = SiteFarm(1)
    new = farm.publish(0, 3)
    assert [item.number for item in new] == [9, 10, 11]
    assert [item.number for item in farm.items(0)][:4] == [11, 10, 9, 8]
