"""What a server says of when to ask again reaches the cadence: from real answers over HTTP."""

from __future__ import annotations

import sqlite3
from datetime import datetime, timedelta
from pathlib import Path

from presswatch.fixture_site.server import Answer, Request
from scraper.hooks import CheckFacts, NextCheck
from scraper.types import FeedHints, Outcome
from tests.support.press import PressOffice, Reader

MINUTE = timedelta(minutes=1)


class Notes:
    """A cadence that notes what it is told."""

    def __init__(self) -> None:
        self.facts: list[CheckFacts] = []

    def next_check(self, conn: sqlite3.Connection, facts: CheckFacts, now: datetime) -> NextCheck:  # noqa: ARG002
        self.facts.append(facts)
        return NextCheck(now, timedelta(0), "at once")


class FeedOffice(PressOffice):
    """Its listing is a feed that changes with :attr:`ttl`, good for ten minutes."""

    ttl = 45

    def answer(self, request: Request) -> Answer:
        if request.target != "/news":
            return super().answer(request)
        fresh = (("Cache-Control", "max-age=600"), ("ETag", f'"{self.ttl}"'), ("Content-Type", "application/rss+xml"))
        if request.headers.get("if-none-match") == f'"{self.ttl}"':
            return Answer(304, b"", fresh)
        said = f"<ttl>{self.ttl}</ttl><skipDays><day>Sunday</day></skipDays>" if self.ttl else ""
        items = "".join(f"<item><title>{one.title}</title><link>{one.path}</link></item>" for one in self.releases)
        body = f'<rss version="2.0"><channel><title>Office</title>{said}{items}</channel></rss>'
        return Answer(200, body.encode(), fresh)


def test_freshness_and_the_wishes_of_a_feed_reach_the_cadence(tmp_path: Path) -> None:
    notes = Notes()
    with FeedOffice(3) as office, Reader(tmp_path / "presswatch.db", office) as reader:
        reader.checker.cadence = notes
        for ttl in (45, 45, 0):
            office.ttl = ttl
            reader.check()
            assert notes.facts[-1].fresh_until == reader.now + 10 * MINUTE
    first, unread, silent = notes.facts
    assert (first.outcome, first.hints) == (Outcome.CHANGED, FeedHints(45 * MINUTE, skip_days=(6,)))
    assert (unread.outcome, unread.hints) == (Outcome.NOT_MODIFIED, None)
    assert (silent.outcome, silent.hints) == (Outcome.UNCHANGED, FeedHints())
    assert not silent.hints


def test_the_cadence_is_told_when_the_source_was_looked_at_before(tmp_path: Path) -> None:
    notes = Notes()
    with PressOffice(3) as office, Reader(tmp_path / "presswatch.db", office) as reader:
        reader.checker.cadence = notes
        reader.check()
        seen_at = reader.now
        office.publish()
        reader.check()
    first, news = notes.facts
    assert first.seen_at is None
    assert (news.seen_at, len(news.published), news.hints) == (seen_at, 1, FeedHints())
    assert news.site == f"127.0.0.1:{office.origin().rpartition(':')[2]}"


def test_the_cadence_learns_of_news_on_further_pages_and_of_late_ones_only_how_many(tmp_path: Path) -> None:
    notes = Notes()
    with PressOffice(40) as office, Reader(tmp_path / "presswatch.db", office) as reader:
        reader.checker.cadence = notes
        reader.check()
        office.publish(25)
        reader.check()
        office.publish(25)
        office.broken = {3}
        reader.check()
        office.broken = set()
        office.publish(2)
        reader.check()
        reader.check()
    assert [len(one.published) for one in notes.facts] == [10, 25, 20, 2, 0]
    assert [one.late for one in notes.facts] == [0, 0, 0, 5, 0]
    assert len({one.on for one in notes.facts[1].published if one}) == 25, "a release a day"
