"""Whether two texts say the same, however they are shown: spelt, cut, misread, counted, marked. Pure."""

from __future__ import annotations

import re

from scraper.dates.relative import relative_hits
from scraper.dates.tokens import tokenize, uniform
from scraper.text import clean_text, fold_text

_LEAST_STEM = 10
_LONGEST_COUNTED = 120
_AROUND = 40
"""Characters in which two texts may differ by counters, and of what is looked at around that."""
_LONGEST_MARK = 20
_MOST_MARK_WORDS = 2

# What readers do, in the languages that news are mostly written in. Words that count other things as well in headlines
# (votes, visitors, points) are left out.
_COUNTED = (
    r"views?|comments?|replies|reply|responses?|reactions?|likes?|shares?|clicks?|reads?|downloads?|upvotes?|listens?|"
    r"kommentare?|aufrufe?|klicks?|mal gelesen|gelesen|antworten|vues?|commentaires?|partages?|lectures?|comentarios?|"
    r"comentários?|vistas?|lecturas?|visualizaciones|visualizações|visualizzazioni|letture|commento|commenti|"
    r"condivisioni|weergaven|reacties?|keer bekeken|visningar|visninger|kommentarer|kommenttia|komentarzy?|"
    r"komentarze|wyświetle(?:ń|nia)|odsłon|komentářů?|zobrazení|комментари[йяев]{1,2}|просмотр(?:ов|а)?|прочтени[йяе]|"
    r"коментар(?:ів|і)?|перегляд(?:ів|и)?|yorum|görüntülenme|okunma|vizualizări|comentarii|hozzászólás|megtekintés|"
    r"σχόλια|προβολές|bình luận|lượt xem|komentar|kali dilihat|تعليقات?|مشاهدات?|مشاهدة|تعليق"
)
_COUNTED_UNSPACED = "评论|評論|阅读|閱讀|浏览|瀏覽|点击|點閱|コメント|閲覧|댓글|조회"
_NUMBER = r"\d[\d.,'’ ]{0,12}(?:(?:k|m|tsd\.?|mio\.?|mln|tys\.?|тыс\.?)(?!\w))?"
_COUNTER = re.compile(
    rf"[(\[]?(?<!\w){_NUMBER} ?(?:(?:{_COUNTED})(?!\w)|次?(?:{_COUNTED_UNSPACED}))[)\]]?"
    rf"|(?<!\w)(?:{_COUNTED}) ?[:(] ?{_NUMBER}\)?"
    rf"|(?:{_COUNTED_UNSPACED}) ?[:：(（]? ?{_NUMBER}[)）]?"
)
_BARE_COUNTER = re.compile(r"[(\[](?!(?:19|20)\d\d\b)\d{1,7}[)\]]$")
_PLAIN_COUNTER = re.compile(rf" ?[(\[]{_NUMBER} ?(?:(?:{_COUNTED})|次?(?:{_COUNTED_UNSPACED}))[)\]]$", re.IGNORECASE)
_EDGES = " .,;:!?()[]{}|/*+-·•–—\"'"
_CHARSETS = ("cp1252", "latin-1", "cp1251", "cp1250", "koi8-r", "mac-roman")
_WORD = re.compile(r"\w+")
_FOREIGN_RUN = re.compile("[^\x00-\x7f]+")


def says_same(one: str, other: str) -> bool:
    """Whether two texts differ in how they are spelt, counted or encoded at most. White space, quotes and case are
    spelling; what readers did ("1,024 views", "5 comments") and how long ago it was ("3 hours ago") are counters."""
    a, b = fold_text(one), fold_text(other)
    return a == b or _differ_in_counts(a, b) or is_misread(one, other) or is_misread(other, one)


def without_plain_counter(title: str) -> str:
    """A title without what can be nothing but a counter: in brackets at its end, with what is counted."""
    return _PLAIN_COUNTER.sub("", title)


def bears_counter(title: str) -> bool:
    """Whether a text has a counter in it, or says how long ago something was."""
    folded = fold_text(title)
    return without_counters(folded) != folded


def _differ_in_counts(one: str, other: str) -> bool:
    """Whether counters are all that differs between two folded texts. Only what differs is looked at, and some words
    around it."""
    before = _same_length(one, other)
    after = _same_length(one[before:][::-1], other[before:][::-1])
    if max(len(one), len(other)) - before - after > _LONGEST_COUNTED:
        return False
    start = max(one.rfind(" ", 0, max(before - _AROUND, 0)), 0)
    rest = max(after - _AROUND, 0)
    parts = one[start : len(one) - rest], other[start : len(other) - rest]
    a, b = map(without_counters, parts)
    # What a counter leaves behind it are spaces and brackets.
    return (a, b) != parts and _WORD.findall(a) == _WORD.findall(b)


def _same_length(one: str, other: str) -> int:
    """How many characters two texts begin with alike."""
    return next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))


def without_counters(folded: str) -> str:
    """A folded text without its counters, and what set them apart. For short texts."""
    if not any(char.isdigit() for char in folded):
        return folded
    bare = _BARE_COUNTER.sub("", _COUNTER.sub("", folded)).rstrip()
    plain = uniform(bare)
    kept, end = [], 0
    for hit in sorted(relative_hits(plain, list(tokenize(plain, 0, len(plain))))):
        if hit.start >= end and any(char.isdigit() for char in plain[hit.start : hit.end]):
            kept.append(bare[end : hit.start])
            end = hit.end
    kept.append(bare[end:])
    said = " ".join("".join(kept).split())
    return folded if said == folded else said.strip(_EDGES)


def is_misread(shown: str, meant: str) -> bool:
    """Whether ``shown`` is ``meant`` in the wrong encoding: UTF-8 read as an older one, or bytes that were none
    (``\\ufffd``)."""
    if shown == meant or shown.isascii():
        return False
    if "\ufffd" in shown and not meant.isascii():
        return _FOREIGN_RUN.sub("\ufffd", shown) == _FOREIGN_RUN.sub("\ufffd", meant)
    if _ascii(shown) != _ascii(meant):  # which all encodings have in common
        return False
    data = meant.encode("utf-8", "replace")
    wanted = fold_text(shown)
    return any(fold_text(clean_text(data.decode(charset, "replace"))) == wanted for charset in _CHARSETS)


def _ascii(text: str) -> list[bytes]:
    return text.encode("ascii", "ignore").split()


def is_cut(short: str, full: str) -> bool:
    """Whether ``short`` is the beginning of ``full``, closed with an ellipsis."""
    return fold_text(short).endswith("...") and is_beginning(short, full)


def is_beginning(short: str, full: str) -> bool:
    """Whether ``full`` goes on where ``short``, of ten characters at least, ends."""
    a, b = fold_text(short), fold_text(full)
    stem = a.rstrip(" .")
    if a == b or not _LEAST_STEM <= len(stem) < len(b) or not b.startswith(stem):
        return False
    # One full stop ends a sentence, which the other text must end there as well.
    return not a.endswith(".") or a.endswith("..") or b[len(stem)] == "."


def mark_between(one: str, other: str) -> str | None:
    """The one or two words that stand before or behind one of two titles which are alike but for them ("NEW!",
    "Video:"), folded; ``None`` if that is not the difference. They are set apart by a sign, or stand in capitals: a
    word like any other ("No") is part of what is said."""
    short, full = sorted((fold_text(one), fold_text(other)), key=len)
    if not short or short == full:
        return None
    if full.startswith(short):
        rest = full[len(short) :]
        parted = not rest[0].isalnum() or not short[-1].isalnum()
    elif full.endswith(short):
        rest = full[: -len(short)]
        parted = not rest[-1].isalnum() or not short[0].isalnum()
    else:
        return None
    mark = rest.strip(_EDGES)
    longer = max(one, other, key=lambda title: len(fold_text(title))).strip(_EDGES)
    words = len(mark.split())
    shown = longer.split()[-words:] if full.startswith(short) else longer.split()[:words]
    if rest.strip() == mark and not all(word.isupper() and len(word) > 1 for word in shown):
        return None
    return mark if parted and 0 < len(mark) <= _LONGEST_MARK and len(mark.split()) <= _MOST_MARK_WORDS else None


def bears_mark(title: str, mark: str) -> bool:
    """Whether a title begins or ends with the words of :func:`mark_between`."""
    words = fold_text(title).strip(_EDGES)
    if len(words) <= len(mark):
        return False
    behind = words.endswith(mark) and not words[-len(mark) - 1].isalnum()
    return behind or (words.startswith(mark) and not words[len(mark)].isalnum())
