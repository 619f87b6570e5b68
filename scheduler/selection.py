"""What a rule covers where it says little: shared by the configuration and by those who tell. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from scraper.types import ChangeKind

TOLD_BY_DEFAULT = (ChangeKind.ADDED, ChangeKind.EPISODE_OPENED, ChangeKind.EPISODE_CLOSED)
"""Kinds of changes that a rule tells unless it names others."""


def names_source(
    sources: Sequence[str] | None, tags: Sequence[str] | None, names: Iterable[str], carried: Iterable[str]
) -> bool:
    """Whether the ``sources`` and ``tags`` of a rule select the source that is called ``names`` and has the tags
    ``carried``. Where neither is given all are selected; an empty list, as it is left when the only source that it
    named was removed, selects none."""
    if sources is None and tags is None:
        return True
    return not set(sources or ()).isdisjoint(names) or not set(tags or ()).isdisjoint(carried)
