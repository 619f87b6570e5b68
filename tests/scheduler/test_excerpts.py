"""Of a long text that was edited the words that changed are shown."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from scheduler.excerpts import excerpt_edit

LONG = "Der Rat hat am Montag über den Ausbau der Brücke beraten. " * 16
END = "Die Kosten werden auf {} Millionen Euro geschätzt, sagte der Kämmerer. Gebaut wird ab Mai des nächsten Jahres."


def test_a_change_near_the_end_is_shown_with_the_words_around_it() -> None:
    shown = (
        "…über den Ausbau der Brücke beraten. Die Kosten werden auf {} Millionen Euro geschätzt, sagte der Kämmerer. "
        "Gebaut wird…"
    )
    edited = excerpt_edit(LONG + END.format(12), LONG + END.format(18), 500)
    assert edited == (shown.format(12), shown.format(18))


def test_changes_far_apart_are_both_shown() -> None:
    text = "{} of the harbour. " + LONG + "{} at the pier. " + LONG
    old, new = excerpt_edit(text.format("Plans", "Ships"), text.format("Maps", "Boats"), 500)
    assert old.startswith("Plans of the harbour. Der Rat")
    assert new == old.replace("Plans", "Maps").replace("Ships", "Boats")
    assert "… " in old


def test_short_texts_are_shown_whole() -> None:
    assert excerpt_edit("Pier reopens", "Pier reopens late", 100) == ("Pier reopens", "Pier reopens late")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("x" * 5_000 + "1", "x" * 5_000 + "2"),
        ("x" * 5_000, "x" * 5_000 + " y"),
        ("x" * 5_000, "x" * 4_999),
        ("", "word " * 900),
        ("漢" * 3_000 + "字" + "漢" * 1_900, "漢" * 4_900),
        ("a b " * 2_500, "b a " * 2_500),
        ("one " * 1_200 + "two", "one " * 1_200 + "three"),
    ],
)
@pytest.mark.parametrize("limit", [60, 120, 500])
def test_what_is_shown_differs_and_has_its_bounds(old: str, new: str, limit: int) -> None:
    shown = excerpt_edit(old, new, limit)
    assert shown[0] != shown[1]
    assert max(map(len, shown)) <= limit


WORDS = st.sampled_from(["pier", "ferry", "12", "18", "漢字", "x" * 400, "a,b", "–", "1 200 000"])


@settings(max_examples=150)
@given(st.lists(WORDS, max_size=200), st.lists(WORDS, max_size=5), st.lists(WORDS, max_size=5), st.integers(60, 600))
@example(["x" * 400], ["x" * 400], [], 60)
def test_any_edit_of_any_text_is_seen(text: list[str], gone: list[str], came: list[str], limit: int) -> None:
    half = len(text) // 2
    old, new = (" ".join([*text[:half], *words, *text[half:]]) for words in (gone, came))
    shown = excerpt_edit(old, new, limit)
    assert (shown[0] == shown[1]) is (old == new)
    assert max(map(len, shown)) <= limit
