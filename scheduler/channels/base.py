"""What a channel is: something that a message can be sent to, once per call."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Literal, Protocol

from scheduler.facts import MessageFacts
from scheduler.render import Rendered

ChannelKind = Literal["console", "webhook", "apprise", "mail", "file", "command"]


class Channel(Protocol):
    """A destination. ``send`` is called from a thread of the channel's own, one call at a time; only after a call that
    did not end for very long may another one begin."""

    @property
    def name(self) -> str:
        """Its name in the configuration."""
        ...

    @property
    def kind(self) -> ChannelKind:
        """How it sends."""
        ...

    def send(self, rendered: Rendered, message: MessageFacts) -> None:
        """Send; returning means that the receiver has it.

        Raises:
            DeliveryError: it has not, or may not have; the error says whether another attempt can help. Its text
                holds no secret.
        """
        ...

    def close(self) -> None:
        """Give back connections; another ``send`` would make new ones. Never raises."""
        ...


@dataclass(frozen=True, slots=True)
class ChannelSpec:
    """A channel as configured, with its secrets revealed (and therefore without them in its ``repr``).

    ``url`` is given for webhook, apprise and mail (``smtp[s]://…``), ``secret`` (``whsec_…``, Standard Webhooks)
    perhaps for webhook, ``path`` for file, ``sender`` and ``recipients`` for mail, ``command`` (program and arguments)
    for command. ``timeout`` bounds one attempt.
    """

    name: str
    kind: ChannelKind
    url: str | None = field(default=None, repr=False)
    secret: str | None = field(default=None, repr=False)
    path: Path | None = None
    sender: str | None = None
    recipients: tuple[str, ...] = ()
    command: tuple[str, ...] = ()
    timeout: timedelta = timedelta(seconds=15)
