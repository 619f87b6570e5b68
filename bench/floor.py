"""The least that watching these pages can cost in Python: aiohttp, lxml and sqlite3 with the right selectors, one
process, no bounds, no manners, no second thoughts. Reads ``urls.json``, remembers in ``floor.db``, prints what is new.
"""

from __future__ import annotations

import asyncio
import json
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urljoin

import aiohttp
from lxml import html

RECORDS = ("//ul[@class='news']/li", "//div[@class='cards']/article", "//table/tbody/tr")
LINKS = ("a[1]", "h2/a", "td/a")
DATES = ("span[@class='date']/text()", "time/@datetime", "td[1]/text()")
TEXTS = ("p/text()", "p/text()", "td/div/text()")


async def main(urls: list[str]) -> None:
    """Look at all pages once."""
    store = sqlite3.connect("floor.db", isolation_level=None)
    store.execute("PRAGMA journal_mode=WAL")
    store.execute("PRAGMA synchronous=NORMAL")
    store.execute(
        "CREATE TABLE IF NOT EXISTS items(source INTEGER, url TEXT, title TEXT, day TEXT, summary TEXT, "
        "PRIMARY KEY (source, url)) WITHOUT ROWID"
    )
    turn = asyncio.Semaphore(32)
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as session:

        async def look(source: int, url: str) -> None:
            async with turn, session.get(url) as answer:
                body = await answer.read()
            remember(store, source, url, body)

        await asyncio.gather(*(look(*one) for one in enumerate(urls)))
    store.close()


def remember(store: sqlite3.Connection, source: int, url: str, body: bytes) -> None:
    """Store and print what is new on one page."""
    kind = source % 3
    page: Any = html.document_fromstring(body)
    rows = []
    for record in page.xpath(RECORDS[kind]):
        link = record.xpath(LINKS[kind])[0]
        day, text = record.xpath(DATES[kind])[0], record.xpath(TEXTS[kind])[0]
        rows.append((source, urljoin(url, link.get("href")), link.text_content(), day, text))
    known = dict(store.execute("SELECT url, title FROM items WHERE source = ?", (source,)).fetchall())
    fresh = [row for row in rows if known.get(row[1]) != row[2]]
    if not fresh:
        return
    store.execute("BEGIN IMMEDIATE")
    store.executemany("INSERT OR REPLACE INTO items VALUES (?, ?, ?, ?, ?)", fresh)
    store.execute("COMMIT")
    if known:
        for row in fresh:
            print(*row[1:3])


if __name__ == "__main__":
    asyncio.run(main(json.loads(Path("urls.json").read_text("utf-8"))))
