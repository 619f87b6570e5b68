"""XML from strangers: parsed without DTD, entities or network; repaired where that is safe; truncation told apart."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urljoin

from lxml import etree

_DECLARATION = re.compile(r"[\s\ufeff]*<\?xml[^>]{0,300}\?>")
_DOCTYPE = re.compile(r"<!DOCTYPE[^\[<>]{0,2000}(?:\[[^\]]{0,200000}\]\s*)?>")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff\ud800-\udfff]")
_PROLOGUE = re.compile(
    r"[\s\ufeff]+|<\?.{0,2000}?\?>|<!--.{0,20000}?-->|<!DOCTYPE[^\[<>]{0,2000}(?:\[[^\]]{0,20000}\]\s*)?>", re.DOTALL
)
_ROOT = re.compile(r"<([A-Za-z_][\w.:-]{0,100})[\s/>]")
_NAMED_ENTITY = re.compile(r"&([A-Za-z][A-Za-z0-9]{1,30});")
_CHARACTER = re.compile(r"&#(?:(\d{1,7})|[xX]([0-9a-fA-F]{1,6}));")
_BARE_AMPERSAND = re.compile(r"&(?!#\d{1,7};|#[xX][0-9a-fA-F]{1,6};|[A-Za-z][A-Za-z0-9]{1,30};)")
_LONG_TAG = re.compile(r"<[A-Za-z][^<>]{100000}")
_PREFIX = re.compile(r"<(/?)[\w.-]+:")
_CDATA = re.compile(r"(<!\[CDATA\[.*?\]\]>)", re.DOTALL)
_XML_BASE = "{http://www.w3.org/XML/1998/namespace}base"
_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
_SPACES = {
    "http://purl.org/dc/elements/1.1/": "dc",
    "http://purl.org/dc/terms/": "dc",
    "http://purl.org/rss/1.0/modules/content/": "content",
    "http://search.yahoo.com/mrss/": "media",
    "http://search.yahoo.com/mrss": "media",
    "http://www.w3.org/2005/atom": "atom",
    "http://purl.org/atom/ns#": "atom",
    "http://purl.org/rss/1.0/": "",
    "http://my.netscape.com/rdf/simple/0.9/": "",
    "http://channel.netscape.com/rdf/simple/0.9/": "",
    "http://backend.userland.com/rss2": "",
    "http://www.sitemaps.org/schemas/sitemap/0.9": "",
    "http://www.google.com/schemas/sitemap/0.84": "",
    "http://www.google.com/schemas/sitemap-news/0.9": "news",
    "http://www.google.com/schemas/sitemap-image/1.1": "image",
    "http://www.itunes.com/dtds/podcast-1.0.dtd": "itunes",
    "http://rssnamespace.org/feedburner/ext/1.0": "feedburner",
    "http://www.w3.org/1999/xhtml": "xhtml",
}
_ROOTS = frozenset(("rss", "rdf", "feed", "urlset", "sitemapindex"))


@dataclass(frozen=True, slots=True)
class XmlFeed:
    """A parsed feed: ``kind`` is its root's local name in lower case; ``notes`` say what had to be repaired."""

    root: etree._Element
    kind: str
    notes: tuple[str, ...] = ()


def root_name(text: str) -> str | None:
    """The qualified name of a document's first element, comments, instructions and the DOCTYPE passed over."""
    position = 1 if text.startswith("\ufeff") else 0
    while match := _PROLOGUE.match(text, position):
        position = match.end()
    root = _ROOT.match(text, position)
    return root[1] if root else None


def feed_kind(name: str | None) -> str | None:
    """``rss``, ``rdf``, ``feed``, ``urlset`` or ``sitemapindex`` for a root's name; ``None`` for other documents."""
    local = (name or "").rpartition(":")[2].lower()
    return local if local in _ROOTS else None


def parse_feed(text: str) -> XmlFeed | str:
    """The feed in a text, or a sentence that says why there is none to be had.

    A feed whose root element is not closed is cut off: it is refused, because a cut list looks like a shorter one.
    """
    name = root_name(text)
    kind = feed_kind(name)
    if name is None or kind is None:
        return "the document is no feed"
    if _LONG_TAG.search(text):
        return "the feed has a tag of more than 100,000 characters"
    text = _DOCTYPE.sub("", _DECLARATION.sub("", _FORBIDDEN.sub("", text), count=1), count=1).lstrip("\ufeff \t\r\n")
    root = _parse(text, recover=False)
    if root is not None:
        return XmlFeed(root, kind)
    if not re.search(rf"</\s*{re.escape(name)}\s*>", text[-len(text) // 2 - 200 :]):
        return "the feed is cut off: its root element is not closed"
    repaired = _with_plain_entities(text)
    root = _parse(repaired, recover=False)
    if root is not None:
        return XmlFeed(root, kind, ("entities that XML does not know were read as HTML's",))
    root = _parse(repaired, recover=True)
    if root is None or feed_kind(local_name(root)) is None:
        return "the feed is malformed beyond repair"
    return XmlFeed(root, kind, ("the feed is malformed XML; what could be read was",))


def _with_plain_entities(text: str) -> str:
    """HTML's entities and bare ampersands outside CDATA as character references.

    XML's own five too: the repairing parser drops named references once it has met an error.
    """
    parts = _CDATA.split(text)
    for index in range(0, len(parts), 2):
        plain = _BARE_AMPERSAND.sub("&#38;", _NAMED_ENTITY.sub(_entity, parts[index]))
        parts[index] = _CHARACTER.sub(_character, plain)
    return "".join(parts)


def _entity(match: re.Match[str]) -> str:
    chars = html.unescape(match[0])
    return f"&#38;{match[1]};" if chars == match[0] else "".join(f"&#{ord(char)};" for char in chars)


def _character(match: re.Match[str]) -> str:
    # The repairing parser takes what XML forbids, surrogates too, and then has a text that is no UTF-8.
    code = int(match[1]) if match[1] else int(match[2], 16)
    legal = code < 0x110000 and not _FORBIDDEN.match(chr(code))
    return match[0] if legal else "&#65533;"


def _parse(text: str, *, recover: bool) -> etree._Element | None:
    parser = etree.XMLParser(
        encoding="utf-8",
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
        recover=recover,
    )
    try:
        return etree.fromstring(text.encode("utf-8"), parser)
    except (etree.XMLSyntaxError, ValueError):
        return None


def space_and_name(element: etree._Element) -> tuple[str, str]:
    """``("dc", "date")``, ``("", "title")``; unknown vocabularies keep their URI. An undeclared prefix, which the
    repairing parser leaves in the name, counts as what it is usually bound to."""
    tag = element.tag
    if not isinstance(tag, str):
        return "?", ""
    if tag.startswith("{"):
        uri, _, local = tag[1:].partition("}")
        return _SPACES.get(uri.lower().replace("https://", "http://"), uri), local.lower()
    prefix, _, local = tag.rpartition(":")
    return prefix.lower(), local.lower()


def local_name(element: etree._Element) -> str:
    """The name without its vocabulary, in lower case."""
    return space_and_name(element)[1]


def children(element: etree._Element) -> Iterator[tuple[str, str, etree._Element]]:
    """Child elements as ``(vocabulary, name, element)``."""
    for child in element:
        if isinstance(child.tag, str):
            yield *space_and_name(child), child


def text_of(element: etree._Element) -> str:
    """All text within an element."""
    return "".join(str(part) for part in element.itertext())


def inner_markup(element: etree._Element) -> str:
    """The content of an element as mark-up, for XHTML that stands in a feed unescaped."""
    parts = [html.escape(element.text or "", quote=False)]
    parts.extend(_PREFIX.sub(r"<\1", str(etree.tostring(child, encoding="unicode"))) for child in element)
    return "".join(parts)


def base_of(element: etree._Element, url: str) -> str:
    """What relative links in an element are relative to (XML Base); an unusable ``xml:base`` counts as none."""
    bases = [str(base) for node in (element, *element.iterancestors()) if (base := node.get(_XML_BASE))]
    for base in reversed(bases[:20]):
        try:
            url = urljoin(url, base)
        except ValueError:
            continue
    return url


def language_of(element: etree._Element) -> str | None:
    """``xml:lang`` of an element."""
    return element.get(_XML_LANG)
