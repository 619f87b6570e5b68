"""The commands that look, as a person starts them, against real sites on loopback."""

from __future__ import annotations

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from presswatch.fixture_site import Fault, FixtureSite, WebhookReceiver
from tests.e2e.desk import wait_until
from tests.presswatch.cli.conftest import ROOT, Ended

Start = Callable[..., Ended]


def test_add_shows_the_page_and_its_first_look_is_the_baseline(start: Start, tmp_path: Path) -> None:
    with FixtureSite() as site:
        tried = start("add", site.url(), "--dry-run", "--json")
        assert tried.code == 0
        assert not (tmp_path / "home" / "presswatch.toml").exists()
        assert tried.json["kind"] == "listing"
        assert tried.json["added"] is False
        assert len(tried.json["entries"]) == 12

        site.clear_log()
        added = start("add", site.url(), "--tag", "ministry", "--name", "Waters", "--channel", "console")
        assert added.code == 0, added.err
        assert "listing, confidence" in added.out
        assert "added as waters" in added.out
        assert "12 items are the baseline" in added.out
        assert "announces a feed" in added.err
        asked = [entry.request.path for entry in site.exchanges]
        assert asked.count("/en/news/") == 1

        twice = start("add", site.url())
        assert twice.code == 1
        assert twice.err == f"presswatch: {site.url()} is watched already, as waters; --force adds it once more\n"

        site.moment = "m1"
        report = start("check", "--json")
        assert report.code == 0, report.err
        [source] = report.json
        assert (source["slug"], source["outcome"], source["baseline"]) == ("waters", "changed", False)
        assert len(source["new"]) == len(source["changes"]) == 2
        assert all(item["new"] for item in source["new"])
        assert report.err.count("New: ") == 2, "what the console channel says is talk here"

        site.moment = "m2"
        people = start("check", "@ministry")
        assert people.code == 0
        assert people.out.count("Edited: ") == 1
        assert "changed" in people.out
        assert people.err == ""


def test_an_address_without_a_scheme_that_speaks_no_tls_is_asked_about(start: Start) -> None:
    with FixtureSite() as site:
        done = start("add", site.url().removeprefix("http://"), "--dry-run")
        assert done.code == 1
        assert f"tried {site.url().replace('http:', 'https:')}; does the page need http://?" in done.err
        assert "does the page need" not in start("add", site.url("/none"), "--dry-run").err


def test_add_refuses_what_lists_nothing_unless_forced(start: Start, tmp_path: Path) -> None:
    config = tmp_path / "home" / "presswatch.toml"
    with FixtureSite() as site:
        item = next(iter(site.expected()["pages"]["/en/news/"]["items"]))
        done = start("add", site.url(item), "--json")
        assert done.code == 1
        assert done.json["refused"]
        assert done.json["added"] is False
        assert not config.exists()
        forced = start("add", site.url(item), "--force", "--slug", "one")
        assert forced.code == 0
        assert 'slug = "one"' in config.read_text(encoding="utf-8")
        unknown = start("add", site.url(), "--channel", "phone")
        assert unknown.code == 2
        assert "there is no channel 'phone'" in unknown.err
    gone = start("add", site.url())
    assert gone.code == 1
    assert "not added: " in gone.err
    assert gone.err.count("\n") == 1


def test_extract_answers_files_and_addresses(start: Start, tmp_path: Path) -> None:
    saved = tmp_path / "page.txt"
    saved.write_text(
        "12.01.2026\nThe ferry runs again.\n\n10.01.2026\nThe quay is closed.\n\n09.01.2026\nThe lock opens.\n"
    )
    with FixtureSite() as site:
        done = start("extract", str(saved), site.url(), str(tmp_path / "nothing"), "--json")
    assert done.code == 3
    first, second, third = done.json
    assert [entry["published"] for entry in first["entries"]] == ["2026-01-12", "2026-01-10", "2026-01-09"]
    assert len(second["entries"]) == 12
    assert third["error"].startswith("no file or folder")


def test_extract_answers_each_line_at_once_and_never_stops(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text("<html><body><h1>Nothing</h1></body></html>")
    lines = [
        json.dumps({"id": 1, "path": str(page), "url": "https://a.example/"}),
        "not json",
        "[1, 2]",
        json.dumps({"id": 2}),
        json.dumps({"id": 3, "path": "/does/not/exist", "url": ""}),
        json.dumps({"id": 4, "path": "a\x00b", "url": ""}),
        "",
        '{"id": "\\ud800", "path": {"a": 1}, "url": 3, "content_type": 7}',
        "[" * 100_000,
        "x" * 2_500_000,
        json.dumps({"id": 5, "path": str(page), "url": "http://["}),
    ]
    process = subprocess.Popen(
        [sys.executable, "-m", "presswatch", "extract", "--jsonl"],
        cwd=ROOT,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )
    assert process.stdin is not None
    assert process.stdout is not None
    answers = []
    for line in lines:
        process.stdin.write(line.encode() + b"\n")
        process.stdin.flush()
        if line:
            answers.append(json.loads(process.stdout.readline()))
    process.stdin.close()
    assert process.stdout.read() == b""
    assert process.wait(30) == 0
    process.stdout.close()
    assert [answer["id"] for answer in answers] == [1, None, None, 2, 3, 4, "\ud800", None, None, 5]
    assert [answer["error"] is None for answer in answers] == [True, *[False] * 8, True]
    assert {"id", "kind", "confidence", "reasons", "entries", "article", "ms", "error"} <= answers[0].keys()


def test_some_failed_is_3_and_all_failed_is_1(start: Start, tmp_path: Path) -> None:
    with FixtureSite(addresses=("127.0.71.1", "127.0.71.2")) as site:
        site.misbehave(Fault(status=500), path="127.0.71.2/*")
        _configure(tmp_path / "home", good=site.url(), bad=site.url(host=1))
        some = start("check")
        assert some.code == 3
        assert "bad: " in some.out
        assert "the baseline" in some.out
        assert "Traceback" not in some.err
        assert start("check", "bad").code == 1


def test_one_service_runs_and_a_check_beside_it_is_fine(start: Start, tmp_path: Path) -> None:
    with FixtureSite() as site:
        _configure(tmp_path / "home", waters=site.url())
        environ = {**os.environ, "PRESSWATCH_HOME": str(tmp_path / "home"), "PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
        log = tmp_path / "log"
        with log.open("wb") as said:
            service = subprocess.Popen([sys.executable, "-m", "presswatch", "run"], cwd=ROOT, env=environ, stderr=said)
        try:
            assert wait_until(lambda: "check source=waters" in log.read_text("utf-8"))
            status = start("status", "--json").json
            assert status["daemon"]["running"] is True
            assert status["daemon"]["pid"] == service.pid
            assert "watching 1 source;" in log.read_text("utf-8")
            second = start("run")  # which never begins to watch
            assert second.code == 1
            assert "another presswatch daemon" in second.err
            assert f"end it first: kill {service.pid} (" in second.err
            assert second.err.count("\n") == 1
            assert start("check", "--jsonl").code == 0
        finally:
            service.terminate()
            assert service.wait(15) == 0


def test_ctrl_c_ends_a_check_quietly(tmp_path: Path) -> None:
    with FixtureSite() as site:
        site.misbehave(Fault(silence=True), path="/en/news/")
        _configure(tmp_path / "home", waters=site.url())
        environ = {**os.environ, "PRESSWATCH_HOME": str(tmp_path / "home"), "PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
        process = subprocess.Popen(
            [sys.executable, "-m", "presswatch", "check"],
            cwd=ROOT,
            env=environ,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert site.wait_until(lambda: bool(site.requests("/robots.txt")), 20)
        time.sleep(0.5)  # the page itself is asked for next, and never answers
        started = time.monotonic()
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
        assert process.returncode == 130
        assert time.monotonic() - started < 6
        assert (out, err.strip()) == (b"", b"")


def test_a_test_message_arrives_or_its_failure_is_one_sentence(start: Start, tmp_path: Path) -> None:
    with WebhookReceiver() as receiver:
        _configure(tmp_path / "home", hook=receiver.url())
        done = start("notify", "test", "hook")
        assert done.code == 0, done.err
        assert len(receiver.received) == 1
    failed = start("notify", "test", "hook")
    assert failed.code == 1
    assert failed.err.startswith("presswatch: ")
    assert failed.err.count("\n") == 1


def test_a_reader_that_leaves_is_no_error(home: Path) -> None:
    environ = {**os.environ, "PRESSWATCH_HOME": str(home)}
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(
        [sys.executable, "-m", "presswatch", "items", "--json"],
        cwd=ROOT,
        env=environ,
        stdout=writer,
        stderr=subprocess.PIPE,
    )
    os.close(writer)
    assert done.stderr == b""
    assert done.returncode == 1


def test_help_is_quicker_than_scrapy_version() -> None:
    ours = min(_cpu("-m", "presswatch", "--help") for _ in range(2))
    theirs = min(_cpu("-m", "scrapy", "version") for _ in range(2))
    assert ours < theirs


@pytest.mark.parametrize("words", [("--help",), ("--version",), ("check", "--help")])
def test_help_imports_nothing_heavy(words: tuple[str, ...]) -> None:
    code = (
        "import sys; from presswatch.cli.root import run; code = run(sys.argv[2:]); "
        "heavy = set(sys.argv[1].split()) & sys.modules.keys(); sys.exit(code or (str(sorted(heavy)) if heavy else 0))"
    )
    heavy = "scrapy twisted rich lxml sqlite_utils tomlkit tomllib asyncio"
    done = subprocess.run([sys.executable, "-c", code, heavy, *words], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert done.stdout


def _cpu(*words: str) -> float:
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run([sys.executable, *words], cwd=ROOT, capture_output=True, check=True)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def _configure(home: Path, *, hook: str | None = None, **sources: str) -> None:
    lines = ["[presswatch]", 'site_spacing = "0s"']
    if hook:
        lines += ["[channels.hook]", 'type = "webhook"', f'url = "{hook}"']
    for slug, url in sources.items():
        lines += ["[[sources]]", f'id = "id-{slug}"', f'slug = "{slug}"', f'url = "{url}"']
    home.mkdir()
    (home / "presswatch.toml").write_text("\n".join(lines) + "\n", encoding="utf-8")
