"""Every page answers, page text in it is text, and a browser is told to run nothing of it."""

from __future__ import annotations

import base64
import hashlib
import re
import sqlite3
from html.parser import HTMLParser
from pathlib import Path

import pytest

from presswatch.web.guard import Access
from tests.presswatch.web.conftest import EVIL, PAGE, Get

SHA = hashlib.sha256(PAGE).hexdigest()
OWN = (
    "/", "/?q=basin", "/?q=ludmila&within=articles",
    "/?source=harbour", "/?tag=ports", "/?kind=edited", "/?since=2026-02-10&until=2026-02-12",
    "/?q=%22%27%28%2A&before=x&kind=zzz&since=yesterday", "/item/key61", "/item/60", "/source/harbour", "/source/evil",
    "/sources", "/changes", "/changes?source=evil&kind=added", "/messages", "/messages?state=dead", "/queries",
    "/queries/headlines-changed", "/queries/search?words=basin", "/queries/search", "/queries/search?words=%22",
    "/feeds", "/marked", f"/capture/{SHA}",
)  # fmt: skip
STOCK = (
    "/presswatch", "/presswatch/items", "/presswatch/items/61", "/presswatch/withdrawn", "/presswatch?sql=select+1",
    "/presswatch/latest_items", "/-/versions",
)  # fmt: skip


class _Tags(HTMLParser):
    """What a browser would act on."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.scripts: list[dict[str, str | None]] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "script":
            self.scripts.append(dict(attrs))
        self.attributes += [(tag, name, value) for name, value in attrs]


@pytest.mark.parametrize("path", OWN)
def test_a_page_of_ours_is_light_and_inert(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert len(answer.content) < 200_000
    tags = _Tags(answer.text)
    assert all(one.get("src", "") and one["src"].startswith("/-/presswatch/") for one in tags.scripts)
    for tag, name, value in tags.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name != "style"
        if name in ("href", "src", "action"):
            assert value is not None
            assert value.startswith(("/", "?", "#", "http://", "https://"))
            assert not value.startswith("//")
        if tag == "a" and name == "href" and value and value.startswith("http"):
            assert 'rel="noopener noreferrer' in answer.text
    assert "<img" not in answer.text
    assert "\u202e" not in answer.text.replace("&#34;", "") or path.startswith("/capture")


@pytest.mark.parametrize(
    "path", [*OWN, *STOCK, "/nowhere", "/item/nosuch", "//evil.example/", "/-/presswatch/pages.css"]
)
def test_each_answer_forbids_foreign_content(get: Get, path: str) -> None:
    answer = get(path)
    policy = answer.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src 'self'" in policy
    assert "script-src 'self' 'unsafe" not in policy
    assert "frame-ancestors 'none'" in policy
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["referrer-policy"] in ("same-origin", "no-referrer")
    if path in OWN:
        assert "unsafe-inline" not in policy


@pytest.mark.parametrize("path", STOCK)
def test_datasettes_own_pages_stay_reachable_and_inert(get: Get, path: str) -> None:
    answer = get(path)
    assert answer.status_code == 200
    assert "<script>alert" not in answer.text
    if "html" in answer.headers["content-type"]:
        inline = re.findall(r"<script>(.*?)</script>", answer.text, re.DOTALL)
        allowed = answer.headers["content-security-policy"]
        for script in inline:
            digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
            assert f"'sha256-{digest}'" in allowed, "an inline script that would not run"


@pytest.mark.parametrize("path", ["/nowhere", "/item/nosuch", "/source/nosuch", f"/capture/{'0' * 64}"])
def test_what_is_not_there_is_not_found(get: Get, path: str, capfd: pytest.CaptureFixture[str]) -> None:
    assert get(path).status_code == 404
    said = capfd.readouterr()
    assert said.out + said.err == "", "nothing of a request is printed"


@pytest.mark.parametrize(
    "path", ["//evil.example/", "/%5Cevil.example/", "//evil.example/%2f..", "/sources/", "/presswatch/"]
)
def test_a_redirect_stays_here(get: Get, path: str) -> None:
    target = get(path).headers.get("location", "/")
    assert target.startswith("/")
    assert not target.startswith(("//", "/\\"))


def test_the_front_page_shows_the_newest_first_and_goes_on(get: Get) -> None:
    first = get("/").text
    assert first.index("港湾局") < first.index("Dredging of the west basin") < first.index("Dredging of basin 59")
    assert "Dredging of basin 9<" not in first
    assert '?before=13"' in first
    assert "Dredging of basin 9<" in get("/?before=13").text


@pytest.mark.parametrize(
    ("path", "shown", "hidden"),
    [
        ("/?q=west+bas*", "Dredging of the west basin", "Dredging of basin 7<"),
        ("/?q=%E5%9B%BD%E9%9A%9B", "港湾局が国際会議を開催", "Dredging"),
        ("/?source=evil", "港湾局", "Dredging"),
        ("/?q=ludmila", "Nothing fits", "Dredging"),
        ("/?q=ludmila&within=articles", "Dredging of basin 7<", "Dredging of basin 6<"),
        ("/?q=ludmila+night&within=articles&before=3", "Dredging of basin 8<", "Dredging of basin 9<"),
        ("/?q=ludmila&within=articles&source=evil", "Nothing fits", "Dredging"),
        ("/?kind=edited", "west basin", "basin 7<"),
        ("/?since=2026-02-08&until=2026-02-08", "Dredging of basin 7<", "Dredging of basin 8<"),
        ("/?tag=ports&q=basin", "Dredging of basin 50", "港湾局"),
        ("/?tag=nosuch", "no such source", "Dredging"),
        ("/?q=%28%29", "no word", "Dredging"),
    ],
)
def test_the_front_page_finds(get: Get, path: str, shown: str, hidden: str) -> None:
    text = get(path).text
    assert shown in text
    assert hidden not in text


def test_an_items_page_tells_its_story(get: Get) -> None:
    text = get("/item/key60").text
    assert "Dredging of <del>basin 60</del>" in text or "<del>" in text
    assert "<ins>" in text
    assert "msg_1" in text


def test_a_captured_page_is_text(get: Get) -> None:
    text = get(f"/capture/{SHA}").text
    assert "Harbour &amp;" in text
    assert "steal()" not in text
    markup = get(f"/capture/{SHA}.txt")
    assert markup.headers["content-type"].startswith("text/plain")
    assert "sandbox" in markup.headers["content-security-policy"]
    assert markup.text.encode() == PAGE


def test_a_capture_that_was_retired_is_not_found(get: Get, web_db: Path) -> None:
    path = web_db.parent / "captures" / SHA[:2] / f"{SHA}.zst"
    kept = path.read_bytes()
    path.unlink()
    try:
        assert get(f"/capture/{SHA}").status_code == 404
    finally:
        path.write_bytes(kept)


def test_healthz_answers_while_the_database_can_be_read(get: Get) -> None:
    assert get("/healthz").json()["ok"] is True


def test_nothing_can_be_written(get: Get, web_db: Path) -> None:
    for path in (
        "/presswatch?sql=delete+from+items",
        "/presswatch?sql=attach+'x.db'+as+x",
        "/presswatch?sql=pragma+user_version=9",
    ):
        assert get(path).status_code == 400
    for method in ("POST", "PUT", "DELETE", "PATCH", "OPTIONS"):
        assert get("/", method=method).status_code == 405
    with sqlite3.connect(f"{web_db.as_uri()}?mode=ro", uri=True) as conn:
        assert conn.execute("SELECT count(*) FROM items").fetchone()[0] == 62
    conn.close()


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8001", "127.0.0.1.evil.example", "", "[::2]", "localhost."]
)
def test_a_page_elsewhere_cannot_read_ours_by_rebinding(get: Get, host: str) -> None:
    assert get("/", headers={"host": host}).status_code == 421


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1:8001", "[::1]:8001", "LOCALHOST:1"])
def test_this_machine_goes_by_its_names(get: Get, host: str) -> None:
    assert get("/", headers={"host": host}).status_code == 200


def test_a_password_is_asked_for(get: Get, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("presswatch.web.guard._WRONG_PASSWORD_S", 0.0)
    access = Access(hosts=frozenset(), password="correct horse ü")
    assert get("/", access=access).status_code == 401
    assert get("/", access=access, headers={"authorization": "Basic !!!"}).status_code == 401
    assert get("/presswatch.json", access=access, headers={"x-forwarded-for": "127.0.0.1"}).status_code == 401
    assert get("/", access=access, auth=("me", "wrong")).status_code == 401
    assert get("/", access=access, auth=("me", "correct horse ü")).status_code == 200
    assert get("/", access=access, headers={"authorization": "Bearer correct horse ü".encode()}).status_code == 200


def test_csv_of_datasette_is_safe_for_spreadsheets(get: Get) -> None:
    text = get("/presswatch.csv?sql=select+'%3D1%2B1'+as+a,-5+as+b,'x%0Ay'+as+c").text
    assert text.splitlines()[1].startswith("'=1+1,-5,")
    rows = get("/presswatch/items.csv?_stream=1&_size=max").text
    assert EVIL[:8] in rows
    assert rows.count("Dredging of basin") == 59


def test_a_saved_query_shows_its_rows_in_our_pages_with_times_of_people(get: Get) -> None:
    text = get("/queries/headlines-changed").text
    assert "Dredging of the west basin" in text
    assert "2026-03-03T10:00:00.000Z</time>" not in text
    assert 'href="/presswatch/headlines-changed.csv"' in text
    assert 'aria-label="Pages"' in text
    assert 'href="/queries/headlines-changed"' in get("/queries").text


def test_a_saved_query_asks_for_what_it_needs_to_know_and_says_what_is_wrong(get: Get) -> None:
    asked = get("/queries/search").text
    assert '<input name="words" value=""' in asked
    assert "No rows" not in asked
    assert "Dredging of basin 7" in get("/queries/search?words=basin").text
    wrong = get("/queries/search?words=%22")
    assert (wrong.status_code, "SQLite: " in wrong.text) == (200, True)
    assert get("/queries/nothing-of-the-kind").status_code == 404
