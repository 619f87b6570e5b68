"""The tree is read from the parser's serialisation: what is read must be what the parser holds."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.extract.markup import find_value, without_unread
from scraper.extract.tree import TEXT
from scraper.extract.walk import build_tree

UNREAD = "script style svg select textarea template noscript iframe math -comment".split()
PIECES = [
    *"<div> </div> <p> </p> <ul><li> </li></ul> <b> </b> <br> <img src=x> <table><tr><td> </td></tr></table>".split(),
    "<a href='/x?a=1&amp;b=2' title='1 > 0 <script>'>",
    '<a title=\' href="\' href="/y">',
    "</a>",
    "<script>if (a < b) document.write('<p>no</p>')</script>",
    "<style>p > b {}</style>",
    "<!-- <p>no -->",
    "<!-- <script> -->",
    "<!-->",
    "<?php echo '<p>' ?>",
    "<svg><path d='M0'/><text>no</text></svg>",
    "<svg><g><svg><text>no</text></svg></g>",
    "</svg>",
    "<select><option>no<option>no</select>",
    "<textarea><p>no</textarea>",
    "<iframe><p>no</iframe>",
    "<template><p>no</template>",
    "<noscript><p>no</noscript>",
    "<div a<script b=1>",
    '<foo"bar<baz>',
    "&lt;p&gt; &amp;lt; &nbsp;&quot;x&quot;",
    "words  and\n words",
    "日本語",
]


def seen_by_the_parser(html: str) -> tuple[list[str], list[str], list[str]]:
    """Tags, addresses and words in document order, asked of the parser node by node."""
    tags: list[str] = []
    hrefs: list[str] = []
    words: list[str] = []
    body = LexborHTMLParser(html).body
    for node in body.traverse(include_text=True) if body is not None else ():
        above: LexborNode | None = node
        hidden = False
        while above is not None and not hidden:
            hidden = above.tag in UNREAD
            above = above.parent
        if hidden or not node.tag:
            continue
        if node.tag == "-text":
            words += (node.text_content or "").split()
        else:
            tags.append(node.tag)
            if node.tag == "a" and node.attributes.get("href"):
                hrefs.append(node.attributes["href"] or "")
    return tags, hrefs, words


@settings(max_examples=200, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_the_tree_holds_what_the_parser_holds(pieces: list[str]) -> None:
    html = " ".join(pieces)
    tree = build_tree(LexborHTMLParser(html))
    tags, hrefs, words = seen_by_the_parser(html)
    assert [tag for tag in tree.tag if tag != TEXT] == tags
    assert list(tree.hrefs.values()) == hrefs
    assert " ".join(tree.text).split() == words


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_every_node_lies_within_its_parent(pieces: list[str]) -> None:
    tree = build_tree(LexborHTMLParser(" ".join(pieces)))
    for i in range(1, len(tree)):
        assert tree.parent[i] < i < tree.end[i] <= tree.end[tree.parent[i]]


def test_texts_that_were_one_word_stay_one_word() -> None:
    tree = build_tree(LexborHTMLParser("<p>in<b>divid</b>u<!-- x -->al <i>words</i></p><p>a<br>b</p>"))
    assert [line.text for line in tree.lines] == ["individual words", "a", "b"]


def test_an_attribute_within_another_ones_value_is_not_taken_for_it() -> None:
    assert find_value(' title=" href=" class="x"', "href") == ""
    assert find_value(' title=" href=" href="/a&amp;b"', "href") == "/a&b"


@pytest.mark.parametrize(
    "piece", ["<script>", "<svg>", "<!--", "<svg></svg><svg>", "<select ", "<plaintext><b>", "</p> <"]
)
def test_what_is_no_serialisation_never_raises(piece: str) -> None:
    assert len(without_unread(piece * 2_000)) <= len(piece) * 8_000
