"""Which words changed, and which lines."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.worddiff import line_diff, word_diff

TEXTS = st.text(st.sampled_from("ab -'’é港湾.,:/12 \u202f\n"), max_size=60)
LINES = st.lists(st.text(st.characters(codec="utf-8", exclude_characters="\n"), max_size=30).filter(str.strip),
                 max_size=8)  # fmt: skip


@given(TEXTS, TEXTS)
def test_the_pieces_make_both_texts_again(old: str, new: str) -> None:
    pieces = word_diff(old, new)
    assert "".join(text for kind, text in pieces if kind != "new") == old
    assert "".join(text for kind, text in pieces if kind != "gone") == new
    assert all(kind == "same" for kind, _ in word_diff(old, old))


@given(LINES, LINES)
def test_the_lines_make_both_texts_again(old: list[str], new: list[str]) -> None:
    lines = line_diff("\n".join(old), "\n".join(new))

    def side(without: str) -> list[str]:
        joined = ["".join(text for kind, text in line if kind != without) for line in lines]
        return [line for line in joined if line.strip()]

    assert side("new") == old
    assert side("gone") == new


@pytest.mark.parametrize(
    ("old", "new", "pieces"),
    [
        ("The ferry runs on Sundays", "The ferry sails on Sundays",
         [("same", "The ferry "), ("gone", "runs"), ("new", "sails"), ("same", " on Sundays")]),
        ("old words here", "new text here", [("gone", "old words"), ("new", "new text"), ("same", " here")]),
        ("for forty places", "for forty-four places",
         [("same", "for "), ("gone", "forty"), ("new", "forty-four"), ("same", " places")]),
        ("東京港が閉鎖", "東京港が再開", [("same", "東京港が"), ("gone", "閉鎖"), ("new", "再開")]),
    ],
)  # fmt: skip
def test_only_the_words_that_changed_are_marked(old: str, new: str, pieces: list[tuple[str, str]]) -> None:
    assert list(word_diff(old, new)) == pieces


@pytest.mark.parametrize(
    ("before", "old", "new", "after"),
    [
        ("rates rise by ", "2.1", "3.4", " per cent"),
        ("rates rise by ", "2,1", "2,15", "%"),
        ("at ", "9.30", "9.45", " sharp"),
        ("from ", "14:30", "15:30", "."),
        ("on ", "02/03/2026", "12/03/2026", ""),
        ("costs €", "1,200,000", "1,300,000", ", more or less"),
        ("costs CHF ", "1'200", "1'300", ""),
        ("coûte ", "1\u202f200\u202f000,50", "1\u202f300\u202f000,50", " €"),
        ("costs ", "1 200", "1 300", " crowns"),
        ("version ", "v2.1.3", "v2.1.4", ""),
        ("in 2026", " 100", " 120", " people"),
        ("増加率は", "2.1", "3.4", "万人"),
    ],
)
def test_a_figure_is_replaced_as_a_whole(before: str, old: str, new: str, after: str) -> None:
    pieces = [piece for piece in word_diff(before + old + after, before + new + after) if piece.kind != "same"]
    assert [(kind, text.strip()) for kind, text in pieces] == [("gone", old.strip()), ("new", new.strip())]


def test_a_figure_that_ends_a_sentence_leaves_its_full_stop() -> None:
    assert word_diff("It costs 5. All pay.", "It costs 7. All pay.")[1:3] == (("gone", "5"), ("new", "7"))


def test_a_line_that_changed_is_compared_and_a_new_one_is_new() -> None:
    lines = line_diff("First.\nNobody was hurt today.\nLast.", "First.\nTwo were hurt today.\nLast.\nMore.")
    assert lines[0] == (("same", "First."),)
    assert lines[1] == (("gone", "Nobody was"), ("new", "Two were"), ("same", " hurt today."))
    assert lines[3] == (("new", "More."),)


def test_long_texts_with_a_change_in_the_middle_show_that_change() -> None:
    words = [f"word{number}" for number in range(20_000)]
    old, new = " ".join(words), " ".join([*words[:9_000], "other", *words[9_001:]])
    assert [(kind, text) for kind, text in word_diff(old, new) if kind != "same"] == [
        ("gone", "word9000"),
        ("new", "other"),
    ]


def test_texts_that_differ_everywhere_are_one_replacement() -> None:
    assert [kind for kind, _ in word_diff("a b " * 50_000, "b a " * 50_000)] == ["gone", "new", "same"]
