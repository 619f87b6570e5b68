"""Paths in JSON: what they find, what they refuse, and that any text and any document is safe."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.json_path import MOST_STEPS, find_all, is_json_path, parse_path, read_text

DOCUMENT = {
    "data": {"items": [{"t": "one", "tags": ["x", "y"]}, {"t": "two", "n": 3}, "loose"], "odd name": {"a-b": [1, 2]}},
    "by_id": {"7": {"t": "seven"}, "9": {"t": "nine"}},
}


@pytest.mark.parametrize(
    ("path", "found"),
    [
        ("$.data.items[*].t", ["one", "two"]),
        ("$.data.items[-1]", ["loose"]),
        ("$.data.items[9]", []),
        ("$.by_id.*.t", ["seven", "nine"]),
        ("$.by_id[*].t", ["seven", "nine"]),
        ("$['data'][\"odd name\"].a-b[1]", [2]),
        (" $.data.items[ 0 ].tags[*] ", ["x", "y"]),
        ("$.data.t", []),
        ("$.data.items.t", []),
        ("$.by_id[0]", []),
    ],
)
def test_a_path_finds_what_it_names_in_order(path: str, found: list[Any]) -> None:
    assert find_all(DOCUMENT, path, 100) == found
    assert find_all(DOCUMENT, path, 1) == found[:1]


def test_the_root_is_a_path() -> None:
    assert find_all(DOCUMENT, "$", 5) == [DOCUMENT]


@pytest.mark.parametrize("path", ["", "items", "$items", "$.", "$[", "$[a]", "$..t", "$.a[?(@.b)]", "$" + ".a" * 31])
def test_what_is_no_path_is_refused_with_its_text(path: str) -> None:
    with pytest.raises(ValueError, match=r"JSON path|steps") as error:
        parse_path(path)
    assert path in str(error.value)
    assert MOST_STEPS == 30


@pytest.mark.parametrize(
    ("selector", "text"),
    [
        ("$.n", "3"),
        ("$.list[*]", "b"),
        ("$.flag", None),
        ("$.gone", None),
        ("/news/{$.slug}/{$.n}", "/news/a%20%26%3F%23b/3"),
        ("/news/{$.gone}", None),
        ("/news/{$.slug}{$.gone}", None),
    ],
)
def test_text_is_the_first_string_or_number_and_templates_encode_what_they_take_in(
    selector: str, text: str | None
) -> None:
    assert read_text({"n": 3, "list": [None, "", {"x": 1}, "b"], "flag": True, "slug": "a &?#b"}, selector) == text


def test_css_is_never_taken_for_a_path() -> None:
    assert not any(map(is_json_path, ("li.news", "a[href$='.pdf']@href", "@data-to", "td:nth-of-type(2)")))
    assert all(map(is_json_path, ("$", "$.a", " $.a[*]", "/news/{$.id}")))


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("ab"), inner, max_size=3),
    max_leaves=20,
)


@given(values, st.lists(st.sampled_from([".a", ".b", "[*]", "[0]", "[-1]", ".*"]), max_size=5), st.text(max_size=20))
def test_any_document_and_any_text_are_safe(value: Any, steps: list[str], text: str) -> None:
    assert len(find_all(value, "$" + "".join(steps), 10)) <= 10
    try:
        read_text(value, text)
    except ValueError:
        assert is_json_path(text)
