"""What a page says about itself beside its text: title, language, base address, feeds, next page, machine data."""

from __future__ import annotations

import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

from selectolax.lexbor import LexborHTMLParser, LexborNode

from scraper.text import clean_text
from scraper.urls import resolve_url, site_of

MAX_SCRIPTS = 40
MAX_SCRIPT = 2_000_000
"""Characters of one JSON-LD block that are read."""
MAX_FEEDS = 20

_TELLING = 'base[href], meta[content], link[rel][href], script[type="application/ld+json"]'
_FEED_TYPES = frozenset(
    "application/rss+xml application/atom+xml application/rdf+xml application/feed+json text/rss+xml".split()
)
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(?:[-_][A-Za-z0-9]{2,8})*$")
_NEXT_WORDS = frozenset(
    "next,next page,older,older posts,older entries,older articles,weiter,nächste,nächste seite,ältere beiträge,"
    "suivant,suivante,page suivante,siguiente,página siguiente,entradas más antiguas,próxima,próximo,seguinte,"
    "successivo,successiva,pagina successiva,avanti,volgende,volgende pagina,следующая,следующая страница,вперед,"
    "далее,наступна,następna,następne,dalej,další,ďalšie,następna strona,sljedeća,sledeća,naslednja,următoarea,"
    "következő,seuraava,nästa,neste,næste,επόμενη,επόμενο,sonraki,التالي,الصفحة التالية,הבא,بعدی,अगला,ถัดไป,"
    "下一页,下一頁,下页,次へ,次のページ,次ページ,다음,trang sau,tiếp,berikutnya,"
    "selanjutnya,»,›,→,>,>>,next »,next ›,".split(",")
)
_SCRIPTS = (
    ("ja", re.compile(r"[\u3040-\u30ff]")),
    ("ko", re.compile(r"[\uac00-\ud7af]")),
    ("zh", re.compile(r"[\u4e00-\u9fff]")),
    ("th", re.compile(r"[\u0e00-\u0e7f]")),
    ("fa", re.compile(r"[\u067e\u0686\u0698\u06af\u06cc]")),
    ("ar", re.compile(r"[\u0600-\u06ff]")),
    ("he", re.compile(r"[\u0590-\u05ff]")),
    ("hi", re.compile(r"[\u0900-\u097f]")),
    ("uk", re.compile(r"[іїєґІЇЄҐ]")),
    ("ru", re.compile(r"[\u0400-\u04ff]")),
    ("el", re.compile(r"[\u0370-\u03ff]")),
    ("ka", re.compile(r"[\u10a0-\u10ff]")),
    ("hy", re.compile(r"[\u0530-\u058f]")),
)
_FIRST_OTHER = "\u0370"
"""The first character of those scripts: what comes before is Latin."""
_ASCII = re.compile(r"[\x00-\x7f]+")
_NEEDED = {"ja": 0.1, "uk": 0.02, "fa": 0.03}
"""Share of letters from which a script decides, where it is not a third: scripts that mix with others."""


@dataclass(slots=True)
class Head:
    """The page about itself. ``base`` is what links are resolved against; ``metas`` by lower-case name or property;
    ``data`` are the page's JSON-LD objects, flattened."""

    base: str
    title: str | None = None
    language: str | None = None
    feeds: tuple[str, ...] = ()
    next_page: str | None = None
    canonical: str | None = None
    metas: dict[str, str] = field(default_factory=dict)
    data: list[dict[str, Any]] = field(default_factory=list)


def read_head(parser: LexborHTMLParser, url: str) -> Head:
    """Never raises; a broken block of machine data is left out."""
    said: dict[str, list[LexborNode]] = {"base": [], "meta": [], "link": [], "script": []}
    for node in parser.css(_TELLING):
        said[node.tag or ""].append(node)
    base = said["base"][0].attributes.get("href") if said["base"] else None
    head = Head(base=(resolve_url(url, base) if base else None) or url)
    title = parser.css_first("head title") or parser.css_first("title")
    if title is not None:
        head.title = clean_text(title.text()[:2_000]) or None
    for meta in said["meta"][:300]:
        attrs = meta.attributes
        name = attrs.get("property") or attrs.get("name") or attrs.get("http-equiv") or attrs.get("itemprop")
        if name:
            head.metas.setdefault(name.lower(), clean_text((attrs.get("content") or "")[:4_000]))
    _read_links(said["link"][:300], head)
    for script in said["script"][:MAX_SCRIPTS]:
        head.data.extend(_json_objects(script.text()))
    root = parser.root
    declared = (root.attributes.get("lang") or root.attributes.get("xml:lang")) if root is not None else None
    for value in (declared, head.metas.get("content-language"), head.metas.get("og:locale")):
        if value and _LANGUAGE.match(value.strip()):
            head.language = value.strip().replace("_", "-")
            break
    return head


def _read_links(links: list[LexborNode], head: Head) -> None:
    feeds: dict[str, None] = {}
    for link in links:
        attrs = link.attributes
        rel = (attrs.get("rel") or "").lower().split()
        target = None
        if "alternate" in rel and (attrs.get("type") or "").lower().strip() in _FEED_TYPES and len(feeds) < MAX_FEEDS:
            target = resolve_url(head.base, attrs.get("href") or "")
            if target:
                feeds[target] = None
        if "next" in rel and head.next_page is None:
            head.next_page = resolve_url(head.base, attrs.get("href") or "")
        if "canonical" in rel and head.canonical is None:
            head.canonical = resolve_url(head.base, attrs.get("href") or "")
    head.feeds = tuple(feeds)


def _json_objects(text: str) -> list[dict[str, Any]]:
    if not text or len(text) > MAX_SCRIPT:
        return []
    try:
        loaded = json.loads(text.strip().removeprefix("<!--").removesuffix("-->"), strict=False)
    except (ValueError, RecursionError):
        return []
    found: list[dict[str, Any]] = []
    todo: list[Any] = [loaded]
    while todo and len(found) < 500:
        value = todo.pop(0)
        if isinstance(value, list):
            todo.extend(value[:500])
        elif isinstance(value, dict):
            found.append(value)
            graph = value.get("@graph")
            if isinstance(graph, list):
                todo.extend(graph[:500])
    return found


def find_next_page(links: list[tuple[str, str, str]], base: str) -> str | None:
    """The next page among ``(href, text, rel)`` of the page's links: ``rel=next``, else the usual words and arrows."""
    here = site_of(base)
    for href, _, rel in links:
        if "next" in rel.lower().split():
            return resolve_url(base, href)
    for href, text, _ in links:
        if 0 < len(text) <= 30 and text.strip(" .:»›→>").lower() in _NEXT_WORDS and text.strip():
            target = resolve_url(base, href)
            if target and target.split("#")[0] != base.split("#", maxsplit=1)[0] and site_of(target) == here:
                return target
    return None


def guess_language(declared: str | None, sample: str) -> str | None:
    """The declared language, unless the script of the text contradicts it; ``None`` where nothing tells."""
    other = _ASCII.sub("", sample)
    if len(other) * 60 < len(sample) or max(other, default="") < _FIRST_OTHER:
        return declared
    letters = sum(map(str.isalpha, sample))
    if letters < 40:
        return declared
    counts: Counter[str] = Counter({name: len(pattern.findall(other)) for name, pattern in _SCRIPTS})
    for name, _ in _SCRIPTS:
        if counts[name] / letters >= _NEEDED.get(name, 0.34):
            return declared if declared and _same_script(declared, name) else name
    return declared


_SHARED = {
    "ru": frozenset("ru uk be bg sr mk kk ky tg mn tt ba cv os ab sah".split()),
    "uk": frozenset("uk be rue kk".split()),
    "ar": frozenset("ar fa ur ps ckb ug sd arz ku".split()),
    "fa": frozenset("fa ur ps ckb ug sd ku pa".split()),
    "hi": frozenset("hi mr ne sa bho mai kok".split()),
    "he": frozenset("he iw yi".split()),
    "zh": frozenset("zh yue ja lzh wuu".split()),
}


def _same_script(declared: str, script: str) -> bool:
    primary = declared.split("-", maxsplit=1)[0].lower()
    return primary == script or primary in _SHARED.get(script, frozenset())
