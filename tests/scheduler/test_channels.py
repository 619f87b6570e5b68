"""Console, file and Apprise: what arrives, and what a failure says."""

from __future__ import annotations

import io
import json
import logging
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import apprise
import pytest

from scheduler.channels import ChannelSpec, build_channel
from scheduler.channels.apprise_ import _chat
from scheduler.channels.console import ConsoleChannel
from scheduler.channels.masking import mask_parts
from scheduler.render import render
from scraper.errors import ConfigError, DeliveryError
from scraper.types import ChangeKind
from tests.scheduler.examples import ITEM, make_change, make_episode, make_message
from tests.scheduler.sink import Answer

EVIL = replace(
    ITEM, title="\x1b[2Jgone [bold]x[/bold] :smile:\r\n2026-01-01 ERROR forged", url="https://a.example/\x1b"
)


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def show(stream: io.StringIO, *changes: Any, kind: Any = "change", total: int = 0) -> str:
    message = make_message(*changes, kind=kind, total=total)
    ConsoleChannel("console", stream).send(render(message), message)
    return stream.getvalue()


def test_the_console_prints_a_line_and_a_link_for_each_item() -> None:
    assert show(io.StringIO(), make_change()) == (
        "New: Pier reopens · 2 March 2026 · Harbour Office\n    https://harbour.example/pier\n"
    )


def test_the_console_shows_edits_episodes_and_digests() -> None:
    edit = make_change(replace(ITEM, title="Late"), kind=ChangeKind.REVISED, previous=ITEM, fields=("title",))
    assert "    Title: Pier reopens → Late\n" in show(io.StringIO(), edit)
    assert "403 with a login form" in show(io.StringIO(), make_episode(ChangeKind.EPISODE_OPENED))
    assert show(io.StringIO(), make_change(), kind="digest", total=12).endswith("… and 11 more\n")


def test_a_terminal_shows_the_same_words_and_no_line_ends_within_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "50")
    monkeypatch.setenv("TERM", "dumb")
    link = "https://harbour.example/news/the-pier-at-the-old-harbour-reopens"
    change = make_change(replace(ITEM, title="The pier at the old harbour reopens to visitors", url=link))
    shown = show(Terminal(), change)
    assert shown == (
        f"New: The pier at the old harbour reopens to\n    visitors · 2 March 2026 · Harbour Office\n    {link}\n"
    )
    assert " ".join(shown.split()) == " ".join(show(io.StringIO(), change).split())


def test_colours_are_for_terminals_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)
    assert "\x1b[" in show(Terminal(), make_change())
    assert "\x1b[" not in show(io.StringIO(), make_change())
    monkeypatch.setenv("NO_COLOR", "1")
    assert "\x1b[3" not in show(Terminal(), make_change())


def test_a_page_cannot_write_to_the_terminal_nor_forge_a_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    for stream in (io.StringIO(), Terminal()):
        shown = show(stream, make_change(EVIL))
        assert "\x1b[2J" not in shown
        assert "[bold]x[/bold] :smile:" in shown, "no markup is interpreted"
        assert not any(line.startswith("2026") for line in shown.splitlines())


def test_a_narrow_encoding_shows_what_it_can() -> None:
    raw = io.BytesIO()
    stream = io.TextIOWrapper(raw, encoding="ascii")
    message = make_message(make_change(replace(ITEM, title="Пирс")))
    ConsoleChannel("console", stream).send(render(message), message)
    assert raw.getvalue().startswith(b"New: ????")


def test_a_closed_stream_is_a_failure_that_may_pass() -> None:
    stream = io.StringIO()
    stream.close()
    with pytest.raises(DeliveryError) as caught:
        show(stream, make_change())
    assert caught.value.retryable


def test_a_file_gets_a_line_for_each_message(tmp_path: Path) -> None:
    path = tmp_path / "new" / "messages.jsonl"
    channel = build_channel(ChannelSpec("log", "file", path=path))
    for title in ("one", "two\ntwo"):
        message = make_message(make_change(replace(ITEM, title=title)))
        channel.send(render(message), message)
    lines = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    assert [line["data"]["changes"][0]["item"]["title"] for line in lines] == ["one", "two two"]


def test_a_torn_line_is_closed_before_the_next(tmp_path: Path) -> None:
    path = tmp_path / "messages.jsonl"
    path.write_bytes(b'{"id": "msg_0", "da')
    message = make_message(make_change())
    build_channel(ChannelSpec("log", "file", path=path)).send(render(message), message)
    torn, whole = path.read_text(encoding="utf-8").splitlines()
    assert torn == '{"id": "msg_0", "da'
    assert json.loads(whole)["id"] == "msg_1"


def test_a_file_that_cannot_be_written_is_a_failure_that_may_pass(tmp_path: Path) -> None:
    (tmp_path / "occupied").write_text("a file, no folder")
    message = make_message(make_change())
    channel = build_channel(ChannelSpec("log", "file", path=tmp_path / "occupied" / "messages.jsonl"))
    with pytest.raises(DeliveryError) as caught:
        channel.send(render(message), message)
    assert caught.value.retryable


def test_a_pipe_in_place_of_a_file_is_named(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    message = make_message(make_change())
    with pytest.raises(DeliveryError, match=r"fifo: it is a pipe .* command") as caught:
        build_channel(ChannelSpec("log", "file", path=tmp_path / "fifo")).send(render(message), message)
    assert caught.value.retryable


def test_a_file_channel_needs_a_path() -> None:
    with pytest.raises(ConfigError):
        build_channel(ChannelSpec("log", "file"))


def send_by_apprise(url: str, *changes: Any) -> None:
    message = make_message(*(changes or (make_change(),)))
    build_channel(ChannelSpec("phone", "apprise", url=url, timeout=timedelta(seconds=5))).send(render(message), message)


def test_apprise_sends_subject_and_text(make_sink: Any) -> None:
    sink = make_sink()
    send_by_apprise(f"json://127.0.0.1:{sink.port}/hook")
    (request,) = sink.received
    assert request.json["title"] == "[Harbour Office] Pier reopens"
    assert request.json["message"].startswith("2 March 2026 · Harbour Office\n"), (
        "what the title says is not said again"
    )
    assert request.json["attachments"] == []


def test_a_title_that_is_cut_stands_whole_in_the_text(make_sink: Any) -> None:
    sink = make_sink()
    title = "Pier reopens after works that took longer than anybody had thought " * 3
    send_by_apprise(f"json://127.0.0.1:{sink.port}/hook", make_change(replace(ITEM, title=title)))
    assert sink.received[0].json["title"].endswith("…")
    assert sink.received[0].json["message"].startswith(title.strip())


@pytest.mark.parametrize("url", ["tgram://123456789:abcdefg_hijklmnop/12315544/", "mmost://localhost/" + "a" * 26])
def test_a_service_without_titles_is_told_once(url: str) -> None:
    handed = _chat(render(make_message(make_change())), apprise.Apprise.instantiate(url))
    assert handed["title"] == ""
    assert handed["body"].startswith("Pier reopens\n2 March 2026 · Harbour Office\n")


def test_apprise_interprets_nothing_in_a_title(make_sink: Any) -> None:
    sink = make_sink()
    title = r"a\nb {{7*7}} :smile: @everyone <!channel>"
    send_by_apprise(f"json://127.0.0.1:{sink.port}/hook", make_change(replace(ITEM, title=title)))
    sent = sink.received[0].json["title"].replace("\u2060", "")
    assert sent == f"[Harbour Office] {title}"
    assert "@everyone" not in sink.received[0].json["message"]


def test_a_long_digest_fits_what_the_service_takes(make_sink: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    from apprise.plugins.custom_json import NotifyJSON

    monkeypatch.setattr(NotifyJSON, "body_maxlen", 1_024)
    sink = make_sink()
    changes = [make_change(replace(ITEM, title=f"{n} " + "title " * 40), event_id=f"e{n}") for n in range(30)]
    send_by_apprise(f"json://127.0.0.1:{sink.port}/hook", *changes)
    assert len(sink.received[0].json["message"]) <= 1_024
    assert sink.received[0].json["message"].endswith(" more")


@pytest.mark.parametrize(("status", "retryable"), [(400, False), (404, False), (429, True), (500, True), (503, True)])
def test_apprise_is_judged_by_the_answer_of_its_target(make_sink: Any, status: int, retryable: bool) -> None:
    sink = make_sink(lambda _: Answer(status))
    with pytest.raises(DeliveryError) as caught:
        send_by_apprise(f"json://127.0.0.1:{sink.port}/t0kenOfThePhone")
    assert (caught.value.status, caught.value.retryable) == (status, retryable)
    assert "t0kenOfThePhone" not in str(caught.value)


def test_apprise_without_an_answer_can_be_retried(make_sink: Any) -> None:
    sink = make_sink()
    port = sink.port
    sink.close()
    with pytest.raises(DeliveryError) as caught:
        send_by_apprise(f"json://127.0.0.1:{port}/x")
    assert caught.value.retryable


@pytest.mark.parametrize("url", ["bogus://t0ken", "tgram://t0ken", "", "json://a, json://b", "not a url"])
def test_apprise_urls_are_judged_when_the_channel_is_made(url: str) -> None:
    with pytest.raises(ConfigError, match=r"channels\.phone\.url") as caught:
        build_channel(ChannelSpec("phone", "apprise", url=url))
    assert "t0ken" not in str(caught.value)


def test_a_token_in_place_of_an_address_is_not_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        build_channel(ChannelSpec("phone", "apprise", url="123456789:AAEsecretT"))
    assert "123456789" not in str(caught.value)
    assert "AAEs" not in str(caught.value)


@pytest.mark.parametrize("url", ["dbus://", "windows://"])
def test_a_desktop_that_is_not_here_is_said_to_need_something(url: str) -> None:
    if apprise.Apprise.instantiate(url) is not None:
        pytest.skip("it is here")
    with pytest.raises(ConfigError, match=r"not installed here"):
        build_channel(ChannelSpec("desk", "apprise", url=url))


@pytest.mark.parametrize(
    "url",
    [
        "ntfy://127.0.0.1/topica/topicb",
        "tgram://123456789:abcdefg_hijklmnop/1/2",
        "mailto://127.0.0.1?from=watch@example.org&to=me@example.org,you@example.org",
    ],
)
def test_a_url_of_several_targets_is_refused_as_a_repeat_would_reach_all(url: str) -> None:
    with pytest.raises(ConfigError, match="names 2 targets"):
        build_channel(ChannelSpec("phone", "apprise", url=url))


@pytest.mark.parametrize("scheme", ["json", "ntfy"])
@pytest.mark.parametrize("status", [200, 400, 503])
def test_no_token_is_logged_even_when_everything_is_and_the_service_refuses(
    make_sink: Any,
    caplog: pytest.LogCaptureFixture,
    monkeypatch: pytest.MonkeyPatch,
    scheme: str,
    status: int,
) -> None:
    logged, said = io.StringIO(), ""
    # Of pytest's own handlers some are put on loggers that hand nothing on.
    monkeypatch.setattr(logging.getLogger(), "handlers", [logging.StreamHandler(logged)])
    with caplog.at_level(logging.DEBUG):
        try:
            send_by_apprise(f"{scheme}://127.0.0.1:{make_sink(lambda _: Answer(status)).port}/t0kenOfThePhone")
        except DeliveryError as error:
            said = str(error)
    assert "t0kenOfThePhone" not in logged.getvalue() + said
    assert (f"error={status}" in said) is (status != 200), "our own words have it, masked"


@pytest.mark.parametrize(
    ("text", "secret", "masked"),
    [
        ("POST /bot123:abcdef/send failed", "tgram://bot123:abcdef/998877", "POST /***:***/send failed"),
        (
            "hook.example answered 500: no xyz123",
            "https://hook.example/T000/B000/xyz123",
            "hook.example answered 500: no ***",
        ),
        ("login me2x at hook.example", "https://me2x:word@hook.example/", "login *** at hook.example"),
        ("pass%20word", "mailtos://me:pass%20word@mail.example", "***"),
        ("nothing here", None, "nothing here"),
    ],
)
def test_parts_of_a_url_are_masked(text: str, secret: str | None, masked: str) -> None:
    assert mask_parts(text, secret) == masked
