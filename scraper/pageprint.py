"""Knowing that a page still lists the same without reading it: what may not change for its items to be the same. Pure.

Most answers differ from the one before in nothing but noise: a token in a form, readers online, other advertisements,
"updated 3 minutes ago". When a page was read, :func:`take_print` notes which of its pieces carry what its items say.
A later body fits the print (:func:`fits`) if its elements and their classes are the same from top to bottom, the pieces
that carry the items are the same byte for byte, and so are the texts between them but for digits. A new item, a
withdrawal, an edit, another order, a wall or a redesign change one of these; then the page is read as always.

A piece is a tag and the text after it; scripts and style sheets are left out. Everything is linear in the length of
the body.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import blake2b
from html import unescape
from itertools import pairwise
from statistics import median_high

from scraper.charset import decode_body
from scraper.extract import extract
from scraper.text import clean_text
from scraper.types import Extraction, ItemData, PageKind, PagePrint, Recipe

MOST_BYTES = 1_000_000
"""A longer body is read anew each time."""
MOST_PIECES = 40_000
MOST_ITEMS = 300
_MOST_STARTS = 8
_LONE_RECORD = 12
"""Pieces around the title of a lone item that are taken for its record."""
_COVERED = 0.6
"""Share of a title's letters that must stand in pieces that may not change."""
_SUMMED_UP = 0.8
"""The same of a summary's words, or whatever might be part of it may not change either."""
_LONG = 20
"""Characters from which on a text may be part of a summary."""
_DIGIT = re.compile(r"\d")
_SIGNS = re.compile(r"[?#]")

_NAME = re.compile(rb"<(/?[A-Za-z][A-Za-z0-9:-]*)")
_CLASS = re.compile(rb"class=(\"[^\"<>]*\"|'[^'<>]*'|[^\s\"'<>]+)")
_TEXT = re.compile(rb">\s*[^<\s]")
_HREF = re.compile(r"\shref\s*=\s*(?:\"([^\"]*)\"|'([^']*)'|([^\s\"'>]+))", re.IGNORECASE)
_DIGITS = b"0123456789"
_WIDE = ("utf-16", "utf-32", "iso-2022")
"""Beginnings of encodings in which a byte of a letter may look like a tag."""


def fits(known: PagePrint, body: bytes) -> bool:
    """Whether ``body`` lists the same, in the same way, as the page that ``known`` was taken of."""
    if not body or len(body) > MOST_BYTES:
        return False
    markup = _without_scripts(body)
    pieces = markup.split(b"<")
    return (
        len(pieces) == known.pieces
        and _digest(_pick(pieces, known.places)) == known.content
        and _skeleton(markup) == known.skeleton
        and (known.around is None or _around(pieces, known) == known.around)
        and (known.elsewhere is None or _digest(_pick(pieces, known.mentions)) == known.elsewhere)
    )


def take_print(body: bytes, extraction: Extraction, content_type: str | None) -> PagePrint | None:
    """The print of a page that was understood; ``None`` if not every item could be found in its markup again, or the
    page is more than a listing."""
    items = extraction.items
    if extraction.verdict.kind is not PageKind.LISTING or extraction.article or not 0 < len(items) <= MOST_ITEMS:
        return None
    if len(body) > MOST_BYTES:
        return None
    markup = _without_scripts(body)
    pieces = markup.split(b"<")
    encoding = "ascii" if body.isascii() else decode_body(body, content_type)[1]
    if len(pieces) > MOST_PIECES or encoding.lower().startswith(_WIDE):
        return None
    texts = markup.decode(encoding, "replace").split("<")
    if len(texts) != len(pieces):
        return None
    found = _Finder(texts, items)
    heads = found.heads()
    if heads is None:
        return None
    length = _longest_record(heads)
    start, stop = max(0, heads[0] - length), min(len(pieces), heads[-1] + length)
    places = found.carriers(heads, start, stop)
    if places is None:
        return None
    mentions = tuple(i for i in found.mentions() if not start <= i < stop)
    blank = PagePrint(len(pieces), _skeleton(markup), places, start, stop, "", None, mentions, None)
    return replace(
        blank,
        content=_digest(_pick(pieces, places)),
        around=_around(pieces, blank),
        elsewhere=_digest(_pick(pieces, mentions)),
    )


def understand(
    body: bytes, url: str, *, content_type: str | None = None, now: datetime, recipe: Recipe | None = None
) -> Extraction:
    """:func:`scraper.extract.extract`, with the page's print."""
    found = extract(body, url, content_type=content_type, now=now, recipe=recipe)
    return replace(found, page_print=take_print(body, found, content_type))


def loosened(known: PagePrint | None, new: PagePrint | None, *, same_items: bool) -> PagePrint | None:
    """``new`` without the demands that the page does not meet of itself: ``same_items`` says that both prints were
    taken of pages that list the same, so that what differs between them is noise."""
    if known is None or new is None:
        return new
    is_noise = same_items and known.skeleton == new.skeleton and known.content == new.content
    around = None if known.around is None or (is_noise and known.around != new.around) else new.around
    same_mentions = known.elsewhere == new.elsewhere and known.mentions == new.mentions
    elsewhere = None if known.elsewhere is None or (same_items and not same_mentions) else new.elsewhere
    return replace(new, around=around, elsewhere=elsewhere)


# -- digests ---------------------------------------------------------------------------------------------------------


def _without_scripts(body: bytes) -> bytes:
    return _without(_without(body, b"<script", b"</script"), b"<style", b"</style")


def _without(markup: bytes, begin: bytes, end: bytes) -> bytes:
    """The markup without what stands from each ``begin`` to the next ``end``."""
    kept, at = [], 0
    while True:
        start = markup.find(begin, at)
        stop = markup.find(end, start) if start >= 0 else -1
        if stop < 0:
            break
        kept.append(markup[at:start])
        at = stop
    if not kept:
        return markup
    kept.append(markup[at:])
    return b"".join(kept)


def _skeleton(markup: bytes) -> str:
    """Digest of the elements and their classes in order, and of how many have text; digits in classes number things
    and do not count."""
    classes = b" ".join(_CLASS.findall(markup)).translate(None, _DIGITS)
    texts = b"%d" % len(_TEXT.findall(markup))
    return _digest((b" ".join(_NAME.findall(markup)), classes, texts))


def _around(pieces: Sequence[bytes], known: PagePrint) -> str:
    """Digest of what stands between the pieces that carry the items, without digits: counters, "3 hours ago"."""
    carried = set(known.places)
    between = [pieces[i] for i in range(known.start, known.stop) if i not in carried]
    return _digest((b"".join(between).translate(None, _DIGITS),))


def _pick(pieces: Sequence[bytes], places: Iterable[int]) -> list[bytes]:
    return [pieces[i] for i in places]


def _digest(parts: Iterable[bytes]) -> str:
    return blake2b(b"\x00".join(parts), digest_size=12).hexdigest()


# -- finding the items again -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Said:
    """What an item says, as it may stand in the markup. ``whole`` are texts that stand alone, ``long`` those that may
    be in several pieces, a line each; ``raw`` is the date as printed, empty where it is relative; ``links`` are the
    ends of its address, by which links are known without resolving them."""

    title: str
    summary: str
    links: tuple[str, ...]
    whole: tuple[str, ...]
    long: str
    raw: str
    relative: bool


def _said(item: ItemData) -> _Said:
    published = item.published
    relative = published is not None and published.method == "relative"
    raw = _one_line(published.raw) if published and not relative else ""
    title, summary = _one_line(item.title), _one_line(item.summary or "")
    end = _end_of(item.url or "")
    return _Said(
        title=title,
        summary=summary,
        links=(end, end.rpartition("/")[2]) if end else (),
        whole=(title, _one_line(item.author or ""), raw),
        long=f"{title}\n{summary}\n{raw}",
        raw=raw,
        relative=relative,
    )


class _Finder:
    """Looks the items up among the pieces of a page."""

    def __init__(self, pieces: Sequence[str], items: Sequence[ItemData]) -> None:
        self._items = [_said(item) for item in items]
        self._pieces = pieces
        self._words: dict[str, frozenset[str]] = {}
        self._links: dict[int, str] = {}
        self._times: set[int] = set()
        self._texts: dict[int, str] = {}
        links, texts = self._links, self._texts
        ends: dict[str, str] = {}
        telling = [at for at, piece in enumerate(pieces) if piece[-1:] != ">" or "href" in piece or piece[:4] == "time"]
        for at in telling:
            tag, _, text = pieces[at].rpartition(">")
            if "href" in tag:
                href = _href_of(tag)
                end = ends.get(href)
                if end is None:
                    end = ends[href] = _end_of(unescape(href) if "&" in href else href)
                links[at] = end
            elif tag[:4] == "time":
                self._times.add(at)
            if text and (words := text.split()):
                line = " ".join(words)
                if "&" in line:
                    line = _one_line(unescape(line))
                texts[at] = line if line.isprintable() else _one_line(clean_text(line))

    def heads(self) -> list[int] | None:
        """For each item the piece with its title (or its link), in order and as close together as they stand."""
        titles = {said.title for said in self._items}
        by_text, by_link = defaultdict(list), defaultdict(list)
        for at, text in self._texts.items():
            if text in titles:
                by_text[text].append(at)
        if len(by_text) < len(titles):
            for at, link in self._links.items():
                by_link[link].append(at)
        places = [by_text.get(said.title) or _first_of(by_link, said.links) for said in self._items]
        best: list[int] | None = None
        for start in places[0][:_MOST_STARTS]:
            chain = _chain(places, start)
            if chain and (best is None or chain[-1] - chain[0] < best[-1] - best[0]):
                best = chain
        return best

    def carriers(self, heads: Sequence[int], start: int, stop: int) -> tuple[int, ...] | None:
        """The pieces from ``start`` to ``stop`` that carry what an item says; ``None`` if a title is not covered."""
        found: list[int] = []
        shown: set[str] = set()
        above = 0
        bounds = [start, *heads[1:], stop]  # what stands above the first title is the first item's too
        for owner, said in enumerate(self._items):
            beside = self._items[max(owner - 1, 0) : owner + 2]
            places, before = range(bounds[owner], bounds[owner + 1]), len(found)
            covered = self._carried(said.title, beside, places, found)
            if covered < max(1, round(_COVERED * len(said.title))):
                return None
            if said.raw in self._text_of(found[above:]):  # a date may stand above its item, and above several
                shown.add(said.raw)
            if said.raw not in shown or not self._sums_up(said, found[before:]):
                found[before:] = sorted({*found[before:], *self._telling(said, places)})
            above = before
        return tuple(found)

    def _text_of(self, places: Iterable[int]) -> str:
        return " ".join([self._texts.get(at, "") for at in places])

    def _sums_up(self, said: _Said, places: Iterable[int]) -> bool:
        """Whether most of an item's summary stands at ``places``."""
        own = self._text_of(places)
        if not said.summary or said.summary in own:
            return True
        words = said.summary.split()
        return sum(map(set(own.split()).__contains__, words)) >= _SUMMED_UP * len(words)

    def _telling(self, said: _Said, places: range) -> list[int]:
        """All pieces among ``places`` that may have to do with what an item says: numbers, longer texts, its date in an
        attribute."""
        found = [at for at in places if _DIGIT.search(text := self._texts.get(at, "")) or len(text) >= _LONG]
        if said.raw:
            found += [at for at in places if said.raw in self._pieces[at]]
        return found

    def _carried(self, title: str, beside: Sequence[_Said], places: range, found: list[int]) -> int:
        """Add to ``found`` which of the ``places`` of an item carry something of the items ``beside`` it; how many
        letters of its title they have."""
        whole = {text for said in beside for text in said.whole}
        links = {link for said in beside for link in said.links}
        long = "\n".join([said.long for said in beside])
        least = min([len(said.title) for said in beside])
        raws = [said.raw for said in beside if said.raw]
        covered = 0
        for at in places:
            text = self._texts.get(at, "")
            if text and (
                text in whole
                or text in long
                or (len(text) >= least and any(said.title in text for said in beside))
                or any(raw in text for raw in raws)
                or (len(text) >= _LONG and self._overlaps(text, beside))
            ):
                found.append(at)
                if text in title or title in text:
                    covered += min(len(text), len(title))
            elif at in self._times:
                if not beside[0].relative:
                    found.append(at)
            elif self._links.get(at) in links:
                found.append(at)
        return covered

    def _overlaps(self, text: str, beside: Iterable[_Said]) -> bool:
        """Whether half of the words of a text are those of an item: a summary that goes on ("Read more")."""
        own = text.split()
        return any(2 * sum(map(self._words_of(said).__contains__, own)) >= len(own) for said in beside)

    def _words_of(self, said: _Said) -> frozenset[str]:
        words = self._words.get(said.long)
        if words is None:
            words = self._words[said.long] = frozenset(said.long.split())
        return words

    def mentions(self) -> list[int]:
        """Pieces anywhere that name an item: its title as it stands, or a link to it."""
        titles = {said.title for said in self._items}
        links = {link for said in self._items for link in said.links}
        found = {at for at, text in self._texts.items() if text in titles}
        return sorted(found | {at for at, link in self._links.items() if link in links})


def _first_of(places: Mapping[str, list[int]], names: Iterable[str]) -> list[int]:
    return next((places[name] for name in names if name in places), [])


def _longest_record(heads: Sequence[int]) -> int:
    """In pieces, from title to title. Titles may stand in a record twice, so that the median says little; an interval
    that is much longer has something else in it."""
    gaps = [b - a for a, b in pairwise(heads)] or [_LONE_RECORD]
    return min(max(gaps), 4 * median_high(gaps))


def _chain(places: Sequence[Sequence[int]], start: int) -> list[int] | None:
    chain = [start]
    for some in places[1:]:
        after = bisect_right(some, chain[-1])
        if after == len(some):
            return None
        chain.append(some[after])
    return chain


def _href_of(tag: str) -> str:
    start = tag.find(' href="') + 7
    stop = tag.find('"', start) if start > 6 else -1
    if stop >= 0:  # as nearly all are written
        return tag[start:stop]
    found = _HREF.search(tag)
    return (found[1] or found[2] or found[3] or "") if found else ""


def _end_of(url: str) -> str:
    """The last two parts of an address, or all that a relative one has: two spellings of one address share them."""
    url = url.strip()
    if "?" in url or "#" in url:
        url = _SIGNS.sub("/", url)
    return "/".join([part for part in url.split("/") if part][-2:])


def _one_line(text: str) -> str:
    return " ".join(text.split())
