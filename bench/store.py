"""Does the store stay as quick as it was when it holds a million items, five million changes and a year of checks?

    python -m bench.store [--items N] [--folder FOLDER]

Fills one database with twenty thousand items and one with N, a hundred items to a source, then times the same work on
both in turn: what a check writes, what the web pages and the service ask, retention. What counts is the ratio of CPU
times. Writes ``bench/results/store.md``.
"""

from __future__ import annotations

import argparse
import sqlite3
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from presswatch.web.finding import Filters, find_items
from presswatch.web.source_page import find_source, find_sources
from scheduler.cadence import Cadence
from scheduler.messages import MessagePlanner, TellingPlan
from scheduler.upkeep import compact
from scraper import diff as differ
from scraper.asking import PLAIN, RequestBook
from scraper.judging import Look, judge
from scraper.store.db import Store, open_store
from scraper.store.ingest import commit_check
from scraper.store.jobs import SourceJob, lease_source, next_due_at, ready_sources
from scraper.store.retention import Retention, retire_captures
from scraper.store.sources import adopt
from scraper.types import Extraction, ItemData, Page, PageKind, Precision, Published, Verdict

RESULTS = Path(__file__).with_name("results") / "store.md"
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
AT = "2026-03-02T09:00:00.000Z"
SMALL = 20_000
"""Items of the store that is compared with: enough for every page to be full on both."""
_ABOUT = (
    "`python -m bench.store --items {n}`, {day}; SQLite {sqlite}. {n:,} items, {changes:,} changes, {checks:,} runs of "
    "equal checks: {size:,.0f} MB, filled in {filled:.0f} s of CPU. CPU milliseconds."
)
PER_SOURCE = 100
LISTED = 20
ROUNDS = 30
SELDOM, FEW_ROUNDS = "nightly compaction", 3
"""What leaves less to do the next time is timed a few times only."""
WORDS = (
    "harbour council museum library ferry bridge school budget water energy park office station market river line "
    "tram night summer winter notice report plan repair opening closing forty town district south north"
).split()


def fill(store: Store, items: int) -> None:
    """``items`` items of a hundred to a source, five changes each, a year of checks; by SQL, for it takes a while."""
    sources = items // PER_SOURCE
    numbers = "WITH RECURSIVE n(k) AS (SELECT 1 UNION ALL SELECT k + 1 FROM n WHERE k < {}) "
    word = f"(SELECT w FROM words WHERE id = 1 + abs(random() + n.k) % {len(WORDS)})"  # noqa: S608 - a number
    title = " || ' ' || ".join([word] * 6)
    with store.transaction(durable=False) as conn:
        conn.execute("CREATE TEMP TABLE words(id INTEGER PRIMARY KEY, w TEXT)")
        conn.executemany("INSERT INTO words(w) VALUES (?)", [(one,) for one in WORDS])
        conn.executemany("INSERT INTO sites(site) VALUES (?)", [(f"site{k}.example",) for k in range(1, sources + 1)])
        conn.execute(
            numbers.format(sources) + "INSERT INTO sources(source_key, slug, name, url, site, origin, created_at, "
            "baseline_at, outcome, last_check_at, last_ok_at) SELECT 'k' || k, 'slug-' || k, 'Source ' || k, "
            "'https://site' || k || '.example/news', 'site' || k || '.example', 'config', ?1, ?1, 'unchanged', ?1, ?1 "
            "FROM n",
            (AT,),
        )
        conn.execute(
            "INSERT INTO cadences(source_id, next_check_at, reason, interval_s) SELECT id, "
            "strftime('%Y-%m-%dT%H:%M:%S.000Z', ?, '+' || (60 + id % 86400) || ' seconds'), 'often', 3600 FROM sources",
            (AT,),
        )
        conn.execute(
            numbers.format(sources * 50)  # noqa: S608 - numbers
            + "INSERT INTO checks(check_key, source_id, started_at, last_at, count, "
            "outcome, duration_ms, items) SELECT 'c' || k, 1 + (k - 1) % ?1, ?2, ?2, 175, 'unchanged', 12, 20 FROM n",
            (sources, AT),
        )
        conn.execute(
            numbers.format(items) + "INSERT INTO items(item_key, source_id, status, is_baseline, first_seen_at, "  # noqa: S608
            "first_check_id, changed_at, title, url, summary, published_on) SELECT 'i' || k, 1 + (k - 1) % ?1, "
            "CASE WHEN k > ?3 THEN 'listed' ELSE 'scrolled_off' END, 0, ?2, 1 + (k - 1) % ?1, ?2, "
            f"{title} || ' ' || k, 'https://site' || (1 + (k - 1) % ?1) || '.example/news/' || k, {title}, "
            "date('2026-03-02', '-' || ((?4 - k) * 365 / ?4) || ' days') FROM n",
            (sources, AT, items - sources * LISTED, items),
        )
        conn.execute(
            "INSERT INTO appearances(source_id, item_id, first_listed_at, left_at, listed, rank) SELECT source_id, id, "
            "?1, CASE status WHEN 'listed' THEN NULL ELSE ?1 END, status = 'listed', id FROM items",
            (AT,),
        )
        conn.execute(
            "INSERT INTO item_keys(source_id, kind, key, item_id, strong, first_seen_at) "
            "SELECT source_id, 'url', substr(url, 9), id, 1, ?1 FROM items UNION ALL "
            "SELECT source_id, 'title', title, id, 0, ?1 FROM items",
            (AT,),
        )
        conn.execute(
            "INSERT INTO revisions(item_id, number, recorded_at, check_id, fields, title, url) "
            "SELECT id, 1, ?, first_check_id, '', title, url FROM items",
            (AT,),
        )
        for step in range(5):
            conn.execute(
                "INSERT INTO changes(event_id, changed_at, source_id, item_id, kind, revision, tell, check_id) "
                "SELECT id || '-' || ?1, ?2, source_id, id, CASE ?1 WHEN 0 THEN 'added' ELSE 'revised' END, 1, 1, "
                "first_check_id FROM items",
                (step, AT),
            )
    compact(store)


@dataclass(slots=True)
class _Still:
    """A visit that asks nobody."""

    spacing: timedelta = timedelta(0)


class Newsroom:
    """A few sources whose checks are written by the code of the service, one new item each time."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.cadence = Cadence()
        self.listener = MessagePlanner(TellingPlan(channels=()))
        self._last = 0
        keys = store.conn.execute("SELECT source_key, config_sha256 FROM sources")
        self.book = RequestBook({key: (digest, PLAIN) for key, digest in keys})
        with store.transaction() as conn:
            url = "https://newsroom.example/news"
            self.source = adopt(conn, url, origin="adhoc", slug="newsroom", name="Newsroom", key="newsroom", now=NOW)
        self.items = [self._item() for _ in range(LISTED)]
        self.check()

    def _item(self) -> ItemData:
        self._last += 1
        day = NOW.date() + timedelta(days=self._last // 24)
        words = " ".join(WORDS[(self._last * step + step) % len(WORDS)] for step in (1, 3, 7, 11))
        return ItemData(
            title=f"{words} number {self._last}",
            url=f"https://newsroom.example/news/{self._last}-{words.replace(' ', '-')}",
            published=Published(raw=day.isoformat(), method="text", precision=Precision.DAY, on=day),
            summary=f"What the office says about {words}, case {self._last}, in one sentence.",
        )

    def check(self) -> None:
        """One check that finds one new item on top."""
        self.items = [self._item(), *self.items[: LISTED - 1]]
        now = NOW + timedelta(hours=self._last)
        with self.store.transaction(durable=False) as conn:
            job = lease_source(conn, self.source, "bench", timedelta(0), now, self.book)
        if not isinstance(job, SourceJob):
            raise RuntimeError("the source is leased")
        look = Look(now, _Still())  # type: ignore[arg-type]  # nothing is asked of it but its spacing
        look.answer = Page(job.url, 200, b"<p>%d</p>" % self._last)
        look.extraction = Extraction(tuple(self.items), None, Verdict(PageKind.LISTING, 0.99))
        judged = judge(self.store, job, look, policy=differ.Policy(), now=now)
        done = commit_check(self.store, judged.record, listener=self.listener, cadence=self.cadence, now=now)
        if self._last > LISTED + 1 and done.new_items != 1:
            raise RuntimeError(f"{done.new_items} items were found new")

    def night(self) -> None:
        """What is tidied at night, after a check with a new item."""
        self.check()
        compact(self.store)


def works(store: Store) -> dict[str, Callable[[], object]]:
    """What is timed, by name."""
    room, conn = Newsroom(store), store.conn
    return {
        "a check with a new item": room.check,
        "what is due": lambda: (ready_sources(conn, NOW, 8, room.book), next_due_at(conn, room.book)),
        "front page": lambda: find_items(conn, Filters()),
        "front page, of one day": lambda: find_items(conn, Filters(since="2026-02-01", until="2026-02-01")),
        "front page, of one source": lambda: find_items(conn, Filters(source="slug-3")),
        "search: two common words": lambda: find_items(conn, Filters(q="harbour council")),
        "search: a beginning": lambda: find_items(conn, Filters(q="harb*")),
        "search: a rare word": lambda: find_items(conn, Filters(q="777")),
        "status: 200 sources": lambda: find_sources(conn, ""),
        "source page": lambda: find_source(conn, "slug-3", NOW, UTC),
        "the latest changes": lambda: conn.execute(
            "SELECT * FROM item_history ORDER BY change_id DESC LIMIT 50"
        ).fetchall(),
        "retention, nothing to do": lambda: retire_captures(store, Retention(), NOW),
        SELDOM: room.night,
    }


def measure(stores: tuple[Store, Store]) -> dict[str, tuple[float, float]]:
    """CPU milliseconds of each work on both stores: the least of three runs in turn."""
    both = [works(store) for store in stores]
    found: dict[str, tuple[float, float]] = {}
    for name in both[0]:
        rounds = FEW_ROUNDS if name == SELDOM else ROUNDS
        runs = [[_cpu(one[name], rounds) for one in both] for _ in range(3)]
        found[name] = (min(run[0] for run in runs), min(run[1] for run in runs))
    return found


def _cpu(work: Callable[[], object], rounds: int) -> float:
    work()
    began = time.process_time()
    for _ in range(rounds):
        work()
    return 1000 * (time.process_time() - began) / rounds


def main() -> int:
    """Fill, measure, print and write."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n\n")[0])
    parser.add_argument("--items", type=int, default=1_000_000)
    parser.add_argument("--folder", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        stores = (open_store(Path(folder) / "small.db"), open_store(Path(folder) / "large.db"))
        began = time.process_time()
        fill(stores[0], SMALL)
        fill(stores[1], options.items)
        filled = time.process_time() - began
        found = measure(stores)
        size = (Path(folder) / "large.db").stat().st_size / 1e6
        for store in stores:
            store.close()
    lines = [
        "# The store at scale",
        "",
        _ABOUT.format(
            n=options.items, day=time.strftime("%Y-%m-%d"), sqlite=sqlite3.sqlite_version,
            changes=5 * options.items, checks=options.items // 2, size=size, filled=filled,
        ),
        "",
        f"| | {SMALL:,} items | {options.items:,} items | ratio |",
        "|---|---|---|---|",
    ]  # fmt: skip
    lines += [f"| {name} | {a:.2f} | {b:.2f} | {b / a:.2f} |" for name, (a, b) in found.items()]
    text = "\n".join(lines) + "\n"
    print(text)
    RESULTS.write_text(text, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
