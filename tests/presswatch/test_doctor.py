"""``presswatch doctor`` finds what is wrong, and says what helps."""

from __future__ import annotations

import json
import os
import threading
from datetime import timedelta
from pathlib import Path

import pytest

from presswatch.cli.root import run
from presswatch.config import parse_config
from presswatch.doctor import file_system_of
from presswatch.doctor_outside import _within, examine_browser, examine_network
from presswatch.fixture_site import FixtureSite
from scraper.addresses import AddressPolicy
from scraper.clock import utc_now
from scraper.store.db import open_store
from scraper.urls import origin_of
from tests.presswatch.web.conftest import make_database
from tests.support.starting import run as run_apart


@pytest.fixture
def home(tmp_path: Path) -> Path:
    folder = tmp_path / "home"
    folder.mkdir()
    make_database(folder / "presswatch.db", items=3)
    (folder / "presswatch.toml").write_text("", encoding="utf-8")
    (folder / "presswatch.toml").chmod(0o600)
    store = open_store(folder / "presswatch.db")
    store.conn.execute("UPDATE messages SET state = 'sent', sent_at = due_at")
    store.close()
    return folder


def _bad(home: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, dict[str, str]]:
    capsys.readouterr()
    code = run(["--home", str(home), "doctor", "--json"])
    findings = json.loads(capsys.readouterr().out)
    bad = {each["what"]: each for each in findings if each["state"] == "bad" and each["what"] != "disk"}
    assert code == any(each["state"] == "bad" for each in findings)
    assert all(each["remedy"] for each in findings if each["state"] != "well")
    return bad


def test_where_all_is_well_nothing_is_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _bad(home, capsys) == {}


@pytest.mark.parametrize(
    ("sql", "what", "says"),
    [
        ("UPDATE sources SET last_check_at = '2999-01-01T00:00:00.000Z'", "clock", "not come yet"),
        ("UPDATE messages SET state = 'dead'", "messages", "1 could not be sent"),
        ("UPDATE messages SET state = 'pending'", "messages", "more than an hour"),
        ("UPDATE channels SET disabled_at = created_at, disabled_reason = 'gone'", "channel", "desk is disabled: gone"),
        ("UPDATE channels SET failing_since_at = created_at", "channel", "desk fails since 2026-03-03 10:00"),
        (
            "INSERT INTO episodes (source_id, class, opened_at, reason) VALUES (1, 'app_shell', '2026-03-03T10', 'r')",
            "source",
            "harbour shows nothing without its scripts, since",
        ),
    ],
)
def test_trouble_is_found(home: Path, capsys: pytest.CaptureFixture[str], sql: str, what: str, says: str) -> None:
    store = open_store(home / "presswatch.db")
    store.conn.execute(sql)
    store.close()
    found = _bad(home, capsys)
    assert list(found) == [what]
    assert says in found[what]["message"]


def _findings(home: Path, capsys: pytest.CaptureFixture[str]) -> list[dict[str, str]]:
    capsys.readouterr()
    run(["--home", str(home), "doctor", "--offline", "--json"])
    found: list[dict[str, str]] = json.loads(capsys.readouterr().out)
    return found


def _change(home: Path, *statements: str) -> None:
    store = open_store(home / "presswatch.db")
    for sql in statements:
        store.conn.execute(sql)
    store.close()


def test_doctor_status_and_report_agree_on_what_is_unwell(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A look that was not believed is no trouble yet: nobody is told."""
    _change(home, "UPDATE sources SET outcome = 'suspect', failures = 1 WHERE id = 1")
    said = {each["message"] for each in _findings(home, capsys) if each["what"] in ("source", "sources")}
    assert said == {"harbour is unwell: suspect ×1", "2 watched, 1 unwell, none in trouble"}
    run(["--home", str(home), "status", "--json"])
    status = json.loads(capsys.readouterr().out)
    assert status["sources"]["unwell"] == 1
    assert [row["source"] for row in status["unwell"]] == ["harbour"]
    run(["--home", str(home), "report", "--since", "2026-01-01"])
    assert "0 sources in trouble" in capsys.readouterr().out


def test_a_silent_source_whose_looks_are_well_is_unwell_everywhere(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _change(
        home,
        "UPDATE sources SET outcome = 'unchanged', failures = 0",
        "INSERT INTO episodes (source_id, class, opened_at, reason) VALUES (1, 'silent', '2026-03-03T10', 'r')",
    )
    assert "harbour is silent" in _bad(home, capsys)["source"]["message"]
    run(["--home", str(home), "status", "--json"])
    status = json.loads(capsys.readouterr().out)
    assert status["sources"]["unwell"] == 1


def test_messages_of_a_channel_that_is_gone_are_counted_the_same_everywhere_and_not_promised(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(home, '[channels.phone]\ntype = "console"\n')
    _change(home, "UPDATE messages SET state = 'dead', last_error = 'x'", "UPDATE channels SET active = 0")
    messages = [each for each in _findings(home, capsys) if each["what"] == "messages"]
    assert [each["message"] for each in messages] == [
        "the channel desk is no longer configured, and has messages: 1 dead"
    ]
    run(["--home", str(home), "status"])
    status = capsys.readouterr().out
    assert "0 waiting, 1 dead" in status
    assert "desk" in status
    assert "no longer configured" in status
    run(["--home", str(home), "messages", "--dead", "--json"])
    assert len(json.loads(capsys.readouterr().out)) == 1
    assert run(["--home", str(home), "retry", "--channel", "desk"]) == 2
    assert "it is no longer configured" in capsys.readouterr().err
    assert run(["--home", str(home), "retry"]) == 0
    assert "1 dead letter stays: the channel desk is no longer configured" in capsys.readouterr().err
    run(["--home", str(home), "status", "--json"])
    assert json.loads(capsys.readouterr().out)["messages"] == {"pending": 0, "dead": 1}


def test_a_rule_that_can_tell_nothing_is_noted(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(home, _source("a", "https://a.example/news") + '[[rules]]\nname = "r"\ntags = ["sea"]\n')
    said = [each for each in _findings(home, capsys) if each["state"] == "note"]
    assert "rules[1].tags: no source has the tag 'sea'" in [each["message"] for each in said]


def test_the_robots_of_a_site_that_is_not_watched_are_nobodys_trouble(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _configure(home, _source("a", "http://127.0.0.1:1/news"))
    _change(
        home,
        "INSERT INTO robots(origin, body, fetched_at, expires_at, unreachable_since_at) "
        "SELECT 'http://127.0.0.1:' || value, x'', '2026-03-03T10', '2026-03-03T10', '2026-03-03T10:00:00.000Z' "
        "FROM json_each('[1, 2]')",
    )
    said = [each["message"] for each in _findings(home, capsys) if each["what"] == "robots"]
    assert said == ["http://127.0.0.1:1/robots.txt cannot be reached since 2026-03-03 10:00"]


def test_mistakes_and_damage_are_found(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "presswatch.toml").write_text("[nonsense", encoding="utf-8")
    (home / "presswatch.toml").chmod(0o666)
    database = home / "presswatch.db"
    content = bytearray(database.read_bytes())
    content[4096:8192] = b"\xff" * 4096
    database.write_bytes(content)
    assert set(_bad(home, capsys)) == {"configuration", "permissions", "database"}


def test_an_empty_place_is_no_failure(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert _bad(tmp_path / "none", capsys) == {}
    assert not (tmp_path / "none").exists()


def test_people_see_the_remedy(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (home / "presswatch.toml").chmod(0o666)
    assert run(["--home", str(home), "doctor"]) == 1
    assert "chmod go-w" in capsys.readouterr().out


def _configure(home: Path, text: str) -> None:
    (home / "presswatch.toml").write_text(text, encoding="utf-8")


def _source(name: str, url: str) -> str:
    return f'[[sources]]\nid = "{name}"\nurl = "{url}"\n'


def test_a_secret_that_cannot_be_read_is_named_and_no_secret_is_shown(
    home: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("NO_SUCH_TOPIC", raising=False)
    _configure(
        home,
        '[channels.phone]\ntype = "apprise"\nurl = "ntfy://${env:NO_SUCH_TOPIC}"\n'
        '[channels.hook]\ntype = "webhook"\nurl = "https://hooks.example/very-secret"\n',
    )
    found = _bad(home, capsys)
    assert list(found) == ["secret"]
    assert "channel phone: " in found["secret"]["message"]
    assert "NO_SUCH_TOPIC is not set" in found["secret"]["message"]
    assert "very-secret" not in str(found)


def _examine(home: Path, allowed: str, *words: str) -> list[dict[str, str]]:
    """In a process of its own: the guard over the addresses is for good."""
    environ = {**os.environ, "PRESSWATCH_ALLOW_PRIVATE": allowed, "PRESSWATCH_HOME": str(home)}
    done = run_apart(["presswatch", "doctor", "--json", *words], env=environ)
    return [each for each in json.loads(done.stdout) if each["state"] == "bad" and each["what"] != "disk"]


def test_names_addresses_and_the_clock_are_looked_at_outside(home: Path) -> None:
    with FixtureSite() as site:
        allowed = f"127.0.0.1:{site.origin().rpartition(':')[2]}"
        too_long = "a" * 64 + ".example"  # refused before anybody is asked
        _configure(
            home,
            _source("good", site.url())
            + _source("gone", f"https://{too_long}/news")
            + _source("inside", "http://127.0.0.2/news"),
        )
        name, address = _examine(home, allowed)
        assert "(gone)" in name["message"]
        assert address["remedy"].endswith("PRESSWATCH_ALLOW_PRIVATE=127.0.0.2:80")
        assert [each.request.method for each in site.exchanges] == ["HEAD"], "one request, for the clock"
        site.clear_log()
        assert _examine(home, allowed, "--offline") == []
        assert not site.exchanges


def test_a_heartbeat_that_cannot_be_sent_is_found(home: Path) -> None:
    _configure(home, '[presswatch]\nheartbeat = "http://127.0.0.1:9/beat"\n')
    (refused,) = _examine(home, "")
    assert refused["what"] == "heartbeat"
    assert refused["remedy"].endswith("PRESSWATCH_ALLOW_PRIVATE=127.0.0.1:9")
    assert _examine(home, "127.0.0.1:9") == [], "nor is it sent"
    _configure(home, '[presswatch]\nheartbeat = "env:NO_SUCH_HEARTBEAT"\n')
    (missing,) = _examine(home, "", "--offline")
    assert "NO_SUCH_HEARTBEAT is not set" in missing["message"]


def test_a_clock_that_differs_from_that_of_a_source_is_found() -> None:
    with FixtureSite() as site:
        config = parse_config(_source("good", site.url()), path=Path("presswatch.toml"), environ={})
        policy = AddressPolicy.parse("127.0.0.1")
        wrong = list(examine_network(config, policy, utc_now() - timedelta(hours=3)))
        right = list(examine_network(config, policy, utc_now()))
    assert [(each.what, each.state) for each in wrong] == [("network", "well"), ("clock", "bad")]
    assert "behind 127.0.0.1" in wrong[1].message
    assert [(each.what, each.state) for each in right] == [("network", "well"), ("clock", "well")]


def test_what_never_answers_is_left_behind() -> None:
    forever = threading.Event()
    done = _within(0.3, ["slow", "quick"], lambda key: forever.wait(30) if key == "slow" else True)
    forever.set()
    assert done == {"quick": True}


def test_a_page_that_robots_forbids_is_named(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _configure(home, _source("harbour", "http://127.0.0.1/news/"))
    store = open_store(home / "presswatch.db")
    store.conn.execute(
        "INSERT INTO robots(origin, status, body, fetched_at, expires_at) VALUES (?, 200, ?, ?, ?)",
        (
            origin_of("http://127.0.0.1/"),
            b"User-agent: *\nDisallow: /news/",
            "2026-03-01T10:00:00.000Z",
            "2026-03-02T10:00:00.000Z",
        ),
    )
    store.close()
    capsys.readouterr()
    assert run(["--home", str(home), "doctor", "--offline"]) == 1
    said = capsys.readouterr().out
    assert "robots.txt forbids http://127.0.0.1/news/" in said
    assert "presswatch pause harbour" in said


MOUNTS = r"""22 28 0:20 / /proc rw,nosuid - proc proc rw
28 1 8:1 / / rw,relatime - ext4 /dev/sda1 rw
40 28 0:35 / /srv/with\040space rw,relatime shared:9 - nfs4 files:/srv rw
41 40 8:2 / /srv/with\040space/local rw - xfs /dev/sdb rw
42 28 0:40 / /over rw - ext4 /dev/sdc rw
43 28 0:41 / /over rw - cifs //files/over rw
a line that is cut
"""


@pytest.mark.parametrize(
    ("folder", "kind"),
    [("/home/me", "ext4"), ("/srv/with space/watch", "nfs4"), ("/srv/with space/local/watch", "xfs"),
     ("/over/watch", "cifs"), ("/srvwith", "ext4")],
)  # fmt: skip
def test_a_folder_is_on_the_file_system_that_is_mounted_nearest_above_it(folder: str, kind: str) -> None:
    assert file_system_of(Path(folder), MOUNTS) == kind


def test_a_source_that_needs_a_browser_where_there_is_none_is_told() -> None:
    text = '[presswatch]\nchromium = "/none/chromium"\n[[sources]]\nid = "tides"\nurl = "https://tides.example/"\n'
    config = parse_config(text + "browser = true\n", path=Path("presswatch.toml"), environ={})
    (found,) = examine_browser(config)
    assert (found.what, found.state) == ("browser", "bad")
    assert "tides" in found.message
    assert "install" in found.remedy
    assert list(examine_browser(parse_config(text, path=Path("presswatch.toml"), environ={}))) == []
