"""``scrapy crawl news`` as people run it: a process, a server, a database, a file of items."""

from __future__ import annotations

import csv
import json
import shutil
from pathlib import Path

import pytest

from presswatch.fixture_site import Fault, FixtureSite, SiteFarm, fixtures_folder, list_moments, load_expected
from tests.e2e.desk import Desk

NEW_ITEM_PATHS = [event["item"] for event in load_expected("m1-two-new")["sources"]["/en/news/"]["events"]]


@pytest.fixture
def quick_desk(desk: Desk) -> Desk:
    """A home without sources in which a site may be asked at once again."""
    desk.configure({})
    return desk


def test_first_crawl_of_a_page_stores_and_exports_its_items_and_the_second_finds_exactly_the_new(
    quick_desk: Desk, site: FixtureSite
) -> None:
    desk = quick_desk
    listed = site.expected()["pages"]["/en/news/"]["items"]
    first = desk.export(f"url={site.url()}")
    assert [item["url"] for item in first] == [site.url(path) for path in listed]
    assert all(item["new"] and item["title"] and item["published"] and item["summary"] for item in first)
    assert [row["url"] for row in desk.rows("SELECT url FROM items ORDER BY id DESC")] == [i["url"] for i in first]
    assert desk.rows("SELECT * FROM changes") == []

    site.moment = "m1"
    second = desk.export(f"url={site.url()}")
    assert len(second) == len(first)
    assert [item["url"] for item in second if item["new"]] == [site.url(path) for path in NEW_ITEM_PATHS]
    added = desk.rows("SELECT i.url FROM changes c JOIN items i ON i.id = c.item_id WHERE c.kind = 'added'")
    assert {row["url"] for row in added} == {site.url(path) for path in NEW_ITEM_PATHS}
    assert desk.value("SELECT count(*) FROM sources") == 1

    # A page that is the same is not read again; whoever exports its items gets them all the same.
    third = desk.export(f"url={site.url()}")
    assert [item["url"] for item in third] == [item["url"] for item in second]
    assert not any(item["new"] for item in third)
    desk.assert_sound()


def test_crawl_works_in_a_home_that_does_not_exist_yet(desk: Desk, site: FixtureSite) -> None:
    done = desk.crawl(f"url={site.url('/de/aktuelles/')}")
    assert done.returncode == 0, done.stderr
    assert desk.value("SELECT count(*) FROM items") > 0


@pytest.mark.parametrize(
    ("given", "said"),
    [("sorce=x", "did you mean source?"), ("scope=al", "there are due, all"), ("x=1", "there are source, scope, url")],
)
def test_an_argument_that_the_spider_does_not_know_is_refused(given: str, said: str, quick_desk: Desk) -> None:
    done = quick_desk.crawl(given)
    assert done.returncode == 2
    assert said in done.stderr
    assert "Traceback" not in done.stderr


def test_crawl_of_a_server_that_is_down_fails_and_says_why(quick_desk: Desk, site: FixtureSite) -> None:
    url = site.url()
    site.close()
    done = quick_desk.crawl(f"url={url}")
    assert done.returncode == 1
    assert "outcome=failed" in done.stderr
    assert "refused" in done.stderr
    assert quick_desk.rows("SELECT outcome, reason FROM checks")[0]["reason"] == "connection"


def test_a_crawl_that_takes_too_much_memory_fails_and_says_so(quick_desk: Desk, site: FixtureSite) -> None:
    done = quick_desk.crawl(f"url={site.url()}", "--set=MEMUSAGE_LIMIT_MB=20")
    assert done.returncode == 1
    assert "the run was ended: it took more than 20 MB of memory" in done.stderr


def test_crawl_without_a_source_says_how_to_add_one(desk: Desk) -> None:
    done = desk.crawl()
    assert done.returncode == 2
    assert "presswatch add" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["source=tides"], "no source named 'tides'"),
        (["path=nowhere.html"], "no file or folder named"),
        (["url=file:///etc/passwd"], "only http and https"),
    ],
    ids=["source", "path", "url"],
)
def test_crawl_of_what_cannot_be_looked_at_fails_with_a_sentence(
    quick_desk: Desk, arguments: list[str], words: str
) -> None:
    done = quick_desk.crawl(*arguments)
    assert done.returncode in (1, 2)
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_crawl_with_a_mistake_in_the_configuration_names_it_and_exits_2(desk: Desk) -> None:
    desk.configure({}, evry="1s")
    done = desk.crawl()
    assert done.returncode == 2
    assert "evry" in done.stderr
    assert "Traceback" not in done.stderr


def test_crawl_of_all_due_sources_exits_3_when_some_failed(desk: Desk) -> None:
    with SiteFarm(3) as farm:
        desk.configure({f"site-{n}": farm.url(n) for n in range(3)}, every="1h", retry_first="1h", retry_max="1h")
        farm.misbehave(Fault(status=500), "127.0.77.2/news/*")
        items = desk.home / "items.jsonl"
        done = desk.crawl(f"--overwrite-output={items}")
        assert done.returncode == 3, done.stderr
        sources = {json.loads(line)["source"] for line in items.read_text("utf-8").splitlines()}
        assert sources == {"site-0", "site-2"}
        again = desk.crawl(f"--overwrite-output={items}")
        assert again.returncode == 0, again.stderr
        assert items.read_text("utf-8") == "", "nothing was due any more"


def test_one_file_is_read_as_if_it_came_from_an_address(quick_desk: Desk, tmp_path: Path) -> None:
    page = tmp_path / "saved page.html"
    shutil.copy(fixtures_folder() / "site" / "m0-first-look" / "en" / "news" / "index.html", page)
    items = quick_desk.export(f"path={page}", "url=https://ministry.example/en/news/")
    assert len(items) == 12
    assert all(item["url"].startswith("https://") for item in items)
    assert quick_desk.value("SELECT origin FROM sources") == "file"


def test_a_folder_is_one_source_per_file_and_with_series_the_moments_of_one(quick_desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "moments"
    folder.mkdir()
    for moment in list_moments():
        saved = fixtures_folder() / "site" / moment / "en" / "news" / "index.html"
        if saved.exists():
            shutil.copy(saved, folder / f"{moment}.html")
    assert len(list(folder.iterdir())) > 3
    url = "url=https://ministry.example/en/news/"
    each = quick_desk.crawl(f"path={folder}", url)
    assert quick_desk.value("SELECT count(*) FROM sources") == len(list(folder.iterdir())), each.stderr
    assert quick_desk.value("SELECT count(*) FROM changes WHERE tell") == 0
    series = quick_desk.crawl(f"path={folder}", url, "series=1")
    assert quick_desk.value("SELECT count(*) FROM sources") == len(list(folder.iterdir())) + 1, series.stderr
    source = quick_desk.value("SELECT max(id) FROM sources")
    added = quick_desk.value("SELECT count(*) FROM changes WHERE source_id = ? AND kind = 'added'", source)
    revised = quick_desk.value("SELECT count(*) FROM changes WHERE source_id = ? AND kind = 'revised'", source)
    assert (added, revised) == (3, 1)
    assert quick_desk.value("SELECT count(*) FROM checks WHERE source_id = ?", source) > 3


PIPELINE = """
class Shout:
    def process_item(self, item):
        item["title"] = item["title"].upper()
        return item
"""


def test_feed_exports_and_a_pipeline_of_the_user_see_the_items(
    quick_desk: Desk, site: FixtureSite, tmp_path: Path
) -> None:
    (tmp_path / "shouting.py").write_text(PIPELINE, encoding="utf-8")
    (tmp_path / "scrapy.cfg").write_text("[settings]\ndefault = presswatch.settings\n", encoding="utf-8")
    done = quick_desk.crawl(
        f"url={site.url()}",
        f"--overwrite-output={tmp_path}/items.csv",
        f"--overwrite-output={tmp_path}/items.jsonl",
        "-s",
        'ITEM_PIPELINES={"shouting.Shout": 300}',
        cwd=tmp_path,
    )
    assert done.returncode == 0, done.stderr
    with (tmp_path / "items.csv").open(encoding="utf-8", newline="") as file:
        table = list(csv.DictReader(file))
    lines = [json.loads(line) for line in (tmp_path / "items.jsonl").read_text("utf-8").splitlines()]
    assert [row["title"] for row in table] == [line["title"] for line in lines]
    assert len(table) == 12
    assert all(row["title"] == row["title"].upper() for row in table)
    stored = quick_desk.rows("SELECT title FROM items")
    assert not any(row["title"] == row["title"].upper() for row in stored), "the store keeps what the publisher wrote"


def test_crawl_refuses_a_private_address_that_nobody_opened(desk: Desk, site: FixtureSite) -> None:
    desk.opened = ""
    done = desk.crawl(f"url={site.url()}")
    assert done.returncode == 1
    assert "PRESSWATCH_ALLOW_PRIVATE" in done.stderr
    assert desk.value("SELECT reason FROM checks") == "address_refused"
    assert site.exchanges == []
