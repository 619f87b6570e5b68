"""``presswatch import`` takes over what can be watched, says what cannot, and believes nothing in the file."""

from __future__ import annotations

import io
import json
import tomllib
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from presswatch.cli.importing import FIELDS
from presswatch.cli.root import run
from presswatch.importing.detect import read_list
from presswatch.importing.found import Found, label_of, recipe_from_css
from scraper.errors import ConfigError

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>mine</title></head><body>
<outline text="Harbour news, daily"><outline text="Tides &amp;amp; locks" xmlUrl="https://harbour.example/rss"
 htmlUrl="https://harbour.example/news" category="/Water/Tides,ports"/></outline>
<outline title="Only a page" type="link" url="https://quay.example/notices"/>
<outline text="An empty folder"/>
<outline text="Local" xmlUrl="file:///etc/passwd"/>
</body></opml>"""
JOBS = """\
name: Notices
url: https://quay.example/notices
filter:
  - css: "#main ul.news > li.entry"
  - html2text
---
name: A region
url: https://lock.example/board
filter: [{css: {selector: "div#main", exclude: ".ad"}}, {grep: "flood"}]
headers: {Authorization: Bearer 1}
ignore_cached: true
---
command: rm -rf /
---
url: https://form.example/search
data: {q: tide}
---
navigate: https://script.example/
---
just a text
"""
TAG = "0f9b1c2e-1111-4222-8333-abcdefabcdef"
WATCHES: dict[str, Any] = {
    "settings": {"application": {"tags": {TAG: {"title": "Water works"}}}},
    "watching": {
        "a": {
            "url": "https://quay.example/notices", "title": "Notices", "tags": [TAG], "include_filters": ["ul > li"],
            "time_between_check": {"weeks": None, "hours": 2}, "time_between_check_use_default": False,
        },
        "b": {
            "url": "source:https://lock.example/board", "tag": "ports, tides", "include_filters": ["//div[@id='x']"],
            "time_between_check": {"seconds": 30}, "time_between_check_use_default": False, "paused": True,
            "headers": {"Cookie": "very-secret"}, "fetch_backend": "html_webdriver",
        },
        "c": {"url": "https://form.example/", "method": "POST"},
        "d": "nonsense",
    },
}  # fmt: skip


def _read(tmp_path: Path, content: str | bytes, form: str | None = None, *, pages: bool = False) -> list[Found]:
    path = tmp_path / "list"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_list(path, form, pages=pages)[1]


def _zip(members: dict[str, str]) -> bytes:
    stored = io.BytesIO()
    with zipfile.ZipFile(stored, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return stored.getvalue()


def test_folders_and_categories_of_opml_become_tags(tmp_path: Path) -> None:
    tides, page, local = _read(tmp_path, OPML)
    assert (tides.url, tides.name) == ("https://harbour.example/rss", "Tides & locks")
    assert tides.tags == ("Harbour-news-daily", "Tides", "ports")
    assert page.url == "https://quay.example/notices"
    assert local.url == "file:///etc/passwd", "it is the validator that refuses it"
    assert _read(tmp_path, OPML, pages=True)[0].url == "https://harbour.example/news"


def test_jobs_of_urlwatch_give_recipes_where_their_filters_select_records(tmp_path: Path) -> None:
    notices, region, command, form, script = _read(tmp_path, JOBS)
    assert dict(notices.recipe) == {"item": "#main ul.news > li.entry"}
    assert notices.name == "Notices"
    assert region.recipe == ()
    assert region.notes[0] == "filters not taken over, items are found without: css 'div#main', grep 'flood'"
    assert region.notes[1] == "not taken over: headers, ignore_cached"
    assert command.refused == "runs a command; presswatch watches pages"
    assert form.refused is not None
    assert script.url == "https://script.example/"
    assert "a browser is not used" in script.notes[0]


@pytest.mark.parametrize("stored", ["json", "backup", "folders"])
def test_watches_of_changedetection_are_read_from_each_of_its_exports(tmp_path: Path, stored: str) -> None:
    content: str | bytes = json.dumps(WATCHES)
    if stored == "backup":
        content = _zip({"url-watches.json": json.dumps(WATCHES), "secret.txt": "x", "../../evil": "x"})
    elif stored == "folders":
        folders = {
            f"{number:08d}-0000-4000-8000-000000000000/watch.json": json.dumps(watch)
            for number, watch in enumerate(WATCHES["watching"].values())
            if isinstance(watch, dict)
        }
        content = _zip(folders | {"changedetection.json": json.dumps({"settings": WATCHES["settings"]})})
    notices, board, form, *_ = _read(tmp_path, content)
    assert (notices.tags, notices.every, dict(notices.recipe)) == (("Water-works",), "7200s", {"item": "ul > li"})
    assert (board.url, board.tags, board.every, board.paused) == (
        "https://lock.example/board", ("ports", "tides"), "5m", True
    )  # fmt: skip
    said = " ".join(board.notes)
    assert "not every 30 seconds" in said
    assert "request headers" in said
    assert "very-secret" not in said
    assert form.refused is not None


def test_a_list_of_addresses_may_carry_tags(tmp_path: Path) -> None:
    found = _read(tmp_path, "# mine\n\nhttps://a.example/news  ports, big ships\r\nb.example/news\n")
    assert [(each.url, each.tags) for each in found] == [
        ("https://a.example/news", ("ports", "big-ships")),
        ("b.example/news", ()),
    ]


def _imported(home: Path, capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, list[dict[str, Any]]]:
    capsys.readouterr()
    code = run(["--home", str(home), "import", *words, "--json"])
    return code, json.loads(capsys.readouterr().out)


def test_what_is_taken_stands_in_the_configuration_and_a_second_import_changes_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home, file = tmp_path / "home", tmp_path / "watches.json"
    file.write_text(json.dumps(WATCHES))
    code, dry = _imported(home, capsys, str(file), "--dry-run")
    assert code == 3
    assert not home.exists()
    code, rows = _imported(home, capsys, str(file), "--tag", "moved")
    assert [row["state"] for row in rows] == [row["state"] for row in dry] == ["taken", "taken", "refused", "refused"]
    assert tuple(rows[0]) == FIELDS
    text = (home / "presswatch.toml").read_text()
    first, second = tomllib.loads(text)["sources"]
    assert first["tags"] == ["Water-works", "moved"]
    assert first["recipe"] == {"item": "ul > li"}
    assert (second["slug"], second["paused"], second["every"]) == ("lock-example", True, "5m")
    assert "very-secret" not in text

    code, again = _imported(home, capsys, str(file))
    assert [row["state"] for row in again] == ["known", "known", "refused", "refused"]
    assert again[0]["reason"] == "is watched already, as notices"
    assert (home / "presswatch.toml").read_text() == text


def test_nothing_enters_that_add_would_refuse(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    addresses = ["file:///etc/passwd", "https://user:pass@a.example/", "http://a.example\\@b.example/",
                 "javascript:alert(1)", "https://[::1", "ftp://a.example/", "not an address"]  # fmt: skip
    file = tmp_path / "watches.json"
    watches = [{"url": url} for url in addresses] + [{"url": "https://c.example/", "include_filters": ["li["]}]
    file.write_text(json.dumps({"watching": {str(number): watch for number, watch in enumerate(watches)}}))
    code, rows = _imported(tmp_path / "home", capsys, str(file))
    assert code == 1
    assert [row["state"] for row in rows] == ["refused"] * len(watches)
    assert all(row["reason"] for row in rows)
    assert "pass@" not in json.dumps(rows)
    assert "sources" not in tomllib.loads((tmp_path / "home" / "presswatch.toml").read_text())


def test_a_page_that_stands_in_a_file_twice_is_taken_once(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.txt"
    file.write_text("https://user:pass@a.example/\nhttps://a.example/\nhttp://www.a.example\n")
    _, rows = _imported(tmp_path / "home", capsys, str(file))
    assert [row["state"] for row in rows] == ["refused", "taken", "known"]
    assert rows[2]["reason"] == "stands in the file already: line 2"


def test_people_see_what_was_refused_first_and_why(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "list.opml"
    file.write_text(OPML)
    assert run(["--home", str(tmp_path / "home"), "import", str(file)]) == 3
    said = capsys.readouterr()
    assert said.out.splitlines()[1].split()[0] == "refused"
    assert "→ url: " in said.out
    assert "opml: 2 taken, 1 refused" in said.err
    assert "`presswatch check` takes the first look" in said.err


LAUGHS = "".join(f"l{n}: &l{n} [{', '.join([f'*l{n - 1}'] * 9)}]\n" for n in range(1, 30))
MERGES = "".join(f"m{n}: &m{n} {{<<: [{', '.join([f'*m{n - 1}'] * 9)}]}}\n" for n in range(1, 30))
ODD = {"url": "https://a.example/", "tags": [7, None, [1]], "title": {}, "include_filters": {"a": 1}, "method": 3}
HOSTILE = {
    "entities": '<!DOCTYPE opml [<!ENTITY a "b">]><opml><outline text="&a;" xmlUrl="https://a.example/"/></opml>',
    "deep XML": "<opml>" + "<outline text='a'>" * 50_000,
    "cut XML": OPML[:300],
    "other XML": "<html><body>hello</body></html>",
    "laughs": "l0: &l0 [x]\n" + LAUGHS,
    "merges": "m0: &m0 {k: v}\n" + MERGES,
    "a loop": "url: https://a.example/\nfilter: &a [*a]\n",
    "deep YAML": "url: " + "[" * 100_000,
    "an object": "url: !!python/object/apply:os.system ['false']\n",
    "a date in base 60": "url: " + "1:" * 200_000 + "1\n",
    "a large YAML": "a: b\n" * 300_000,
    "deep JSON": "{" + '"a":{' * 100_000,
    "many digits": '{"watching": {"a": {"url": "https://a.example/", "time": ' + "9" * 9_999 + "}}}",
    "numbers for texts": json.dumps({"watching": {"a": {"url": 7, "tags": 3}, "b": ODD}}),
    "no text": b"\x00\x01\x02" * 100,
    "no ZIP": b"PK\x03\x04" + b"x" * 1_000,
    "too large": b" " * 20_000_001,
}  # fmt: skip


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_files_end_with_a_sentence_or_are_read_as_what_they_say(
    name: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    content = HOSTILE[name]
    path = tmp_path / "list"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    code = run(["--home", str(tmp_path / "home"), "import", str(path), "--dry-run"])
    said = capsys.readouterr()
    assert code in (0, 1, 2, 3)
    assert said.err.startswith("presswatch: ")
    assert len(said.err) < 1_000
    assert not (tmp_path / "home").exists()


def test_a_bomb_in_a_backup_is_read_to_the_bound_only(tmp_path: Path) -> None:
    bomb = _zip({"url-watches.json": '{"watching": {}}' + " " * 30_000_000})
    assert len(bomb) < 100_000
    with pytest.raises(ConfigError, match="unpacks to more than 20 MB"):
        _read(tmp_path, bomb)


@settings(max_examples=60)
@given(
    st.binary(max_size=300) | st.text(max_size=300).map(str.encode), st.sampled_from(("opml", "urlwatch", "urls", None))
)
def test_any_bytes_give_entries_or_a_sentence(tmp_path_factory: Any, content: bytes, form: str | None) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(content)
    with suppress(ConfigError):
        assert all(isinstance(each.url, str) for each in read_list(path, form)[1])


@pytest.mark.parametrize(
    ("selector", "records"),
    [("ul.news > li", True), ("li", True), ("#a article.teaser", True), ("table tr:has(a)", True), ("div#main", False),
     ("ul.news", False), ("li a", False), ("li, p", False), (".list-li", False), ("ul li.a .b", False)],
)  # fmt: skip
def test_a_filter_that_selects_records_is_a_recipe_and_one_that_cuts_out_a_region_is_not(
    selector: str, records: bool
) -> None:
    assert bool(recipe_from_css(selector)) is records


def test_a_tag_is_made_of_any_text() -> None:
    assert label_of(" @Water: “ports” [big] ") == "Water-“ports”-big"
    assert label_of("@@") is None
    assert label_of(7) is None
