"""What was edited on items that are recognised: fields that say something else, not fields that are shown otherwise.
Pure.

White space, quotes, case and encoding are no edit; nor is a text that is cut where it was whole. What half of a page
shows at once is its template and not its items.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from scraper.text import fold_text
from scraper.types import ChangeKind, ItemChange, ItemData, KnownItem, Match, Published
from scraper.urls import canonicalize_url

_NUMBER = re.compile(r"\d+")
_LEAST_STEM = 10


def find_edits(matches: Sequence[Match], layout_share: float) -> tuple[list[ItemChange], list[ItemChange]]:
    """Edits that are told, and forms that only grew, moved or changed with the template (to be stored silently).

    ``layout_share`` is the share of the recognised items (three at the least) from which on the same edit is the
    template's.
    """
    compared = [
        (match, match.known, _edited(match.data, match.known.data)) for match in matches if match.known is not None
    ]
    counts = Counter(name for _, _, edited in compared for name in edited)
    limit = max(3, layout_share * len(compared))
    template = {name for name, count in counts.items() if count >= limit}
    edits, filled = [], []
    for match, known, edited in compared:
        # An item that comes back with another address moved with all others while it was not listed.
        quiet = template if known.listed else template | {"url"}
        told = tuple(name for name in edited if name not in quiet)
        moved = tuple(name for name in edited if name in quiet and not _is_volatile(name, match.data, known.data))
        silent = moved + _grown(match.data, known.data)
        if told:
            kind = ChangeKind.RELOCATED if told == ("url",) else ChangeKind.REVISED
            edits.append(ItemChange(kind, _keeping(match, known), fields=told + silent))
        elif silent:
            reason = "changed with the page's template" if moved else "shown for the first time"
            change = ItemChange(ChangeKind.REVISED, _keeping(match, known), fields=silent, tell=False, reason=reason)
            filled.append(change)
    return edits, filled


def _edited(new: ItemData, old: ItemData) -> tuple[str, ...]:
    """Fields that say something else than before."""
    fields = []
    if fold_text(old.title) != fold_text(new.title) and not (
        is_cut(new.title, old.title) or is_cut(old.title, new.title)
    ):
        fields.append("title")
    if old.url and new.url and canonicalize_url(old.url) != canonicalize_url(new.url):
        fields.append("url")
    if _date_differs(old.published, new.published):
        fields.append("published")
    if old.summary and new.summary and not _shows_same(new.summary, old.summary):
        fields.append("summary")
    if old.author and new.author and fold_text(old.author) != fold_text(new.author):
        fields.append("author")
    return tuple(fields)


def _shows_same(new: str, old: str) -> bool:
    """Whether a summary is the known one, or a shorter or longer cut of it. Text that was added is an edit."""
    return fold_text(new) == fold_text(old) or is_cut(old, new) or _is_beginning(new, old)


def _grown(new: ItemData, old: ItemData) -> tuple[str, ...]:
    """Fields that the page shows now and did not show before, or shows more of."""
    fields = []
    if is_cut(old.title, new.title):
        fields.append("title")
    if new.url and not old.url:
        fields.append("url")
    if new.published is not None and (old.published is None or _is_finer(new.published, old.published)):
        fields.append("published")
    if new.summary and (not old.summary or is_cut(old.summary, new.summary)):
        fields.append("summary")
    if new.author and not old.author:
        fields.append("author")
    return tuple(fields)


def _is_volatile(name: str, new: ItemData, old: ItemData) -> bool:
    """Whether only numbers moved, on half of the page: a counter ("1,024 views", "3 hours ago") is never a revision."""
    if name not in ("title", "summary"):
        return False
    was, now = (_NUMBER.sub("0", fold_text(getattr(item, name) or "")) for item in (old, new))
    return was == now


def _keeping(match: Match, known: KnownItem) -> Match:
    """The item as it is to be stored: what the page no longer shows is not forgotten, what is cut stays whole, and a
    coarser or relative date does not replace the one that is known."""
    new, old = match.data, known.data
    published = old.published
    if new.published is not None and (
        published is None or _date_differs(published, new.published) or _is_finer(new.published, published)
    ):
        published = new.published
    summary = new.summary or old.summary
    if old.summary and new.summary and _is_beginning(new.summary, old.summary):
        summary = old.summary
    data = replace(
        new,
        title=old.title if is_cut(new.title, old.title) else new.title,
        url=new.url or old.url,
        guid=new.guid or old.guid,
        summary=summary,
        author=new.author or old.author,
        image_url=new.image_url or old.image_url,
        published=published,
    )
    return replace(match, data=data)


def is_cut(short: str, full: str) -> bool:
    """Whether ``short`` is the beginning of ``full``, closed with an ellipsis."""
    return fold_text(short).endswith("...") and _is_beginning(short, full)


def _is_beginning(short: str, full: str) -> bool:
    a, b = fold_text(short), fold_text(full)
    stem = a.rstrip(" .")
    return a != b and _LEAST_STEM <= len(stem) < len(b) and b.startswith(stem)


def _date_differs(old: Published | None, new: Published | None) -> bool:
    """Whether two printed dates contradict each other. A relative one ("3 hours ago") is too soft to contradict."""
    if old is None or new is None or old.on is None or new.on is None:
        return False
    return old.on != new.on and "relative" not in (old.method, new.method)


def _is_finer(new: Published, old: Published) -> bool:
    if new.method == "relative":
        return False
    if old.on is None or new.on is None:
        return old.on is None and new.on is not None
    return new.on == old.on and (
        (new.at is not None and old.at is None) or (new.local_time is not None and old.local_time is None)
    )
