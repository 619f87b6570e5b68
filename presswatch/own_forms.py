"""Whether the files that channels name, templates and programs, can be used: known before something is to be told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime

from presswatch.config import ChannelConfig, Config, Problem
from presswatch.wiring import channel_rendering
from scheduler.channels.command import find_fault
from scheduler.facts import ChangeFacts, MessageFacts, SourceFacts
from scheduler.render import Rendered, render
from scheduler.templates import Template, TemplateError
from scraper.types import ChangeKind, ItemData, Precision, Published


def find_unusable(config: Config, now: datetime) -> Iterator[Problem]:
    """What is wrong with the program or the template of each channel. Starts a process for each template."""
    for channel in config.channels:
        fault = find_fault(channel.command) if channel.type == "command" else None
        if fault is not None:
            yield Problem(f"channels.{channel.name}.command", fault)
        fault = template_fault(config, channel, now)
        if fault is not None:
            yield Problem(f"channels.{channel.name}.template", fault)


def template_fault(config: Config, channel: ChannelConfig, now: datetime) -> str | None:
    """Why the channel's template cannot be used for the message of one new item, if it has one and it cannot."""
    if channel.template is None:
        return None
    template = Template(channel.template, html=channel.type == "mail")
    try:
        template.fill(_example(config, channel, now))
    except TemplateError as error:
        return f"is not used, messages go in presswatch's own form: {error}"
    finally:
        template.close()
    return None


def _example(config: Config, channel: ChannelConfig, now: datetime) -> Rendered:
    """A message as most are: of one new item that has all that an item can have."""
    on = date(now.year, now.month, now.day)
    item = ItemData(
        "An example",
        "https://www.example.org/news/1",
        Published(on.isoformat(), "example", Precision.DAY, on),
        "As such.",
    )
    source = SourceFacts("example", "example", "Example", "https://www.example.org/news")
    change = ChangeFacts(1, "evt_example", ChangeKind.ADDED, now, source, item_key="example", item=item, revision=1)
    message = MessageFacts("msg_example", channel.name, "change", now, (change,), 1)
    return render(message, channel_rendering(config, channel))
