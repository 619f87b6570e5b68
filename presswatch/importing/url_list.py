"""A plain list of addresses, one a line, as people keep it and as changedetection.io writes and reads it."""

from __future__ import annotations

from presswatch.importing.found import MAX_FOUND, Found, labels_of
from scraper.errors import ConfigError


def read_url_list(text: str) -> list[Found]:
    """``ADDRESS [tag, tag …]`` a line; empty lines and those that begin with ``#`` or ``;`` are passed over. Raises
    :class:`ConfigError` for too many."""
    found: list[Found] = []
    for number, line in enumerate(text.splitlines(), 1):
        words = line.strip()
        if not words or words[0] in "#;":
            continue
        url, _, tags = words.partition(" ")
        found.append(Found(f"line {number}", url.strip("<>"), tags=labels_of(tags)))
        if len(found) > MAX_FOUND:
            raise ConfigError(f"has more than {MAX_FOUND} addresses; split it")
    return found
