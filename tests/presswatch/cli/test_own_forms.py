"""Templates and programs that channels name are looked at before something is to be told."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from presswatch.config import load_config
from presswatch.fixture_site import WebhookReceiver
from presswatch.own_forms import find_unusable
from scraper.clock import utc_now
from tests.presswatch.cli.conftest import Ended

PHONE = '[channels.phone]\ntype = "apprise"\nurl = "json://127.0.0.1:9"\ntemplate = "phone.j2"\n'


def _configure(tmp_path: Path, content: str) -> Path:
    path = tmp_path / "home" / "presswatch.toml"
    path.parent.mkdir(exist_ok=True)
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    return path


def _found(path: Path) -> list[tuple[str, str]]:
    return [(each.key, each.message) for each in find_unusable(load_config(path, environ={}), utc_now())]


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{% for", "TemplateSyntaxError"),
        ("{{ sujbect }}", "'sujbect' is undefined"),
        (None, "phone.j2 cannot be read: No such file"),
        ("{% for entry in entries %}{{ entry.label }}: {{ entry.date }} {{ entry.summary }}{% endfor %}", None),
        ("{{ subject }} {{ text }} {{ total }} {{ omitted }} {{ kind }} {{ channel }}", None),
    ],
)  # fmt: skip
def test_a_template_is_read_and_filled(template: str | None, says: str | None, tmp_path: Path) -> None:
    path = _configure(tmp_path, PHONE)
    if template is not None:
        (path.parent / "phone.j2").write_text(template, encoding="utf-8")
    found = _found(path)
    assert [key for key, _ in found] == ([] if says is None else ["channels.phone.template"])
    assert says is None or says in found[0][1]


@pytest.mark.parametrize(
    ("mode", "says"), [(0o700, None), (0o600, "tell.sh is not executable; chmod +x it"), (None, "there is no program")]
)
def test_a_program_is_looked_at(mode: int | None, says: str | None, tmp_path: Path) -> None:
    program = tmp_path / "tell.sh"
    if mode is not None:
        program.write_text("#!/bin/sh\n", encoding="utf-8")
        program.chmod(mode)
    found = _found(_configure(tmp_path, f'[channels.own]\ntype = "command"\ncommand = ["{program}"]\n'))
    assert [key for key, _ in found] == ([] if says is None else ["channels.own.command"])
    assert says is None or says in found[0][1]


def test_commands_say_what_cannot_be_used(tmp_path: Path, call: Callable[..., Ended]) -> None:
    program = tmp_path / "tell.sh"
    program.write_text("#!/bin/sh\n", encoding="utf-8")
    program.chmod(0o600)
    own = f'[channels.own]\ntype = "command"\ncommand = ["{program}"]\n'
    _configure(tmp_path, PHONE + own)
    checked = call("config", "check")
    assert checked.code == 1
    assert ": fine" not in checked.err
    assert "channels.phone.template: " in checked.err
    assert f"channels.own.command: {program} is not executable" in checked.err
    examined = call("doctor", "--offline", "--json")
    bad = {each["what"]: each["message"] for each in json.loads(examined.out) if each["state"] == "bad"}
    assert "not executable" in bad["channel"]
    assert "phone.j2" in bad["template"]
    assert "secret" not in bad


def test_a_test_message_tries_the_template_too(tmp_path: Path, start: Callable[..., Ended]) -> None:
    with WebhookReceiver() as receiver:
        path = _configure(tmp_path, PHONE.replace("json://127.0.0.1:9", receiver.url().replace("http:", "json:")))
        template = path.parent / "phone.j2"
        template.write_text("{{ subject }}", encoding="utf-8")
        assert start("notify", "test", "phone").code == 0
        template.write_text("{% for", encoding="utf-8")
        done = start("notify", "test", "phone")
    assert done.code == 1
    assert "took a test message" in done.err
    assert "but its template" in done.err
    assert "TemplateSyntaxError" in done.err
