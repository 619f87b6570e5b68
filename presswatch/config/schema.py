"""The JSON Schema of ``presswatch.toml`` (draft 2020-12), for editors and for people who generate the file.

It accepts everything that the parser accepts; the parser also checks what a schema cannot say: bounds of durations,
references between tables, time zones, selectors.
"""

from __future__ import annotations

from dataclasses import MISSING, fields
from typing import Any

from presswatch.config.fields import document_schema
from presswatch.config.model import ChannelConfig, RuleConfig, Settings, SourceConfig, WebSubConfig
from presswatch.config.render import ALWAYS_WRITTEN, plain_field

_DIALECT = "https://json-schema.org/draft/2020-12/schema"


def config_schema() -> dict[str, Any]:
    """The schema, with the default of each key that has one."""
    schema = document_schema()
    properties = schema["properties"]
    _add_defaults(properties["presswatch"], Settings)
    _add_defaults(properties["presswatch"]["properties"]["websub"], WebSubConfig)
    _add_defaults(properties["sources"]["items"], SourceConfig)
    _add_defaults(properties["rules"]["items"], RuleConfig)
    for channel in properties["channels"]["additionalProperties"]["oneOf"]:
        _add_defaults(channel, ChannelConfig)
    return {"$schema": _DIALECT, "title": "presswatch.toml", **schema}


def _add_defaults(
    table: dict[str, Any], model: type[Settings | WebSubConfig | SourceConfig | ChannelConfig | RuleConfig]
) -> None:
    keys = table["properties"]
    for each in fields(model):
        if each.name in keys and each.name not in ALWAYS_WRITTEN and each.default not in (MISSING, None):
            keys[each.name]["default"] = plain_field(each.name, each.default)
