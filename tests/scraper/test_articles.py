"""Articles of a followed source, over real HTTP: fetched once, looked at again, edits and withdrawals told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from presswatch.fixture_site.server import Fault
from scheduler.upkeep import correct_due
from scraper.clock import to_text
from scraper.store.captures import read_capture
from tests.support.press import PressOffice, Reader, Release

ROBOTS = "/robots.txt"


@pytest.fixture
def site() -> Iterator[PressOffice]:
    with PressOffice(20) as opened:
        yield opened


@pytest.fixture
def reader(tmp_path: Path, site: PressOffice) -> Iterator[Reader]:
    with Reader(tmp_path / "presswatch.db", site, follow=True) as opened:
        opened.check()
        yield opened


def wait(reader: Reader, **length: float) -> int:
    """Time passes; how many articles were looked at then. The listing is not looked at meanwhile."""
    reader.now += timedelta(**length)
    reader.listener.recorded.clear()
    return reader.look_at_articles()


def publish(site: PressOffice, reader: Reader) -> Release:
    """A release that was found and read."""
    (title,) = site.publish()
    reader.check()
    assert reader.look_at_articles() == 1
    return site.find(title)


def test_only_items_new_after_the_baseline_are_fetched_each_once(site: PressOffice, reader: Reader) -> None:
    assert reader.look_at_articles() == 0
    release = publish(site, reader)
    assert [one.path for one in site.requests("/news/*")] == [release.path]
    row = reader.row("SELECT a.*, i.title AS headline FROM articles a JOIN items i ON i.id = a.item_id")
    assert row["title"] == row["headline"] == release.title
    assert "done by neighbours" in row["text"]
    assert row["published_on"] == release.on.isoformat()
    assert reader.told("revised") == []
    assert tuple(reader.row("SELECT purpose, outcome, http_status FROM fetches")) == ("article", "ok", 200)


def test_looks_decay_are_conditional_and_end(site: PressOffice, reader: Reader) -> None:
    publish(site, reader)
    looks = [hour for hour in range(24 * 40) if wait(reader, hours=1)]
    assert looks == [0, 5, 23, 71, 167, 719], "1 h, 6 h, 1 d, 3 d, 7 d, 30 d after the first"
    statuses = [one.status for one in site.exchanges if one.request.path.startswith("/news/")]
    assert statuses == [200] + [304] * 6
    assert reader.value("SELECT due_at FROM article_looks") is None
    assert len(list(reader.store.captures_dir.rglob("*.zst"))) == reader.value("SELECT count(*) FROM captures")


def test_silent_edit_is_one_revision_that_names_the_text(site: PressOffice, reader: Reader) -> None:
    release = publish(site, reader)
    release.text = release.text.replace("Nobody was hurt", "Two people were hurt", 1)
    wait(reader, hours=1)
    assert reader.told("revised") == [release.title]
    change = reader.row("SELECT * FROM changes ORDER BY id DESC")
    assert (change["kind"], change["fields"], change["check_id"], change["tell"]) == ("revised", "text", None, 1)
    stored = reader.rows("SELECT number, fields, text, capture_sha256 FROM article_revisions ORDER BY number")
    assert [(row["number"], row["fields"]) for row in stored] == [(1, ""), (2, "text")]
    evidence = read_capture(reader.store.captures_dir, stored[1]["capture_sha256"])
    assert b"Two people were hurt" in evidence
    wait(reader, hours=6)
    assert reader.told("revised") == []


def test_text_that_comes_back_is_a_third_form_and_flapping_falls_silent(site: PressOffice, reader: Reader) -> None:
    release = publish(site, reader)
    forms = (release.text, release.text.replace("kind", "wet"))
    told = []
    for look in range(6):
        release.text = forms[(look + 1) % 2]
        reader.store.conn.execute("UPDATE article_looks SET due_at = '2026-01-01T00:00:00.000Z'")
        assert wait(reader, hours=1) == 1
        told.append(len(reader.told("revised")))
    assert told == [1, 1, 1, 0, 0, 0]
    assert reader.value("SELECT count(*) FROM article_revisions") == 7, "all of them are stored"


def among_others(site: PressOffice, reader: Reader) -> Release:
    """A release that was read and stands between others."""
    release = publish(site, reader)
    site.publish(3)
    reader.check()
    reader.look_at_articles()
    return release


def test_missing_item_whose_page_is_gone_is_withdrawn_one_look_sooner(site: PressOffice, reader: Reader) -> None:
    release = among_others(site, reader)
    site.releases.remove(release)
    told = []
    for _ in range(2):
        reader.check()
        reader.look_at_articles()
        told.append(reader.told("withdrawn"))
        wait(reader, minutes=59)
        told.append(reader.told("withdrawn"))
        reader.now -= timedelta(minutes=59)
    assert told == [[], [], [release.title], []], "missing twice, and its page is gone after both"
    assert "its page is gone" in reader.value("SELECT reason FROM changes ORDER BY id DESC")
    for _ in range(4):
        reader.check()
        assert reader.told("withdrawn") == []
    site.releases.insert(3, release)
    reader.check()
    assert reader.told("reinstated") == [release.title]


def test_two_servers_in_turn_of_which_one_is_behind_withdraw_nothing(site: PressOffice, reader: Reader) -> None:
    release = among_others(site, reader)
    place = site.releases.index(release)
    for _ in range(6):
        site.releases.remove(release)
        reader.check()
        reader.look_at_articles()
        assert reader.told("withdrawn") == []
        site.releases.insert(place, release)
        reader.check()
        reader.look_at_articles()
    assert reader.rows("SELECT 1 FROM changes WHERE kind = 'withdrawn'") == []


def test_item_and_page_that_come_and_go_are_told_three_times(site: PressOffice, reader: Reader) -> None:
    release = among_others(site, reader)
    place = site.releases.index(release)
    told: list[str] = []
    for _ in range(5):
        site.releases.remove(release)
        for _ in range(3):
            reader.check()
            reader.look_at_articles()
            told += ["withdrawn"] * len(reader.told("withdrawn"))
        site.releases.insert(place, release)
        reader.check()
        told += ["reinstated"] * len(reader.told("reinstated"))
    assert told == ["withdrawn", "reinstated", "withdrawn", "reinstated", "withdrawn"]
    rows = reader.rows("SELECT reason FROM changes WHERE kind = 'withdrawn' ORDER BY id")
    assert len(rows) == 5, "all are stored"
    assert ["its page is gone" in row["reason"] for row in rows] == [True] * 5
    assert rows[2]["reason"].startswith("goes to and fro")


def test_missing_item_whose_page_stands_is_not_withdrawn_early(site: PressOffice, reader: Reader) -> None:
    release = publish(site, reader)
    site.publish(3)
    reader.check()
    kept = site.releases.index(release)
    hidden = PressOffice._listing

    def without(page: int) -> str:
        site.releases.pop(kept)
        try:
            return hidden(site, page)
        finally:
            site.releases.insert(kept, release)

    site._listing = without  # type: ignore[method-assign]
    told = []
    for _ in range(3):
        reader.check()
        reader.look_at_articles()
        told.append(reader.told("withdrawn"))
    assert told == [[], [], [release.title]], "by the looks at the listing alone"


@pytest.mark.parametrize("gone", [404, 410, 302])
def test_broken_link_of_a_listed_item_is_no_withdrawal(site: PressOffice, reader: Reader, gone: int) -> None:
    release = publish(site, reader)
    release.gone = gone
    for _ in range(30):
        wait(reader, hours=8)
        assert reader.told("withdrawn") == []
    assert reader.value("SELECT gone FROM article_looks") >= 2


def test_item_off_the_list_whose_page_is_gone_twice_is_withdrawn(site: PressOffice, reader: Reader) -> None:
    release = publish(site, reader)
    site.publish(9)
    reader.check()
    site.publish(3)
    reader.check()
    release.gone = 410
    told = []
    for _ in range(12):
        reader.check()
        reader.look_at_articles()
        told += reader.told("withdrawn")
    assert told == [release.title]


def test_page_is_not_gone_twice_before_the_listing_was_seen_again(site: PressOffice, reader: Reader) -> None:
    release = publish(site, reader)
    site.publish(9)
    reader.check()
    site.publish(3)
    reader.check()
    release.gone = 404
    for _ in range(24):
        wait(reader, hours=1)
        assert reader.told("withdrawn") == []
    assert reader.value("SELECT gone FROM article_looks JOIN items ON id = item_id WHERE title = ?", release.title) >= 2


def scrolled_off(site: PressOffice, reader: Reader) -> Release:
    """A release that was read and left the listing by its old end."""
    release = publish(site, reader)
    for count in (9, 3):
        site.publish(count)
        reader.check()
        reader.look_at_articles()
    return release


def test_site_that_is_away_withdraws_nothing(site: PressOffice, reader: Reader) -> None:
    scrolled_off(site, reader)
    nothing = Fault(status=404, body=b"<h1>Not Found</h1>", headers=(("Content-Type", "text/html"),))
    site.misbehave(nothing, "/news/*")
    reader.now += timedelta(hours=5)
    reader.look_at_articles()
    site.misbehave(nothing, "/news")
    for _ in range(4):
        reader.check()
        reader.look_at_articles()
    site.behave()
    failed = reader.value("SELECT count(*) FROM fetches WHERE http_status = 404")
    for _ in range(3):
        reader.check()
        wait(reader, days=1)
    assert reader.value("SELECT max(gone) FROM article_looks") == 0
    assert failed > 4, "they were asked for meanwhile"
    assert reader.rows("SELECT 1 FROM changes WHERE kind IN ('withdrawn', 'reinstated')") == []


@pytest.mark.parametrize("away", [2, 12])
def test_item_whose_page_is_back_is_reinstated(site: PressOffice, reader: Reader, away: int) -> None:
    release = scrolled_off(site, reader)
    release.gone = 404
    for _ in range(8):
        reader.check()
        reader.look_at_articles()
        if reader.told("withdrawn"):
            break
    else:
        raise AssertionError("not withdrawn")
    told = []
    for day in range(1, 40):
        release.gone = 404 if day <= away else 0
        wait(reader, days=1)
        told += [day] * len(reader.told("reinstated"))
    assert told == [{2: 3, 12: 30}[away]]
    assert reader.value("SELECT status FROM items WHERE title = ?", release.title) == "scrolled_off"


def test_walls_errors_and_teasers_are_no_edits(site: PressOffice, reader: Reader) -> None:
    release = publish(site, reader)
    for fault in (
        Fault(status=503),
        Fault(
            status=200,
            body=b"<title>Just a moment...</title><p>Checking your browser",
            headers=(("Content-Type", "text/html"),),
        ),
        Fault(status=200, body=b"", headers=(("Content-Type", "text/html"),)),
    ):
        site.misbehave(fault, release.path)
        reader.store.conn.execute("UPDATE article_looks SET due_at = '2026-01-01T00:00:00.000Z'")
        wait(reader, days=1)
        site.behave()
    assert reader.value("SELECT count(*) FROM article_revisions") == 1
    assert reader.value("SELECT failures FROM article_looks") == 3
    assert reader.value("SELECT count(*) FROM fetches WHERE outcome = 'failed'") == 3
    assert wait(reader, days=1) == 1
    assert reader.value("SELECT failures FROM article_looks") == 0


NOTICE = (
    "Our website is being maintained at the moment. Please try again in a few hours. We thank everybody for their "
    "patience and apologise for any inconvenience. The editorial office can be reached by telephone as usual. "
)


def test_notice_at_several_articles_is_no_edit_however_long_it_stands(site: PressOffice, reader: Reader) -> None:
    titles = site.publish(3)
    reader.check()
    assert reader.look_at_articles() == 3
    kept = {title: (site.find(title).title, site.find(title).text) for title in titles}
    releases = [site.find(title) for title in titles]
    for release in releases:
        release.title, release.text = "Maintenance", "\n".join([NOTICE] * 4)
    looks = sum(wait(reader, hours=1) for _ in range(48))
    assert looks < 40
    for release, (title, text) in zip(releases, kept.values(), strict=True):
        release.title, release.text = title, text
    for _ in range(72):
        wait(reader, hours=1)
    assert reader.rows("SELECT 1 FROM changes WHERE kind = 'revised'") == []
    assert reader.value("SELECT count(*) FROM article_revisions") == 3
    assert reader.value("SELECT count(*) FROM article_looks WHERE failures > 0 OR doubted IS NOT NULL") == 0


@pytest.mark.parametrize("hours", [5, 30])
def test_first_answers_that_are_a_notice_are_not_the_articles(site: PressOffice, reader: Reader, hours: int) -> None:
    titles = site.publish(2)
    reader.check()
    releases = [site.find(title) for title in titles]
    for release in releases:
        release.title, release.text = "Maintenance", "\n".join([NOTICE] * 4)
    for _ in range(hours):
        wait(reader, hours=1)
    for release, title in zip(releases, titles, strict=True):
        release.title, release.text = title, "\n".join([f"{title}, as was said today."] * 4)
    for _ in range(6):
        wait(reader, hours=12)
    assert [row["title"] for row in reader.rows("SELECT title FROM articles ORDER BY title")] == sorted(titles)
    assert reader.rows("SELECT 1 FROM changes WHERE kind = 'revised'") == []


def test_another_text_at_one_article_is_believed_when_it_is_seen_twice(site: PressOffice, reader: Reader) -> None:
    release = publish(site, reader)
    release.text = "\n".join([NOTICE] * 4)
    told = []
    for _ in range(2):
        wait(reader, hours=1)
        told.append(reader.told("revised"))
    assert told == [[], [release.title]]


def test_listing_that_is_due_goes_first(site: PressOffice, reader: Reader) -> None:
    site.publish()
    reader.check()
    reader.now += timedelta(minutes=59, seconds=50)
    assert reader.look_at_articles(patiently=True) == 0, "the listing is due in ten seconds"
    reader.now -= timedelta(minutes=5)
    assert reader.look_at_articles(patiently=True) == 1


def test_clock_that_is_set_back_takes_the_looks_with_it(site: PressOffice, reader: Reader) -> None:
    publish(site, reader)
    before = reader.now
    with reader.store.transaction() as conn:
        correct_due(conn, before - timedelta(days=365), timedelta(days=-365))
    assert reader.value("SELECT due_at FROM article_looks") == to_text(before + timedelta(hours=1, days=-365))
    with reader.store.transaction() as conn:
        conn.execute("UPDATE article_looks SET due_at = '2039-01-01T00:00:00.000Z'")
        correct_due(conn, before)
    assert reader.value("SELECT due_at FROM article_looks") == to_text(before), "written under a wrong clock"
