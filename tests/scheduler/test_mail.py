"""Mail, of our own and through Apprise, and a mail server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import lxml.html
import pytest

from scheduler.channels import ChannelSpec
from scheduler.channels.mail import MailChannel
from scheduler.render import RenderOptions, render
from scraper.errors import ConfigError, DeliveryError
from tests.scheduler.examples import ITEM, NOW, SOURCE, make_change, make_message
from tests.scheduler.smtp_sink import SmtpSink
from tests.scheduler.test_channels import send_by_apprise


@pytest.fixture
def smtp() -> Iterator[SmtpSink]:
    sink = SmtpSink()
    yield sink
    sink.close()


def mail_about(smtp: SmtpSink, *changes: Any) -> Any:
    url = f"mailto://127.0.0.1:{smtp.port}?mode=insecure&from=watch@example.org&to=me@example.org"
    send_by_apprise(url, *changes)
    return smtp.mails[-1]


def test_a_mail_has_a_subject_a_link_and_a_text_for_those_without_html(smtp: SmtpSink) -> None:
    mail = mail_about(smtp, make_change())
    assert mail["subject"] == "[Harbour Office] Pier reopens"
    tree = lxml.html.fromstring(mail.get_body(("html",)).get_content())
    assert [link.get("href") for link in tree.iter("a")] == ["https://harbour.example/pier"]
    assert "After two years of work." in mail.get_body(("plain",)).get_content()


def test_a_page_writes_no_header_and_no_markup(smtp: SmtpSink) -> None:
    title = "x\r\nBcc: all@example.org\r\n\r\n<img src=x onerror=alert(1)><b>bold</b>"
    mail = mail_about(smtp, make_change(replace(ITEM, title=title), source=replace(SOURCE, name=title)))
    assert mail["bcc"] is None
    assert smtp.recipients == ["me@example.org"]
    tree = lxml.html.fromstring(mail.get_body(("html",)).get_content())
    assert not list(tree.iter("img", "b"))
    assert "<b>bold</b>" in str(tree.xpath("string()"))


def own_channel(smtp: SmtpSink, **given: Any) -> MailChannel:
    values: dict[str, Any] = {
        "url": f"smtp://127.0.0.1:{smtp.port}",
        "sender": "watch@example.org",
        "recipients": ("me@example.org", "you@example.org"),
        "timeout": timedelta(seconds=3),
    } | given
    return MailChannel(ChannelSpec("Morning post!", "mail", **values))


def test_our_own_mail_has_the_headers_that_mail_programs_go_by(smtp: SmtpSink) -> None:
    message = make_message(make_change(replace(ITEM, title="Grüße vom Pier 漢字")))
    for _ in range(2):
        own_channel(smtp).send(render(message, RenderOptions(language="de")), message)
    mail, repeat = smtp.mails
    assert mail["message-id"] == repeat["message-id"] == "<msg_1@example.org>"
    assert mail["list-id"] == "<morning-post.presswatch.example.org>"
    assert mail["subject"] == "[Harbour Office] Grüße vom Pier 漢字"
    assert mail["auto-submitted"] == "auto-generated"
    assert (mail["from"], mail["to"]) == ("presswatch <watch@example.org>", "me@example.org, you@example.org")
    assert mail["date"].datetime == NOW
    assert smtp.recipients[:2] == ["me@example.org", "you@example.org"]
    assert "2. März 2026" in mail.get_body(("plain",)).get_content()
    page = mail.get_body(("html",)).get_content()
    assert page.startswith("<!DOCTYPE html>")
    assert [link.get("href") for link in lxml.html.fromstring(page).iter("a")] == ["https://harbour.example/pier"]


def test_a_page_writes_no_header_of_our_own_mail(smtp: SmtpSink) -> None:
    title = "x\r\nBcc: all@example.org\r\n\r\n<img src=x onerror=alert(1)>\r\n.\r\nMAIL FROM:<a@b>"
    message = make_message(make_change(replace(ITEM, title=title), source=replace(SOURCE, name=title)))
    own_channel(smtp).send(render(message), message)
    (mail,) = smtp.mails
    assert mail["bcc"] is None
    assert len(mail.items()) == 9
    assert not list(lxml.html.fromstring(mail.get_body(("html",)).get_content()).iter("img"))


@pytest.mark.parametrize(
    ("verb", "answer", "retryable"),
    [
        (b"RCPT", "550 no such user", False),
        (b"RCPT", "451 try later", True),
        (b"MAIL", "552 too much", False),
        (b"DATA", "421 closing", True),
        (b"DATA", "554 it is spam", False),
    ],
)
def test_a_mail_server_decides_whether_to_try_again(smtp: SmtpSink, verb: bytes, answer: str, retryable: bool) -> None:
    smtp.answers[verb] = answer
    message = make_message(make_change())
    with pytest.raises(DeliveryError) as caught:
        own_channel(smtp).send(render(message), message)
    assert caught.value.retryable is retryable
    assert caught.value.status == int(answer[:3])


def test_a_password_is_not_sent_without_tls_and_not_shown(smtp: SmtpSink) -> None:
    message = make_message(make_change())
    with pytest.raises(DeliveryError) as caught:
        own_channel(smtp, url=f"smtp://me:s3cret@127.0.0.1:{smtp.port}").send(render(message), message)
    assert "no TLS" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert smtp.mails == []


def test_a_mail_server_that_is_not_there_is_asked_again(smtp: SmtpSink) -> None:
    smtp.close()
    message = make_message(make_change())
    with pytest.raises(DeliveryError) as caught:
        own_channel(smtp).send(render(message), message)
    assert caught.value.retryable


@pytest.mark.parametrize("url", ["http://x.example", "smtp://", "smtp://x.example:0", "smtp://x.example:99999"])
def test_what_is_no_mail_server_is_refused(smtp: SmtpSink, url: str) -> None:
    with pytest.raises(ConfigError, match="smtp"):
        own_channel(smtp, url=url)
