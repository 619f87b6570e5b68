"""Writing configuration values as TOML again; what equals its default is left out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from datetime import time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any

from presswatch.config.kinds import render_rate
from presswatch.config.model import (
    Auth,
    ChannelConfig,
    Config,
    PostConfig,
    RuleConfig,
    Settings,
    SiteConfig,
    SourceConfig,
    WebSubConfig,
)
from presswatch.secrets import Secret
from scheduler.timing import Rate, render_quiet
from scraper.durations import render_duration
from scraper.types import Recipe

_ShowSecret = Callable[[Secret], str]
_NOT_WRITTEN = {
    RuleConfig: ("implied",),
    ChannelConfig: ("name",),
    SiteConfig: ("name",),
    Recipe: ("origin", "language", "timezone"),
}
"""Fields that the file does not say in the table itself."""


ALWAYS_WRITTEN = ("language",)
"""Its default depends on the environment."""


_MAPPINGS = ("headers", "form")
_AS_BOOLEAN = (("browser", "always"), ("browser", "never"))


def as_written(secret: Secret) -> str:
    """A secret as the file says it."""
    return secret.text


def render_config(config: Config, *, show: _ShowSecret = as_written, whole: bool = False) -> str:
    """The TOML text of ``config``, without the implied rules. With ``show=str`` it may be shown to anybody, but does
    not read back where the file itself holds secrets. ``whole``: with what equals its default."""
    import tomlkit

    plain: dict[str, Any] = {
        "presswatch": to_plain(config.settings, show, whole),
        "sites": {site.name: to_plain(site, show, whole) for site in config.sites},
        "channels": {channel.name: to_plain(channel, show, whole) for channel in config.channels},
        "sources": [to_plain(source, show, whole) for source in config.sources],
        "rules": [to_plain(rule, show, whole) for rule in config.rules if not rule.implied],
    }
    return tomlkit.dumps({name: content for name, content in plain.items() if content})


def to_plain(
    value: Settings
    | SourceConfig
    | SiteConfig
    | ChannelConfig
    | RuleConfig
    | Recipe
    | Auth
    | PostConfig
    | WebSubConfig,
    show: _ShowSecret = as_written,
    whole: bool = False,
) -> dict[str, Any]:
    """A table of the file as plain values; ``whole``: with those that equal their default, unless that is nothing."""
    skipped = _NOT_WRITTEN.get(type(value), ())
    plain: dict[str, Any] = {}
    for each in fields(value):
        content = getattr(value, each.name)
        if each.name in skipped or content is None:
            continue
        if content != each.default or each.name in ALWAYS_WRITTEN or (whole and content != ()):
            plain[each.name] = plain_field(each.name, content, show, whole)
    return plain


def plain_field(name: str, content: Any, show: _ShowSecret = as_written, whole: bool = False) -> Any:
    """The value of the key ``name`` as the file writes it."""
    if name in _MAPPINGS:
        return {key: show(secret) for key, secret in content}
    if (name, content) in _AS_BOOLEAN:
        return content == "always"
    return plain_value(content, show, whole)


def plain_value(value: Any, show: _ShowSecret = as_written, whole: bool = False) -> Any:
    """One value as the file writes it."""
    match value:
        case timedelta():
            return render_duration(value)
        case Secret():
            return show(value)
        case Rate():
            return render_rate(value)
        case Recipe() | Auth() | PostConfig() | WebSubConfig():
            return to_plain(value, show, whole)
        case Path() | Enum():
            return str(value)
        case (time(), time()):
            return render_quiet(value)
        case tuple():
            return [plain_value(member, show, whole) for member in value]
        case _:
            return value
