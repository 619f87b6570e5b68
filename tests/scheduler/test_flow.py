"""Lines on a terminal end between words; nowhere else are they touched."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len
from rich.text import Text

from scheduler.flow import breaks, flowed_line, terminal_width

ADDRESS = "https://harbour.example/news/" + "a-long-way-" * 12


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_line_ends_between_words_and_what_follows_is_indented() -> None:
    line = "Redesigned: the long name of a source has a new layout · Ministry of Inland Waters"
    assert flowed_line(line, 40, hang=4) == (
        "Redesigned: the long name of a source\n    has a new layout · Ministry of\n    Inland Waters"
    )


def test_an_address_that_is_longer_than_a_line_stays_whole() -> None:
    assert flowed_line(f"    {ADDRESS}", 80, hang=4) == f"    {ADDRESS}"
    assert ADDRESS in flowed_line(f"it sent us on to {ADDRESS} and on", 60, hang=4)


def test_where_the_width_is_unknown_a_line_stays_one() -> None:
    assert flowed_line("word " * 100, None) == "word " * 100


@given(st.text("ab 港é\u00a0", max_size=200), st.integers(20, 60), st.integers(0, 8))
def test_no_word_is_broken_and_no_line_of_words_is_too_wide(line: str, width: int, hang: int) -> None:
    shown = flowed_line(line, width, hang)
    assert [word for word in shown.replace("\n", " ").split(" ") if word] == [word for word in line.split(" ") if word]
    if all(cell_len(word) <= width - hang for word in line.split(" ")) and len(line) - len(line.lstrip(" ")) <= hang:
        assert all(cell_len(each.rstrip(" ")) <= width for each in shown.split("\n"))


def test_breaking_keeps_styles() -> None:
    from scheduler.flow import flowed

    found = flowed(Text.assemble("plain words, then ", ("red words", "red")), 20)
    assert [found.plain[span.start : span.end] for span in found.spans if span.style == "red"] == ["red words"]


def test_a_very_long_line_is_left_to_the_terminal() -> None:
    assert breaks("word " * 2_000, 80, 0) == []


def test_a_pipe_has_no_width_unless_colours_are_wished_for(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("FORCE_COLOR", raising=False)
    monkeypatch.setenv("COLUMNS", "72")
    assert terminal_width(io.StringIO()) is None
    assert terminal_width(Terminal()) == 72
    monkeypatch.setenv("FORCE_COLOR", "1")
    assert terminal_width(io.StringIO()) == 72
    monkeypatch.setenv("COLUMNS", "wide")
    assert terminal_width(io.StringIO()) == 80
