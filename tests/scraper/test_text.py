from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.text import clean_text, count_units, first_sentence, fold_text


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("  two \t\r\n lines ", "two lines"),
        ("10\u00a0000 people", "10\u00a0000 people"),
        ("padded\u00a0 \u00a0out", "padded out"),
        ("\u00a0trimmed\u00a0", "trimmed"),
        ("zero\u200bwidth\ufeff", "zerowidth"),
        ("soft\u00adhyphen", "softhyphen"),
        ("evil\x1b[31m\x07 \u202egnp.exe", "evil[31m gnp.exe"),
        ("e\u0301te\u0301", "été"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("“Quoted” – it’s", "“Quoted” – it’s"),
        ("lone \ud800 surrogate", "lone surrogate"),
    ],
)
def test_clean_text_keeps_what_the_publisher_wrote(raw: str, clean: str) -> None:
    assert clean_text(raw) == clean


@given(st.text())
def test_a_plain_text_is_cleaned_as_one_that_needs_care(text: str) -> None:
    assert clean_text(text) == clean_text(f"\t{text}\n")


@given(st.text())
def test_clean_text_and_fold_text_are_idempotent_and_storable(text: str) -> None:
    clean, folded = clean_text(text), fold_text(text)
    assert clean_text(clean) == clean
    assert fold_text(folded) == folded
    clean.encode("utf-8")
    assert not set(clean) & set("\n\r\t\x00\x1b\u202e")


def test_folding_unites_quotes_dashes_spaces_and_case() -> None:
    assert fold_text("“Straße” — it’s\u00a0OPEN") == fold_text('"STRASSE" - it\'s open')
    assert fold_text("ＦＵＬＬ　ｗｉｄｔｈ") == "full width"


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("The bridge opens. Traffic follows.", "The bridge opens."),
        ("Gen. A. B. Brown met Dr. Low in St. Moor. They talked.", "Gen. A. B. Brown met Dr. Low in St. Moor."),
        ("Am 3. Mai beginnt die Messe. Sie endet am 9. Mai.", "Am 3. Mai beginnt die Messe."),
        ("Prices rose 3.5 percent in 2024. The bank waits.", "Prices rose 3.5 percent in 2024."),
        ("“We are ready,” he said. “Go!”", "“We are ready,” he said."),
        ("她说明天开会。大家同意了。", "她说明天开会。大家同意了。"),
        ("委员会昨天在首都召开会议讨论预算。大家同意了。", "委员会昨天在首都召开会议讨论预算。"),
        ("मंत्री ने नई योजना की घोषणा की। बैठक कल होगी।", "मंत्री ने नई योजना की घोषणा की।"),
        ("هل تبدأ المحادثات غدا؟ قال الوزير نعم.", "هل تبدأ المحادثات غدا؟"),
        ("no end at all", "no end at all"),
        ("", ""),
    ],
)
def test_first_sentence_ends_where_the_sentence_does(text: str, title: str) -> None:
    assert first_sentence(text) == title


def test_a_long_sentence_is_cut_at_a_word() -> None:
    text = "The ministers, " + "discussing " * 40 + "agreed."
    title = first_sentence(text, limit=100)
    assert len(title) <= 100
    assert title.endswith("discussing…")


@given(st.text(), st.integers(1, 300))
def test_first_sentence_is_bounded_and_starts_the_text(text: str, limit: int) -> None:
    title = first_sentence(text, limit)
    assert len(title) <= max(limit, 2)
    assert clean_text(text).startswith(title.removesuffix("…"))


def test_words_are_counted_by_script() -> None:
    assert count_units("five words are in here") == 5
    assert count_units("— 24 | ") == 1
    assert count_units("外交部发言人回答提问") == 5
    assert 8 <= count_units("กระทรวงประกาศมาตรการ") <= 12
    assert count_units("मंत्री ने नई योजना") == 4
    assert count_units("") == 0
