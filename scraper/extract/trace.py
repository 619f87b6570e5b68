"""What an extraction saw on its way, kept for whoever wants to know why; see :mod:`scraper.extract.explain`."""

from __future__ import annotations

from dataclasses import dataclass, field

from scraper.extract.article import Prose
from scraper.extract.columns import Fields, Page
from scraper.extract.score import Judged
from scraper.types import ItemData


@dataclass(slots=True)
class Trace:
    """Filled while an HTML page is read. ``judged`` are the candidates that were read closely, the best first;
    ``prose`` the page's own running text; ``found`` each item with the record it was read from; ``base`` what its
    links are relative to."""

    page: Page | None = None
    judged: list[Judged] = field(default_factory=list)
    prose: Prose | None = None
    found: list[tuple[Fields, ItemData]] = field(default_factory=list)
    base: str = ""
