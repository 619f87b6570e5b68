"""The page of all keys, and the configuration shown with its defaults."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import jsonschema

from presswatch.config import parse_config
from presswatch.config.channel_fields import CHANNEL_TABLES
from presswatch.config.fields import AUTH, POST, RECIPE, RULE, SETTINGS, SITE, SOURCE, WEBSUB
from presswatch.config.reference import render_reference
from presswatch.config.render import render_config
from presswatch.config.schema import config_schema
from tests.presswatch.config_examples import RIGHT

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "configuration.md"
TABLES = {
    "[presswatch]": SETTINGS, "[presswatch.websub]": WEBSUB, "[[sources]]": SOURCE, "[sources.auth]": AUTH,
    "[sources.post]": POST, "[sources.recipe]": RECIPE, '[sites."example.org"]': SITE, "[[rules]]": RULE,
}  # fmt: skip


def rows(section: str) -> dict[str, list[str]]:
    """Key: what it is, default, meaning."""
    found = re.findall(r"^\| `(\w+)` \| (.*?) \| (.*?) \| (.*) \|$", section, re.MULTILINE)
    return {key: list(rest) for key, *rest in found}


def test_the_page_is_fresh() -> None:
    page = PAGE.read_text(encoding="utf-8")
    assert page == render_reference(), "run: python -m presswatch.config.reference > docs/configuration.md"


def test_every_key_of_every_table_is_there_with_its_meaning() -> None:
    sections = {part.partition("\n")[0]: part for part in re.split(r"^##+ ", render_reference(), flags=re.MULTILINE)}
    for heading, table in TABLES.items():
        assert {key: row[-1] for key, row in rows(sections[heading]).items()} == {
            name: key.doc for name, key in table.keys.items()
        }
    common = rows(sections["for every type"])
    for kind, table in CHANNEL_TABLES.items():
        own = rows(sections[f'type = "{kind}"'])
        assert {*own, *common, "type"} == set(table.keys)


def test_a_default_on_the_page_is_what_holds_where_nothing_is_written() -> None:
    found = rows(render_reference().partition("## [presswatch.websub]")[0])
    said = {key: json.loads(row[1].strip("`")) for key, row in found.items() if row[1]}
    written = "[presswatch]\n" + "".join(f"{key} = {json.dumps(value)}\n" for key, value in said.items())
    assert {"every": "auto", "budget": 48, "timeout": "30s"}.items() <= said.items()
    assert parse_config(written, path=PAGE, environ={}) == parse_config("", path=PAGE, environ={})


def test_a_default_of_the_schema_would_be_accepted_by_it() -> None:
    def check(schema: dict[str, object]) -> int:
        count = 0
        if "default" in schema and schema["default"] != []:
            jsonschema.validate(schema["default"], schema)
            count += 1
        inner = [value for value in schema.values() if isinstance(value, dict)]
        lists = [each for value in schema.values() if isinstance(value, list) for each in value]
        return count + sum(check(each) for each in [*inner, *(one for one in lists if isinstance(one, dict))])

    assert check(config_schema()) > 30


def test_shown_with_its_defaults_a_configuration_says_the_same_and_names_more_keys() -> None:
    for text in RIGHT.values():
        config = parse_config(text, path=PAGE, environ={})
        whole = render_config(config, whole=True)
        assert parse_config(whole, path=PAGE, environ={}) == config
        assert tomllib.loads(whole)["presswatch"]["retry_max"]
    shown = tomllib.loads(render_config(parse_config(RIGHT["smallest source"], path=PAGE, environ={}), whole=True))
    assert shown["sources"][0]["paused"] is False
