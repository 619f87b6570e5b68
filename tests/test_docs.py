"""What the documents say holds: links lead somewhere, commands exist, the configuration is valid."""

from __future__ import annotations

import json
import logging
import re
import tomllib
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
import pytest

from presswatch.cli.talk import structured_line
from presswatch.config.fields import SETTINGS
from presswatch.config.parse import find_mistakes
from tests.support.commands import take_apart

ROOT = Path(__file__).resolve().parents[1]
PAGES = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
COMMAND = re.compile(r"^\$ (?:sudo (?:-u \w+ )?)?(?:[A-Z_]+=\S+ )*(?:\S*/bin/)?(presswatch .*)$", re.MULTILINE)
COMPOSED = re.compile(r"^\$ docker compose exec \w+ (presswatch .*)$", re.MULTILINE)
MADE = ("cli.md", "schema.md")


def _blocks(page: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", page.read_text("utf-8"), re.DOTALL)


LINES = [
    (page.name, line.partition("  #")[0].strip())
    for page in PAGES
    if page.name not in MADE
    for block in _blocks(page, "console")
    for pattern in (COMMAND, COMPOSED)
    for line in pattern.findall(block.replace("\\\n", " "))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_to_a_file(page: Path) -> None:
    text = re.sub(r"```.*?```|`[^`\n]*`", "", page.read_text("utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)\s]+)\)", text):
        if not re.match(r"[a-z]+:|#", target):
            assert (page.parent / target.partition("#")[0]).exists(), target


def test_every_page_is_found_from_the_readme() -> None:
    readme = PAGES[0].read_text("utf-8")
    assert [page.name for page in PAGES[1:] if f"(docs/{page.name})" not in readme] == []


@pytest.mark.parametrize(("page", "line"), LINES)
def test_every_command_that_a_page_shows_exists_with_its_options(
    page: str, line: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with suppress(click.exceptions.Exit):  # --version
        take_apart(line, tmp_path)


def test_the_quick_start_and_the_operations_show_commands() -> None:
    pages = [page for page, _ in LINES]
    assert pages.count("quickstart.md") >= 5
    assert pages.count("operations.md") >= 5
    assert pages.count("upgrading.md") >= 4


CONFIGURATIONS = [(page.name, tomllib.loads(block)) for page in PAGES for block in _blocks(page, "toml")]


def _completed(shown: dict[str, Any]) -> dict[str, Any]:
    """With what a page leaves out, as another of its examples has it: ids, addresses, channels that rules name."""
    sources = [
        {"id": f"stub-{n}", "url": f"https://example.org/{n}"} | source
        for n, source in enumerate(shown.get("sources", []))
    ]
    named = {name for rule in shown.get("rules", []) for name in rule.get("channels", [])}
    channels = {name: {"type": "console"} for name in named} | shown.get("channels", {})
    return shown | {"sources": sources, "channels": channels}


@pytest.mark.parametrize(("page", "shown"), CONFIGURATIONS)
def test_every_configuration_that_a_page_shows_is_accepted(page: str, shown: dict[str, Any]) -> None:
    assert find_mistakes(_completed(shown), path=ROOT / "presswatch.toml", environ={}) == (), page


def test_pages_show_configurations() -> None:
    assert {"README.md", "alerts.md", "recipes.md"} <= {page for page, _ in CONFIGURATIONS}


def test_the_line_of_the_log_that_is_shown_has_the_fields_of_one() -> None:
    [block] = _blocks(ROOT / "docs" / "operations.md", "json")
    record = logging.makeLogRecord({"name": "x", "msg": "y"})
    assert set(json.loads(structured_line(record))) < set(json.loads(block))


def test_settings_that_pages_name_exist() -> None:
    text = (ROOT / "docs" / "operations.md").read_text("utf-8")
    for name in ("heartbeat", "heartbeat_every", "keep_evidence", "contact"):
        assert f"`{name}" in text
        assert name in SETTINGS.keys


def test_the_comparison_says_what_the_gate_lets_pass() -> None:
    floors = json.loads((ROOT / "bench" / "floors.json").read_text("utf-8"))
    least, most = floors["at_least"], floors["at_most"]
    row = (
        f"| presswatch, the least its gate lets pass | {least['macro_f1']} | {least['title_acc_macro']} % "
        f"| {least['date_acc_macro']} % | {most['neg_ge3_fp']:.0f} % | – |"
    )
    assert row in (ROOT / "docs" / "comparison.md").read_text("utf-8").splitlines()
