"""What a shell proposes after the tabulator: sources, tags, channels and rules of the configuration."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import TYPE_CHECKING

import click
from click.shell_completion import CompletionItem

from presswatch.cli.app import App

if TYPE_CHECKING:
    from presswatch.config import Config


def complete_sources(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Slugs, with the names for people beside them."""
    config = _config(context)
    return _matching(((source.slug, source.name) for source in config.sources), incomplete) if config else []


def complete_selection(context: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Slugs, and tags with an ``@`` before them."""
    if incomplete.startswith("@"):
        return [CompletionItem(f"@{each.value}") for each in complete_tags(context, parameter, incomplete[1:])]
    return complete_sources(context, parameter, incomplete)


def complete_tags(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Tags that a source carries."""
    config = _config(context)
    tags = sorted({tag for source in config.sources for tag in source.tags}) if config else []
    return _matching(((tag, "") for tag in tags), incomplete)


def complete_channels(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of channels, with their kinds beside them."""
    config = _config(context)
    return _matching(((channel.name, channel.type) for channel in config.channels), incomplete) if config else []


def complete_rules(context: click.Context, _: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Names of rules, those that hold without being written too."""
    config = _config(context)
    return _matching(((rule.name, "") for rule in config.rules), incomplete) if config else []


def _matching(words: Iterable[tuple[str, str]], incomplete: str) -> list[CompletionItem]:
    return [CompletionItem(word, help=text or None) for word, text in words if word.startswith(incomplete)]


def _config(context: click.Context) -> Config | None:
    """The configuration; the group's own callback has not run. A file with a mistake in it proposes nothing."""
    from scraper.errors import PresswatchError

    try:
        return App(context.find_root().params.get("home"), os.environ).config
    except PresswatchError:
        return None
