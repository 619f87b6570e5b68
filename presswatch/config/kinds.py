"""The kinds of values in the configuration. Each knows how to read a value and how to say so in JSON Schema."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from presswatch.config.lines import join_key
from presswatch.config.problems import Problems, did_you_mean
from presswatch.secrets import Secret
from scheduler.timing import Rate
from scraper import durations
from scraper.durations import parse_duration, render_duration

Schema = dict[str, Any]
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
_RATE = re.compile(r"([1-9][0-9]{0,5})/(s|m|h|d)")
SECRET_TITLE = "A value that may be secret, or where it is"  # noqa: S105 - words for people
"""The title of such a value in the schema."""
TYPE_NAMES: dict[type, str] = {
    str: "a text in quotes",
    bool: "true or false",
    int: "a whole number",
    list: "a list in square brackets",
    dict: "a table",
    float: "a number with a point",
}


@dataclass(frozen=True, slots=True)
class Kind:
    """``read`` gives the value, or notes problems at the dotted key and gives ``None``; ``schema`` accepts
    what ``read`` accepts as far as JSON Schema can say it."""

    read: Callable[[object, str, Problems], Any]
    schema: Schema


@dataclass(frozen=True, slots=True)
class Key:
    """A key of a table. ``remedy`` is what to write where a required key is missing."""

    kind: Kind
    doc: str
    required: bool = False
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """A table with a closed set of keys."""

    keys: Mapping[str, Key]
    doc: str
    extra: Schema = field(default_factory=dict)
    """What its schema says beside the keys."""

    def read(self, raw: object, where: str, problems: Problems) -> dict[str, Any] | None:
        """The values of the keys that are written, or ``None`` if there was a problem anywhere in the table."""
        before = len(problems)
        if not isinstance(raw, dict):
            problems.add(where, f"must be {TYPE_NAMES[dict]}, not {_type_name(raw)}")
            return None
        values: dict[str, Any] = {}
        for name, value in raw.items():
            if name in self.keys:
                values[name] = self.keys[name].kind.read(value, join_key(where, name), problems)
            else:
                problems.add(join_key(where, _short(name)), f"is no known key{did_you_mean(name, self.keys)}")
        for name, key in self.keys.items():
            if key.required and name not in raw:
                problems.add(join_key(where, name), f"is missing; {key.remedy}")
        return values if len(problems) == before else None

    def schema(self) -> Schema:
        """The JSON Schema of the table."""
        return {
            "type": "object",
            "description": self.doc,
            "properties": {name: {**key.kind.schema, "description": key.doc} for name, key in self.keys.items()},
            "required": [name for name, key in self.keys.items() if key.required],
            "additionalProperties": False,
            **self.extra,
        }


def plain(kind: type, parse: Callable[[Any], Any], schema: Schema) -> Kind:
    """A value of one TOML type; ``parse`` raises :class:`ValueError` with what is wrong and what to write instead."""

    def read(raw: object, where: str, problems: Problems) -> Any:
        if type(raw) is not kind:
            problems.add(where, f"must be {TYPE_NAMES[kind]}, not {_type_name(raw)}")
            return None
        try:
            return parse(raw)
        except ValueError as error:
            problems.add(where, str(error))
            return None

    return Kind(read, schema)


def text(
    longest: int,
    *,
    pattern: str | None = None,
    hint: str = "",
    convert: Callable[[str], Any] = str,
    show: Callable[[str], str] = str,
    examples: tuple[str, ...] = (),
) -> Kind:
    """One line of text without control characters, that ``pattern`` matches (given in what Python and ECMA share);
    ``show`` makes it fit for an error message."""
    compiled = re.compile(pattern) if pattern else None

    def parse(raw: str) -> Any:
        if not raw:
            raise ValueError(
                "must not be empty; leave the key out instead" if not hint else f"must not be empty; {hint}"
            )
        if len(raw) > longest:
            raise ValueError(f"is longer than {longest} characters")
        if _CONTROL.search(raw):
            raise ValueError("must be one line without control characters")
        if compiled and not compiled.search(raw):
            raise ValueError(f"{_short(show(raw))!r} will not do; {hint}")
        return convert(raw)

    schema: Schema = {"type": "string", "minLength": 1, "maxLength": longest}
    if pattern:
        schema["pattern"] = pattern
    if examples:
        schema["examples"] = list(examples)
    return plain(str, parse, schema)


def choice(*options: str, convert: Callable[[str], Any] = str, meant: Mapping[str, str] | None = None) -> Kind:
    """One of a few words. ``meant`` is which of them people mean by others."""

    def parse(raw: str) -> Any:
        if raw not in options:
            other = (meant or {}).get(raw.lower())
            near = f"; write {other}" if other else did_you_mean(raw, options)
            near = near or f"; write one of {', '.join(options)}"
            raise ValueError(f"{_short(raw)!r} is not known{near}")
        return convert(raw)

    return plain(str, parse, {"type": "string", "enum": list(options)})


def integer(least: int, most: int) -> Kind:
    """A whole number within bounds."""

    def parse(raw: int) -> int:
        if not least <= raw <= most:
            raise ValueError(f"must be from {least} to {most}")
        return raw

    return plain(int, parse, {"type": "integer", "minimum": least, "maximum": most})


def boolean() -> Kind:
    """true or false."""
    return plain(bool, bool, {"type": "boolean"})


def duration(shortest: timedelta, longest: timedelta) -> Kind:
    """A length of time within bounds (which the schema cannot say)."""

    def parse(raw: str) -> timedelta:
        length = parse_duration(raw)
        if not shortest <= length <= longest:
            raise ValueError(f"must be from {render_duration(shortest)} to {render_duration(longest)}, not {raw}")
        return length

    schema = {"type": "string", "minLength": 2, "pattern": durations.PATTERN, "examples": ["90s", "30m", "6h", "1d12h"]}
    numbered = plain(str, parse, schema)

    def read(raw: object, where: str, problems: Problems) -> Any:
        if type(raw) is int:
            problems.add(where, f'must have a unit and quotes: "{raw}s" for seconds, "{raw}m" for minutes')
            return None
        return numbered.read(raw, where, problems)

    return Kind(read, schema)


def rate(examples: str = "1/s, 20/m, 500/h or 1000/d") -> Kind:
    """How many in which time: ``20/m``. ``examples`` are shown where something else is written."""

    def parse(raw: str) -> Rate:
        found = _RATE.fullmatch(raw)
        if not found:
            raise ValueError(f"{_short(raw)!r} will not do; write how many in which time: {examples}")
        return Rate(int(found[1]), parse_duration(f"1{found[2]}"))

    pattern = "^[1-9][0-9]{0,5}/(s|m|h|d)$"
    return plain(str, parse, {"type": "string", "pattern": pattern, "examples": ["1/s", "20/m"]})


def render_rate(value: Rate) -> str:
    """The text that the kind :func:`rate` reads back."""
    return f"{value.count}/{render_duration(value.per).removeprefix('1')}"


def secret(longest: int, *, pattern: str | None = None, hint: str = "", inspect: Callable[[str], object] = len) -> Kind:
    """A value, or a reference to where it is. ``pattern`` and ``inspect`` (which raises :class:`ValueError`) judge a
    value that the file itself says; a reference is only read when it is needed."""
    reference = r"^(env:|keyring:|file:(?!//)).|\$\{(env:|keyring:|file:(?!//))"
    compiled = re.compile(pattern or "")

    def parse(raw: str) -> Secret:
        value = Secret(raw)
        if not value.references:
            if not compiled.search(raw):
                raise ValueError(f"will not do; {hint}")
            inspect(raw)
        return value

    schema: Schema = {"title": SECRET_TITLE, "type": "string", "minLength": 1, "maxLength": longest}
    if pattern:
        schema["anyOf"] = [{"pattern": reference}, {"pattern": pattern}]
    return Kind(text(longest, convert=parse).read, schema)


def list_of(kind: Kind, most: int, *, least: int = 0, repeats: bool = False) -> Kind:
    """A list, as a tuple; what stands in it twice counts once unless ``repeats``. A member that will not do is
    ``None``."""

    def read(raw: object, where: str, problems: Problems) -> Any:
        if not isinstance(raw, list):
            problems.add(where, f"must be {TYPE_NAMES[list]}, not {_type_name(raw)}")
            return None
        if not least <= len(raw) <= most:
            problems.add(where, f"must have {f'from {least} to' if least else 'at most'} {most} members")
            return None
        members = [kind.read(member, f"{where}[{place}]", problems) for place, member in enumerate(raw, 1)]
        return tuple(members if repeats else dict.fromkeys(members))

    return Kind(read, {"type": "array", "items": kind.schema, "minItems": least, "maxItems": most})


def mapping_of(kind: Kind, most: int, *, names: Kind) -> Kind:
    """A table with free names. Gives a tuple of pairs in the order of the file."""

    def read(raw: object, where: str, problems: Problems) -> Any:
        if not isinstance(raw, dict):
            problems.add(where, f"must be {TYPE_NAMES[dict]}, not {_type_name(raw)}")
            return None
        if len(raw) > most:
            problems.add(where, f"must have at most {most} entries")
            return None
        for name in raw:
            names.read(name, join_key(where, _short(name)), problems)
        return tuple((name, kind.read(value, join_key(where, name), problems)) for name, value in raw.items())

    schema = {
        "type": "object",
        "propertyNames": names.schema,
        "additionalProperties": kind.schema,
        "maxProperties": most,
    }
    return Kind(read, schema)


def table(content: Table, build: Callable[[dict[str, Any]], Any]) -> Kind:
    """A table with a closed set of keys inside another one; ``build`` may raise :class:`ValueError`."""

    def read(raw: object, where: str, problems: Problems) -> Any:
        values = content.read(raw, where, problems)
        if values is None:
            return None
        try:
            return build(values)
        except ValueError as error:
            problems.add(where, str(error))
            return None

    return Kind(read, content.schema())


def _type_name(raw: object) -> str:
    return TYPE_NAMES.get(type(raw), "a date or time")


def _short(raw: str) -> str:
    shown = _CONTROL.sub("�", raw)
    return shown if len(shown) <= 60 else shown[:59] + "…"
