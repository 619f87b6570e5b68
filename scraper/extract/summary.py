"""Summaries: the sentences beside a record's title; no bylines, no labels, nothing that other records say as well."""

from __future__ import annotations

import re
from collections import Counter

from scraper.extract.columns import Fields, Key, Page, Piece, href_of
from scraper.extract.tree import Tree
from scraper.text import clean_text

MAX_SUMMARY = 2_000
LABEL = 12
"""Words up to which a text may be a label with a number in it."""
MAX_REPEATED = 200
"""Characters by which a text is known to be the same as in another record."""
BYLINE = 8
"""Words beside a date up to which a text says no more than who published it, and when."""
SENTENCE = 5
"""Words from which on a text beside the title is part of the summary, not a label."""
SHORT_SENTENCE = 3
"""The same for a text that ends as a sentence does."""
FEW_RECORDS = 3
"""Records from which on a place is known to hold sentences."""
_ENDS = re.compile(r"[^\W\d_]{2}[.!?。！？।؟]$")
_ENDS_ANYHOW = re.compile(r"[^\W_]{2}[\"'”’»)\]]{0,2}[.!?…。！？।؟።۔]{1,3}[\"'”’»」』)\]]{0,2}$")
_DIGITS = re.compile(r"\d+")


def read_summaries(page: Page, fields: list[Fields]) -> None:
    """Note what many records say, and where they say sentences: what :func:`summary_of` is decided by."""
    page.boilerplate = repeated_texts(fields)
    page.sentences = _sentence_places(fields)


def _sentence_places(fields: list[Fields]) -> frozenset[Key]:
    """Where most records have sentences, short ones too ("It works."): a label seldom ends as one does."""
    all_of: Counter[Key] = Counter()
    some: Counter[Key] = Counter()
    for f in fields:
        for p in f.row.pieces:
            if p is not f.title and not p.dated:
                all_of[p.key] += 1
                some[p.key] += p.units >= SENTENCE or _ENDS_ANYHOW.search(p.text) is not None
    return frozenset(key for key, count in all_of.items() if count >= FEW_RECORDS and some[key] * 4 >= count * 3)


def summary_pieces(page: Page, f: Fields) -> list[Piece]:
    """What of a record makes up its summary: sentences beside the title, not who wrote it when, nor what stands in
    other records as well."""
    own = f.title.link if f.title else -1
    pieces = f.row.pieces
    kept = {
        k
        for k, p in enumerate(pieces)
        if p is not f.title
        and (p.link < 0 or p.link == own or _is_linked_teaser(page.tree, f, p))
        and not p.dated
        and _is_sentence(page, p)
        and _repeatable(p) not in page.boilerplate
        and not _is_byline(page.tree, f, p)
    }
    return [p for k, p in enumerate(pieces) if k in kept or _is_in_paragraph(page, f, kept, k)]


def _is_sentence(page: Page, piece: Piece) -> bool:
    if piece.units >= SENTENCE or (piece.units >= SHORT_SENTENCE and _ENDS.search(piece.text)):
        return True
    return piece.key in page.sentences and _ENDS_ANYHOW.search(piece.text) is not None


def _is_linked_teaser(tree: Tree, f: Fields, piece: Piece) -> bool:
    """Whether a link says more than the title, leads where it leads, and is no button that repeats it."""
    if f.title is None or f.link < 0 or piece.units < LABEL or href_of(tree, piece.link) != href_of(tree, f.link):
        return False
    return f.title.text not in piece.text and piece.text not in f.title.text


def _is_in_paragraph(page: Page, f: Fields, kept: set[int], k: int) -> bool:
    """Whether a piece is a linked word in a paragraph of the summary, or the few words before one."""
    pieces, block = f.row.pieces, page.tree.block
    piece = pieces[k]
    if piece is f.title or piece.dated or not _same(block, pieces, k, k + 1) or _repeatable(piece) in page.boilerplate:
        return False
    if piece.link >= 0:
        amid = _same(block, pieces, k, k - 1) and pieces[k - 1].link < 0 and pieces[k + 1].link < 0
        return amid and not kept.isdisjoint((k - 1, k + 1)) and _has_letter(pieces[k + 1].text)
    return _has_letter(piece.text) and pieces[k + 1].link >= 0 and k + 2 in kept and _same(block, pieces, k, k + 2)


def _same(block: list[int], pieces: list[Piece], one: int, other: int) -> bool:
    return 0 <= other < len(pieces) and block[pieces[one].node] == block[pieces[other].node]


def _has_letter(text: str) -> bool:
    return any(map(str.isalpha, text[:LABEL]))


def _is_byline(tree: Tree, f: Fields, piece: Piece) -> bool:
    """Whether a text is a date with a few words around it ("Posted by the press office on 3 May at 14:10"), and not
    part of a paragraph."""
    raws = [m.published.raw for m in f.row.moments if piece.node <= m.node <= piece.last]
    if not raws or piece.units - sum(len(raw.split()) for raw in raws) > BYLINE:
        return False
    block = tree.block[piece.node]
    return not any(tree.block[p.node] == block and p.units >= LABEL for p in f.row.pieces if p is not piece)


def _repeatable(piece: Piece) -> str:
    """By what a text is known to stand in other records too: a label's numbers may differ ("3 comments")."""
    text = piece.text[:MAX_REPEATED]
    return _DIGITS.sub("", text) if piece.units <= LABEL else text


def repeated_texts(fields: list[Fields]) -> frozenset[str]:
    """Texts that stand in a third of the records."""
    counts = Counter(text for f in fields for text in {_repeatable(p) for p in f.row.pieces})
    return frozenset(text for text, count in counts.items() if count > 2 and count * 3 > len(fields))


def summary_of(page: Page, f: Fields) -> str | None:
    """The summary of a record; ``None`` where it says nothing beside its title."""
    text = clean_text(" ".join([p.text for p in summary_pieces(page, f)]))[:MAX_SUMMARY]
    return text or None
