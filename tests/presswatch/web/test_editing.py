"""Writing from the browser: only where it is allowed, only by a form of ours, only what it is for."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from presswatch.cli.root import run
from presswatch.fixture_site import FixtureSite
from presswatch.web.adding import _judge, _words
from presswatch.web.editing import _to
from presswatch.web.guard import Access
from presswatch.web.plugin import writes
from presswatch.web.site import Site, make_site
from tests.presswatch.web.conftest import EVIL, NOW, EditedSite, Get

STAR = {"star": "1", "back": "/?q=basin"}


def test_what_the_form_does_not_have_is_not_advised() -> None:
    said = b"presswatch: https://a.example/ is watched already, as a; --force adds it once more\n"
    assert _judge(b"", said).problem == "https://a.example/ is watched already, as a"
    warning = "scripts may fill the page: --browser has them run (docs/browser.md)"
    found = _judge(json.dumps({"warnings": [warning]}).encode(), b"").found
    assert found is not None
    assert found["warnings"] == [
        'scripts may fill the page: browser = "auto", in the configuration, has them run (docs/browser.md)'
    ]


def test_a_star_a_read_mark_and_a_note_are_kept_and_shown(edited_site: EditedSite) -> None:
    answer = edited_site.post("/item/key60/mark", STAR)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?q=basin")
    edited_site.post("/item/key60/mark", {"read": "1"})
    edited_site.post("/item/key60/mark", {"note": f"Ask the harbour office.\r\n{EVIL}"})
    (row,) = edited_site.rows("SELECT starred_at, read_at, note FROM marks")
    assert row[:2] == ("2026-03-04T12:00:00.000Z",) * 2
    assert row[2].startswith("Ask the harbour office.\n<script>")
    for path in ("/", "/item/key60", "/marked"):
        text = edited_site.get(path).text
        assert "Ask the harbour office." in text, path
        assert "<script>alert" not in text
        assert 'aria-pressed="true"' in text
    assert "west basin" not in edited_site.get("/?kind=unread").text
    assert "Dredging of basin 59" in edited_site.get("/?kind=unread").text
    edited_site.post("/item/key60/mark", {"star": "0", "note": "  "})
    assert edited_site.rows("SELECT starred_at, read_at IS NULL, note FROM marks") == [(None, 0, None)]
    assert "key60" not in edited_site.get("/marked").text


@pytest.mark.parametrize(
    ("headers", "form", "status"),
    [
        ({}, {"token": "wrong"}, 403),
        ({}, {"token": ""}, 403),
        ({"origin": "https://evil.example"}, {}, 403),
        ({"origin": "null"}, {}, 403),
        ({"origin": "http://localhost:8001"}, {}, 403),
        ({"sec-fetch-site": "cross-site"}, {}, 403),
        ({"sec-fetch-site": "same-site"}, {}, 403),
        ({"sec-fetch-site": "none"}, {}, 403),
        ({"content-type": "text/plain"}, {}, 400),
        ({"content-type": "application/json"}, {}, 400),
        ({"host": "evil.example"}, {}, 421),
        ({"cookie": "ds_csrftoken=x"}, {}, 303),
        ({"origin": "http://localhost", "sec-fetch-site": "same-origin"}, {}, 303),
    ],
)
def test_only_a_form_of_ours_writes(
    edited_site: EditedSite, headers: Mapping[str, str], form: Mapping[str, str], status: int
) -> None:
    answer = edited_site.post("/item/key60/mark", {**STAR, **form}, headers=headers)
    assert answer.status_code == status, answer.text
    assert edited_site.rows("SELECT count(*) FROM marks") == [(int(status == 303),)]


@pytest.mark.parametrize("body", [b"", b"token", b"\xff\xfe=1", b"a=1&" * 5_000, b"note=" + b"x" * 70_000])
def test_no_body_is_too_strange(edited_site: EditedSite, body: bytes) -> None:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    assert edited_site.ask("POST", "/item/key60/mark", content=body, headers=headers).status_code in (400, 403)


def _paths(site: Any) -> Iterator[str]:
    """An address of each route that there is, ours and Datasette's."""
    for route, _ in site._routes():
        pattern = getattr(route, "pattern", str(route))
        path = re.sub(r"\(\?P<(\w+)>(?:[^()\[\]]|\[[^]]*\]|\([^()]*\))*\)\??", _example, pattern)
        yield re.sub(r"\\(.)", r"\1", re.sub(r"\(\?[^)]*\)|\([^)]*\)\??|[\^$?]", "", path)).replace("//", "/") or "/"


def _example(found: re.Match[str]) -> str:
    return {"key": "key60", "slug": "harbour", "database": "presswatch", "table": "items", "format": "", "pks": "1",
            "name": "all", "ending": "atom", "sha256": "0" * 64}.get(found[1], "x")  # fmt: skip


def test_every_route_refuses_to_write_anonymously_and_from_elsewhere(edited_site: EditedSite, get: Get) -> None:
    """Walks all routes that there are: without --edit none takes a POST, with it only three, and those only with the
    token."""
    site = make_site(edited_site.db, Site(edited_site.db.parent, Access(), None, NOW))
    paths = sorted({*_paths(site), "/item/key60/mark", "/add", "/add/save"})
    for database in site.databases.values():
        database.close()
    assert len(paths) > 30
    before = edited_site.rows("SELECT (SELECT count(*) FROM marks), (SELECT count(*) FROM sources)")
    for path in paths:
        assert get(path, method="POST", data={"a": "1"}).status_code == 405, path
        elsewhere = {"origin": "https://evil.example", "sec-fetch-site": "cross-site"}
        for given in ({}, {"headers": elsewhere}):
            answer = edited_site.ask("POST", path, data={"star": "1", "url": "http://a.example"}, **given)
            assert answer.status_code == (403 if writes(path) else 405), path
    assert sum(writes(path) for path in paths) == 3
    assert edited_site.rows("SELECT (SELECT count(*) FROM marks), (SELECT count(*) FROM sources)") == before
    guarded = replace(edited_site, access=Access(hosts=frozenset(), password="correct horse", editing=True))
    for path in paths:
        status = guarded.post(path, STAR).status_code
        assert status == 401 if path != "/healthz" else status == 405, path
        if path != "/healthz":
            assert guarded.get(path).status_code == 401, path


def test_without_editing_nothing_offers_to_write(get: Get) -> None:
    for path in ("/", "/item/key60", "/marked"):
        assert '<form class="mark"' not in get(path).text
        assert 'method="post"' not in get(path).text
    assert get("/add").status_code == 404


@pytest.mark.parametrize(
    ("back", "to"),
    [
        ("/?q=x", "/?q=x"), ("", "/item/a"), ("//evil.example", "/item/a"), ("/\\evil.example", "/item/a"),
        ("https://evil.example", "/item/a"), ("/x\r\nset-cookie: a=b", "/item/a"), ("javascript:x", "/item/a"),
    ],
)  # fmt: skip
def test_the_way_back_stays_here(back: str, to: str) -> None:
    assert _to(back, "/item/a").headers["location"] == to


def test_a_page_is_shown_as_it_was_understood_before_it_is_saved(edited_site: EditedSite) -> None:
    config = edited_site.db.parent / "presswatch.toml"
    config.write_text('[presswatch]\nsite_spacing = "0s"\n')
    config.chmod(0o600)
    with FixtureSite() as site:
        shown = edited_site.post("/add", {"url": site.url()}).text
        assert "Five Rivers Commission adopts common rules for flood warnings" in shown
        assert "12 items" in shown
        assert "[[sources]]" not in config.read_text(), "only looked at"
        saved = edited_site.post("/add/save", {"url": site.url(), "name": "Waters", "tags": "water, rivers"})
    assert (saved.status_code, saved.headers["location"]) == (303, "/source/waters")
    assert 'tags = ["water", "rivers"]' in config.read_text()
    assert "Waters" in edited_site.get("/source/waters").text


def test_a_page_that_is_refused_is_offered_all_the_same_but_not_as_the_thing_to_do(edited_site: EditedSite) -> None:
    config = edited_site.db.parent / "presswatch.toml"
    config.write_text('[presswatch]\nsite_spacing = "0s"\n')
    config.chmod(0o600)
    with FixtureSite() as site:
        gone = site.url("/nowhere")
        shown = edited_site.post("/add", {"url": gone}).text
        assert 'class="primary"' not in shown
        assert "Watch it all the same" in shown
        assert '<input type="hidden" name="force" value="1">' in shown
        assert "What it lists" not in shown
        assert edited_site.post("/add/save", {"url": gone, "name": "Gone", "force": "1"}).status_code == 303
    assert "/nowhere" in config.read_text()


def test_a_form_without_an_address_is_answered_with_a_sentence(edited_site: EditedSite) -> None:
    answer = edited_site.post("/add", {"url": "  "})
    assert answer.status_code == 200
    assert "An address is needed" in answer.text


def test_no_value_of_a_form_is_taken_for_an_option() -> None:
    assert _words({"name": "a\x00b\n\x1b[2Jc\u202e"}) == ["--name=ab[2Jc"]
    form = {"name": "--force", "slug": "-x", "every": "1h --force", "tags": "--dry-run, a", "force": "1", "id": "7"}
    assert _words(form) == ["--name=--force", "--slug=-x", "--every=1h --force", "--tag=--dry-run", "--tag=a"]


@pytest.mark.parametrize(
    "words", [["--host", "192.0.2.1", "--edit"], ["--host", "::", "--edit", "--allow-host", "a.example"]]
)
def test_nobody_edits_from_elsewhere_without_a_password(
    words: list[str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(["--home", str(tmp_path), "serve", *words]) == 2
    assert "--password-file" in capsys.readouterr().err
    assert not (tmp_path / "presswatch.db").exists()
