"""The editor changes what it was asked to change and nothing else."""

from __future__ import annotations

import multiprocessing
import os
import threading
from pathlib import Path

import pytest
import tomlkit
from hypothesis import given
from hypothesis import strategies as st

from presswatch.config import Config, InvalidConfigError, load_config, parse_config
from presswatch.config.edit import (
    add_channel,
    add_source,
    edit_config,
    remove_channel,
    remove_source,
    update_source,
)
from presswatch.config.render import render_config
from presswatch.config.starter import STARTER, init_config
from presswatch.config.storage import locked_folder
from presswatch.wiring import telling_plan
from scheduler.rules import matches
from scraper.errors import ConfigError, NotFoundError
from tests.presswatch.config_examples import HEAD, RIGHT
from tests.scheduler.examples import make_change

FILE = """\
# desk configuration

[presswatch]
every = "1h"  # hourly

# ---- channels
[channels.phone]
type = "apprise"
url = "ntfy://ntfy.example/${env:TOPIC}"

# ---- the sea
[[sources]]
id = "tides-1"   # first
slug = "tides"
url = "https://tides.example/news"
  # checked by Ann
every = "30m" # often
[sources.headers]
Authorization = "env:TIDES"

# about winds
[[sources]]
id = "winds-1"
slug = "winds"
url = "https://winds.example/"

# ---- who hears what
[[rules]]
name = "sea"
sources = [ "tides", "winds-1" ] # both
channels = ["phone"]
"""
PAGE = {"url": "https://dykes.example/news"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "presswatch.toml"
    path.write_text(FILE, encoding="utf-8")
    return path


def test_a_source_is_added_after_its_sisters_and_nothing_else_moves(path: Path) -> None:
    source = add_source(path, {**PAGE, "id": "d1", "name": "Dyke Board", "tags": ("sea",)}, environ={})
    assert (source.id, source.slug, source.name, source.tags) == ("d1", "dyke-board", "Dyke Board", ("sea",))
    added = (
        '\n[[sources]]\nid = "d1"\nslug = "dyke-board"\nurl = "https://dykes.example/news"\n'
        'name = "Dyke Board"\ntags = ["sea"]\n'
    )
    before, after = FILE.split("\n# ---- who", 1)
    assert path.read_text(encoding="utf-8") == before + added + "\n# ---- who" + after


def test_a_made_id_and_slug_are_unique(path: Path) -> None:
    first, second = (add_source(path, {**PAGE, "name": "Tides"}, environ={}) for _ in range(2))
    assert (first.slug, second.slug) == ("tides-2", "tides-3")
    assert first.id != second.id


@pytest.mark.parametrize(
    ("url", "slug"),
    [
        ("http://192.0.2.7:8080/news", "ministry-of-ferries"),
        ("http://[2001:db8::7]/news", "ministry-of-ferries"),
        ("https://www.abc.de/news", "abc-de"),
    ],
)
def test_a_slug_is_made_from_the_host_or_from_the_title_where_that_is_a_number(path: Path, url: str, slug: str) -> None:
    added = add_source(path, {"url": url}, environ={}, title="Ministry of Ferries")
    assert (added.slug, added.name) == (slug, "Ministry of Ferries")


def test_a_given_slug_that_is_taken_is_refused_and_the_file_stays(path: Path) -> None:
    with pytest.raises(ConfigError, match="already the name"):
        add_source(path, {**PAGE, "slug": "tides"}, environ={})
    assert path.read_text(encoding="utf-8") == FILE


def test_a_source_is_removed_with_its_comments_and_from_the_rules(path: Path) -> None:
    removed = remove_source(path, "tides", environ={})
    assert removed.id == "tides-1"
    text = path.read_text(encoding="utf-8")
    for gone in ("tides", "the sea", "Ann", "Authorization", "often"):
        assert gone not in text
    for kept in ("# desk configuration", "# hourly", "# ---- channels", "# about winds", "# ---- who", "# both"):
        assert kept in text
    assert load_config(path, environ={}).rules[0].sources == ("winds-1",)


def test_the_table_of_a_site_goes_with_its_last_source(tmp_path: Path) -> None:
    sources = "".join(f'[[sources]]\nid = "{name}"\nurl = "https://{name}.example.org/"\n' for name in ("a", "b"))
    path = tmp_path / "presswatch.toml"
    path.write_text(sources + '[sites."example.org"]\nbudget = "90/d"\n', encoding="utf-8")
    remove_source(path, "a", environ={})
    assert [site.name for site in load_config(path, environ={}).sites] == ["example.org"]
    remove_source(path, "b", environ={})
    assert load_config(path, environ={}).sites == ()


def test_a_rule_whose_only_source_went_does_not_begin_to_tell_all(path: Path) -> None:
    for name in ("winds", "tides"):
        remove_source(path, name, environ={})
    config = load_config(path, environ={})
    assert config.sources == ()
    assert config.rules[0].sources == ()
    add_source(path, {"url": "https://new.example/", "slug": "new"}, environ={})
    (rule,) = [rule for rule in telling_plan(load_config(path, environ={})).rules if rule.name == "sea"]
    assert not matches(rule, make_change())


def test_keys_are_changed_where_they_stand(path: Path) -> None:
    source = update_source(path, "tides-1", environ={}, every="2h", name="Tides", tags=["sea"])
    assert (source.name, source.tags) == ("Tides", ("sea",))
    expected = FILE.replace('every = "30m" # often\n', 'every = "2h" # often\nname = "Tides"\ntags = ["sea"]\n')
    assert path.read_text(encoding="utf-8") == expected


def test_a_key_is_taken_away(path: Path) -> None:
    assert update_source(path, "tides", environ={}, every=None, headers=None, name=None).headers == ()
    expected = FILE.replace('every = "30m" # often\n[sources.headers]\nAuthorization = "env:TIDES"\n', "")
    assert path.read_text(encoding="utf-8") == expected


def test_a_table_of_a_source_is_replaced(path: Path) -> None:
    source = update_source(path, "tides", environ={}, headers={"X-Key": "env:KEY"}, recipe={"item": "li"})
    assert [name for name, _ in source.headers] == ["X-Key"]
    assert source.recipe is not None
    text = path.read_text(encoding="utf-8")
    assert "[sources.headers]" not in text
    assert "# about winds" in text
    again = update_source(path, "tides", environ={}, recipe={"item": "tr", "date": "td"})
    assert again.recipe is not None
    assert again.recipe.date == "td"


def test_a_renamed_slug_is_carried_over_to_the_rules(path: Path) -> None:
    update_source(path, "tides", environ={}, slug="ebb")
    assert load_config(path, environ={}).rules[0].sources == ("tides-1", "winds-1")
    assert '"ebb", "winds-1"' in path.read_text(encoding="utf-8")


def test_the_id_never_changes(path: Path) -> None:
    with pytest.raises(ConfigError, match="never changes"):
        update_source(path, "tides", environ={}, id="other")


def test_channels_are_added_and_removed(path: Path) -> None:
    channel = add_channel(path, "desk", {"type": "webhook", "url": "env:HOOK"}, environ={})
    assert str(channel.url) == "env:HOOK"
    with pytest.raises(ConfigError, match="exists already"):
        add_channel(path, "desk", {"type": "console"}, environ={})
    assert path.read_text(encoding="utf-8").index("[channels.desk]") < FILE.index("# ---- the sea") + 5
    remove_channel(path, "desk", environ={})
    assert path.read_text(encoding="utf-8") == FILE


def test_a_channel_in_use_is_not_removed(path: Path) -> None:
    with pytest.raises(ConfigError, match="there is no channel 'phone'"):
        remove_channel(path, "phone", environ={})
    assert path.read_text(encoding="utf-8") == FILE


def test_what_is_not_there_is_named(path: Path) -> None:
    for edit in (remove_source, update_source):
        with pytest.raises(NotFoundError, match="did you mean tides"):
            edit(path, "tide", environ={})
    with pytest.raises(NotFoundError):
        remove_channel(path, "desk", environ={})


def test_a_result_that_would_be_refused_never_replaces_the_file(path: Path) -> None:
    for changes in ({"url": "ftp://x"}, {"every": "1s"}, {"slug": "winds"}, {"nonsense": 1}):
        with pytest.raises(InvalidConfigError):
            update_source(path, "tides", environ={}, **changes)
    assert path.read_text(encoding="utf-8") == FILE
    assert [each.name for each in path.parent.iterdir()] == ["presswatch.toml"]


@pytest.mark.parametrize(("mistake", "said"), [("[presswach]\n", "did you mean presswatch"), ("[", "is not TOML")])
def test_a_file_with_a_mistake_is_explained_and_left(path: Path, mistake: str, said: str) -> None:
    path.write_text(FILE + mistake, encoding="utf-8")
    with pytest.raises(InvalidConfigError, match=said):
        add_source(path, PAGE, environ={})
    assert path.read_text(encoding="utf-8") == FILE + mistake


@pytest.mark.parametrize(
    "text",
    [
        'sources = [{id = "a", url = "https://a.example/"}]\n',
        'sources = [\n  {id = "a", url = "https://a.example/"},\n]\n[presswatch]\nevery = "1h"\n',
    ],
)
def test_a_form_that_cannot_be_edited_is_left_to_the_hand(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8")
    for edit in (
        lambda: add_source(path, PAGE, environ={}),
        lambda: remove_source(path, "a", environ={}),
        lambda: update_source(path, "a", environ={}, name="A"),
    ):
        with pytest.raises(ConfigError, match="edit it by hand"):
            edit()
        assert path.read_text(encoding="utf-8") == text


def test_dotted_and_scattered_tables_are_edited(path: Path) -> None:
    path.write_text(
        HEAD + 'recipe.item = "li"\nrecipe.date = "b"\n[channels]\nc.type = "console"\n' + HEAD.replace('"a"', '"b"'),
        encoding="utf-8",
    )
    update_source(path, "a", environ={}, recipe={"item": "p"}, paused=True)
    add_source(path, {**PAGE, "id": "c"}, environ={})
    config = load_config(path, environ={})
    assert [source.id for source in config.sources] == ["a", "b", "c"]
    assert config.sources[0].recipe is not None
    assert config.sources[0].recipe.date is None
    assert config.sources[0].paused


def test_windows_line_ends_stay(path: Path) -> None:
    path.write_bytes(FILE.replace("\n", "\r\n").encode())
    update_source(path, "winds", environ={}, name="Winds")
    content = path.read_bytes()
    assert content.count(b"\n") == content.count(b"\r\n") == FILE.count("\n") + 1


def test_the_mode_stays_and_links_are_followed(path: Path, tmp_path: Path) -> None:
    path.chmod(0o640)
    folder = tmp_path / "etc"
    folder.mkdir()
    link = folder / "presswatch.toml"
    link.symlink_to(path)
    add_source(link, PAGE, environ={})
    assert link.is_symlink()
    assert path.stat().st_mode & 0o777 == 0o640
    assert "dykes" in path.read_text(encoding="utf-8")
    assert [each.name for each in folder.iterdir()] == ["presswatch.toml"]


def test_an_edit_that_changes_nothing_writes_nothing(path: Path) -> None:
    before = path.stat()
    edit_config(path, lambda _present, _document: None, environ={})
    assert path.stat().st_ino == before.st_ino
    assert path.stat().st_mtime_ns == before.st_mtime_ns


def test_the_starter_is_valid_private_and_never_overwrites(tmp_path: Path) -> None:
    path = tmp_path / "new" / "presswatch.toml"
    init_config(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert [channel.name for channel in load_config(path, environ={}).channels] == ["console"]
    with pytest.raises(ConfigError, match="exists already"):
        init_config(path)
    add_source(path, PAGE, environ={})
    text = path.read_text(encoding="utf-8")
    assert text.startswith(STARTER.rstrip("\n"))
    assert [each.name for each in path.parent.iterdir()] == ["presswatch.toml"]


def test_everything_that_the_starter_suggests_is_valid() -> None:
    lines = [line.removeprefix("# ") for line in STARTER.splitlines() if line.startswith("# ")]
    assignments = [line for line in lines if line.startswith("[") or " = " in line]
    text = "\n".join(assignments).replace('contact = "you', '[presswatch]\ncontact = "you', 1)
    config = parse_config(text, path=Path("x.toml"), environ={})
    assert {channel.name for channel in config.channels} == {"phone", "hook"}
    assert config.rules[0].name == "energy"
    assert config.sources[0].slug == "energy"


def test_an_editor_that_holds_the_lock_too_long_is_a_sentence(tmp_path: Path) -> None:
    with (
        locked_folder(tmp_path),
        pytest.raises(ConfigError, match="another program is editing"),
        locked_folder(tmp_path, seconds=0.05),
    ):
        pass


def _add_many(path: Path, worker: int, count: int) -> None:
    for number in range(count):
        add_source(path, {"id": f"w{worker}-{number}", "url": "https://dykes.example/"}, environ={})


def test_edits_of_concurrent_processes_are_all_kept(path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    workers = [context.Process(target=_add_many, args=(path, worker, 8)) for worker in range(3)]
    for process in workers:
        process.start()
    stop = threading.Event()
    seen: list[int] = []

    def read_on() -> None:
        while not stop.is_set():
            seen.append(len(load_config(path, environ={}).sources))  # never a file in the middle of a change

    reader = threading.Thread(target=read_on)
    reader.start()
    for process in workers:
        process.join(60)
    stop.set()
    reader.join()
    assert [process.exitcode for process in workers] == [0, 0, 0]
    config = load_config(path, environ={})
    assert {source.id for source in config.sources} == {"tides-1", "winds-1"} | {
        f"w{worker}-{number}" for worker in range(3) for number in range(8)
    }
    assert len({source.slug for source in config.sources}) == len(config.sources)
    assert seen == sorted(seen)


def test_a_folder_that_cannot_be_written_leaves_the_file(path: Path) -> None:
    if os.geteuid() == 0:
        pytest.skip("root may write anywhere")
    path.parent.chmod(0o500)
    try:
        with pytest.raises(ConfigError, match="cannot be written"):
            add_source(path, PAGE, environ={})
    finally:
        path.parent.chmod(0o700)
    assert path.read_text(encoding="utf-8") == FILE


LABELS = st.from_regex(r"[a-zäж][a-zäж0-9._-]{0,6}", fullmatch=True)
LINES = st.text(st.characters(exclude_categories=("C", "Z")), min_size=1, max_size=12)
DURATIONS = st.sampled_from(["5m", "30m", "1h30m", "1d", "2w", "366d"])
SOURCES = st.fixed_dictionaries(
    {"url": st.sampled_from(["https://a.example/", "http://b.example:81/x?y=%20#z"])},
    optional={
        "name": LINES,
        "tags": st.lists(LABELS, min_size=1, max_size=3),
        "every": DURATIONS,
        "headers": st.dictionaries(st.sampled_from(["X-A", "Cookie"]), LINES, min_size=1),
        "language": st.sampled_from(["en", "pt-BR"]),
        "timezone": st.just("Asia/Tokyo"),
        "paused": st.just(True),
        "recipe": st.fixed_dictionaries({"item": st.just("li > a")}, optional={"date": st.just("time@datetime")}),
    },
)


def _parsed(text: str) -> Config:
    return parse_config(text, path=Path("/etc/presswatch.toml"), environ={})


@given(st.dictionaries(st.from_regex(r"[a-z][a-z0-9]{0,5}", fullmatch=True), SOURCES, max_size=4))
def test_what_is_rendered_reads_back(sources: dict[str, dict[str, object]]) -> None:
    config = _parsed(tomlkit.dumps({"sources": [{"id": name, **content} for name, content in sources.items()]}))
    assert _parsed(render_config(config)) == config


@pytest.mark.parametrize("name", RIGHT)
def test_every_right_example_reads_back(name: str) -> None:
    config = _parsed(RIGHT[name])
    assert _parsed(render_config(config)) == config


def test_a_shown_configuration_holds_no_secret() -> None:
    text = HEAD + 'headers = {Cookie = "hunter2"}\n[channels.c]\ntype = "apprise"\nurl = "tgram://hunter2/1"\n'
    assert "hunter2" not in render_config(_parsed(text), show=str)


@given(SOURCES, st.integers(0, 2))
def test_adding_and_removing_a_source_leaves_the_text(source: dict[str, object], place: int) -> None:
    from presswatch.config.document import Document

    text = FILE + HEAD * place
    document = Document(text)
    document.add_member("sources", {"id": "new", **source})
    added = document.finish(Path("x.toml"))
    again = Document(added)
    again.remove_member("sources", 3 if not place else 3 + place)
    assert again.finish(Path("x.toml")) == text
