"""Followed articles and filled gaps, through the daemon and the one-shot commands."""

from __future__ import annotations

import contextlib
import sqlite3

from presswatch.fixture_site import Fault, WebhookReceiver
from tests.e2e.desk import Desk, wait_until
from tests.support.press import PressOffice

KINDS = ["added", "revised", "withdrawn"]


def be_due(desk: Desk) -> None:
    """As if an hour had passed for the articles."""
    with contextlib.closing(sqlite3.connect(desk.db_path, timeout=10)) as conn, conn:
        conn.execute("UPDATE article_looks SET due_at = '2026-01-01T00:00:00.000Z' WHERE due_at IS NOT NULL")


def told(hook: WebhookReceiver) -> list[tuple[str, str]]:
    return [(one["kind"], one["item"]["title"]) for got in hook.received for one in got.json["data"]["changes"]]


def test_daemon_tells_new_items_at_once_and_their_silent_edits_later(desk: Desk, hook: WebhookReceiver) -> None:
    with PressOffice(15) as site:
        desk.configure(
            {"office": {"url": site.url(), "follow": True}},
            hooks={"hook": hook.url()},
            rules=[{"name": "all", "kinds": KINDS}],
        )
        with desk.daemon():
            desk.wait_baseline(1)
            (title,) = site.publish()
            desk.wait_for("SELECT 1 FROM articles WHERE item_id IS NOT NULL")
            release = site.find(title)
            release.text = release.text.replace("Nobody was hurt", "Somebody was hurt", 1)
            be_due(desk)
            wait_until(lambda: len(told(hook)) == 2)
            desk.wait_looks("office", 2)
        assert told(hook) == [("added", title), ("revised", title)]
        assert [one.path for one in site.requests("/news/*")] == [release.path] * 2
        assert hook.received[1].json["data"]["changes"][0]["fields"] == ["text"]


def test_articles_that_never_answer_delay_no_listing_of_another_site(desk: Desk) -> None:
    with PressOffice(15) as site, PressOffice(15) as other:
        site.misbehave(Fault(silence=True), "/news/*")
        desk.configure({"office": {"url": site.url(), "follow": True}, "other": other.url()}, concurrency=1)
        with desk.daemon():
            desk.wait_baseline(2)
            site.publish(5)
            site.wait_until(lambda: bool(site.requests("/news/*")), 3)
            (title,) = other.publish()
            desk.wait_for("SELECT 1 FROM items WHERE title = ?", title, seconds=10)


def test_one_shot_crawl_fills_the_gap_and_reads_the_articles(desk: Desk) -> None:
    with PressOffice(15) as site:
        desk.configure({"office": {"url": site.url(), "follow": True}})
        assert desk.crawl("source=office").returncode == 0
        fresh = site.publish(14)
        assert desk.crawl("source=office").returncode == 0
        assert desk.value("SELECT count(*) FROM changes WHERE kind = 'added' AND tell = 1") == len(fresh)
        assert desk.value("SELECT count(*) FROM articles") == len(fresh)
        desk.assert_sound()
