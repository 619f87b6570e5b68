"""The reference of all keys, made from their schema: ``python -m presswatch.config.reference >
docs/configuration.md``."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from presswatch.config.kinds import SECRET_TITLE, rate
from presswatch.config.schema import config_schema
from presswatch.config.texts import CRON, LABEL, LANGUAGE, QUIET, TIMEZONE, URL_PATTERN
from scraper.durations import PATTERN

_HEAD: Final = """\
# The configuration

<!-- made by `python -m presswatch.config.reference > docs/configuration.md`; a test says so when it is stale -->

Everything that is configured stands in one file in [TOML](https://toml.io), `presswatch.toml`. `presswatch init` makes
one to start from, `presswatch config path` says where it is, `presswatch config check` what is wrong with it, and
`presswatch config show --all` prints it with every default. A running presswatch notices when it changes.
`presswatch config schema` prints its JSON Schema, with which editors check and complete it.

A *duration* is written `"90s"`, `"30m"`, `"6h"` or `"1d12h"`, a *rate* `"20/m"` (of s, m, h, d), *hours*
`"22:00-07:00"`, and *times* as a cron expression, `"0 8 * * mon-fri"`: minute, hour, day, month, weekday (both
must be so where a day and a weekday are named), that comes true every year.

<a id="secrets"></a>A *secret* may stand in the file, or elsewhere: `"env:NAME"` (the environment),
`"file:/run/secrets/name"` or `"keyring:service/user"`; also as a part of a text, `"tgram://${env:BOT_TOKEN}/42"`.
"""
_TABLES: Final = "| key | what it is | default | |\n|---|---|---|---|\n"
_SHAPES: Final = {
    PATTERN: "duration",
    URL_PATTERN: "address",
    rate().schema["pattern"]: "rate",
    QUIET.schema["pattern"]: "hours",
    CRON.schema["pattern"]: "times",
    LABEL.schema["pattern"]: "name",
    LANGUAGE.schema["pattern"]: "language code",
    TIMEZONE.schema["pattern"]: "time zone",
}
"""What a text is, by its pattern."""
Schema = Mapping[str, Any]


def render_reference() -> str:
    """The page as Markdown."""
    return "\n".join([_HEAD, *_sections(config_schema()["properties"])])


def _sections(tables: Mapping[str, Schema]) -> Iterator[str]:
    yield from _table("[presswatch]", tables["presswatch"])
    yield from _table("[[sources]]", tables["sources"]["items"])
    yield from _table('[sites."example.org"]', tables["sites"]["additionalProperties"])
    yield from _channels(tables["channels"]["additionalProperties"]["oneOf"])
    yield from _table("[[rules]]", tables["rules"]["items"])


def _table(heading: str, schema: Schema) -> Iterator[str]:
    """A table, and those that stand in it."""
    yield f"## {heading}\n\n{schema['description']}\n"
    keys = schema["properties"]
    yield _TABLES + "".join(_row(name, key, schema) for name, key in keys.items())
    for name, key in keys.items():
        if "properties" in key:
            yield from _table(f"[{heading.strip('[]')}.{name}]", key)


def _channels(kinds: list[Schema]) -> Iterator[str]:
    """What all have in common once, then what each has of its own."""
    common = [name for name in kinds[0]["properties"] if name != "type" and all(name in k["properties"] for k in kinds)]
    yield "## [channels.NAME]\n\nWhere alerts go. `type` says how; the keys of each type follow, then those of all.\n"
    for kind in kinds:
        own = {name: key for name, key in kind["properties"].items() if name not in common}
        yield f'### type = "{own.pop("type")["enum"][0]}"\n\n{kind["description"]}\n'
        if own:
            yield _TABLES + "".join(_row(name, key, kind) for name, key in own.items())
    yield "### for every type\n"
    yield _TABLES + "".join(_row(name, kinds[0]["properties"][name], kinds[0]) for name in common)


def _row(name: str, key: Schema, table: Schema) -> str:
    default = key.get("default")
    if name in table["required"]:
        said = "*required*"
    elif default is None or default in ([], {}):
        said = ""
    else:
        said = f"`{json.dumps(default, ensure_ascii=False)}`"
    return f"| `{name}` | {_kind(key)} | {said} | {_cell(key['description'])} |\n"


def _kind(key: Schema) -> str:
    """What kind of value it is, in words."""
    if "enum" in key:
        return ", ".join(f"`{json.dumps(word)}`" for word in key["enum"])
    if key.get("title") == SECRET_TITLE:
        return "[secret](#secrets)"
    if "anyOf" in key:
        return " or ".join(f'`"{each["const"]}"`' if "const" in each else _kind(each) for each in key["anyOf"])
    match key["type"]:
        case "array":
            return f"list of: {_kind(key['items'])}"
        case "object":
            return "table" if "properties" in key else f"table: names with a {_kind(key['additionalProperties'])} each"
        case "boolean":
            return "`true` or `false`"
        case "integer" | "number" as kind:
            return f"{'whole ' if kind == 'integer' else ''}number, {key['minimum']} to {key['maximum']}"
        case _:
            return _SHAPES.get(key.get("pattern", ""), "text")


def _cell(text: str) -> str:
    """A sentence as a cell of a table."""
    return text.replace("|", "\\|").replace("\n", " ")


if __name__ == "__main__":
    print(render_reference(), end="")
