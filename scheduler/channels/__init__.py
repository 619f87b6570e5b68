"""Where messages go. A new kind of channel is one file here, a line below, and its contract test."""

from __future__ import annotations

from pathlib import Path
from typing import TextIO

from scheduler.channels.base import Channel, ChannelKind, ChannelSpec
from scraper.clock import Clock, utc_now
from scraper.errors import ConfigError

__all__ = ["Channel", "ChannelKind", "ChannelSpec", "build_channel"]


def build_channel(spec: ChannelSpec, *, clock: Clock = utc_now, stream: TextIO | None = None) -> Channel:
    """The channel that ``spec`` describes; ``stream`` is where a console writes (default: standard output, looked up
    when it writes). Raises :class:`ConfigError` where it cannot work as configured."""
    if spec.kind == "webhook":
        from scheduler.channels.webhook import WebhookChannel

        return WebhookChannel(spec, clock=clock)
    if spec.kind == "apprise":
        from scheduler.channels.apprise_ import AppriseChannel

        return AppriseChannel(spec)
    if spec.kind == "mail":
        from scheduler.channels.mail import MailChannel

        return MailChannel(spec)
    if spec.kind == "command":
        from scheduler.channels.command import CommandChannel

        return CommandChannel(spec)
    if spec.kind == "file":
        from scheduler.channels.file import FileChannel

        return FileChannel(spec.name, _path_of(spec))
    from scheduler.channels.console import ConsoleChannel

    return ConsoleChannel(spec.name, stream)


def _path_of(spec: ChannelSpec) -> Path:
    if spec.path is None:
        raise ConfigError("a file channel needs a path", key=f"channels.{spec.name}.path")
    return spec.path
