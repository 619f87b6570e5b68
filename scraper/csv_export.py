"""CSV out of ``scrapy crawl news``, safe for spreadsheets."""

from __future__ import annotations

from typing import Any

from scrapy.exporters import CsvItemExporter

from scraper.cells import inert_cell


class InertCsvExporter(CsvItemExporter):
    """For ``scrapy crawl news -O items.csv``. Programs that want cells as they are take JSON."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        """As Scrapy does, text made inert."""
        found = super().serialize_field(field, name, value)
        return inert_cell(found) if isinstance(found, str) else found
