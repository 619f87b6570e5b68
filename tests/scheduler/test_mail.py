"""Mail, of our own and through Apprise, and a mail server on loopback."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from email.header import decode_header, make_header
from pathlib import Path
from typing import Any

import lxml.html
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.channels import ChannelSpec
from scheduler.channels.mail import MailChannel
from scheduler.messages import TellingPlan
from scheduler.outbox import Outbox
from scheduler.render import RenderOptions, render
from scheduler.rules import Rule
from scheduler.timing import Timing
from scraper.errors import ConfigError, DeliveryError
from tests.scheduler.examples import ITEM, NOW, SOURCE, make_change, make_message
from tests.scheduler.smtp_sink import SmtpSink
from tests.scheduler.test_channels import send_by_apprise
from tests.support.certificates import self_signed


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


SUBJECT = st.lists(
    st.text(st.sampled_from("aeé漢🚢’=?_-[] "), max_size=9) | st.just("=?utf-8?q?x?=") | st.just("forêt"),
    min_size=1,
    max_size=30,
).map(" ".join)


@settings(max_examples=80)
@given(SUBJECT)
@example("x" * 9 + " des feux de forêt près d’été")
@example("Mairie de l’île : " + "x" * 35 + " des feux de forêt près d’été")
@example("=?utf-8?q?Harbour_Office?= closes")
@example("x" * 140)
@example("漢" * 140)
def test_a_subject_arrives_as_it_was_sent(title: str) -> None:
    """Whatever stands beside what; in lines that are short enough."""
    message = make_message(make_change(replace(ITEM, title=title)))
    channel = MailChannel(ChannelSpec("post", "mail", url="smtp://h", sender="w@example.org", recipients=("m@x.org",)))
    rendered = render(message)
    sent = channel.compose(rendered, message).as_bytes()
    assert email.message_from_bytes(sent, policy=email.policy.default)["subject"] == rendered.subject
    assert str(make_header(decode_header(email.message_from_bytes(sent)["subject"]))) == rendered.subject
    assert max(map(len, sent.partition(b"Subject: ")[2].partition(b"Date:")[0].splitlines())) <= 78


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
        ("RCPT", "550 no such user", False),
        ("RCPT", "451 try later", True),
        ("MAIL", "552 too much", False),
        ("DATA", "421 closing", True),
        ("DATA", "554 it is spam", False),
    ],
)
def test_a_mail_server_decides_whether_to_try_again(smtp: SmtpSink, verb: str, answer: str, retryable: bool) -> None:
    smtp.answers[verb] = answer
    message = make_message(make_change())
    with pytest.raises(DeliveryError) as caught:
        own_channel(smtp).send(render(message), message)
    assert caught.value.retryable is retryable
    assert caught.value.status == int(answer[:3])


@pytest.mark.parametrize("farewell", ["421 closing", "500 what?", "nonsense"])
def test_a_mail_that_was_taken_is_sent_whatever_is_said_to_the_farewell(smtp: SmtpSink, farewell: str) -> None:
    smtp.answers["QUIT"] = farewell
    message = make_message(make_change())
    own_channel(smtp).send(render(message), message)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize("refusals", [("550 nobody", "451 try later"), ("550 nobody", "421 closing")])
def test_of_several_refusals_one_that_may_pass_has_the_mail_tried_again(
    smtp: SmtpSink, refusals: tuple[str, str]
) -> None:
    smtp.answers.update(zip(("me@example.org", "you@example.org"), refusals, strict=True))
    message = make_message(make_change())
    with pytest.raises(DeliveryError) as caught:
        own_channel(smtp).send(render(message), message)
    assert (caught.value.retryable, caught.value.received_by) == (True, ())


def test_a_recipient_that_was_refused_for_now_gets_the_mail_later_and_the_others_get_it_once(
    smtp: SmtpSink, make_newsroom: Any
) -> None:
    """Over processes: the second attempt is made by another outbox. An address that is refused for ever costs the
    others nothing, and is on record."""
    newsroom = make_newsroom("post")
    newsroom.add_source("harbour")
    newsroom.publish("harbour", "pier reopens")
    channel = own_channel(smtp, recipients=("me@example.org", "you@example.org", "gone@example.org"))
    smtp.answers |= {"you@example.org": "451 greylisted", "gone@example.org": "550 no such user"}
    for _ in range(3):
        outbox = Outbox(newsroom.store, {"post": channel}, clock=lambda: newsroom.now)
        outbox.drain(timedelta(seconds=5))
        outbox.close()
        newsroom.now += timedelta(hours=1)
    assert newsroom.rows("SELECT state, attempts FROM messages") == [("pending", 3)]
    del smtp.answers["you@example.org"]
    outbox = Outbox(newsroom.store, {"post": channel}, clock=lambda: newsroom.now)
    outbox.drain(timedelta(seconds=5))
    outbox.close()
    assert smtp.recipients == ["me@example.org", "you@example.org"]
    assert len({mail["message-id"] for mail in smtp.mails}) == 1
    assert len(smtp.mails) == 2
    ((state, error),) = newsroom.rows("SELECT state, last_error FROM messages")
    assert state == "dead"
    assert "550 no such user (to gone@example.org; 2 of 3 have it)" in str(error)


def test_a_password_is_not_sent_without_tls_and_not_shown(smtp: SmtpSink) -> None:
    message = make_message(make_change())
    with pytest.raises(DeliveryError) as caught:
        own_channel(smtp, url=f"smtp://me:s3cret@127.0.0.1:{smtp.port}").send(render(message), message)
    assert "no TLS" in str(caught.value)
    assert "s3cret" not in str(caught.value)
    assert smtp.mails == []


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate of ``localhost`` that nobody vouches for, with its key."""
    certificate, key = self_signed(tmp_path_factory.mktemp("tls"))
    path = certificate.with_name("mail.pem")
    path.write_bytes(key.read_bytes() + certificate.read_bytes())
    return path


@pytest.fixture
def secure_smtp(certificate: Path) -> Iterator[SmtpSink]:
    sink = SmtpSink(certificate)
    yield sink
    sink.close()


def test_a_password_goes_over_tls_to_the_server_whose_certificate_is_right(
    secure_smtp: SmtpSink, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    message = make_message(make_change())
    channel = own_channel(secure_smtp, url=f"smtp://me:s3cret@localhost:{secure_smtp.port}")
    with pytest.raises(DeliveryError, match="certificate"):
        channel.send(render(message), message)
    assert secure_smtp.logins == []
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    channel.send(render(message), message)
    assert secure_smtp.logins == [b"s3cret"]
    assert [mail["message-id"] for mail in secure_smtp.mails] == ["<msg_1@example.org>"]


def test_a_wrong_password_may_be_put_right_and_is_not_shown(
    secure_smtp: SmtpSink, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    message = make_message(make_change())
    with pytest.raises(DeliveryError) as caught:
        own_channel(secure_smtp, url=f"smtp://me:wr0ng@localhost:{secure_smtp.port}").send(render(message), message)
    assert (caught.value.status, caught.value.retryable) == (535, True)
    assert "wr0ng" not in str(caught.value)


def test_a_mail_of_the_longest_item_is_sent_whole(smtp: SmtpSink) -> None:
    """RFC 5321: at most 998 characters a line; long titles, one word of 5,000 characters, lines of a dot."""
    item = replace(ITEM, title="漢" * 5_000, summary="x" * 5_000 + "\n.\n.\r\n" + "After two years. " * 300)
    message = make_message(make_change(item, previous=replace(item, title="字" * 5_000), fields=("title", "summary")))
    own_channel(smtp).send(render(message), message)
    (mail,) = smtp.mails
    assert max(len(line) for line in mail.as_bytes().splitlines()) <= 998
    assert len(str(mail["subject"])) <= 200
    assert "https://harbour.example/pier" in mail.get_body(("plain",)).get_content()


def test_a_digest_waits_for_its_mail_server_and_is_one_mail(smtp: SmtpSink, make_newsroom: Any) -> None:
    """Through the outbox: held overnight, refused for a while, sent once, with the id of the message."""
    newsroom = make_newsroom("Morning post!")
    newsroom.add_source("harbour")
    timing = Timing("0 8 * * *")
    newsroom.planner.plan = TellingPlan(("Morning post!",), (Rule("all"),), timings={"Morning post!": timing})
    newsroom.publish("harbour", "pier reopens", "ferry late")
    outbox = Outbox(newsroom.store, {"Morning post!": own_channel(smtp)}, clock=lambda: newsroom.now)
    newsroom.now += timedelta(days=1)
    smtp.answers["DATA"] = "451 try later"
    for _ in range(5):
        outbox.drain(timedelta(seconds=5))
        newsroom.now += timedelta(hours=1)
    assert smtp.mails == []
    smtp.answers.clear()
    for _ in range(3):
        outbox.drain(timedelta(seconds=5))
        newsroom.now += timedelta(hours=1)
    outbox.close()
    (mail,) = smtp.mails
    ((message_id, attempts),) = newsroom.rows("SELECT message_id, attempts FROM messages WHERE state = 'sent'")
    assert mail["message-id"] == f"<{message_id}@example.org>"
    assert mail["subject"] == "[Harbour] 2 new items"
    assert attempts == 6


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
