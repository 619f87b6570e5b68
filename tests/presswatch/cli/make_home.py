"""``python -m … FOLDER``: a presswatch home whose database has seen the fixture site at four moments, through the code
of a check. In a process of its own, because the assembly guards the whole process."""

from __future__ import annotations

import sys
from pathlib import Path

from presswatch.firstlook import record_first_look
from presswatch.fixture_site import FixtureSite, Request
from scraper.clock import utc_now
from scraper.extract import extract
from scraper.types import Page

URL = "http://127.0.0.1/en/news/"
CONFIG = f"""
[presswatch]
timezone = "Asia/Kolkata"
[channels.console]
type = "console"
[channels.hook]
type = "webhook"
url = "https://hooks.example/very-secret-path"
[[rules]]
name = "all"
kinds = ["added", "revised", "withdrawn"]
[[sources]]
id = "waters-1"
slug = "waters"
name = "Ministry of Inland Waters"
url = "{URL}"
tags = ["ministry", "water"]
[[sources]]
id = "ports-1"
slug = "ports"
name = "=Ports [red]"
url = "http://127.0.0.2/ports"
tags = ["port"]
paused = true
"""


def main(home: Path) -> None:
    home.mkdir(parents=True)
    (home / "presswatch.toml").write_text(CONFIG, encoding="utf-8")
    with FixtureSite() as site:
        for moment in ("m0", "m1", "m2", "m3", "m3", "m3"):
            site.moment = moment
            body = site.answer(Request("GET", "/en/news/", "127.0.0.1", {}, b"", 0.0)).body
            body = body.replace(site.origin().encode(), b"http://127.0.0.1")
            page = Page(URL, 200, body, "text/html; charset=utf-8")
            found = extract(body, URL, content_type=page.content_type, now=utc_now())
            assert record_first_look(str(home), "waters", page, found) is not None


if __name__ == "__main__":
    main(Path(sys.argv[1]))
