"""How the daemon treats other people's sites, as their own logs tell it."""

from __future__ import annotations

from itertools import pairwise

from presswatch.fixture_site import Answer, Fault, FixtureSite, LoopbackServer, Request
from tests.e2e.desk import Desk


class Closed(LoopbackServer):
    """A site whose robots.txt forbids everything."""

    def answer(self, request: Request) -> Answer:
        if request.path == "/robots.txt":
            return Answer(200, b"User-agent: *\nDisallow: /\n", (("Content-Type", "text/plain"),))
        return Answer(200, b"<h1>not for robots</h1>", (("Content-Type", "text/html"),))


def test_robots_spacing_and_retry_after_are_obeyed(desk: Desk) -> None:
    """Three sites: one that forbids us, one with two sources, one that asks for a pause."""
    with Closed(("127.0.90.1",)) as closed, FixtureSite(addresses=("127.0.90.2", "127.0.90.3")) as site:
        site.misbehave(Fault(status=503, retry_after=3), "127.0.90.3/en/news/*", times=1)
        desk.configure(
            {
                "closed": f"{closed.origin()}/news/",
                "english": site.url("/en/news/"),
                "german": site.url("/de/aktuelles/"),
                "busy": site.url("/en/news/", host=1),
            },
            site_spacing="1s",
            every="1s",
        )
        with desk.daemon():
            desk.wait_for(
                "SELECT sum(count) >= 3 FROM checks c JOIN sources s ON s.id = c.source_id WHERE slug='german'"
            )
            desk.wait_for("SELECT 1 FROM sources WHERE slug = 'busy' AND baseline_at IS NOT NULL")
    assert {one.path for one in closed.requests()} == {"/robots.txt"}
    assert len(closed.requests()) == 1
    row = desk.rows("SELECT reason, message FROM checks c JOIN sources s ON s.id = c.source_id WHERE slug = 'closed'")[
        0
    ]
    assert (row["reason"], row["message"]) == ("robots", "robots.txt forbids it")

    shared = [one.at for one in site.requests() if one.address == "127.0.90.2"]
    assert len(shared) >= 6
    assert min(later - earlier for earlier, later in pairwise(shared)) > 0.9, "two requests to one site in a second"

    busy = [one.request for one in site.exchanges if one.request.address == "127.0.90.3"]
    refused = next(place for place, one in enumerate(busy) if one.path == "/en/news/")
    assert busy[refused + 1].at - busy[refused].at >= 3, "asked before the time that the server had named"


def test_address_that_nobody_opened_is_refused_and_the_sentence_recorded(desk: Desk, site: FixtureSite) -> None:
    desk.opened = "10.9.8.0/24"
    desk.configure({"ministry": site.url()}, every="10m", retry_first="10m", retry_max="10m")
    with desk.daemon():
        desk.wait_for("SELECT count(*) FROM checks")
    row = desk.rows("SELECT outcome, reason, message FROM checks")[0]
    assert (row["outcome"], row["reason"]) == ("failed", "address_refused")
    assert "PRESSWATCH_ALLOW_PRIVATE" in row["message"]
    assert site.exchanges == []
