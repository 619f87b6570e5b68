"""The configuration file is understood, or every mistake in it is explained."""

from __future__ import annotations

import tomllib
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import jsonschema
import pytest
import tomlkit
from hypothesis import given, settings
from hypothesis import strategies as st

from presswatch.config import Config, InvalidConfigError, RuleConfig, load_config, parse_config
from presswatch.config.consistency import find_doubts
from presswatch.config.render import render_config
from presswatch.config.schema import config_schema
from presswatch.secrets import Secret
from presswatch.wiring import cadence_options, telling_plan
from scheduler.cadence import CadenceOptions
from scheduler.facts import SourceFacts
from scheduler.rules import channels_of
from scraper.errors import ConfigError, NotFoundError
from scraper.types import ChangeKind, Recipe
from tests.presswatch.config_examples import BEYOND_THE_SCHEMA, HEAD, RIGHT, WRONG

PATH = Path("/etc/presswatch.toml")
VALIDATOR = jsonschema.Draft202012Validator(config_schema())


def parse(text: str, **environ: str) -> Config:
    return parse_config(text, path=PATH, environ=environ)


def mistakes(text: str) -> InvalidConfigError:
    with pytest.raises(InvalidConfigError) as caught:
        parse(text)
    return caught.value


@pytest.mark.parametrize("name", RIGHT)
def test_what_is_right_is_accepted_by_parser_and_schema(name: str) -> None:
    parse(RIGHT[name])
    VALIDATOR.validate(tomllib.loads(RIGHT[name]))


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_by_parser_and_schema(name: str) -> None:
    text, said = WRONG[name]
    error = mistakes(text)
    assert said in str(error)
    assert len(error.problems) == 1
    assert error.problems[0].line is not None
    assert not VALIDATOR.is_valid(tomllib.loads(text))


@pytest.mark.parametrize("name", BEYOND_THE_SCHEMA)
def test_the_parser_sees_what_a_schema_cannot_say(name: str) -> None:
    text, said = BEYOND_THE_SCHEMA[name]
    error = mistakes(text)
    assert said in str(error)
    assert len(error.problems) == 1
    VALIDATOR.validate(tomllib.loads(text))


def test_mistakes_of_every_kind_are_told_at_once() -> None:
    error = mistakes(
        HEAD + 'channels = ["fax"]\nrecipe = {item = "li["}\n[[rules]]\nname = "r"\nchannels = ["fone"]\n'
        'sources = ["nosuch", 3]\n[channels.phone]\ntype = "console"\nurl = "x"\n'
    )
    assert {each.key for each in error.problems} >= {
        "sources[1].recipe.item", "sources[1].channels", "rules[1].channels", "rules[1].sources", "rules[1].sources[2]",
        "channels.phone.url",
    }  # fmt: skip
    assert "did you mean phone?" in str(error)


def test_a_key_that_is_set_twice_is_named() -> None:
    assert str(mistakes('[presswatch]\nbudget = 3\nbudget = 4\n')).endswith("line 3: budget is set twice in its table; "
                                                                             "keep one of them")  # fmt: skip


def test_a_rule_for_a_tag_that_no_source_has_is_doubted() -> None:
    config = parse(HEAD + 'tags = ["sea"]\n[[rules]]\nname = "r"\ntags = ["sea", "seas"]\n')
    assert [str(each) for each in find_doubts(config)] == [
        "rules[1].tags: no source has the tag 'seas'; did you mean sea?"
    ]


def test_a_rule_for_no_source_is_doubted() -> None:
    config = parse(HEAD + '[[rules]]\nname = "r"\nsources = []\n')
    assert [str(each) for each in find_doubts(config)] == [
        "rules[1].sources: the rule 'r' names no source, and tells nothing"
    ]


def test_the_schema_is_a_schema_and_describes_every_key() -> None:
    schema = config_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    assert schema["properties"]["presswatch"]["properties"]["every"]["default"] == "auto"
    assert schema["properties"]["presswatch"]["properties"]["burst"]["default"] == 10
    for table in ("presswatch", "sources", "rules"):
        content = schema["properties"][table]
        for name, key in content.get("items", content)["properties"].items():
            assert key["description"].endswith((".", ":")), name


def test_a_source_is_read_whole() -> None:
    config = parse(RIGHT["whole source"])
    source = config.source("tides")
    assert source.id == "a"
    assert source.url == "https://tides.example/news"
    assert source.name == "Ministry of Tides"
    assert source.tags == ("water", "Приливы")
    assert source.every == timedelta(days=1)
    assert source.headers == (("Authorization", Secret("env:TOKEN")),)
    assert source.paused
    assert source.recipe == Recipe(
        origin="hand",
        item="li.news",
        link="a@href",
        date_order="DMY",
        language="pt-BR",
        timezone="America/Sao_Paulo",
    )


def test_what_is_not_written_is_what_the_cadence_does_by_itself() -> None:
    options, alone = cadence_options(parse(HEAD)), CadenceOptions()
    assert replace(options, zone=alone.zone) == alone


def test_defaults_hold_for_what_is_not_written() -> None:
    config = parse(HEAD)
    (source,) = config.sources
    assert (source.slug, source.name, source.channels, source.recipe) == ("a", "a", None, None)
    assert config.interval(source) is None
    assert config.settings.burst == 10
    assert config.settings.language == "en"
    assert config.settings.timezone is None


def test_the_environment_gives_language_and_zone_where_the_file_does_not() -> None:
    settings = parse("", LANG="pt_BR.UTF-8", TZ=":Europe/Berlin").settings
    assert (settings.language, settings.timezone) == ("pt-BR", "Europe/Berlin")
    written = parse('[presswatch]\nlanguage = "de"\ntimezone = "UTC"\n', LC_ALL="fr_FR", TZ="Asia/Tokyo").settings
    assert (written.language, written.timezone) == ("de", "UTC")
    for nonsense in ("C", "POSIX", "C.UTF-8", "/../..", ""):
        settings = parse("", LC_ALL=nonsense, TZ="EST5EDT,M3.2.0,M11.1.0" if nonsense else nonsense).settings
        assert (settings.language, settings.timezone) == ("en", None)


def test_paths_are_meant_from_the_folder_of_the_file() -> None:
    text = RIGHT["file"]
    assert parse(text).channel("log").path == Path("/etc/messages.jsonl")
    at_home = text.replace("messages", "~/messages")
    assert parse(at_home, HOME="/home/me").channel("log").path == Path("/home/me/messages.jsonl")
    assert parse(text.replace("messages", "/var/m")).channel("log").path == Path("/var/m.jsonl")


def test_a_source_may_be_looked_at_every_second_where_its_address_is_opened() -> None:
    text = HEAD.replace("https://tides.example", "http://127.0.0.1:8000") + 'every = "1s"\n'
    config = parse_config(text, path=PATH, environ={}, is_opened=lambda url: url.startswith("http://127.0.0.1:8000/"))
    assert config.interval(config.sources[0]) == timedelta(seconds=1)
    assert "sources[1].every" in str(mistakes(text))
    with pytest.raises(InvalidConfigError, match="from 1s"):
        parse_config(text.replace("1s", "999ms"), path=PATH, environ={}, is_opened=lambda _: True)


def test_all_mistakes_are_told_at_once_in_the_order_of_the_file() -> None:
    text = '# mine\n[presswatch]\nevry = "1h"\n\n[[sources]]\nid = "a"\nurl = "x"\ntags = [\n  "ok",\n  "not ok",\n]\n'
    error = mistakes(text + '\n[[sources]]\nslug = "b"\n[sources.recipe]\nitem = 3\n')
    assert [(each.line, each.key) for each in error.problems] == [
        (3, "presswatch.evry"),
        (7, "sources[1].url"),
        (8, "sources[1].tags[2]"),
        (13, "sources[2].id"),
        (13, "sources[2].url"),
        (16, "sources[2].recipe.item"),
    ]
    assert str(error).startswith("/etc/presswatch.toml: 6 mistakes\n  line 3: presswatch.evry: ")


def test_one_mistake_is_one_line() -> None:
    error = mistakes('[presswatch]\nevry = "1h"\n')
    assert str(error) == "/etc/presswatch.toml: line 2: presswatch.evry: is no known key; did you mean every?"
    assert (error.path, error.key) == (PATH, "presswatch.evry")


@pytest.mark.parametrize(
    "text", ["a = ", "[presswatch]\n[presswatch]\n", 'x = "\x00"', "a = " + "[" * 100_000, "a = " + "9" * 5000]
)
def test_what_is_not_toml_is_a_sentence(text: str) -> None:
    error = mistakes(text)
    assert "\n" not in str(error)
    assert len(str(error)) < 300


def test_bottomless_keys_are_an_ordinary_mistake() -> None:
    assert "is no known key" in str(mistakes(".".join("a" * 5000) + " = 1\n"))
    assert "is no known key" in str(mistakes("[presswatch." + ".".join("a" * 5000) + "]\n"))


def test_thousands_of_mistakes_are_a_bounded_message() -> None:
    error = mistakes("[presswatch]\n" + "".join(f"k{number} = 1\n" for number in range(2000)))
    assert len(error.problems) == 2000
    assert str(error).count("\n") == 51
    assert "and 1950 more" in str(error)


NAMES = st.sampled_from(
    "presswatch sources channels rules id url slug name tags every headers recipe item hook type kinds rate".split()
)
VALUES = st.recursive(
    st.integers(-9, 10**20)
    | st.booleans()
    | st.floats(allow_nan=False)
    | st.text(max_size=6)
    | st.datetimes()
    | st.sampled_from(["a", "30m", "https://a.example/", "console", "webhook", "apprise", "file", "added", "env:X"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES | st.text(max_size=3), inner, max_size=5),
    max_leaves=12,
)


@settings(max_examples=300)
@given(st.dictionaries(NAMES, VALUES | st.lists(st.dictionaries(NAMES, VALUES, max_size=4), max_size=3), max_size=4))
def test_any_toml_is_a_configuration_or_a_list_of_mistakes(content: dict[str, object]) -> None:
    text = tomlkit.dumps(content)
    try:
        config = parse(text)
    except InvalidConfigError:
        return
    VALIDATOR.validate(tomllib.loads(text))
    assert parse(render_config(config)) == config


@given(st.text(max_size=60))
def test_any_text_is_a_configuration_or_a_list_of_mistakes(text: str) -> None:
    with suppress(InvalidConfigError):
        parse(text)


def test_secrets_in_refused_values_are_not_repeated() -> None:
    for text in (
        '[channels.h]\ntype = "webhook"\nurl = "https://a.example"\nsecret = "hunter2"\n',
        '[[sources]]\nid = "a"\nurl = "https://me:hunter2@a.example/"\n',
        '[channels.h]\ntype = "apprise"\nurl = "hunter2"\n',
        '[channels.h]\ntype = "webhook"\nurl = "https://me:hunter2@a.example"\n',
    ):
        assert "hunter2" not in str(mistakes(text))


def targets(config: Config) -> list[tuple[str, ...]]:
    """The channels to which each rule sends the changes of the first source."""
    plan, first = telling_plan(config), config.sources[0]
    source = SourceFacts(key=first.id, slug=first.slug, name=first.slug, url=first.url)
    return [channels_of(rule, source, channels=plan.channels, of_source=plan.of_source) for rule in plan.rules]


def test_without_rules_one_rule_tells_all() -> None:
    config = parse(HEAD + '[channels.c]\ntype = "console"\n[channels.d]\ntype = "console"\n')
    (rule,) = config.rules
    assert rule == RuleConfig("default", implied=True)
    assert rule.kinds == (ChangeKind.ADDED, ChangeKind.EPISODE_OPENED, ChangeKind.EPISODE_CLOSED)
    assert targets(config) == [("c", "d")]


def test_a_source_with_channels_is_told_to_them_only() -> None:
    config = parse(HEAD + 'channels = ["d"]\n[channels.c]\ntype = "console"\n[channels.d]\ntype = "console"\n')
    assert targets(config) == [("d",)]


def test_channels_named_for_a_source_never_stay_silent_beside_rules() -> None:
    text = HEAD + 'channels = ["d"]\n[channels.c]\ntype = "console"\n[channels.d]\ntype = "console"\n'
    directed = parse(text + '[[rules]]\nname = "r"\nchannels = ["c"]\n')
    assert [rule.name for rule in directed.rules] == ["r", "source:a"]
    assert targets(directed) == [("c",), ("d",)]
    covered = parse(text + '[[rules]]\nname = "r"\nkinds = ["withdrawn"]\n')
    assert [rule.name for rule in covered.rules] == ["r"]


def test_rules_select_by_name_or_tag() -> None:
    text = HEAD + 'slug = "tides"\n' + HEAD.replace('"a"', '"b"') + 'tags = ["x"]\n' + HEAD.replace('"a"', '"c"')
    config = parse(text + '[[rules]]\nname = "r"\nsources = ["tides"]\ntags = ["x"]\n')
    assert config.rules[0].sources == ("a",)
    assert [source.id for source in config.sources if config.rules[0].selects(source)] == ["a", "b"]
    assert not any(replace(config.rules[0], sources=(), tags=None).selects(source) for source in config.sources)


def test_commands_select_sources_by_slug_id_and_tag() -> None:
    text = HEAD + 'slug = "tides"\n' + HEAD.replace('"a"', '"b"') + 'tags = ["x"]\n'
    config = parse(text)
    assert [source.id for source in config.select([])] == ["a", "b"]
    assert [source.id for source in config.select(["@x", "tides"])] == ["a", "b"]
    assert [source.id for source in config.select(["a"])] == ["a"]
    with pytest.raises(NotFoundError, match="did you mean tides"):
        config.select(["tide"])
    with pytest.raises(NotFoundError, match="no tag named 'y'"):
        config.select(["@y"])


def test_a_missing_file_names_the_command_that_writes_one(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="presswatch init"):
        load_config(tmp_path / "presswatch.toml", environ={})


def test_a_file_in_another_encoding_names_the_line(tmp_path: Path) -> None:
    path = tmp_path / "presswatch.toml"
    path.write_bytes(b"# ok\n# caf\xe9\n")
    with pytest.raises(ConfigError, match="line 2: is not UTF-8"):
        load_config(path, environ={})
    path.write_bytes(b"\xef\xbb\xbf[presswatch]\r\nburst = 3\r\n")
    assert load_config(path, environ={}).settings.burst == 3


def test_a_folder_in_place_of_the_file_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path, environ={})
