"""What was understood of a page, for people and for programs: shared by ``add`` and ``extract``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from presswatch.cli.screen import flow, joined, plain, title_text

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

    from scraper.types import Extraction, ItemData

KIND_STYLES = {"listing": "green", "both": "green", "article": "yellow"}


def as_record(found: Extraction) -> dict[str, Any]:
    """An extraction as JSON values: those of ``extract --jsonl``, and what else the page says of itself."""
    from scraper.extract.jsonl import as_dict

    return {
        **as_dict(found),
        "page_title": found.page_title,
        "language": found.language,
        "feed_urls": list(found.feed_urls),
        "next_page_url": found.next_page_url,
    }


def print_understood(console: Console, found: Extraction, *, most: int | None) -> None:
    """Kind and confidence, then at most ``most`` items (``None``: all), each with its link."""
    from rich.text import Text

    verdict = found.verdict
    head = Text(verdict.kind.value.replace("_", " "), style=KIND_STYLES.get(verdict.kind.value, "red"))
    head.append(f", confidence {verdict.confidence:.2f}, {_count(len(found.items))}")
    console.print(head)
    if verdict.reasons:
        flow(console, plain(joined(verdict.reasons, "; "), "dim", 1_000))
    for item in found.items[:most]:
        flow(console, item_line(item), hang=14)
        if item.url:
            console.print(plain(item.url, "dim", 2_000, before=" " * 14), soft_wrap=True)
    left = len(found.items) - (most or len(found.items))
    if left > 0:
        console.print(Text(f"  … and {left} more", style="dim"))
    if found.article is not None:
        flow(console, Text.assemble("its own article: ", title_text(found.article.title, found.article.url)), hang=4)


def item_line(item: ItemData) -> Text:
    """Date and title."""
    from rich.text import Text

    date = item.published.on.isoformat() if item.published and item.published.on else "no date"
    return Text.assemble(
        "  ", (f"{date:<10}", "cyan" if date != "no date" else "dim"), "  ", title_text(item.title, None)
    )


def _count(number: int) -> str:
    return "1 item" if number == 1 else f"{number} items"
