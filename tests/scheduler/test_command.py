"""A program of the operator's: what it gets, how its end is judged, and what it cannot do."""

from __future__ import annotations

import json
import time
from datetime import timedelta
from pathlib import Path

import pytest

from presswatch.config.storage import require_own_file
from scheduler.channels import Channel, ChannelSpec, build_channel
from scheduler.render import render
from scraper.errors import ConfigError, DeliveryError
from tests.scheduler.examples import make_change, make_message

MESSAGE = make_message(make_change())


def program(folder: Path, script: str, *arguments: str, seconds: float = 5) -> Channel:
    path = folder / "tell"
    path.write_text(f"#!/bin/sh\n{script}\n", encoding="utf-8")
    path.chmod(0o700)
    spec = ChannelSpec("c", "command", command=(str(path), *arguments), timeout=timedelta(seconds=seconds))
    return build_channel(spec)


def failure(channel: Channel) -> DeliveryError:
    with pytest.raises(DeliveryError) as caught:
        channel.send(render(MESSAGE), MESSAGE)
    return caught.value


def test_a_program_gets_the_message_and_its_id(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOOK_SECRET", "s3cret")
    channel = program(
        tmp_path, f'cat > {tmp_path}/got; env > {tmp_path}/env; echo "$1" > {tmp_path}/arg', "$(id); `id`"
    )
    channel.send(render(MESSAGE), MESSAGE)
    assert json.loads((tmp_path / "got").read_text()) == render(MESSAGE).payload
    assert (tmp_path / "arg").read_text() == "$(id); `id`\n", "no shell reads the arguments"
    environ = (tmp_path / "env").read_text()
    assert "PRESSWATCH_MESSAGE_ID=msg_1" in environ
    assert "s3cret" not in environ


@pytest.mark.usefixtures("many_open_files")
def test_a_program_is_run_however_many_files_are_open(tmp_path: Path) -> None:
    program(tmp_path, f"echo well; cat > {tmp_path}/got").send(render(MESSAGE), MESSAGE)
    assert (tmp_path / "got").stat().st_size


@pytest.mark.parametrize(("script", "retryable"), [("exit 1", False), ("exit 75", True), ("kill -9 $$", True)])
def test_its_status_says_whether_to_try_again(tmp_path: Path, script: str, retryable: bool) -> None:
    error = failure(program(tmp_path, f"echo 'no \033[31mroom'; {script}"))
    assert error.retryable is retryable
    assert "room" in str(error)
    assert "\x1b" not in str(error)


def test_one_that_does_not_end_is_ended_with_all_it_started(tmp_path: Path) -> None:
    started = time.monotonic()
    error = failure(program(tmp_path, f"sleep 60 & echo $! > {tmp_path}/pid; wait", seconds=0.5))
    assert error.retryable
    assert time.monotonic() - started < 3
    child = int((tmp_path / "pid").read_text())
    deadline = time.monotonic() + 3
    while Path(f"/proc/{child}").exists() and time.monotonic() < deadline:
        if "Z" in Path(f"/proc/{child}/stat").read_text().rpartition(")")[2][:3]:
            break
        time.sleep(0.02)
    else:
        assert not Path(f"/proc/{child}").exists()


def test_one_that_leaves_a_child_behind_is_not_waited_for(tmp_path: Path) -> None:
    started = time.monotonic()
    channel = program(tmp_path, "sleep 60 &\nexit 0")
    channel.send(render(MESSAGE), MESSAGE)
    assert time.monotonic() - started < 3


def test_one_that_talks_without_end_is_ended(tmp_path: Path) -> None:
    error = failure(program(tmp_path, "yes", seconds=20))
    assert not error.retryable
    assert len(str(error)) < 300


@pytest.mark.parametrize("command", [(), ("cat",), ("/no/such/program",), ("/etc",)])
def test_what_is_no_program_is_refused(command: tuple[str, ...]) -> None:
    with pytest.raises(ConfigError, match="program"):
        build_channel(ChannelSpec("c", "command", command=command))


def test_a_file_that_others_can_write_runs_nothing(tmp_path: Path) -> None:
    folder = tmp_path / "home"
    folder.mkdir(mode=0o755)
    path = folder / "presswatch.toml"
    path.touch(mode=0o644)
    require_own_file(path, key="channels.c.command")
    for place, mode, well in ((path, 0o664, 0o644), (path, 0o646, 0o644), (folder, 0o775, 0o755)):
        place.chmod(mode)
        with pytest.raises(ConfigError, match="others can write"):
            require_own_file(path, key="channels.c.command")
        place.chmod(well)
    link = tmp_path / "link.toml"
    link.symlink_to(path)
    path.chmod(0o666)
    with pytest.raises(ConfigError, match="others can write"):
        require_own_file(link, key="channels.c.command")
