from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scraper.extract.feed import extract_feed, is_feed
from scraper.types import Extraction, ItemData, PageKind

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
URL = "https://news.example.org/feeds/all.xml"

RSS = """<?xml version="1.0" encoding="utf-8"?>
<?xml-stylesheet type="text/xsl" href="feed.xsl"?>
<!-- made by hand -->
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:media="http://search.yahoo.com/mrss/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel>
 <title>Harbour &amp; River</title><link>https://news.example.org/</link><language>en-gb</language>
 <atom:link rel="self" href="https://news.example.org/feeds/all.xml"/>
 <atom:link rel="next" href="?page=2"/>
 <image><title>Logo</title><url>https://news.example.org/logo.png</url></image>
 <item>
  <title><![CDATA[Quay &amp; <b>lock</b> open “again”]]></title>
  <link> https://news.example.org/quay?id=1&amp;lang=en </link>
  <guid isPermaLink="false">tag:1</guid>
  <pubDate>Thu, 12 Mar 2026 09:30:00 +0100</pubDate>
  <description>&lt;p&gt;The quay is open.&lt;/p&gt;&lt;script&gt;alert(1)&lt;/script&gt;
    &lt;p&gt;Ships call.&lt;/p&gt;</description>
  <dc:creator>Ann Low</dc:creator>
  <media:content url="/img/quay.jpg" medium="image"/>
 </item>
 <item>
  <title>AT&amp;amp;T lays a cable: 3 &lt; 5</title>
  <link>/cable</link>
  <pubDate>12 Mar 2026</pubDate>
  <author>desk@example.org (Ivo Tern)</author>
  <enclosure url="cable.png" type="image/png" length="3"/>
 </item>
 <item><guid>https://news.example.org/permalink</guid>
  <description>Only a text. It has two sentences.</description></item>
 <item><pubDate>Thu, 12 Mar 2026 09:30:00 GMT</pubDate></item>
 <item><title>Bad date and link</title><link>javascript:alert(1)</link><pubDate>soon</pubDate></item>
</channel></rss>
"""

ATOM = """<?xml version="1.0"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de" xml:base="https://news.example.org/de/">
 <title type="text">Hafen</title>
 <link rel="self" href="feed.atom"/>
 <entry xml:base="2026/">
  <id>urn:uuid:1</id><title type="html">Der &lt;em&gt;Kai&lt;/em&gt; &amp;auml;ndert sich</title>
  <link rel="edit" href="edit/1"/><link rel="alternate" type="application/pdf" href="kai.pdf"/>
  <link rel="alternate" type="text/html" href="kai.html"/>
  <published>2026-03-12T23:30:00-05:00</published><updated>2026-03-14T00:00:00Z</updated>
  <author><name>Lena Ode</name><email>lena@example.org</email></author>
  <summary type="xhtml">
   <div xmlns="http://www.w3.org/1999/xhtml"><p>Er ist <b>of</b>fen.</p><p>Schiffe kommen.</p></div></summary>
 </entry>
 <entry><id>https://news.example.org/by-id</id><title>Nur Kennung</title><updated>2026-03-10</updated>
  <content type="text">Langer Text</content></entry>
</feed>
"""

RDF = """<?xml version="1.0"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/">
 <channel rdf:about="https://news.example.org/"><title>River</title></channel>
 <item rdf:about="https://news.example.org/a"><title>First</title><dc:date>2026-03-12T09:00+09:00</dc:date></item>
 <item rdf:about="https://news.example.org/b"><title>Second</title><link>https://news.example.org/b2</link></item>
</rdf:RDF>
"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Harbour",
    "language": "en",
    "next_url": "/feed.json?page=2",
    "items": [
        {
            "id": 17,
            "url": "/quay",
            "title": "Quay <i>open</i>",
            "content_html": "<p>The quay is open.</p>",
            "date_published": "2026-03-12T09:30:00.5Z",
            "authors": [{"name": "Ann Low"}],
            "image": "/quay.jpg",
        },
        {"id": "x", "content_text": "A note without a title. It is short."},
        "no object",
        {"id": "nothing"},
    ],
}

NEWS_SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
 xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
 <url><loc>https://news.example.org/a</loc><news:news><news:publication><news:name>N</news:name></news:publication>
  <news:publication_date>2026-03-12T09:00:00Z</news:publication_date>
  <news:title>Quay &amp; lock</news:title></news:news>
  <image:image><image:loc>https://news.example.org/a.jpg</image:loc></image:image></url>
 <url><loc>https://news.example.org/about-us</loc></url>
</urlset>
"""

SITEMAP = """<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
 <url><loc>https://news.example.org/2026/03/river-council_meets.html</loc><lastmod>2026-03-12</lastmod></url>
 <url><loc>ftp://news.example.org/x</loc></url>
</urlset>"""

INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
 <sitemap><loc>https://news.example.org/s1.xml</loc></sitemap><sitemap><loc>/s2.xml</loc></sitemap></sitemapindex>"""


def read(text: str | bytes, content_type: str | None = None) -> Extraction:
    body = text if isinstance(text, bytes) else text.encode()
    return extract_feed(body, URL, content_type=content_type, now=NOW)


def day(item: ItemData) -> str | None:
    return item.published.iso() if item.published else None


def test_rss_entries_in_order_with_all_their_fields() -> None:
    extraction = read(RSS)
    first, second, third, fourth = extraction.items
    assert first.title == "Quay & lock open “again”"
    assert first.url == "https://news.example.org/quay?id=1&lang=en"
    assert first.guid == "tag:1"
    assert day(first) == "2026-03-12T09:30:00+01:00"
    assert first.summary == "The quay is open. Ships call."
    assert first.author == "Ann Low"
    assert first.image_url == "https://news.example.org/img/quay.jpg"
    assert second.title == "AT&T lays a cable: 3 < 5"
    assert second.url == "https://news.example.org/cable"
    assert day(second) == "2026-03-12"
    assert second.author == "Ivo Tern"
    assert second.image_url == "https://news.example.org/feeds/cable.png"
    assert (third.title, third.url) == ("Only a text.", "https://news.example.org/permalink")
    assert (fourth.title, fourth.url, fourth.published) == ("Bad date and link", None, None)
    assert extraction.page_title == "Harbour & River"
    assert extraction.language == "en-gb"
    assert extraction.next_page_url == "https://news.example.org/feeds/all.xml?page=2"


def test_a_broken_entry_costs_one_entry_and_is_told() -> None:
    verdict = read(RSS).verdict
    assert verdict.kind is PageKind.LISTING
    assert any("1 of 5 entries" in reason for reason in verdict.reasons)


def test_atom_entries_are_resolved_against_their_base() -> None:
    first, second = read(ATOM).items
    assert first.title == "Der Kai ändert sich"
    assert first.url == "https://news.example.org/de/2026/kai.html"
    assert day(first) == "2026-03-12T23:30:00-05:00"
    assert first.author == "Lena Ode"
    assert first.summary == "Er ist offen. Schiffe kommen."
    assert first.guid == "urn:uuid:1"
    assert (second.url, day(second), second.summary) == ("https://news.example.org/by-id", "2026-03-10", "Langer Text")


def test_rss_1_and_its_dublin_core_dates() -> None:
    first, second = read(RDF).items
    assert (first.title, first.url, day(first)) == ("First", "https://news.example.org/a", "2026-03-12T09:00:00+09:00")
    assert second.url == "https://news.example.org/b2"


def test_json_feed() -> None:
    extraction = read(json.dumps(JSON_FEED))
    first, second = extraction.items
    assert (first.title, first.url, first.guid) == ("Quay open", "https://news.example.org/quay", "17")
    assert (first.summary, first.author) == ("The quay is open.", "Ann Low")
    assert first.image_url == "https://news.example.org/quay.jpg"
    assert day(first) == "2026-03-12T09:30:00+00:00"
    assert second.title == "A note without a title."
    assert extraction.next_page_url == "https://news.example.org/feed.json?page=2"


def test_news_sitemap_lists_its_news_only() -> None:
    (item,) = read(NEWS_SITEMAP).items
    assert (item.title, item.url, day(item)) == (
        "Quay & lock",
        "https://news.example.org/a",
        "2026-03-12T09:00:00+00:00",
    )
    assert item.image_url == "https://news.example.org/a.jpg"


def test_plain_sitemap_has_titles_from_its_urls_and_no_dates() -> None:
    extraction = read(SITEMAP)
    (item,) = extraction.items
    assert (item.title, item.published) == ("river council meets", None)
    assert extraction.verdict.confidence < 0.7


def test_sitemap_index_lists_nothing_and_names_its_sitemaps_newest_first() -> None:
    extraction = read(INDEX)
    assert extraction.items == ()
    assert extraction.verdict.kind is PageKind.OTHER
    assert extraction.feed_urls == ("https://news.example.org/s2.xml", "https://news.example.org/s1.xml")
    dated = read(
        '<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">'
        "<sitemap><loc>/a.xml</loc><lastmod>2026-03-01</lastmod></sitemap><sitemap><loc>/b.xml</loc></sitemap>"
        "<sitemap><loc>/c.xml</loc><lastmod>2026-03-01T08:00:00+00:00</lastmod></sitemap></sitemapindex>"
    )
    assert [url[-5:] for url in dated.feed_urls] == ["c.xml", "a.xml", "b.xml"]


@pytest.mark.parametrize("text", [RSS, ATOM, RDF, NEWS_SITEMAP, SITEMAP, INDEX, json.dumps(JSON_FEED)])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("content_type", [None, "text/html", "text/plain", "application/octet-stream"])
def test_feeds_are_known_by_their_content(text: str, codec: str, content_type: str | None) -> None:
    text = text.replace(' encoding="utf-8"', "").replace(' encoding="UTF-8"', "")
    body = text.encode(codec)
    assert is_feed(body, content_type)
    assert len(extract_feed(body, URL, content_type=content_type, now=NOW).items) == len(read(text).items)


@pytest.mark.parametrize(
    "body",
    [
        "",
        "<html><body><rss/></body></html>",
        "<!DOCTYPE html><html><head></head></html>",
        '{"items": []}',
        "plain text <rss>",
        "<svg xmlns='http://www.w3.org/2000/svg'/>",
        "<?xml version='1.0'?><note/>",
        "[1, 2]",
    ],
)
def test_other_documents_are_no_feeds(body: str) -> None:
    assert not is_feed(body.encode(), "application/xml")


@pytest.mark.parametrize("text", [RSS, ATOM, RDF, NEWS_SITEMAP, json.dumps(JSON_FEED)])
def test_a_cut_feed_is_an_error_never_a_shorter_list(text: str) -> None:
    body = text.rstrip().encode()
    for length in range(0, len(body), 7):
        extraction = read(body[:length])
        assert extraction.items == ()
        assert extraction.verdict.kind is PageKind.ERROR
        assert extraction.verdict.reasons


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text.replace("Ann Low", "Ann &nbsp; Low & Sons"),
        lambda text: text.replace("Ann Low", "Ann \x0b\x00 Low"),
        lambda text: text.replace("<dc:creator>", "<dc:creator></i>"),
        lambda text: text.replace(' xmlns:dc="http://purl.org/dc/elements/1.1/"', ""),
        lambda text: "\n\n \ufeff" + text,
        lambda text: text + "\n<!-- served in 12 ms -->",
        lambda text: text + "\x00",
    ],
)
def test_recoverable_mistakes_cost_no_entry(spoil) -> None:  # type: ignore[no-untyped-def]
    extraction = read(spoil(RSS))
    assert [item.title for item in extraction.items] == [item.title for item in read(RSS).items]
    assert [item.url for item in extraction.items] == [item.url for item in read(RSS).items]
    assert (extraction.items[0].author or "Ann").startswith("Ann")


def test_entities_and_external_documents_are_never_resolved() -> None:
    bomb = (
        '<?xml version="1.0"?><!DOCTYPE rss [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">'
        '<!ENTITY f SYSTEM "file:///etc/passwd">]>'
        "<rss><channel><item><title>T &b; &f;</title><link>https://news.example.org/x</link></item></channel></rss>"
    )
    (item,) = read(bomb).items
    assert "haha" not in item.title
    assert "root:" not in item.title


@pytest.mark.parametrize("code", ["#xD800", "#56320", "#x0", "#xFFFF", "#1114112"])
def test_references_to_characters_that_do_not_exist_cost_no_entry(code: str) -> None:
    spoilt = RSS.replace("<item>", f"<item><description>a &{code}; b & c</description>", 1)
    assert len(read(spoilt).items) == len(read(RSS).items)


def test_one_entry_of_nested_tags_costs_little_time() -> None:
    import time

    started = time.process_time()
    nested = RSS.replace("<item>", "<item><description>" + "&lt;div&gt;" * 100_000 + "</description>", 1)
    assert len(read(nested).items) == len(read(RSS).items)
    assert time.process_time() - started < 3


def test_hostile_sizes_stay_bounded() -> None:
    import time

    started = time.process_time()
    deep = "<rss>" + "<a>" * 50_000 + "</a>" * 50_000 + "</rss>"
    wide = "<rss><item " + " ".join(f'a{n}="1"' for n in range(60_000)) + "/></rss>"
    many = "<rss><channel>" + "<item><title>t</title><link>/x</link></item>" * 30_000 + "</channel></rss>"
    long = "<rss><channel><item><title>" + "word " * 200_000 + "</title></item></channel></rss>"
    doctype = "<!DOCTYPE rss [" + "<!ENTITY a 'b'>" * 20_000
    comments = "<!-- -->" * 100_000
    for text in (deep, wide, doctype, comments):
        assert read(text).items == ()
        is_feed(text.encode(), None)
    assert len(read(many).items) == 2_000
    assert len(read(long).items[0].title) <= 1_000
    assert time.process_time() - started < 10


def test_a_date_far_ahead_is_no_publication_date() -> None:
    item = read(RSS.replace("12 Mar 2026 09:30:00 +0100", "12 Mar 2036 09:30:00 +0100")).items[0]
    assert item.published is None


@settings(max_examples=150, deadline=None)
@given(
    st.sampled_from([RSS, ATOM, RDF, NEWS_SITEMAP, json.dumps(JSON_FEED)]),
    st.lists(st.tuples(st.integers(0, 3000), st.sampled_from("<>&\"'/]{}x \x00é")), max_size=6),
)
def test_any_damage_is_survived(text: str, changes: list[tuple[int, str]]) -> None:
    for place, char in changes:
        text = text[: place % len(text)] + char + text[place % len(text) + 1 :]
    extraction = read(text)
    assert extraction.verdict.reasons
    for item in extraction.items:
        assert item.title
        assert item.url is None or item.url.startswith(("http://", "https://"))


@given(st.binary(max_size=300))
def test_any_bytes_are_survived(body: bytes) -> None:
    is_feed(body, None)
    assert extract_feed(b"<rss>" + body, URL, content_type=None, now=NOW).verdict.reasons
