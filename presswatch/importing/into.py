"""From what was found to the configuration: through the editor and validator that `presswatch add` uses."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from presswatch.config import Config
from presswatch.config.edit import add_sources
from presswatch.config.parse import IsOpened
from presswatch.config.problems import Problems
from presswatch.config.starter import init_config
from presswatch.config.texts import PAGE_URL
from presswatch.importing.found import Found
from scraper.urls import canonicalize_url


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of one entry. ``slug`` is that of the source, new or known; ``reason`` says why it was not taken."""

    found: Found
    state: Literal["taken", "known", "refused"]
    slug: str | None = None
    reason: str | None = None


def import_sources(
    config: Config,
    found: Sequence[Found],
    *,
    tags: Sequence[str],
    environ: Mapping[str, str],
    is_opened: IsOpened,
    dry_run: bool,
) -> list[Imported]:
    """Add what can be watched to the file of ``config``, in one edit; what became of each entry, in their order.

    With ``dry_run`` nothing is written. A page that is watched already, or stands in the file twice, is taken once.
    Raises :class:`scraper.errors.ConfigError`.
    """
    results, wanted = _sort(found, {canonicalize_url(source.url): source.slug for source in config.sources})
    contents = []
    for place in wanted:
        each = found[place]
        contents.append(replace(each, tags=tuple(dict.fromkeys((*each.tags, *tags)))).content())
    answers = []
    if contents:
        with _file_of(config.path, dry_run) as path:
            answers = add_sources(path, contents, environ=environ, is_opened=is_opened, dry_run=dry_run)
    for place, answer in zip(wanted, answers, strict=True):
        each = found[place]
        taken = answer.slug is not None
        results[place] = Imported(each, "taken" if taken else "refused", answer.slug, answer.mistake)
    return [results[place] for place in sorted(results)]


def _sort(found: Iterable[Found], known: dict[str, str]) -> tuple[dict[int, Imported], list[int]]:
    """What is settled without a look into the file, and the places of the others."""
    settled: dict[int, Imported] = {}
    wanted: list[int] = []
    seen: dict[str, str] = {}
    for place, each in enumerate(found):
        key = canonicalize_url(each.url)
        if each.refused is not None:
            settled[place] = Imported(each, "refused", reason=each.refused)
        elif key in known:
            settled[place] = Imported(each, "known", known[key], f"is watched already, as {known[key]}")
        elif key in seen:
            settled[place] = Imported(each, "known", reason=f"stands in the file already: {seen[key]}")
        else:
            wanted.append(place)
            if _is_usable(each.url):  # what will be refused does not stand for what may be taken
                seen[key] = each.where
    return settled, wanted


def _is_usable(url: str) -> bool:
    problems = Problems()
    PAGE_URL.read(url, "url", problems)
    return not len(problems)


@contextmanager
def _file_of(path: Path, dry_run: bool) -> Iterator[Path]:
    """The file to edit: a new one where there is none yet, and one that goes away if nothing is to be written."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / path.name if dry_run and not path.exists() else path
        if not target.exists():
            init_config(target)
        yield target
