"""The last look at an extraction, whichever way it was found: no field is longer than what the store takes."""

from __future__ import annotations

from dataclasses import replace

from scraper.types import ArticleData, Extraction, ItemData, Published
from scraper.urls import MAX_URL

MOST_ITEMS = 5_000
"""Of one page; a check looks at fewer."""
MAX_TITLE = 1_000
MAX_SUMMARY = 5_000
MAX_NAME = 300
MAX_ARTICLE = 500_000
_MAX_RAW = 300
_MAX_GUID = 1_000
_MOST_FEEDS = 100


def bounded(found: Extraction) -> Extraction:
    """The same within bounds. What is within them already is not copied."""
    items = tuple(map(_item, found.items[:MOST_ITEMS]))
    article = _article(found.article) if found.article else None
    title, feeds, following = found.page_title, found.feed_urls[:_MOST_FEEDS], found.next_page_url
    if title and len(title) > MAX_TITLE:
        title = title[:MAX_TITLE].rstrip()
    if following and len(following) > MAX_URL:
        following = None
    return replace(found, items=items, article=article, page_title=title, feed_urls=feeds, next_page_url=following)


def _item(item: ItemData) -> ItemData:
    if (
        len(item.title) <= MAX_TITLE
        and _fits(item.url, MAX_URL)
        and _fits(item.summary, MAX_SUMMARY)
        and _fits(item.author, MAX_NAME)
        and _fits(item.image_url, MAX_URL)
        and _fits(item.guid, _MAX_GUID)
        and (item.published is None or len(item.published.raw) <= _MAX_RAW)
    ):
        return item
    return replace(
        item,
        title=item.title[:MAX_TITLE].rstrip(),
        url=item.url if _fits(item.url, MAX_URL) else None,
        summary=_cut(item.summary, MAX_SUMMARY),
        author=_cut(item.author, MAX_NAME),
        image_url=item.image_url if _fits(item.image_url, MAX_URL) else None,
        guid=item.guid[:_MAX_GUID] if item.guid else None,
        published=_published(item.published),
    )


def _article(article: ArticleData) -> ArticleData:
    return replace(
        article,
        title=article.title[:MAX_TITLE].rstrip(),
        text=article.text if len(article.text) <= MAX_ARTICLE else _cut(article.text, MAX_ARTICLE) or "",
        author=_cut(article.author, MAX_NAME),
        published=_published(article.published),
    )


def _published(published: Published | None) -> Published | None:
    if published is None or len(published.raw) <= _MAX_RAW:
        return published
    return replace(published, raw=published.raw[:_MAX_RAW])


def _fits(text: str | None, most: int) -> bool:
    return text is None or len(text) <= most


def _cut(text: str | None, most: int) -> str | None:
    if text is None or len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip() + "…"
