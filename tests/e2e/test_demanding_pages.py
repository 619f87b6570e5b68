"""Pages that a plain GET does not get: sessions, credentials, forms, proxies, sitemap indexes. One crawl reads them
all from a real server, and the server's log says what was sent where."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from presswatch.fixture_site import Answer, LoopbackServer, Request
from tests.e2e.desk import Desk
from tests.support.proxies import HttpProxy, SocksProxy, proxy

HTML = (("Content-Type", "text/html; charset=utf-8"),)
STATE = "dDwtMTIzOzs+ &amp; &quot;more&quot;"


def listing(word: str) -> bytes:
    """A page with eight dated news items."""
    start = date(2026, 2, 20)
    rows = "".join(
        f"<li><time datetime='{start - timedelta(days=n)}'>{start - timedelta(days=n)}</time> "
        f"<h3><a href='/{word}/{100 - n}'>The {word} office publishes its notice number {100 - n}</a></h3></li>"
        for n in range(8)
    )
    return f"<!doctype html><html><body><main><h1>Notices</h1><ul>{rows}</ul></main></body></html>".encode()


def sitemap(*names: str) -> bytes:
    entries = "".join(
        f"<url><loc>/maps/{name}-is-decided</loc><news:news><news:title>The council decides on {name}</news:title>"
        f"<news:publication_date>2026-02-0{n}</news:publication_date></news:news></url>"
        for n, name in enumerate(names, 1)
    )
    return (
        "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
        f"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{entries}</urlset>"
    ).encode()


INDEX = b"""<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>/maps/2023.xml</loc><lastmod>2023-12-31</lastmod></sitemap>
<sitemap><loc>/maps/feb.xml</loc><lastmod>2026-02-20T10:00:00+01:00</lastmod></sitemap>
<sitemap><loc>/maps/mar.xml</loc><lastmod>2026-03-02</lastmod></sitemap>
<sitemap><loc>http://elsewhere.example/maps/apr.xml</loc><lastmod>2026-04-02</lastmod></sitemap>
<sitemap><loc>/maps/jan.xml</loc><lastmod>2026-01-30</lastmod></sitemap>
</sitemapindex>"""


class Office(LoopbackServer):
    """Hands its lists over only to those who ask as it wants to be asked."""

    def answer(self, request: Request) -> Answer:
        name = request.path.strip("/").partition("/")[0]
        found = getattr(self, f"on_{name.replace('.', '_').replace('-', '_')}", None)
        return found(request) if found else Answer(404, b"no such page", HTML)

    def on_robots_txt(self, _: Request) -> Answer:
        return Answer(200, b"User-agent: *\nDisallow:\n", (("Content-Type", "text/plain"),))

    def on_session(self, request: Request) -> Answer:
        """An ASP.NET list: without its cookie it sends to and fro until it has seen it."""
        cookies = request.headers.get("cookie", "")
        if "ASP.NET_SessionId=k9-anchor-rope" not in cookies:
            setting = ("ASP.NET_SessionId=k9-anchor-rope; path=/; HttpOnly", "gone=1; Max-Age=0")
            return Answer(302, b"", (("Location", "/session/"), *(("Set-Cookie", one) for one in setting)))
        return Answer(200, listing("session"), HTML)

    def on_form(self, request: Request) -> Answer:
        if request.path == "/form/search":
            page = f"<form><input type=hidden name=__VIEWSTATE value='{STATE}'><input name=q></form>"
            return Answer(200, page.encode(), HTML)
        sent = {name: values[0] for name, values in parse_qs(request.body.decode()).items()}
        wanted = {"__VIEWSTATE": 'dDwtMTIzOzs+ & "more"', "kind": "press release"}
        return Answer(200, listing("form"), HTML) if sent == wanted else Answer(400, b"what?", HTML)

    def on_api(self, request: Request) -> Answer:
        if request.method != "POST" or json.loads(request.body) != {"page": 1}:
            return Answer(405, b"", HTML)
        records = [{"title": f"The api office gives notice {n}", "url": f"/api/{n}"} for n in range(5)]
        return Answer(200, json.dumps({"records": records}).encode(), (("Content-Type", "application/json"),))

    def on_basic(self, request: Request) -> Answer:
        said = "Basic " + base64.b64encode(b"reader:s3cret-words").decode()
        if request.headers.get("authorization") != said:
            return Answer(401, b"", (("WWW-Authenticate", "Basic"),))
        return Answer(200, listing("basic"), HTML)

    def on_bearer(self, request: Request) -> Answer:
        if request.headers.get("authorization") != "Bearer t0ken-of-office":
            return Answer(403, b"", HTML)
        return Answer(302, b"", (("Location", f"http://{self.addresses[1]}:{self.port}/moved/"),))

    def on_moved(self, _: Request) -> Answer:
        return Answer(200, listing("moved"), HTML)

    def on_german(self, request: Request) -> Answer:
        word = "amtlich" if request.headers.get("accept-language", "").startswith("de-AT, de;") else "english"
        return Answer(200, listing(word), HTML)

    def on_proxied(self, _: Request) -> Answer:
        return Answer(200, listing("proxied"), HTML)

    def on_maps(self, request: Request) -> Answer:
        pages = {
            "/maps/": INDEX,
            "/maps/mar.xml": sitemap("bridges", "locks"),
            "/maps/feb.xml": sitemap("locks", "quays"),
            "/maps/jan.xml": sitemap("towers"),
        }
        body = pages.get(request.path)
        return Answer(200, body, (("Content-Type", "application/xml"),)) if body else Answer(404, b"", HTML)


@dataclass
class Crawled:
    desk: Desk
    office: Office
    items: dict[str, list[dict[str, object]]]
    output: str
    http_log: list[str]
    socks_log: list[str]

    def titles(self, slug: str) -> list[object]:
        return [item["title"] for item in self.items.get(slug, ())]


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    desk = Desk(tmp_path_factory.mktemp("demanding") / "home")
    secret = desk.home / "token.txt"
    desk.home.mkdir(parents=True)
    secret.write_text("t0ken-of-office\n", encoding="utf-8")
    with Office(("127.0.61.1", "127.0.61.2")) as office, proxy(HttpProxy) as http, proxy(SocksProxy) as socks:
        here, other = office.origin(), office.origin(1)
        walker = "walker:by%20night@127.0.0.1"
        write(
            desk.config_path,
            f"""
[presswatch]
site_spacing = "0s"
{source("session", here)}
cookies = true
{source("form", here)}
post = {{ form = {{ kind = "press release" }}, first = "{here}/form/search" }}
{source("api", here)}
post = {{ json = '{{"page": 1}}' }}
recipe = {{ item = "$.records[*]" }}
{source("basic", here)}
auth = {{ user = "reader", password = "s3cret-words" }}
{source("bearer", here)}
auth = {{ token = "file:{secret}" }}
{source("german", here)}
language = "de-AT"
{source("maps", here)}
{source("http", other, "proxied")}
proxy = "http://{walker}:{http.port}"
{source("socks", other, "proxied")}
proxy = "socks5://{walker}:{socks.port}"
{source("socksname", other, "proxied")}
proxy = "socks5h://{walker}:{socks.port}"
[[sources]]
id = "id-within"
slug = "within"
url = "http://10.99.0.1/"
proxy = "http://{walker}:{http.port}"
[[sources]]
id = "id-local"
slug = "local"
url = "http://printer.local/"
proxy = "socks5h://{walker}:{socks.port}"
""",
        )
        out = desk.home / "out.json"
        done = desk.crawl(f"--overwrite-output={out}")
        items: dict[str, list[dict[str, object]]] = {}
        for item in json.loads(out.read_text(encoding="utf-8")):
            items.setdefault(item["source"], []).append(item)
        yield Crawled(desk, office, items, done.stdout + done.stderr, http.log, socks.log)
        desk.close()


def source(slug: str, origin: str, path: str | None = None) -> str:
    return f'[[sources]]\nid = "id-{slug}"\nslug = "{slug}"\nurl = "{origin}/{path or slug}/"'


def write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")


@pytest.mark.parametrize("slug", ["session", "form", "basic", "bearer", "german", "http", "socks", "socksname"])
def test_a_list_is_read_that_wants_to_be_asked_in_its_own_way(slug: str, crawled: Crawled) -> None:
    word = {"bearer": "moved", "german": "amtlich", "http": "proxied", "socks": "proxied", "socksname": "proxied"}
    titles = crawled.titles(slug)
    assert len(titles) == 8, crawled.output
    assert titles[0] == f"The {word.get(slug, slug)} office publishes its notice number 100"


def test_a_json_listing_is_posted_for(crawled: Crawled) -> None:
    assert crawled.titles("api") == [f"The api office gives notice {n}" for n in range(5)], crawled.output
    assert {one.headers["content-type"] for one in crawled.office.requests("/api/")} == {"application/json"}


def test_the_newest_sitemaps_of_an_index_are_read_and_no_others(crawled: Crawled) -> None:
    assert crawled.titles("maps") == [f"The council decides on {x}" for x in ("bridges", "locks", "quays", "towers")]
    asked = [one.path for one in crawled.office.requests("/maps/*")]
    assert asked == ["/maps/", "/maps/mar.xml", "/maps/feb.xml", "/maps/jan.xml"]


def test_credentials_cookies_and_fields_are_seen_by_their_own_site_only(crawled: Crawled) -> None:
    for one in crawled.office.requests("/robots.txt"):
        assert not {"authorization", "cookie"} & one.headers.keys()
    (moved,) = crawled.office.requests("/moved/")
    assert "authorization" not in moved.headers
    with_cookie = {one.path for one in crawled.office.requests() if "cookie" in one.headers}
    assert with_cookie == {"/session/"}
    with_words = {one.path for one in crawled.office.requests() if one.headers.get("authorization")}
    assert with_words == {"/basic/", "/bearer/"}


def test_a_proxy_is_told_judged_targets_only(crawled: Crawled) -> None:
    port = crawled.office.port
    assert crawled.http_log == [f"GET http://127.0.61.2:{port}/robots.txt", f"GET http://127.0.61.2:{port}/proxied/"]
    assert set(crawled.socks_log) == {f"address 127.0.61.2:{port}"}
    failed = {row["slug"]: row["reason"] for row in crawled.desk.rows(FAILED)}
    assert failed == {"within": "address_refused", "local": "address_refused"}


def test_secrets_are_in_no_log_and_in_no_database(crawled: Crawled) -> None:
    said = crawled.output.encode() + b"".join(
        path.read_bytes() for path in crawled.desk.home.rglob("*") if path.name.startswith("presswatch.db")
    )
    for secret in (b"s3cret-words", b"t0ken-of-office", b"by night", b"by%20night", b"k9-anchor"):
        assert secret not in said, secret


FAILED = (
    "SELECT s.slug, c.reason FROM checks c JOIN sources s ON s.id = c.source_id WHERE c.outcome = 'failed' ORDER BY 1"
)
