"""fetch() over a real Scrapy engine against a server that misbehaves, each fetch in one probe process."""

from __future__ import annotations

import asyncio
import gzip
import json
import os
import ssl
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from scrapy import Request
from scrapy.http import Response

from scraper.errors import FetchError
from scraper.fetch import FetchRequest, OpenGate, fetch
from scraper.types import Page
from tests.scraper.misbehaving import PAGE, PLAIN, Site, answer, bomb, serve
from tests.support.certificates import self_signed
from tests.support.starting import run

FAST = {"seconds": 2.5, "total_seconds": 4}

FAILURES = {
    "/304-unasked": "not_modified_unasked",
    "/404": "http_4xx",
    "/410": "http_4xx",
    "/429": "rate_limited",
    "/500": "http_5xx",
    "/503": "http_5xx",
    "/999": "http_4xx",
    "/202": "incomplete",
    "/206": "incomplete",
    "/short": "incomplete",
    "/long": "incomplete",
    "/length-zero-with-body": "incomplete",
    "/two-lengths": "incomplete",
    "/negative-length": "incomplete",
    "/odd-transfer-encoding": "incomplete",
    "/chunk-cut": "incomplete",
    "/chunk-no-end": "incomplete",
    "/chunk-garbage": "incomplete",
    "/tiny-chunks": "incomplete",
    "/reset-midway": "incomplete",
    "/no-http": "incomplete",
    "/silence-and-close": "connection",
    "/header-flood": "incomplete",
    "/header-line-endless": "incomplete",
    "/continue-flood": "incomplete",
    "/gzip-cut": "incomplete",
    "/gzip-garbage": "encoding",
    "/unknown-coding": "encoding",
    "/gzip-bomb": "too_large",
    "/br-bomb": "too_large",
    "/zstd-bomb": "too_large",
    "/big-announced": "too_large",
    "/endless": "too_large",
    "/silent": "timeout",
    "/trickle": "timeout",
    "/redirect-loop-a": "redirect",
    "/redirect-self": "redirect",
    "/redirect-file": "redirect",
    "/redirect-data": "redirect",
    "/redirect-ftp": "redirect",
    "/redirect-nowhere": "redirect",
    "/redirect-two-places": "redirect",
    "/redirect-user-name": "redirect",
    "/redirect-backslash": "redirect",
    "/multiple-choices": "redirect",
    "/redirect-metadata": "address_refused",
    "/redirect-decimal": "address_refused",
    "/redirect-mapped": "address_refused",
    "/chain/5": "redirect",
}
WHOLE = (
    "/ok",
    "/chunked",
    "/small-chunks",
    "/no-length",
    "/same-length-twice",
    "/trailing-line-end",
    "/gzip",
    "/br",
    "/zstd",
    "/sitemap.xml.gz",
)


def probe(job: dict[str, Any], **environment: str) -> list[dict[str, Any]]:
    done = run(["tests.scraper.fetch_probe"], given=json.dumps(job), env=os.environ | environment)
    assert done.returncode == 0, done.stderr
    assert "Unhandled" not in done.stderr, done.stderr
    found: list[dict[str, Any]] = json.loads(done.stdout)
    return found


def probe_urls(urls: list[str], *, allow: str, **options: Any) -> dict[str, dict[str, Any]]:
    fetches = [{"url": url, **options} for url in urls]
    return dict(zip(urls, probe({"allow": allow, "fetches": fetches}), strict=True))


@pytest.fixture(scope="module")
def site() -> Iterator[Site]:
    with serve("127.0.0.1") as running:
        yield running


@pytest.fixture(scope="module")
def crawl() -> Iterator[tuple[Site, dict[str, dict[str, Any]]]]:
    """Every resource asked for in one run, on a server of its own: what it saw, and what became of each."""
    paths = [*FAILURES, *WHOLE, "/204", "/moved", "/chain/4", "/429-date", "/429-year", "/429-garbage"]
    for kind in ("gzip", "br", "zstd"):
        bomb(kind)  # made now, not while a deadline runs
    with serve() as site:
        allow = site.base.removeprefix("http://")
        found = probe_urls([site.base + path for path in paths], allow=allow, limits=FAST)
        yield site, {path: found[site.base + path] for path in paths}


@pytest.fixture(scope="module")
def results(crawl: tuple[Site, dict[str, dict[str, Any]]]) -> dict[str, dict[str, Any]]:
    return crawl[1]


@pytest.mark.parametrize("path", FAILURES)
def test_what_is_no_whole_page_is_a_failure_of_its_class(path: str, results: dict[str, Any]) -> None:
    assert results[path].get("reason") == FAILURES[path], results[path]


@pytest.mark.parametrize("path", WHOLE)
def test_a_whole_page_comes_through_decoded(path: str, results: dict[str, Any]) -> None:
    assert results[path].get("body") == PAGE.decode(), results[path]


def test_an_answer_cut_at_any_byte_is_never_a_shorter_page() -> None:
    body = b"<ul>" + b"".join(b"<li>Ferry %d arrived</li>" % n for n in range(12)) + b"</ul>"
    packed = gzip.compress(body)
    chunks = b"".join(b"%x\r\n%s\r\n" % (len(part), part) for part in (body[:100], body[100:])) + b"0\r\n\r\n"
    whole = {
        "length": answer(body),
        "chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks,
        "gzip": answer(packed, "Content-Encoding: gzip"),
        "gzip without length": b"HTTP/1.0 200 OK\r\nContent-Encoding: gzip\r\n\r\n" + packed,
    }
    with serve() as site:
        for kind, every in whole.items():
            cuts = [*range(1, len(every), 11), len(every) - 3, len(every) - 1]
            site.also |= {f"/{kind.replace(' ', '-')}/{cut}": every[:cut] for cut in cuts}
        found = probe_urls([site.base + path for path in site.also], allow="127.0.0.0/8")
    # A body of no bytes at all is an answer of its own ("empty"), and no shorter list.
    passed = {url: result["size"] for url, result in found.items() if result.get("size")}
    assert passed == {}
    assert {result["reason"] for result in found.values() if "reason" in result} <= {"incomplete", "connection"}


def test_messages_are_one_line_for_a_person(results: dict[str, Any]) -> None:
    for result in results.values():
        if "error" in result:
            assert "\n" not in result["error"]
            assert "Failure" not in result["error"]
            assert "object at 0x" not in result["error"]


def test_nothing_is_asked_twice(crawl: tuple[Site, dict[str, Any]]) -> None:
    site, _ = crawl
    for path, times in site.count().items():
        expected = {"/ok": 3, "/redirect-loop-a": 1, "/redirect-loop-b": 1}.get(
            path, 2 if path.startswith("/chain/") else 1
        )
        assert times <= expected, path


def test_no_content_is_an_empty_page(results: dict[str, Any]) -> None:
    assert (results["/204"]["status"], results["/204"]["size"]) == (204, 0)


def test_validators_and_content_type_are_kept(results: dict[str, Any]) -> None:
    assert (results["/ok"]["etag"], results["/ok"]["content_type"]) == ('"v1"', "text/html; charset=utf-8")


def test_redirects_are_followed_and_recorded(crawl: tuple[Site, dict[str, Any]]) -> None:
    site, results = crawl
    assert results["/moved"]["url"] == site.base + "/ok"
    assert results["/moved"]["redirects"] == [site.base + "/moved"]
    assert results["/chain/4"]["redirects"] == [f"{site.base}/chain/{n}" for n in (4, 3, 2, 1, 0)]


@pytest.mark.parametrize(
    ("path", "seconds"),
    [("/429", 90), ("/429-date", 600), ("/429-year", 86_400), ("/429-garbage", None), ("/503", 120)],
)
def test_retry_after_is_read_in_both_forms_and_capped(path: str, seconds: int | None, results: dict[str, Any]) -> None:
    assert results[path]["wait"] == seconds


def test_a_refusal_says_how_to_open_the_address(results: dict[str, Any]) -> None:
    assert "PRESSWATCH_ALLOW_PRIVATE=169.254.169.254:80" in results["/redirect-metadata"]["error"]


def test_conditional_headers_go_to_their_own_url_only(site: Site) -> None:
    def current(headers: dict[str, str]) -> bytes:
        if headers.get("if-none-match") == '"v7"':
            return b'HTTP/1.1 304 Not Modified\r\nETag: "v8"\r\nConnection: close\r\n\r\n'
        return answer(PAGE, 'ETag: "v7"')

    site.also = {"/cond": current, "/cond-moved": answer(b"", "Location: /cond", status="302 Found")}
    validators = {"etag": '"v7"', "last_modified": "Sun, 01 Mar 2026 08:00:00 GMT"}
    site.seen.clear()
    direct, via, elsewhere = probe(
        {
            "allow": site.base.removeprefix("http://"),
            "fetches": [
                {"url": site.base + "/cond", "validators": {"url": site.base + "/cond", **validators}},
                {"url": site.base + "/cond-moved", "validators": {"url": site.base + "/cond", **validators}},
                {"url": site.base + "/cond-moved", "validators": {"url": site.base + "/cond-moved", **validators}},
            ],
        }
    )
    assert direct == {"not_modified": True, "etag": '"v8"', "url": site.base + "/cond"}
    assert via.get("not_modified") is True
    assert elsewhere.get("body") == PAGE.decode()
    first = [headers.get("if-none-match") for headers in site.headers_for("/cond-moved")]
    assert sorted(first, key=str) == ['"v7"', None]


def test_credentials_stay_with_their_origin(site: Site) -> None:
    with serve("127.0.0.2") as other:
        other.also = {"/back": answer(b"", f"Location: {site.base}/secret", status="302 Found"), "/there": answer()}
        site.also = {
            "/secret": answer(),
            "/out": answer(b"", f"Location: {other.base}/there", status="302 Found"),
            "/out-and-back": answer(b"", f"Location: {other.base}/back", status="302 Found"),
            "/within": answer(b"", "Location: /secret", status="302 Found"),
        }
        site.seen.clear()
        found = probe_urls(
            [site.base + "/within", site.base + "/out", site.base + "/out-and-back"],
            allow="127.0.0.0/8",
            headers={"Authorization": "Bearer harbour"},
        )
        assert [result.get("status") for result in found.values()] == [200, 200, 200]
        assert {headers.get("authorization") for _, headers in other.seen} == {None}
        secrets = [headers.get("authorization") for headers in site.headers_for("/secret")]
        assert sorted(secrets, key=str) == ["Bearer harbour", None]


def test_requests_say_who_they_are_and_carry_nothing_else(crawl: tuple[Site, dict[str, Any]]) -> None:
    headers = crawl[0].headers_for("/404")[0]
    assert headers["user-agent"].startswith("presswatch/")
    assert "(+http" in headers["user-agent"]
    assert set(headers) == {"host", "user-agent", "accept", "accept-encoding"}


def test_robots_txt_is_asked_on_every_origin_of_a_redirect(site: Site) -> None:
    with serve("127.0.0.3") as other:
        other.also = {"/robots.txt": answer(b"User-agent: presswatch\nDisallow: /private")}
        site.also = {
            "/robots.txt": answer(b"", status="404 Not Found"),
            "/to-public": answer(b"", f"Location: {other.base}/ok", status="302 Found"),
            "/to-private": answer(b"", f"Location: {other.base}/private", status="302 Found"),
        }
        site.seen.clear()
        urls = [site.base + "/to-public", site.base + "/to-private"]
        public, private = probe({"allow": "127.0.0.0/8", "robots": True, "fetches": [{"url": url} for url in urls]})
        assert (public.get("status"), private.get("reason")) == (200, "robots")
        assert other.count() == {"/robots.txt": 1, "/ok": 1}
        assert site.count() == {"/robots.txt": 1, "/to-public": 1, "/to-private": 1}


@pytest.mark.parametrize(("robots", "reason"), [("/500", "robots"), ("/429", "rate_limited"), ("/silent", "timeout")])
def test_a_page_is_not_asked_for_while_robots_txt_is_not_to_be_had(robots: str, reason: str) -> None:
    with serve() as site:
        site.also = {"/robots.txt": PLAIN.get(robots) or answer(b"", f"Location: {robots}", status="302 Found")}
        fetches = [{"url": site.base + "/ok"}]
        found = probe({"allow": "127.0.0.0/8", "robots": True, "robots_seconds": 1.5, "fetches": fetches})[0]
        assert found["reason"] == reason
        assert "/ok" not in site.count()


def sent_by(request: FetchRequest) -> dict[str, list[str]]:
    asked: list[Request] = []

    async def download(one: Request) -> Response:
        asked.append(one)
        return Response(one.url, headers={"Set-Cookie": "id=1", "X-Served-By": "a"})

    page = asyncio.run(fetch(request, download=download, gate=OpenGate(), now=lambda: datetime.now(UTC)))
    assert isinstance(page, Page)
    assert page.headers == {"x-served-by": "a"}
    return {name.decode().lower(): [v.decode() for v in asked[0].headers.getlist(name)] for name in asked[0].headers}


def test_a_header_of_the_source_replaces_ours_however_it_is_spelled() -> None:
    headers = {"aCCept": "text/plain", "USER-agent": "Harbour/1", "X-Token": "t"}
    sent = sent_by(FetchRequest("https://example.org/", headers=headers, user_agent="presswatch/0"))
    assert (sent["accept"], sent["user-agent"], sent["x-token"]) == (["text/plain"], ["Harbour/1"], ["t"])


@pytest.mark.parametrize("headers", [{"X": "a\r\nY: b"}, {"X\r\nY": "b"}, {"X": "a\0"}])
def test_a_header_cannot_smuggle_another(headers: dict[str, str]) -> None:
    with pytest.raises(FetchError, match="line break"):
        sent_by(FetchRequest("https://example.org/", headers=headers))


def test_addresses_beyond_ascii_reach_the_server_as_utf8(site: Site) -> None:
    moved = b"HTTP/1.1 302 Found\r\nLocation: /f\xc3\xa4hre?um=9\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
    site.also = {"/nach-f%C3%A4hre": moved, "/f%C3%A4hre?um=9": answer(PAGE, 'ETag: "\xe4"')}
    url = site.base + "/nach-fähre"
    found = probe_urls([url], allow="127.0.0.0/8")[url]
    assert found.get("body") == PAGE.decode()
    assert found["etag"] == '"\xe4"'


def test_a_proxy_of_the_environment_is_not_used(site: Site) -> None:
    url = site.base + "/ok"
    proxies = {
        "http_proxy": "http://127.0.0.1:1",
        "HTTP_PROXY": "http://127.0.0.1:1",
        "all_proxy": "http://127.0.0.1:1",
    }
    assert probe({"allow": "127.0.0.0/8", "fetches": [{"url": url}]}, **proxies)[0]["status"] == 200


def test_certificates_are_verified(tmp_path: Path) -> None:
    trusted, key = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(trusted, key)
    with serve(tls=context) as site:
        url = f"https://localhost:{site.server_address[1]}/ok"
        wrong_name = url.replace("localhost", "127.0.0.1")
        job = {"allow": "127.0.0.0/8", "fetches": [{"url": url}, {"url": wrong_name}]}
        assert [result.get("reason") for result in probe(job)] == ["tls", "tls"]
        known = probe(job, SSL_CERT_FILE=str(trusted))
        assert [result.get("reason") for result in known] == [None, "tls"]
        assert known[0]["body"] == PAGE.decode()


def test_addresses_that_are_not_opened_are_refused_in_every_spelling(site: Site) -> None:
    port = site.base.rpartition(":")[2]
    hosts = [
        "127.0.0.1",
        "localhost",
        "2130706433",
        "0x7f000001",
        "017700000001",
        "127.1",
        "0",
        "[::1]",
        "[::ffff:7f00:1]",
    ]
    hosts += ["127.0.0.1.", "①②⑦.0.0.1", "127。0。0。1"]
    urls = [f"http://{host}:{port}/ok" for host in hosts]
    before = len(site.seen)
    found = probe_urls(urls, allow="")
    assert {
        url: result.get("reason")
        for url, result in found.items()
        if result.get("reason") not in ("address_refused", "dns")
    } == {}
    assert found[urls[0]]["reason"] == found[urls[1]]["reason"] == "address_refused"
    assert len(site.seen) == before


def test_what_is_no_plain_url_is_refused_before_anything_is_looked_up(site: Site) -> None:
    urls = [
        "file:///etc/passwd",
        "ftp://example.org/",
        "http:///x",
        "http://user@127.0.0.1/",
        "http://127.0.0.1\\@example.org/",
    ]
    urls += [
        "http://[::1/",
        "http://127.0.0.1:99999/",
        "http://a b/",
        "data:text/html,x",
        "http://example.org/" + "x" * 5000,
    ]
    found = probe_urls(urls, allow="127.0.0.0/8")
    assert {result.get("reason") for result in found.values()} == {"connection"}


def test_one_port_of_a_host_may_be_open_and_its_name_too(site: Site) -> None:
    port = site.base.rpartition(":")[2]
    urls = [f"http://localhost:{port}/ok", f"http://localhost:{port}/moved"]
    assert [r.get("status") for r in probe_urls(urls, allow=f"localhost:{port}").values()] == [200, 200]


def test_failures_below_http_have_their_classes(site: Site) -> None:
    with serve("127.0.0.1") as gone:
        closed = gone.base
    urls = [closed, "http://no-such-host.invalid/", site.base.replace("http:", "https:") + "/ok"]
    found = probe_urls(urls, allow="127.0.0.0/8", limits=FAST)
    assert [result["reason"] for result in found.values()] == ["connection", "dns", "tls"]


def test_silent_ports_do_not_delay_another_port_of_the_same_host(site: Site) -> None:
    with serve("127.0.0.1") as silent:
        urls = [silent.base + "/silent", site.base + "/ok"]
        found = probe_urls(urls, allow="127.0.0.0/8", limits=FAST)
    assert found[urls[0]]["reason"] == "timeout"
    assert found[urls[1]]["seconds"] < 1
