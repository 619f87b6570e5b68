"""Whether what one part of the configuration names stands in another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from presswatch.config.model import Config
from presswatch.config.problems import Problem, Problems, did_you_mean
from scraper.slugs import slugify


def check_references(raw: Mapping[str, Any], problems: Problems) -> None:
    """Note channels and sources that are named and not there. ``raw`` are the plain values of the file, which may be
    wrong otherwise: all mistakes are to be told at once."""
    named = raw.get("channels")
    channels = list(named) if isinstance(named, dict) else []
    sources = _tables(raw, "sources")
    names = [name for _, source in sources for name in _names_of(source)]
    for table in ("sources", "rules"):
        for place, content in _tables(raw, table):
            for name in _texts(content, "channels"):
                if name not in channels:
                    hint = did_you_mean(name, channels) or f"; add a table [channels.{name[:100]}]"
                    problems.add(f"{table}[{place}].channels", f"there is no channel {name[:100]!r}{hint}")
    for place, rule in _tables(raw, "rules"):
        for name in _texts(rule, "sources"):
            if name not in names:
                problems.add(f"rules[{place}].sources", f"there is no source {name[:100]!r}{did_you_mean(name, names)}")


def find_doubts(config: Config) -> tuple[Problem, ...]:
    """What is allowed and can hardly be meant: tags of rules that no source has, rules for no source."""
    tags = {tag for source in config.sources for tag in source.tags}
    doubts = list[Problem]()
    for place, rule in enumerate((rule for rule in config.rules if not rule.implied), 1):
        key = f"rules[{place}]"
        unknown = [tag for tag in rule.tags or () if tag not in tags]
        doubts += [Problem(f"{key}.tags", f"no source has the tag {tag!r}{did_you_mean(tag, tags)}") for tag in unknown]
        if rule.is_of_none:
            doubts.append(Problem(f"{key}.sources", f"the rule {rule.name!r} names no source, and tells nothing"))
    return tuple(doubts)


def _tables(raw: Mapping[str, Any], name: str) -> list[tuple[int, dict[str, Any]]]:
    """The tables of an array, with their places counted from 1."""
    members = raw.get(name)
    return [
        (place, member)
        for place, member in enumerate(members if isinstance(members, list) else (), 1)
        if isinstance(member, dict)
    ]


def _texts(content: Mapping[str, Any], name: str) -> Iterator[str]:
    members = content.get(name)
    return (member for member in (members if isinstance(members, list) else ()) if isinstance(member, str))


def _names_of(source: Mapping[str, Any]) -> Iterator[str]:
    for name in (source.get("id"), source.get("slug") or slugify(str(source.get("id", "")))):
        if isinstance(name, str):
            yield name
