"""The one editor of the configuration file: comments stay, concurrent editors wait for each other, and a result that
could not be used never replaces the file."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from presswatch.config.document import Document
from presswatch.config.model import ChannelConfig, Config, SourceConfig
from presswatch.config.parse import IsOpened, find_mistakes, nothing_opened, parse_config, read_config_text
from presswatch.config.storage import locked_folder, replace_file
from scraper.errors import ConfigError
from scraper.slugs import host_is_a_name, slugify, unique_slug
from scraper.urls import site_of

Change = Callable[[Config, Document], None]


@dataclass(frozen=True, slots=True)
class AddedSource:
    """The slug that a source got, or ``None`` and what is wrong with it."""

    slug: str | None
    mistake: str | None = None


def edit_config(
    path: Path,
    change: Change,
    *,
    environ: Mapping[str, str],
    is_opened: IsOpened = nothing_opened,
    dry_run: bool = False,
) -> Config:
    """Change the file and give the configuration that it says then. ``change`` sees the present configuration and
    changes the document. A file that would not be valid, or was not, is left as it is, as any with ``dry_run``; a
    symbolic link is followed.

    Raises :class:`ConfigError`, and whatever ``change`` raises.
    """
    target = path.resolve()
    with locked_folder(target.parent):
        text = read_config_text(target)
        present = parse_config(text, path=path, environ=environ, is_opened=is_opened)
        document = Document(text)
        change(present, document)
        edited = document.finish(path)
        result = parse_config(edited, path=path, environ=environ, is_opened=is_opened)
        if edited != text and not dry_run:
            replace_file(target, edited)
    return result


def add_source(
    path: Path,
    source: Mapping[str, Any],
    *,
    environ: Mapping[str, str],
    is_opened: IsOpened = nothing_opened,
    title: str | None = None,
    dry_run: bool = False,
) -> SourceConfig:
    """Add one of ``[[sources]]``, given as the plain values of its table; ``url`` is required. A missing ``id`` and
    ``slug`` are made, and a made one is unique; ``title`` becomes the name where none is given, and makes a slug only
    where the host is a number. Raises :class:`ConfigError` if a given one is taken. With ``dry_run`` the file stays as
    it is."""
    content = _without_empty(source)

    def change(present: Config, document: Document) -> None:
        taken = _taken(present)
        if title and not host_is_a_name(str(content["url"])):
            # A slug made from a number would say nothing.
            content.setdefault("name", title)
        _name(content, taken)
        if title:
            content.setdefault("name", title)
        _refuse_mistake(content, taken, document, path, environ, is_opened)
        document.add_member("sources", _in_order(content))

    edited = edit_config(path, change, environ=environ, is_opened=is_opened, dry_run=dry_run)
    return edited.source(content.get("id", content["slug"]))


def add_sources(
    path: Path,
    sources: Sequence[Mapping[str, Any]],
    *,
    environ: Mapping[str, str],
    is_opened: IsOpened = nothing_opened,
    dry_run: bool = False,
) -> list[AddedSource]:
    """Add many of ``[[sources]]`` at once, each as :func:`add_source` would; those that could not be used are left out.
    Gives one answer for each. Raises :class:`ConfigError`."""
    outcome: list[AddedSource] = []

    def change(present: Config, document: Document) -> None:
        taken, accepted = _taken(present), []
        for source in sources:
            content = _without_empty(source)
            _name(content, taken)
            try:
                _refuse_mistake(content, taken, document, path, environ, is_opened)
            except ConfigError as error:
                outcome.append(AddedSource(None, str(error)))
                continue
            taken |= {content["id"], content["slug"]}
            accepted.append(_in_order(content))
            outcome.append(AddedSource(content["slug"]))
        document.add_members("sources", accepted)

    edit_config(path, change, environ=environ, is_opened=is_opened, dry_run=dry_run)
    return outcome


def remove_source(
    path: Path, name: str, *, environ: Mapping[str, str], is_opened: IsOpened = nothing_opened
) -> SourceConfig:
    """Take the source with this slug or id out of the file and out of the rules that name it (an empty list is left
    where it was the only one: without the list that rule would select everything); its site's table goes with the last
    source of the site. Gives what it was. Raises :class:`NotFoundError`."""
    removed: list[SourceConfig] = []

    def change(present: Config, document: Document) -> None:
        source = present.source(name)
        removed.append(source)
        document.remove_member("sources", present.sources.index(source) + 1)
        for place, rule in enumerate(document.plain.get("rules", ()), 1):
            left = [each for each in rule.get("sources", ()) if each not in (source.id, source.slug)]
            if left != rule.get("sources", []):
                document.set_keys("rules", place, {"sources": left})
        if "sites" in document.plain:
            site = site_of(source.url)
            if site in document.plain["sites"] and [site_of(each.url) for each in present.sources].count(site) == 1:
                document.remove_table("sites", site)

    edit_config(path, change, environ=environ, is_opened=is_opened)
    return removed[0]


def update_source(
    path: Path, which: str, /, *, environ: Mapping[str, str], is_opened: IsOpened = nothing_opened, **changes: Any
) -> SourceConfig:
    """Set keys of the source with this slug or id to plain values; ``None`` takes a key away. A new slug is carried
    over to the rules that use the old one. Raises :class:`NotFoundError`."""
    if "id" in changes:
        raise ConfigError("the id of a source never changes", path=path, key="id")
    ids: list[str] = []

    def change(present: Config, document: Document) -> None:
        source = present.source(which)
        ids.append(source.id)
        plain = {key: list(value) if isinstance(value, tuple) else value for key, value in changes.items()}
        document.set_keys("sources", present.sources.index(source) + 1, plain)
        slug = changes.get("slug")
        for place, rule in enumerate(document.plain.get("rules", ()), 1):
            if slug and source.slug != source.id and source.slug in rule.get("sources", ()):
                renamed = [slug if each == source.slug else each for each in rule["sources"]]
                document.set_keys("rules", place, {"sources": renamed})

    return edit_config(path, change, environ=environ, is_opened=is_opened).source(ids[0])


def add_channel(
    path: Path,
    name: str,
    channel: Mapping[str, Any],
    *,
    environ: Mapping[str, str],
    is_opened: IsOpened = nothing_opened,
    dry_run: bool = False,
) -> ChannelConfig:
    """Add ``[channels.NAME]``, given as the plain values of its table; with ``dry_run`` only say what it would be.
    Raises :class:`ConfigError` if it exists."""

    def change(present: Config, document: Document) -> None:
        if any(each.name == name for each in present.channels):
            raise ConfigError("exists already; choose another name", path=path, key=f"channels.{name}")
        document.add_table("channels", name, _without_empty(channel))

    return edit_config(path, change, environ=environ, is_opened=is_opened, dry_run=dry_run).channel(name)


def remove_channel(
    path: Path, name: str, *, environ: Mapping[str, str], is_opened: IsOpened = nothing_opened
) -> ChannelConfig:
    """Take a channel out of the file. Raises :class:`NotFoundError`; and :class:`ConfigError` while a source or rule
    names it, because its messages would go nowhere."""
    removed: list[ChannelConfig] = []

    def change(present: Config, document: Document) -> None:
        removed.append(present.channel(name))
        document.remove_table("channels", name)

    edit_config(path, change, environ=environ, is_opened=is_opened)
    return removed[0]


def _without_empty(content: Mapping[str, Any]) -> dict[str, Any]:
    return {
        key: list(value) if isinstance(value, tuple) else value
        for key, value in content.items()
        if value is not None and value not in ([], (), {}, "")
    }


def _taken(present: Config) -> set[str]:
    """Words that name a source already."""
    return {name for each in present.sources for name in (each.id, each.slug)}


def _name(content: dict[str, Any], taken: set[str]) -> None:
    """Give the table of a source a slug and an id, where it has none."""
    if "slug" not in content:
        content["slug"] = unique_slug(slugify(str(content.get("name", "")), str(content.get("url", ""))), taken)
    if "id" not in content:
        content["id"] = _new_id(taken)


def _refuse_mistake(
    content: Mapping[str, Any],
    taken: set[str],
    document: Document,
    path: Path,
    environ: Mapping[str, str],
    is_opened: IsOpened,
) -> None:
    """Raise :class:`ConfigError` for a new source that is wrong by itself: what is not in the file yet has no line."""
    for key in ("slug", "id"):
        if content[key] in taken:
            raise ConfigError(f"{key}: {content[key]!r} is already the name of another source; choose another")
    around: dict[str, Any] = {
        name: document.plain[name] for name in ("presswatch", "channels") if name in document.plain
    }
    mistakes = find_mistakes({**around, "sources": [dict(content)]}, path=path, environ=environ, is_opened=is_opened)
    if mistakes:
        raise ConfigError(str(mistakes[0]).removeprefix("sources[1]."))


def _in_order(content: Mapping[str, Any]) -> dict[str, Any]:
    first = {key: content[key] for key in ("id", "slug", "url", "name") if key in content}
    return first | dict(content)


def _new_id(taken: set[str]) -> str:
    while (made := f"s-{os.urandom(4).hex()}") in taken:
        pass
    return made
