"""Sources that misbehave: promises 12 to 16. Each site shows its list, then misbehaves in its own way, then is well
again and has something new; one program looks at all of them three times."""

from __future__ import annotations

import gzip
from dataclasses import dataclass, field
from typing import Any

import pytest

from presswatch.fixture_site import Answer, Fault, LoopbackServer, Request, WebhookReceiver
from tests.e2e.desk import SECRET, Desk
from tests.support.starting import run

HTML = ("Content-Type", "text/html; charset=utf-8")


def page(numbers: range, *rows: str) -> bytes:
    """A listing."""
    items = [
        f'<li><a href="/n/{n}-notice">Notice {n} of the harbour about pier {n}</a> <time>2026-01-{n:02}</time></li>'
        for n in reversed(numbers)
    ]
    listed = "".join([*rows, *items])
    return f"<html><title>News</title><body><main><h1>News</h1><ul>{listed}</ul></main></body></html>".encode()


OLD, NEW = page(range(1, 15)), page(range(1, 17))

MISBEHAVIOUR: dict[str, tuple[Answer, str, str]] = {
    "empty": (Answer(200, b"", (HTML,)), "suspect", "empty"),
    "blank": (Answer(200, b"<html><body></body></html>", (HTML,)), "suspect", "empty"),
    "no items": (Answer(200, page(range(0)), (HTML,)), "suspect", ""),
    "error page": (
        Answer(200, b"<title>503 Service Unavailable</title><h1>Service Unavailable</h1><p>Try later.</p>", (HTML,)),
        "suspect",
        "error",
    ),
    "wall": (
        Answer(200, b"<title>Just a moment...</title><h1>Checking your browser before you enter</h1>", (HTML,)),
        "suspect",
        "blocked",
    ),
    "login": (
        Answer(
            200, b"<h1>Sign in</h1><form><input name=u><input type=password name=p><button>Go</button></form>", (HTML,)
        ),
        "suspect",
        "",
    ),
    "noise": (Answer(200, bytes(range(256)) * 200, (("Content-Type", "application/octet-stream"),)), "suspect", ""),
    "other page": (
        Answer(200, b"<h1>Parking</h1>" + b"<p>This name is for sale. Call us.</p>" * 3, (HTML,)),
        "suspect",
        "",
    ),
    "server error": (Answer(500, b"oops"), "failed", "http_5xx"),
    "not found": (Answer(404, b"gone"), "failed", "http_4xx"),
    "unasked": (Answer(304), "failed", "not_modified_unasked"),
    "partial": (Answer(206, OLD[:400], (HTML,)), "failed", "incomplete"),
    "cut gzip": (Answer(200, gzip.compress(OLD)[:-30], (HTML, ("Content-Encoding", "gzip"))), "failed", "incomplete"),
    "cut length": (Answer(200, OLD, (HTML,)), "failed", "incomplete"),
    "loop": (Answer(302, b"", (("Location", "/news"),)), "failed", "redirect"),
    "file": (Answer(302, b"", (("Location", "file:///etc/passwd"),)), "failed", "redirect"),
}
CUT_ANSWERS = ("partial", "cut gzip", "cut length")


class Fickle(LoopbackServer):
    """A site per entry of :data:`MISBEHAVIOUR`, and one with a broken entry in its list."""

    def __init__(self) -> None:
        self.names = [*MISBEHAVIOUR, "broken entry"]
        super().__init__([f"127.0.95.{1 + n}" for n in range(len(self.names))])
        self.act = 0
        short = self.addresses[self.names.index("cut length")]
        # Its first answer is whole, the second one is cut.
        self.misbehave(Fault(), f"{short}/news", times=1)
        self.misbehave(Fault(cut_after=500), f"{short}/news", times=1)

    def answer(self, request: Request) -> Answer:
        name = self.names[self.addresses.index(request.address)]
        if request.path != "/news":
            return Answer(404)
        if self.act == 2:
            return Answer(200, NEW, (HTML,))
        if self.act == 0:
            return Answer(200, OLD, (HTML,))
        if name == "broken entry":
            bad = '<li><a href="http://[::1">A link that no program can read</a> <time>99/99/9999</time></li>'
            return Answer(200, page(range(1, 15), bad), (HTML,))
        return MISBEHAVIOUR[name][0]


@dataclass
class Story:
    """``checks`` are the second looks by name of the site; ``said`` what the program said of them, ``codes`` its exit
    statuses; ``told`` what the webhook got after each look; ``items`` how many items each source had then."""

    desk: Desk
    checks: dict[str, Any] = field(default_factory=dict)
    said: str = ""
    codes: list[int] = field(default_factory=list)
    told: list[list[dict[str, Any]]] = field(default_factory=list)
    items: list[dict[str, int]] = field(default_factory=list)


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> Story:
    desk = Desk(tmp_path_factory.mktemp("sources") / "home")
    with Fickle() as site, WebhookReceiver(SECRET, address="127.0.96.1") as hook:
        sources = {_slug(name): f"{site.origin(n)}/news" for n, name in enumerate(site.names)}
        desk.configure(sources, hooks={"hook": hook.url()})
        story = Story(desk)
        for act in range(3):
            site.act = act
            done = run(["presswatch", "check"], env=desk.environment())
            story.codes.append(done.returncode)
            story.told.append([change for one in hook.received for change in one.json["data"]["changes"]])
            hook.clear()
            rows = desk.rows("SELECT slug, (SELECT count(*) FROM items i WHERE i.source_id = s.id) AS n FROM sources s")
            story.items.append({row["slug"]: row["n"] for row in rows})
            if act == 1:
                story.said = done.stdout + done.stderr
                rows = desk.rows(
                    "SELECT s.slug, c.* FROM checks c JOIN sources s ON s.id = c.source_id "
                    "WHERE c.id IN (SELECT max(id) FROM checks GROUP BY source_id)"
                )
                story.checks = {row["slug"]: row for row in rows}
            assert "Traceback" not in done.stderr
    return story


def _slug(name: str) -> str:
    return name.replace(" ", "-")


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_nonsense_erases_nothing_alerts_nothing_and_is_on_record(story: Story, name: str) -> None:
    """Promise 12: suspect or failed, with the reason; what was known stays, and no item is told."""
    _, outcome, reason = MISBEHAVIOUR[name]
    check = story.checks[_slug(name)]
    assert (check["outcome"], check["reason"]) == (outcome, reason or check["reason"])
    assert check["message"]
    assert story.items[1][_slug(name)] == story.items[0][_slug(name)] == 14
    of_items = [one for one in story.told[1] if one["source"]["slug"] == _slug(name) and one.get("item")]
    assert of_items == []


@pytest.mark.parametrize("name", MISBEHAVIOUR)
def test_after_an_outage_exactly_what_is_new_is_alerted(story: Story, name: str) -> None:
    """Promise 13."""
    told = [
        (one["kind"], one["item"]["url"].rpartition("/")[2])
        for one in story.told[2]
        if one["source"]["slug"] == _slug(name) and one.get("item")
    ]
    assert sorted(told) == [("added", "15-notice"), ("added", "16-notice")]
    assert story.items[2][_slug(name)] == 16


@pytest.mark.parametrize("name", CUT_ANSWERS)
def test_cut_answers_are_failures_and_no_shorter_lists(story: Story, name: str) -> None:
    """Promise 14: status 206, a stream of gzip that ends early, fewer bytes than announced."""
    check = story.checks[_slug(name)]
    assert (check["outcome"], check["reason"], check["items"]) == ("failed", "incomplete", None)
    kinds = (
        "SELECT count(*) FROM changes c JOIN sources s ON s.id = c.source_id WHERE s.slug = ? AND c.kind = 'withdrawn'"
    )
    assert story.desk.value(kinds, _slug(name)) == 0


def test_one_broken_entry_costs_one_entry(story: Story) -> None:
    """Promise 15: an address that no parser takes and a date that no calendar has, among fourteen good ones."""
    assert story.checks["broken-entry"]["outcome"] in ("changed", "unchanged")
    urls = [row["url"] for row in story.desk.rows(
        "SELECT i.url FROM items i JOIN sources s ON s.id = i.source_id WHERE s.slug = 'broken-entry'"
    )]  # fmt: skip
    assert len([url for url in urls if url and url.endswith("-notice")]) == 16
    assert len(urls) <= 17


def test_finding_nothing_is_never_silent(story: Story) -> None:
    """Promise 16: the command says it of each source, its exit status says so, and it is on record."""
    assert story.codes[0] == 0
    assert story.codes[1] == 3, "some sources failed"
    assert story.codes[2] == 0
    for name in MISBEHAVIOUR:
        assert _slug(name) in story.said
    bad = story.desk.rows(
        "SELECT s.slug FROM checks c JOIN sources s ON s.id = c.source_id WHERE c.outcome IN ('suspect', 'failed')"
    )
    assert {row["slug"] for row in bad} == {_slug(name) for name in MISBEHAVIOUR}
