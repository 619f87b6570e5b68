"""Mail, through Apprise and a mail server on loopback."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import lxml.html
import pytest

from tests.scheduler.examples import ITEM, SOURCE, make_change
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
