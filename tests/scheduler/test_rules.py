"""Which changes a rule wants told, and to whom."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.fact_rows import load_changes
from scheduler.patterns import check_pattern, finds
from scheduler.rules import DEFAULT_RULE, Rule, channels_of, matches, says
from scraper.types import ChangeKind, ItemData
from tests.scheduler.examples import ITEM, SOURCE, make_change, make_episode
from tests.support.press import PressOffice, Reader


@pytest.mark.parametrize(
    ("kind", "told"),
    [
        (ChangeKind.ADDED, True),
        (ChangeKind.EPISODE_OPENED, True),
        (ChangeKind.EPISODE_CLOSED, True),
        (ChangeKind.REVISED, False),
        (ChangeKind.WITHDRAWN, False),
        (ChangeKind.SURFACED, False),
    ],
)
def test_without_rules_new_items_and_episodes_are_told(kind: ChangeKind, told: bool) -> None:
    assert matches(DEFAULT_RULE, make_change(kind=kind)) is told


def test_a_redesign_that_was_understood_is_told_as_trouble_is_unless_a_rule_says_no() -> None:
    trouble = make_episode(ChangeKind.EPISODE_OPENED)
    assert trouble.episode is not None
    redesign = replace(trouble, episode=replace(trouble.episode, closed_at=trouble.episode.opened_at))
    assert matches(DEFAULT_RULE, redesign)
    assert not matches(Rule("r", kinds=frozenset({ChangeKind.ADDED})), redesign)
    assert not matches(Rule("r", keywords=("harbour",)), redesign)
    assert not matches(Rule("r", redesigns=False), redesign)
    assert matches(Rule("r", redesigns=False), trouble)  # one that lasts is trouble


@pytest.mark.parametrize("origin", ["adhoc", "file"])
def test_what_somebody_looks_at_by_hand_wakes_nobody_up(origin: Literal["adhoc", "file"]) -> None:
    source = replace(SOURCE, origin=origin)
    assert not matches(DEFAULT_RULE, make_change(source=source))
    assert not matches(Rule("all", sources=(source.slug,)), make_change(source=source))


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        (Rule("r", sources=("key-harbour",)), True),
        (Rule("r", sources=("harbour",)), True),
        (Rule("r", sources=("other",)), False),
        (Rule("r", sources=()), False),
        (Rule("r", tags=()), False),
        (Rule("r", tags=("sea",)), True),
        (Rule("r", tags=("land",)), False),
        (Rule("r", sources=("other",), tags=("sea",)), True),
        (Rule("r", kinds=frozenset({ChangeKind.WITHDRAWN})), False),
        (Rule("r", keywords=("pier",)), True),
        (Rule("r", keywords=("two years",)), True),
        (Rule("r", keywords=("ferry",)), False),
        (Rule("r", keywords=("ferry", "PIER")), True),
        (Rule("r", languages=("EN",)), True),
        (Rule("r", languages=("e", "de")), False),
        (Rule("r", authors=("harbour master",)), True),
        (Rule("r", authors=("mayor",)), False),
    ],
)
def test_a_rule_selects_by_source_tag_kind_and_keyword(rule: Rule, told: bool) -> None:
    change = make_change(replace(ITEM, author="The Harbour Master"), source=replace(SOURCE, language="en-GB"))
    assert matches(rule, change) is told


@pytest.mark.parametrize(
    ("pattern", "told"),
    [
        (r"pier\s+re", True),
        (r"\btwo years\b", True),
        (r"(?-i)pier", False),
        (r"^reopens", False),
        (r"(x+x+)+y|(a|aa)+$", False),
    ],
)
def test_a_pattern_is_looked_for_in_title_and_summary(pattern: str, told: bool) -> None:
    assert matches(Rule("r", patterns=(pattern,)), make_change()) is told
    assert matches(Rule("r", patterns=("no such",), keywords=("pier",)), make_change())
    assert not matches(Rule("r", patterns=(".",)), make_episode(ChangeKind.EPISODE_OPENED))


def test_no_pattern_takes_long_whatever_the_text() -> None:
    started = time.process_time()
    for pattern in (r"(a+)+$", r"(a|a)*b", r"(.*a){20}", r"(\w+\s?)*$"):
        check_pattern(pattern)
        finds(pattern, "a" * 1_000_000 + "!")
        finds(pattern, "\ud800")
    assert time.process_time() - started < 1


@pytest.mark.parametrize("pattern", ["(?=x)", r"(a)\1", "(", "((a{1,100}){1,100}){1,100}", "\ud800"])
def test_a_pattern_that_cannot_be_used_is_refused_with_the_reason(pattern: str) -> None:
    with pytest.raises(ValueError, match="pattern"):
        check_pattern(pattern)


def test_a_rule_with_keywords_tells_no_episodes() -> None:
    assert not matches(Rule("r", keywords=("harbour",)), make_episode(ChangeKind.EPISODE_OPENED))


@pytest.mark.parametrize(
    ("text", "keyword", "found"),
    [
        ("War in software", "war", True),
        ("New software", "war", False),
        ("wardens", "war", False),
        ("wardens", "war*", True),
        ("Café opens", "CAFE", True),
        ("cafe opens", "Café", True),
        ("Straße gesperrt", "STRASSE", True),
        ("İstanbul", "istanbul", True),
        ("Совещание министров", "министров", True),
        ("Совещание министров", "министр", False),
        ("Совещание министров", "министр*", True),
        ("ёлка", "елка", True),
        ("東京都で会議", "会議", True),
        ("東京都で会議", "京都", True),
        ("การประชุมนานาชาติ", "ประชุม", True),
        ("AI政策を発表", "ai", True),
        ("a “quoted phrase” here", '"quoted phrase"', True),
        ("well–known", "well-known", True),
        ("co-operation", "operation", True),
        ("full\u00a0moon", "full moon", True),
        ("anything", "", False),
        ("anything", "*", False),
        ("aaab aaa", "aaa", True),
    ],
)
def test_keywords_are_found_as_people_mean_them(text: str, keyword: str, found: bool) -> None:
    assert says(text, keyword) is found


@given(st.text(max_size=60), st.text(max_size=60))
def test_a_keyword_set_apart_by_spaces_is_always_found(before: str, after: str) -> None:
    assert says(f"{before} pier {after}", "Pier")


@given(st.text(max_size=80), st.text(max_size=20))
def test_keywords_never_raise(text: str, keyword: str) -> None:
    says(text, keyword)


def test_channels_are_the_rules_else_the_sources_else_all() -> None:
    known = ("a", "b", "c")
    own = {SOURCE.key: ("b",)}
    assert channels_of(Rule("r"), SOURCE, channels=known, of_source={}) == known
    assert channels_of(Rule("r"), SOURCE, channels=known, of_source=own) == ("b",)
    assert channels_of(Rule("r", channels=("c", "gone")), SOURCE, channels=known, of_source=own) == ("c",)


def test_an_item_without_a_summary_can_be_judged() -> None:
    assert not matches(Rule("r", keywords=("ferry",)), make_change(ItemData("Pier")))


def test_the_language_is_the_configured_one_or_else_what_the_page_declares(tmp_path: Path) -> None:
    with PressOffice(5) as site, Reader(tmp_path / "news.db", site) as reader:
        reader.check()
        site.publish()
        reader.check()
        (recorded,) = reader.listener.recorded
        conn = reader.store.conn

        def spoken() -> str | None:
            return load_changes(conn, [recorded.change_id])[recorded.change_id].source.language

        assert spoken() == "en", "the page says so: <html lang>"
        assert matches(Rule("r", languages=("en",)), load_changes(conn, [recorded.change_id])[recorded.change_id])
        conn.execute("UPDATE sources SET language = 'cy'")
        assert spoken() == "cy", "who configures it knows better"
