"""Secrets are read late and never shown."""

from __future__ import annotations

import sys
from pathlib import Path
from types import ModuleType, SimpleNamespace

import pytest

from presswatch.secrets import MASK, Secret, mask_target, mask_url
from scraper.errors import ConfigError


def test_a_secret_comes_from_the_environment_when_it_is_needed() -> None:
    secret = Secret("env:HOOK_SECRET")
    assert secret.reveal({"HOOK_SECRET": "whsec_abc"}) == "whsec_abc"
    with pytest.raises(ConfigError, match="HOOK_SECRET is not set"):
        secret.reveal({})


def test_a_secret_comes_from_a_file_without_its_last_newline(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("s3cret \n\n", encoding="utf-8")
    assert Secret(f"file:{tmp_path}/token").reveal({}) == "s3cret \n"
    assert Secret("file:~/token").reveal({"HOME": str(tmp_path)}) == "s3cret \n"


@pytest.mark.parametrize("name", ["token", "./token", "/no/such/folder/token", "/"])
def test_a_file_that_cannot_be_read_is_a_sentence(name: str) -> None:
    with pytest.raises(ConfigError, match="file:"):
        Secret(f"file:{name}").reveal({})


def test_huge_and_binary_files_are_refused(tmp_path: Path) -> None:
    (tmp_path / "huge").write_bytes(b"x" * 70_000)
    (tmp_path / "binary").write_bytes(b"\xff\xfe\x00")
    for name in ("huge", "binary"):
        with pytest.raises(ConfigError):
            Secret(f"file:{tmp_path}/{name}").reveal({})


def test_references_may_stand_inside_a_url() -> None:
    secret = Secret("tgram://${env:BOT}/${env:CHAT}")
    assert secret.references == ("env:BOT", "env:CHAT")
    assert secret.reveal({"BOT": "123:abc", "CHAT": "42"}) == "tgram://123:abc/42"


def test_a_revealed_value_is_not_read_as_a_reference_again() -> None:
    assert Secret("x${env:A}").reveal({"A": "${env:B}", "B": "no"}) == "x${env:B}"
    assert Secret("env:A").reveal({"A": "env:B"}) == "env:B"


@pytest.mark.parametrize("text", ["plain-password", "tgram://123456:token/42", "x${env:A}y"])
def test_showing_a_secret_shows_no_value(text: str) -> None:
    for shown in (str(Secret(text)), repr(Secret(text)), f"{Secret(text)}", repr([Secret(text)])):
        assert "password" not in shown
        assert "token" not in shown
        assert MASK in shown


def test_showing_a_reference_shows_where_the_value_comes_from() -> None:
    assert str(Secret("env:HOOK")) == "env:HOOK"
    assert repr(Secret("keyring:presswatch/hook")) == "Secret(keyring:presswatch/hook)"


def _keyring(monkeypatch: pytest.MonkeyPatch, stored: dict[tuple[str, str], str]) -> None:
    module = ModuleType("keyring")
    module.errors = SimpleNamespace(KeyringError=RuntimeError)  # type: ignore[attr-defined]
    module.get_password = lambda service, user: stored.get((service, user))  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "keyring", module)


def test_a_secret_comes_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    _keyring(monkeypatch, {("presswatch", "hook"): "abc"})
    assert Secret("keyring:presswatch/hook").reveal({}) == "abc"
    with pytest.raises(ConfigError, match="has nothing for user other"):
        Secret("keyring:presswatch/other").reveal({})
    with pytest.raises(ConfigError, match="keyring:service/user"):
        Secret("keyring:presswatch").reveal({})


def test_without_the_keyring_package_the_remedy_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "keyring", None)
    with pytest.raises(ConfigError, match="pip install keyring"):
        Secret("keyring:presswatch/hook").reveal({})


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://site.example/news?page=2#top", "https://site.example/news?page=2#top"),
        ("https://me:pw@site.example/a", "https://***@site.example/a"),
        ("https://site.example/a?api_key=abc&page=2", "https://site.example/a?api_key=***&page=2"),
        ("https://site.example/a#access_token=abc", "https://site.example/a#access_token=***"),
        ("tgram://123:abc/42", "tgram://***"),
        ("mailtos://me:pw@mail.example", "mailtos://***"),
        ("no url at all", "***"),
    ],
)
def test_urls_are_shown_without_their_secrets(url: str, shown: str) -> None:
    assert mask_url(url) == shown


def test_of_a_web_hook_only_the_host_is_shown() -> None:
    assert mask_target("https://me:pw@hooks.example:8443/services/T0/B0/abc") == "https://hooks.example:8443/***"
    assert mask_target("https://hooks.example/") == "https://hooks.example"
    assert mask_target("http://[broken/") == "***"
    assert mask_target("discord://1/abc") == "discord://***"
