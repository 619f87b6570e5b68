"""Looking back at what a source listed before it was watched."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

from presswatch.fixture_site import WebhookReceiver
from tests.e2e.desk import Desk
from tests.support.press import PressOffice
from tests.support.starting import run


def backfill(desk: Desk, *options: str, code: int = 0) -> dict[str, Any]:
    done = run(["presswatch", "backfill", "office", "--json", *options], env=desk.environment())
    assert done.returncode == code, done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def test_older_pages_are_stored_and_nobody_is_told(desk: Desk, hook: WebhookReceiver) -> None:
    with PressOffice(45) as site:
        desk.configure({"office": site.url()}, hooks={"hook": hook.url()})
        done = backfill(desk, "--pages", "2")
        assert (done["pages"], done["stored"], done["stopped"]) == (2, 20, "2 pages")
        assert desk.value("SELECT count(*) FROM items") == 30
        fresh = site.publish()
        done = backfill(desk)
        assert (done["pages"], done["stored"], done["failed"]) == (4, 15, False)
        assert done["stopped"] == "no further page is named"
        kinds = desk.rows("SELECT kind, tell, reason, count(*) FROM changes GROUP BY 1 ORDER BY 1")
        assert [tuple(row) for row in kinds] == [("added", 1, "on top", 1), ("surfaced", 0, "backfilled", 35)]
        assert [one.json["data"]["changes"][0]["item"]["title"] for one in hook.received] == fresh
        assert backfill(desk)["stored"] == 0
        assert desk.value("SELECT count(*) FROM appearances WHERE listed = 1") == site.size
        desk.assert_sound()


def test_pages_that_have_numbers_only_are_followed_to_the_last(desk: Desk) -> None:
    with PressOffice(45, numbered=True) as site:
        desk.configure({"office": site.url()})
        done = backfill(desk)
        assert (done["pages"], done["stored"], done["stopped"]) == (4, 35, "no further page is named")
        assert desk.value("SELECT count(*) FROM items") == 45


def test_since_ends_at_its_day_and_a_failing_page_is_said(desk: Desk) -> None:
    with PressOffice(45) as site:
        desk.configure({"office": site.url()})
        since = site.today - timedelta(days=24)
        done = backfill(desk, "--since", since.isoformat())
        assert (done["pages"], done["stored"]) == (3, 15), "25 days, the first ten stand on the first page"
        assert desk.value("SELECT min(published_on) FROM items") == since.isoformat()
        site.broken = {4}
        done = backfill(desk, code=1)
        assert done["failed"]
        assert "503" in done["stopped"]
        assert done["stored"] == 5, "what was read before is kept"
