"""What the README tells people to type works."""

from __future__ import annotations

import os
import re
import shlex
import signal
import sqlite3
import subprocess
import sys
import threading
import tomllib
from pathlib import Path

import pytest

from presswatch.config import parse_config
from presswatch.fixture_site import FixtureSite

ROOT = Path(__file__).resolve().parents[1]
README = (ROOT / "README.md").read_text("utf-8")
ELSEWHERE = ("make ", "pip install")
"""Commands that set up an environment; CI runs them."""


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def commands() -> list[str]:
    found = [line[2:].partition("  #")[0].strip() for block in blocks("console") for line in block.splitlines()]
    return [line for line in found if not line.startswith(ELSEWHERE)]


def run(words: list[str], home: Path, environ: dict[str, str]) -> subprocess.CompletedProcess[str]:
    program = str(Path(sys.executable).parent / words[0])
    return subprocess.run([program, *words[1:]], cwd=home, env=environ, capture_output=True, text=True, timeout=60)


def test_every_command_of_the_readme_works_in_its_order(tmp_path: Path) -> None:
    saved = tmp_path / "saved-pages"
    saved.mkdir()
    for moment in ("m0-first-look", "m1-two-new"):
        page = ROOT / "fixtures" / "site" / moment / "en" / "news" / "index.html"
        (saved / f"{moment}.html").write_bytes(page.read_bytes())
    environ = dict(
        os.environ,
        PRESSWATCH_HOME=str(tmp_path),
        PRESSWATCH_ALLOW_PRIVATE="127.0.0.1",
        SCRAPY_SETTINGS_MODULE="presswatch.settings",
    )
    ran = []
    with FixtureSite() as site:
        for command in commands():
            line = re.sub(r"https://(www\.)?example\.org/press", site.url("/en/news/"), command)
            target = line.partition(" > ")[0]
            words = shlex.split(target)
            if words[:2] in (["presswatch", "run"], ["presswatch", "serve"]):
                run_daemon_for_a_moment(words, tmp_path, environ)
            else:
                done = run(words, tmp_path, environ)
                assert done.returncode == 0, f"{command}\n{done.stdout}\n{done.stderr}"
            ran.append(words[0])
    assert {"presswatch", "sqlite-utils", "scrapy"} <= set(ran)


def run_daemon_for_a_moment(words: list[str], home: Path, environ: dict[str, str]) -> None:
    program = str(Path(sys.executable).parent / words[0])
    daemon = subprocess.Popen([program, *words[1:]], cwd=home, env=environ, stderr=subprocess.PIPE, text=True)
    assert daemon.stderr is not None
    late = threading.Timer(60, daemon.kill)
    late.start()
    for line in daemon.stderr:
        if "watching 1 source" in line or "http://127.0.0.1:8001/" in line:
            break
    late.cancel()
    daemon.send_signal(signal.SIGTERM)
    daemon.communicate(timeout=20)
    assert daemon.returncode == 0


@pytest.mark.parametrize("block", blocks("sql"))
def test_its_sql_runs_on_the_schema(block: str, tmp_path: Path) -> None:
    from scraper.store.db import open_store

    store = open_store(tmp_path / "presswatch.db")
    for statement in block.split(";"):
        if statement.strip():
            store.conn.execute(statement)
    store.close()
    assert sqlite3.complete_statement(block)


def test_its_configuration_is_valid() -> None:
    text = "\n".join(blocks("toml"))
    tomllib.loads(text)
    config = parse_config(text, path=Path("presswatch.toml"), environ={})
    assert [source.slug for source in config.sources] == ["harbour"]
