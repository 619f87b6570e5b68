"""Two texts that say the same, however they are shown; and those that do not."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.wording import bears_mark, is_misread, mark_between, says_same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bridge opens, 123 views", "Bridge opens, 1,024 views"),
        ("Bridge opens · 5 comments", "Bridge opens · 17 comments"),
        ("Bridge opens", "Bridge opens 1 comment"),
        ("Bridge opens (Kommentare: 12)", "Bridge opens (Kommentare: 13)"),
        ("Bridge opens [3]", "Bridge opens [12]"),
        ("Bridge opens in 1913 (3 views): more to come", "Bridge opens in 1913: more to come"),
        ("Мост открыт. 15 просмотров", "Мост открыт. 1 238 просмотров"),
        ("大桥开放 阅读 123", "大桥开放 阅读 4567"),
        ("다리 개통 조회 15", "다리 개통 조회 16"),
        ("3 hours ago: bridge opens", "5 hours ago: bridge opens"),
        ("Vor 3 Stunden. Brücke offen", "Vor 12 Stunden. Brücke offen"),
        ("Größe zählt für alle", "GrÃ¶ÃŸe zÃ¤hlt fÃ¼r alle"),
        ("Größe zählt für alle", "Gr��e z�hlt f�r alle"),
        ("Мост открыт", "РњРѕСЃС‚ РѕС‚РєСЂС‹С‚"),
        ("The  “Bridge”", 'the "bridge"'),
    ],
)
def test_counters_spelling_and_encoding_say_nothing_else(one: str, other: str) -> None:
    assert says_same(one, other)
    assert says_same(other, one)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Draught limited to 1.90 metres", "Draught limited to 1.80 metres"),
        ("Passes by 12 votes", "Passes by 13 votes"),
        ("3 members leave", "4 members leave"),
        ("Bridge opens?", "Bridge opens"),
        ("Bulletin 412", "Bulletin 413"),
        ("Müller goes", "Möller goes"),
        ("Закон", "Распоряжение"),
        ("", "Bridge"),
    ],
)
def test_numbers_and_letters_that_mean_something_are_kept(one: str, other: str) -> None:
    assert not says_same(one, other)
    assert not says_same(other, one)


_TEXTS = st.text("aé1ж ü(�)vws.", max_size=30)


@given(_TEXTS, _TEXTS)
def test_what_is_said_has_no_order(one: str, other: str) -> None:
    assert says_same(one, one)
    assert says_same(one, other) == says_same(other, one)
    assert not is_misread(one, one)


@pytest.mark.parametrize(
    ("one", "other", "mark"),
    [
        ("Storm warning for the coast NEW!", "Storm warning for the coast", "new"),
        ("Storm warning for the coast", "Video: Storm warning for the coast", "video"),
        ("+++ Storm warning", "Storm warning", None),
        ("Storm", "Stormy", None),
        ("Storm warning", "Storm warning lifted on the northern coast", None),
        ("Storm warning", "Fog warning", None),
    ],
)
def test_a_mark_is_a_word_or_two_at_either_end(one: str, other: str, mark: str | None) -> None:
    assert mark_between(one, other) == mark
    if mark:
        assert bears_mark(max(one, other, key=len), mark)
        assert not bears_mark(min(one, other, key=len), mark)


def test_a_letter_is_no_mark() -> None:
    assert not bears_mark("Renew", "new")
    assert not bears_mark("new", "new")


@pytest.mark.parametrize("text", ["1" * 5_000, "1 " * 2_500, "(" * 5_000, "1 view" * 800, "é" * 5_000])
def test_hostile_text_costs_little(text: str) -> None:
    started = time.process_time()
    says_same(text, text + "x")
    assert time.process_time() - started < 1
