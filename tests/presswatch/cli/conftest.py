from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from presswatch.cli.root import run
from tests.support.starting import ROOT
from tests.support.starting import run as run_apart

__all__ = ["ROOT"]


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@pytest.fixture(scope="session")
def seen_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that has seen the fixture site; to be copied, not changed."""
    home = tmp_path_factory.mktemp("seen") / "home"
    environ = {**os.environ, "PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8"}
    run_apart(["tests.presswatch.cli.make_home", str(home)], env=environ).check_returncode()
    return home


@pytest.fixture
def home(seen_home: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(seen_home, tmp_path / "home"))


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Ended]:
    """Run a command in this process."""
    monkeypatch.setenv("PRESSWATCH_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("TZ", "UTC")
    for name in ("COLUMNS", "FORCE_COLOR", "PRESSWATCH_ALLOW_PRIVATE"):
        monkeypatch.delenv(name, raising=False)

    def command(*words: str) -> Ended:
        capsys.readouterr()
        code = run(words)
        said = capsys.readouterr()
        return Ended(code, said.out, said.err)

    return command


@pytest.fixture
def start(tmp_path: Path) -> Callable[..., Ended]:
    """Run a command in a process of its own, as a person does; loopback is opened."""

    def command(*words: str, given: str = "", environ: Mapping[str, str] | None = None) -> Ended:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("PRESSWATCH", "COLUMNS"))}
        kept |= {"PRESSWATCH_HOME": str(tmp_path / "home"), "PRESSWATCH_ALLOW_PRIVATE": "127.0.0.0/8", "TZ": "UTC"}
        done = run_apart(["presswatch", *words], env={**kept, **(environ or {})}, given=given, timeout=90)
        return Ended(done.returncode, done.stdout, done.stderr)

    return command
