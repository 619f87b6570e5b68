"""What people run it with: the container, the composition of containers, the unit of systemd."""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import yaml

from presswatch.cli.root import presswatch
from tests.presswatch.cli.conftest import ROOT

DOCKERFILE = (ROOT / "Dockerfile").read_text("utf-8").replace("\\\n", " ")
UNIT = ROOT / "deploy" / "presswatch.service"


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("runtime_lock", ROOT / "deploy" / "runtime_lock.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def _names(lock: str) -> set[str]:
    return set(re.findall(r"^([a-z0-9-]+)==", lock, re.MULTILINE))


def test_the_image_gets_what_the_program_needs_from_the_lock_and_no_more(script: ModuleType) -> None:
    lock = (ROOT / "requirements.lock").read_text("utf-8")
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    plain = script.runtime_lock(lock, project["dependencies"])
    web = script.runtime_lock(lock, [*project["dependencies"], *project["optional-dependencies"]["web"]])
    wanted = {re.split(r"[^\w.-]", each)[0].lower() for each in project["dependencies"] if "python_version" not in each}
    assert wanted <= _names(plain) < _names(web)
    assert {"twisted", "certifi"} <= _names(plain), "what they need in turn"
    assert "datasette" in _names(web) - _names(plain)
    assert not _names(web) & {"pytest", "mypy", "ruff", "hypothesis", "playwright"}
    hashed = re.findall(r"^[a-z0-9][^\n]*\n    --hash=sha256:", web, re.MULTILINE)
    assert len(hashed) == len(re.findall(r"^[a-z0-9]", web, re.MULTILINE))


def test_the_image_is_slim_and_runs_as_nobody_in_particular() -> None:
    stages = DOCKERFILE.split("\nFROM ")[1:]
    assert len(stages) == 2
    final = stages[-1]
    assert "-slim-" in re.findall(r"ARG PYTHON=(\S+)", DOCKERFILE)[0]
    assert re.search(r"^USER 10001$", final, re.MULTILINE)
    assert final.index("\nUSER ") < final.index("\nENTRYPOINT ")
    assert "--require-hashes" in stages[0]
    assert "pip" not in final
    assert "HEALTHCHECK" in final
    for line in re.findall(r"^COPY (?!--from)(.*)$", DOCKERFILE, re.MULTILINE):
        for name in line.split()[:-1]:
            assert (ROOT / name).exists(), name
            assert f"!{name}" in (ROOT / ".dockerignore").read_text("utf-8").splitlines(), name


def _exec_forms() -> list[list[str]]:
    """What the image and the composition call presswatch with."""
    compose: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    arrays = [
        json.loads(found) for found in re.findall(r"^(?:CMD|HEALTHCHECK.*CMD) (\[.*\])$", DOCKERFILE, re.MULTILINE)
    ]
    return [
        *([word for word in array if word != "presswatch"] for array in arrays),
        compose["services"]["web"]["command"],
    ]


def test_what_containers_call_are_commands_with_options_that_exist(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert len(_exec_forms()) == 3
    password = tmp_path / "password"
    password.write_text("long enough")
    for words in _exec_forms():
        given = [str(password) if word.startswith("/run/secrets/") else word for word in words]
        root = presswatch.make_context("presswatch", ["list"])
        command = presswatch.get_command(root, given[0])
        assert command is not None
        command.make_context(given[0], given[1:], parent=root)


def test_the_composition_gives_containers_no_more_than_they_need() -> None:
    compose = yaml.safe_load((ROOT / "compose.yaml").read_text("utf-8"))
    assert set(compose["services"]) == {"watch", "web"}
    for service in compose["services"].values():
        assert service["read_only"] is True
        assert service["cap_drop"] == ["ALL"]
        assert "no-new-privileges:true" in service["security_opt"]
        assert service["volumes"] == ["data:/data"]
    assert compose["services"]["web"]["ports"] == ["127.0.0.1:8001:8001"], "not the whole world"
    secrets = compose["services"]["web"]["secrets"]
    assert set(secrets) == set(compose["secrets"])
    check = compose["services"]["web"]["healthcheck"]["test"]
    compile(check[-1], "healthcheck", "exec")


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed")
def test_systemd_understands_the_unit(tmp_path: Path) -> None:
    program = Path(sys.executable).parent / "presswatch"
    unit = tmp_path / "presswatch.service"
    unit.write_text(UNIT.read_text("utf-8").replace("/opt/presswatch/bin/presswatch", str(program)))
    done = subprocess.run(
        ["systemd-analyze", "verify", "--man=no", str(unit)], capture_output=True, text=True, timeout=30
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_the_unit_waits_for_readiness_and_restarts_what_hangs() -> None:
    text = UNIT.read_text("utf-8")
    for line in ("Type=notify", "WatchdogSec=2min", "Restart=on-failure", "RestartPreventExitStatus=2",
                 "ExecReload=/bin/kill -HUP $MAINPID", "NoNewPrivileges=true"):  # fmt: skip
        assert f"\n{line}\n" in text
