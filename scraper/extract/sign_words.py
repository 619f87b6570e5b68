"""The signs of a candidate list in words, for people; :class:`scraper.extract.signs.Signs` says what they measure."""

from __future__ import annotations

from typing import Final

SIGN_WORDS: Final = {
    "count": "how many records",
    "few": "fewer than four records",
    "titles": "titles as long as headlines",
    "sentence": "titles of four words and more",
    "heading": "titles in headings",
    "linked": "titles that are links",
    "aligned": "titles at the same place of each record",
    "dated": "records with a date",
    "one_date": "records with exactly one date",
    "date_order": "dates in order",
    "date_share": "share of the page's dates",
    "summary": "text beside the titles",
    "cover": "share of the page's text",
    "mass": "how much text",
    "early": "early on the page",
    "aside": "in navigation, side column or footer",
    "uniform": "records of similar size",
    "fat": "records with several headings",
    "many_links": "many links in a record",
    "mid_line": "records that begin within a line",
    "no_link": "records without a link",
    "images": "pictures",
    "telling_urls": "addresses like those of documents",
    "url_pattern": "addresses built alike",
    "same_urls": "repeated addresses",
    "same_titles": "repeated titles",
    "prose_outside": "running text elsewhere",
    "in_prose": "titles within a sentence",
    "signed": "posts under a short name",
    "anchored": "links to places on this page",
    "strangers": "siblings that are no records",
    "nested": "records that hold several such links",
    "article": "the page's own running text",
    "says_article": "the page calls itself an article",
    "own_address": "the page's address is a document's",
    "password": "the page asks for a password",
}
"""One phrase for each sign, in the order in which they are told."""
