"""Pages of invented sites, in the shapes that common systems produce. Built, not saved: each test says what matters."""

from __future__ import annotations

from datetime import UTC, datetime

from scraper.extract import extract
from scraper.types import Extraction

NOW = datetime(2026, 3, 15, 12, 0, tzinfo=UTC)
SITE = "https://www.harbour-office.example/news/"

HEADLINES = (
    "Harbour office opens a second berth for the island ferry",
    "Lighthouse keepers train twelve new volunteers",
    "Storm barrier passes its yearly inspection",
    "Old customs house becomes a museum of navigation",
    "Fish market moves to the north quay in spring",
    "Tide tables for the coming season are available",
    "Council approves the budget for dredging works",
    "Pilot boats switch to quieter electric engines",
)
TEASERS = (
    "From Monday on, two ships can load at the same time, which shortens the wait for passengers by half an hour.",
    "The course took three weekends and ended with a night watch on the outer pier, in rain and wind.",
    "Engineers opened and closed all nine gates within forty minutes and found no reason to complain.",
    "The first exhibition shows charts, sextants and the logbook of a ship that never came home.",
    "Traders get larger stalls and a cold store of their own; the old hall will be a library.",
    "They can be read at the office, in the village shop and on a board beside the slipway.",
    "Work begins after the breeding season of the terns and should take no longer than six weeks.",
    "Residents near the entrance had asked for silence at night; the new boats are hardly heard.",
)
DAYS = ("2026-03-12", "2026-03-10", "2026-03-05", "2026-02-27", "2026-02-20", "2026-02-11", "2026-02-03", "2026-01-29")

MENU = """<header><a href="/"><img src="/logo.png" alt="Harbour office"></a><nav><ul>
<li><a href="/about">About us</a></li><li><a href="/ships">Ships</a></li><li><a href="/tides">Tides</a></li>
<li><a href="/permits">Permits</a></li><li><a href="/jobs">Jobs</a></li><li><a href="/contact">Contact</a></li>
</ul></nav></header>"""
FOOTER = """<footer><ul><li><a href="/imprint">Imprint</a></li><li><a href="/privacy">Privacy</a></li>
<li><a href="/sitemap">Sitemap</a></li></ul><p>Harbour office, Quay 1</p></footer>"""


def slug(title: str) -> str:
    return "-".join(title.lower().split())


def link_of(k: int) -> str:
    return f"/news/{slug(HEADLINES[k])}"


def url_of(k: int) -> str:
    return f"https://www.harbour-office.example{link_of(k)}"


def page(main: str, *, title: str = "News", menu: str = MENU, footer: str = FOOTER, lang: str = "en") -> str:
    return (
        f'<!doctype html><html lang="{lang}"><head><meta charset="utf-8"><title>{title}</title></head>'
        f"<body>{menu}<main>{main}</main>{footer}</body></html>"
    )


def look(html: str, url: str = SITE, content_type: str | None = "text/html; charset=utf-8") -> Extraction:
    return extract(html.encode(), url, content_type=content_type, now=NOW)


def days_of(found: Extraction) -> list[str | None]:
    return [i.published.on.isoformat() if i.published and i.published.on else None for i in found.items]
