"""HTML pages: parse once, read the candidates, decide what the page is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from selectolax.lexbor import LexborHTMLParser, SelectolaxError

from scraper.errors import ExtractError
from scraper.extract.agreement import prefer_told
from scraper.extract.article import find_notice, find_prose, leads_page, read_article, says_article
from scraper.extract.columns import Page
from scraper.extract.finer import prefer_finer
from scraper.extract.head import find_next_page, guess_language, read_head
from scraper.extract.learnt import learn_recipe
from scraper.extract.listing import candidates, items_of, read_page
from scraper.extract.marked import marked_articles
from scraper.extract.markup import find_value
from scraper.extract.numbered import is_number, numbered_next
from scraper.extract.score import weigh_page
from scraper.extract.structured import TOLD_ALONE, Told, as_item, is_told_listing, key_of, sharpen, told_articles
from scraper.extract.trace import Trace
from scraper.extract.tree import Tree
from scraper.extract.verdict import SHORT_ARTICLE_WORDS, Facts, decide
from scraper.extract.walk import build_tree
from scraper.types import Extraction, ItemData, PageKind, Recipe, Verdict

SAMPLE = 4_000
"""Characters of text from which the language is guessed and error pages are known."""
LED_BY_ARTICLE = 3.0
"""What an article of the page's own above a list takes from its log odds: such lists are "more news"."""
FEW_WORDS = 6
"""Words up to which a link is looked at for "next page" in any language."""
FEW_NODES = 6
"""Nodes of such a link at most."""
WITH_ITEMS = (PageKind.LISTING, PageKind.BOTH)
WITH_ARTICLE = (PageKind.ARTICLE, PageKind.BOTH)


def extract_html(
    html: str, url: str, *, now: datetime, recipe: Recipe | None = None, trace: Trace | None = None
) -> Extraction:
    """The items and the article of an HTML page, with the verdict. Pure; never raises on bad markup, but
    :class:`ExtractError` where the memory does not suffice.

    ``recipe``: a learnt one, to prefer its list; the answer has the one that names the list which was taken.
    ``trace`` is filled with what was seen on the way.
    """
    try:
        parser = LexborHTMLParser(html)
    except SelectolaxError as error:  # its one reason: there is not enough memory
        raise ExtractError("unreadable", "the page has more markup than there is memory for", url=url) from error
    head = read_head(parser, url)
    tree = build_tree(parser)
    sample = text_sample(tree)
    language = guess_language(head.language, sample)
    languages = (language,) if language else ()
    page = read_page(tree, now=now, languages=languages)
    told = told_articles(head.data, head.base, now=now)
    marked = [] if told else marked_articles(tree, head.base, now=now)
    judged = prefer_told(page, candidates(page, recipe, witnesses=bool(told or marked)), told or marked, head.base)
    judged = prefer_finer(page, judged)
    best = judged[0] if judged else None
    prose = find_prose(page, sorted((r.start, r.stop) for r in best.group.records) if best else [])
    if best:
        words = prose.units if prose else 0
        leads = prose is not None and leads_page(page, head, prose, best.group.records[0].start)
        weigh_page(best, words, says_article=says_article(head), url=url, passwords=tree.passwords)
        best.odds -= LED_BY_ARTICLE * leads
        if best.odds < 0:
            prose = find_prose(page, [])
    if (best is None or best.odds < 0) and (prose is None or prose.units < SHORT_ARTICLE_WORDS * 2):
        prose = find_notice(page) or prose
    facts = Facts(
        head=head,
        best=best,
        prose=prose,
        words=tree.units[-1],
        links=tree.links[-1],
        markup=len(html),
        passwords=tree.passwords,
        sample=sample,
    )
    verdict = decide(facts)
    found = []
    if best and verdict.kind in WITH_ITEMS:
        found = items_of(page, best, head.base, now=now, languages=languages)
        if not found:
            verdict = Verdict(PageKind.OTHER, 0.5, ("no record has a title",))
    if found and told:
        known = {key_of(t.url): t for t in told}
        found = [(f, _sharpened(item, known)) for f, item in found]
    items = tuple(item for _, item in found)
    tier = "html"
    if not found and is_told_listing(verdict.kind, told or marked, says_article=says_article(head)):
        tier = "json_ld" if told else "marked"
        items = tuple(as_item(article, tier) for article in told or marked)
        verdict = Verdict(PageKind.LISTING, TOLD_ALONE, (f"the page tells programs of {len(items)} articles",))
    article = None
    if prose and verdict.kind in WITH_ARTICLE:
        article = read_article(page, head, prose, now=now)
        article = replace(article, url=article.url or url)
    if trace is not None:
        trace.page, trace.judged, trace.prose, trace.found, trace.base = page, judged, prose, found, head.base
    return Extraction(
        items=items,
        article=article,
        verdict=verdict,
        recipe=learn_recipe(tree, best.group) if best and found else None,
        next_page_url=head.next_page or _next_page(page, head.base),
        feed_urls=head.feeds,
        language=language,
        page_title=head.title,
        tier=tier,
    )


def _sharpened(item: ItemData, known: dict[str, Told]) -> ItemData:
    told = known.get(key_of(item.url)) if item.url else None
    return sharpen(item, told) if told else item


def text_sample(tree: Tree) -> str:
    """The first text of a page, a line each."""
    parts, size = [], 0
    for line in tree.lines:
        parts.append(line.text[:400])
        size += len(parts[-1])
        if size > SAMPLE:
            break
    return "\n".join(parts)


def _next_page(page: Page, base: str) -> str | None:
    """The address of the link that says that it leads to the next page, by itself, in words, or by its number."""
    tree = page.tree
    ends, units, raws = tree.end, tree.units, tree.attrs.raw
    short = [(node, href) for node, href in tree.hrefs.items() if ends[node] - node <= FEW_NODES]
    told = [(href, "", find_value(raws[node], "rel")) for node, href in short if "next" in raws[node]]
    if any("next" in rel.lower().split() for _, _, rel in told):
        return find_next_page(told, base)
    worded = [
        (node, href, tree.text_of(node, ends[node]))
        for node, href in short
        if units[ends[node]] - units[node] <= FEW_WORDS
    ]
    found = find_next_page([(href, text, "") for _, href, text in worded], base)
    return found or numbered_next(tree, [node for node, _, text in worded if is_number(text)], base)
