"""The story of the fixture site, moment by moment, as a daemon sees it: what is news, and above all what is not."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from presswatch.fixture_site import FixtureSite, WebhookReceiver, list_moments, load_expected
from scraper.clock import to_text, utc_now
from tests.e2e.desk import Desk, wait_until

PAGES = {
    "news": "/en/news/",
    "front": "/en/",
    "rss": "/en/news/rss.xml",
    "plain": "/en/news/listing.txt",
    "teasers": "/en/news/latest.txt",
    "aktuelles": "/de/aktuelles/",
    "startseite": "/de/",
    "atom": "/de/aktuelles/feed.atom",
}
LOOKS = {"m3": 4, "m4": 2}
"""The first may have been under way. A withdrawal is confirmed by further looks; a redesign may not be news at the
second either."""
ITEM_CHANGES = (
    "SELECT s.slug, c.kind, c.tell, c.fields, i.url, i.title FROM changes c JOIN sources s ON s.id = c.source_id "
    "JOIN items i ON i.id = c.item_id WHERE c.id > ? ORDER BY c.id"
)


def test_each_moment_of_the_fixture_site_gives_the_events_that_it_should(desk: Desk, hook: WebhookReceiver) -> None:
    addresses = [f"127.0.91.{1 + place}" for place in range(len(PAGES))]
    with FixtureSite("m0", addresses=addresses) as site:
        sources = {slug: site.url(path, host) for host, (slug, path) in enumerate(PAGES.items())}
        desk.configure(sources, hooks={"hook": hook.url()}, rules=[{"name": "all", "kinds": ["added", "revised"]}])
        daemon = desk.start_daemon().wait_ready()
        last = 0
        for moment in list_moments():
            site.moment = moment
            wait_looks(desk, LOOKS.get(moment[:2], 1))
            expected = load_expected(moment)["sources"]
            found = desk.rows(ITEM_CHANGES, last)
            last = desk.value("SELECT coalesce(max(id), 0) FROM changes")
            for slug, path in PAGES.items():
                own = [row for row in found if row["slug"] == slug]
                assert seen(own) == wanted(moment, path), f"{moment} {path}"
                outcome = desk.value("SELECT outcome FROM sources WHERE slug = ?", slug)
                usual = {"unchanged", "not_modified"} if moment[:2] not in {"m5", "m6"} else set()
                assert outcome in usual | set(expected[path]["outcomes"]), f"{moment} {path}"
        told = desk.value("SELECT count(*) FROM changes WHERE tell AND kind IN ('added', 'revised')")
        assert wait_until(lambda: len(hook.accepted) == told)
        assert daemon.stop() == 0
        assert len({one.webhook_id for one in hook.accepted}) == told
        assert "Traceback" not in daemon.log()
    # Nobody is told more than once that a source is unwell, and once that it is well again.
    episodes = desk.rows(
        "SELECT count(*) AS n, count(closed_at) AS over FROM episodes WHERE opened_at IS NOT closed_at "
        "GROUP BY source_id"
    )
    assert all((row["n"], row["over"]) == (1, 1) for row in episodes)
    redesigned = "SELECT slug FROM sources WHERE id IN (SELECT source_id FROM episodes WHERE opened_at = closed_at)"
    assert {row["slug"] for row in desk.rows(redesigned)} == {"news", "front", "aktuelles", "startseite"}
    desk.assert_sound()


def wait_looks(desk: Desk, count: int) -> None:
    """Until each source was looked at so many times, beginning from now."""
    now = to_text(utc_now())
    begun = "SELECT count(*) = ? FROM (SELECT 1 FROM checks GROUP BY source_id HAVING max(last_at) >= ?)"
    desk.wait_for(begun, len(PAGES), now, seconds=30)
    looks = "SELECT min(looks) FROM (SELECT sum(count) AS looks FROM checks GROUP BY source_id)"
    desk.wait_for(f"SELECT ({looks}) >= ?", desk.value(looks) + count - 1, seconds=30)


Event = tuple[str, bool, str, str]
"""Kind, whether it may be told, changed fields, path of the item's page (none in plain text)."""


def seen(rows: list[Any]) -> list[Event]:
    return sorted(
        (row["kind"], bool(row["tell"]), row["fields"] or "", urlsplit(row["url"] or "").path) for row in rows
    )


def wanted(moment: str, path: str) -> list[Event]:
    events = load_expected(moment)["sources"][path]["events"]
    linked = not path.endswith(".txt")
    return sorted(
        (one["kind"], one["tell"], ",".join(one.get("fields", ())), one["item"] if linked else "") for one in events
    )
