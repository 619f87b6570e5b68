"""docs/message.v1.schema.json accepts every message that is sent, and names every field of it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from scheduler.facts import ChangeFacts, MessageFacts
from scheduler.payload import PAYLOAD_VERSION
from scheduler.render import render
from scraper.types import ChangeKind, EpisodeClass
from tests.scheduler.examples import make_change, make_episode, make_message
from tests.scheduler.test_render import CHANGES, edited

FILE = Path(__file__).parents[2] / "docs" / f"message.v{PAYLOAD_VERSION}.schema.json"
SCHEMA = json.loads(FILE.read_text(encoding="utf-8"))


def closed(schema: Any) -> Any:
    """The schema that accepts no field it does not name: what we send has to be documented."""
    if isinstance(schema, list):
        return [closed(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    inner = {name: closed(value) for name, value in schema.items()}
    return inner | ({"additionalProperties": False} if "properties" in inner else {})


VALIDATOR = Draft202012Validator(closed(SCHEMA))


def check(message: MessageFacts) -> None:
    named = replace(message, message_id="msg_" + "0" * 32)
    VALIDATOR.validate(json.loads(render(named).body))


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


def test_every_kind_of_message_fits() -> None:
    other = make_change(event_id="e2")
    check(make_message(make_change()))
    check(make_message(edited()))
    check(make_message(replace(make_change(), also=(other,))))
    check(make_message(*[make_change(event_id=f"e{n}") for n in range(40)], kind="digest", total=200))
    check(make_message(make_episode(ChangeKind.EPISODE_OPENED), make_episode(ChangeKind.EPISODE_CLOSED), kind="digest"))
    check(make_message(kind="test"))
    check(replace(make_message(kind="notice"), notice="x" * 5_000))
    defs = SCHEMA["$defs"]
    assert defs["change"]["properties"]["kind"]["enum"] == [kind.value for kind in ChangeKind]
    assert set(defs["episode"]["properties"]["class"]["enum"]) == {each.value for each in EpisodeClass}


@settings(max_examples=60)
@given(st.lists(CHANGES, min_size=1, max_size=3), st.integers(1, 20))
def test_whatever_pages_say_the_message_fits(changes: list[ChangeFacts], times: int) -> None:
    many = changes * times
    check(make_message(*many, kind="digest" if len(many) > 1 else "change"))
