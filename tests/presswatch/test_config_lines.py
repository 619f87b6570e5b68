"""Where in a TOML text each key stands."""

from __future__ import annotations

import tomllib

from hypothesis import given
from hypothesis import strategies as st

from presswatch.config.lines import MAX_STATEMENT_LINES, find_lines, find_statements

TEXT = '''\
# top
title = "x"  # [not a table]
[a.b]
"quoted key" = 1
many = [
  1, # one
  "[[c]]",
]
text = """
[[c]]
key = 1
"""
inline = { deep = [ { x = 1 } ] }

[[c]]
k = 1
[c.sub]
k = 2
[[c]]
[[c.d]]
[[c.d]]
x.y = 1
'''


def test_every_key_is_found_on_its_line() -> None:
    lines = find_lines(TEXT)
    assert lines["title"] == 2
    assert lines["a.b"] == 3
    assert lines["a.b.quoted key"] == 4
    assert lines["a.b.many[2]"] == 5
    assert lines["a.b.text"] == 9
    assert lines["a.b.inline.deep[1].x"] == 13
    assert lines["c[1].k"] == 16
    assert lines["c[1].sub.k"] == 18
    assert lines["c[2]"] == 19
    assert lines["c[2].d[2].x.y"] == 22
    assert "key" not in lines


def test_windows_line_ends_count_as_one() -> None:
    assert find_lines(TEXT.replace("\n", "\r\n")) == find_lines(TEXT)


def test_statements_cover_every_line_once() -> None:
    numbers = [n for each in find_statements(TEXT) for n in range(each.first, each.last + 1)]
    assert numbers == list(range(1, TEXT.count("\n") + 2))


def test_an_endless_statement_ends_the_search() -> None:
    text = "a = 1\nb = [\n" + "1,\n" * (MAX_STATEMENT_LINES + 10) + "]\nc = 1\n"
    assert find_lines(text) == {"a": 1}


NAMES = st.sampled_from(["a", "b", "c d", "ключ", "x.y"])
VALUES = st.recursive(
    st.integers(0, 9) | st.text(alphabet='ab[]"#=\n é', max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(NAMES, VALUES, max_size=4))
def test_every_top_key_of_any_written_text_is_found(content: dict[str, object]) -> None:
    import tomlkit

    text = tomlkit.dumps(content)
    if tomllib.loads(text) != content:  # tomlkit writes some empty nests otherwise than they were
        return
    lines = find_lines(text)
    for name, value in content.items():
        if value not in ({}, []):
            assert any(key == name or key.startswith((f"{name}.", f"{name}[")) for key in lines)
