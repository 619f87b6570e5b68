"""Rules: which changes are told. Pure."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from scheduler.facts import ChangeFacts, SourceFacts
from scheduler.patterns import finds
from scheduler.selection import TOLD_BY_DEFAULT, names_source
from scheduler.timing import Quiet
from scraper.text import fold_text
from scraper.types import ChangeKind


@dataclass(frozen=True, slots=True)
class Rule:
    """Changes of ``kinds``, of the selected sources, that say one of ``keywords`` or match one of ``patterns``.

    ``sources`` (ids or slugs) and ``tags`` together select the sources that are named *or* carry one of the tags; where
    both are ``None`` all are selected, and empty ones select none. Only sources of ``origins`` count: what somebody
    looked at once by hand wakes nobody up.
    Keywords and patterns (:mod:`scheduler.patterns`) are looked for in title and summary of items, ``authors`` in the
    item's author; ``languages`` are those of the source, where ``de`` includes ``de-AT``. A rule with any of these but
    languages never tells changes of a source.
    ``digest`` and ``quiet`` (:mod:`scheduler.timing`) go before those of the channel, ``at_once`` before both.
    Without ``redesigns`` nothing is told of a new layout that was understood at once; else that is one notice.
    ``channels`` is ``None`` where each source's own channels are meant, or else all channels.
    """

    name: str
    channels: tuple[str, ...] | None = None
    sources: tuple[str, ...] | None = None
    tags: tuple[str, ...] | None = None
    kinds: frozenset[ChangeKind] = frozenset(TOLD_BY_DEFAULT)
    keywords: tuple[str, ...] = ()
    patterns: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    digest: str | None = None
    quiet: Quiet | None = None
    at_once: bool = False
    redesigns: bool = True
    origins: frozenset[str] = frozenset({"config"})


DEFAULT_RULE = Rule("default")
"""Holds where no rule is configured: new items and episodes of all configured sources, to all channels."""


def matches(rule: Rule, facts: ChangeFacts) -> bool:
    """Whether ``rule`` wants ``facts`` told."""
    wanted = facts.kind in rule.kinds and (rule.redesigns or not facts.is_redesign)
    return wanted and selects(rule, facts.source) and _says(rule, facts) and _is_by(rule, facts)


def selects(rule: Rule, source: SourceFacts) -> bool:
    """Whether the changes of ``source`` are this rule's business."""
    if source.origin not in rule.origins or not _is_in(rule.languages, source.language):
        return False
    return names_source(rule.sources, rule.tags, {source.key, source.slug}, source.tags)


def channels_of(
    rule: Rule, source: SourceFacts, *, channels: Sequence[str], of_source: Mapping[str, Sequence[str]]
) -> tuple[str, ...]:
    """Names of the channels to which ``rule`` sends the changes of ``source``: the rule's, else the source's
    (``of_source`` by source id), else all of ``channels``. Unknown names fall away."""
    named: Iterable[str] | None = rule.channels if rule.channels is not None else of_source.get(source.key)
    return tuple(channels) if named is None else tuple(name for name in channels if name in set(named))


def _is_in(languages: Sequence[str], language: str | None) -> bool:
    if not languages:
        return True
    spoken = (language or "").replace("_", "-").casefold()
    return any(spoken == wanted or spoken.startswith(f"{wanted}-") for wanted in map(str.casefold, languages))


def _says(rule: Rule, facts: ChangeFacts) -> bool:
    if not rule.keywords and not rule.patterns:
        return True
    if facts.item is None:
        return False
    texts = [text for text in (facts.item.title, facts.item.summary) if text]
    return any(says(text, word) for text in texts for word in rule.keywords) or any(
        finds(pattern, text) for text in texts for pattern in rule.patterns
    )


def _is_by(rule: Rule, facts: ChangeFacts) -> bool:
    if not rule.authors:
        return True
    author = facts.item.author if facts.item is not None else None
    return author is not None and any(says(author, name) for name in rule.authors)


def says(text: str, keyword: str) -> bool:
    """Whether ``text`` contains ``keyword`` (a word or a phrase), whatever the case, accents, quotes and dashes.

    Whole words count, so that "war" is not found in "software"; a keyword that ends in ``*`` also stands for the words
    that begin so. In scripts without spaces between words every place counts.
    """
    word = _folded(keyword.removesuffix("*"))
    if not word:
        return False
    folded = _folded(text)
    open_end = keyword.endswith("*") or is_unspaced(word[-1])
    open_start = is_unspaced(word[0])
    at = folded.find(word)
    while at >= 0:
        end = at + len(word)
        starts = open_start or not _joins(folded[at - 1 : at], word[0])
        ends = open_end or not _joins(word[-1], folded[end : end + 1])
        if starts and ends:
            return True
        at = folded.find(word, at + 1)
    return False


_ACCENTS = re.compile("[\u0300-\u036f\u0591-\u05c7\u064b-\u0652\u0670]")
"""Marks that people leave out when they type: of Latin, Greek, Cyrillic, Hebrew, Arabic. (In Indic scripts and Thai
marks are vowels; they stay.)"""


@lru_cache(maxsize=4096)
def _folded(text: str) -> str:
    folded = fold_text(text)
    if folded.isascii():
        return folded
    return unicodedata.normalize("NFC", _ACCENTS.sub("", unicodedata.normalize("NFD", folded)))


def _joins(before: str, after: str) -> bool:
    """Whether two neighbouring characters stand in one word."""
    return bool(before and after) and all(_is_wordy(char) and not is_unspaced(char) for char in (before, after))


def _is_wordy(char: str) -> bool:
    return char.isalnum() or char == "_" or unicodedata.category(char)[0] == "M"


def is_unspaced(char: str) -> bool:
    """Whether a character is of a script that puts no spaces between words."""
    code = ord(char)
    return (
        0x0E00 <= code <= 0x0EFF
        or 0x1000 <= code <= 0x109F
        or 0x1780 <= code <= 0x17FF
        or 0x3040 <= code <= 0x30FF
        or 0x3400 <= code <= 0x9FFF
        or 0xAC00 <= code <= 0xD7AF
        or 0xF900 <= code <= 0xFAFF
        or code >= 0x20000
    )
