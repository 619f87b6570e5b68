"""What a page says stays text: promises 24 to 27. A site that publishes the worst titles it can think of, watched by
the real commands; all that they say and write is looked at."""

from __future__ import annotations

import csv
import io
import json
import os
import re
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from html import escape
from unittest import mock

import lxml.html
import pytest

from presswatch.cli.root import run
from presswatch.fixture_site import Answer, LoopbackServer, Request
from scheduler.render import render
from scraper.extract import extract
from scraper.types import ItemData
from tests.e2e.desk import Desk
from tests.scheduler.examples import ITEM, SOURCE, make_change, make_message
from tests.support.starting import run as run_apart

NASTY = (
    "=cmd|' /C calc'!A0 is announced by the harbour",
    "+1+1 piers are opened by the harbour",
    "-2+3 ferries leave the harbour today",
    "@SUM(1+9)*cmd is said by the harbour",
    "＝1+1 piers of the harbour in full width",
    "Harbour \x1b[31mred\x1b[0m \x1b]0;owned\x07 and \x9b2J cleared",
    "Harbour \u202eevil\u202c \u2066turned\u2069 \u200fround",
    "Harbour notice\r\nBcc: all@example.org\r\n\r\nsecond line",
    "Harbour notice\nERROR 2026-03-01 forged line of a log",
    "<script>alert(1)</script> in the harbour",
    "<img src=x onerror=alert(1)> in the harbour",
    "{{ 7*7 }} {% for x in ().__class__.__base__.__subclasses__() %} harbour ${7*7}",
    "@everyone <!channel> <@U123> [bank](http://evil.example) harbour",
    "Harbour zero\u200bwidth\ufeff and \u2028 separators\u2029 here",
    "Harbour tower a" + "\u0301" * 60 + " of accents",
)
PLAIN = tuple(f"Harbour notice {n} about pier {n}" for n in range(12))
CONTROL = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\u2028\u2029]")


def listing(titles: tuple[str, ...], encoding: str = "utf-8", declare: str = "") -> bytes:
    """A page that lists them."""
    rows = "".join(
        f'<li><a href="/n/{n}">{escape(title)}</a> <time>2026-02-{1 + n % 27:02}</time></li>'
        for n, title in reversed(list(enumerate(titles)))
    )
    head = f'<meta charset="{declare}">' if declare else ""
    text = f"<html><head>{head}<title>News</title></head><body><main><h1>News</h1><ul>{rows}</ul></main></body></html>"
    return text.encode(encoding)


class Nasty(LoopbackServer):
    """First plain notices, then the nasty ones as well."""

    titles = PLAIN

    def answer(self, request: Request) -> Answer:
        body = listing(self.titles)
        return Answer(404) if request.path != "/news" else Answer(200, body, (("Content-Type", "text/html"),))


@dataclass
class Said:
    """What each command wrote to standard output and error, by its words."""

    desk: Desk
    outputs: dict[str, str] = field(default_factory=dict)
    errors: str = ""
    crawled_csv: str = ""


READING = (
    "check", "items", "items --json", "items --jsonl", "items --csv", "changes", "changes --csv", "changes --json",
    "show 20", "show 20 --json", "list", "status", "messages", "messages --csv", "report", "schedule", "extract {url}",
    "export items --csv", "doctor",
)  # fmt: skip


@pytest.fixture(scope="module")
def said(tmp_path_factory: pytest.TempPathFactory) -> Said:
    desk = Desk(tmp_path_factory.mktemp("people") / "home")
    with Nasty(("127.0.101.1",)) as site:
        url = f"{site.origin()}/news"
        desk.configure({"harbour": url})
        with desk.config_path.open("a", encoding="utf-8") as file:
            file.write('[channels.console]\ntype = "console"\n')
            file.write(f'[channels.file]\ntype = "file"\npath = "{desk.home}/told.jsonl"\n')
        found = Said(desk)
        target = desk.home / "items.csv"
        assert desk.crawl("source=harbour").returncode == 0
        site.titles = PLAIN + NASTY
        for words in READING:
            _say(found, words, url)
        crawl = desk.crawl("source=harbour", f"--overwrite-output={target}", "--loglevel=DEBUG")
        found.errors += crawl.stderr
        found.crawled_csv = target.read_text("utf-8")
        site.titles = ("Gone",)
        _say(found, "check --json", url)
    return found


def _say(found: Said, words: str, url: str) -> None:
    if words.split(" ", maxsplit=1)[0] in ("check", "extract", "doctor"):
        _say_apart(found, words, url)
        return
    out, err = io.StringIO(), io.StringIO()
    environ = found.desk.environment() | {"FORCE_COLOR": "", "NO_COLOR": "1"}
    with mock.patch.dict(os.environ, environ), redirect_stdout(out), redirect_stderr(err):
        assert run(words.split(" ")) in (0, 1), words
    found.outputs[words], found.errors = out.getvalue(), found.errors + err.getvalue()


def _say_apart(found: Said, words: str, url: str) -> None:
    """By a process of its own: it talks to the site."""
    environ = found.desk.environment() | {"FORCE_COLOR": "", "NO_COLOR": "1"}
    done = run_apart(["presswatch", *words.format(url=url).split(" ")], env=environ)
    assert "Traceback" not in done.stderr, done.stderr
    assert done.returncode in (0, 1, 3), (words, done.stderr)
    found.outputs[words] = done.stdout
    found.errors += done.stderr


def test_all_nasty_titles_were_found_and_told(said: Said) -> None:
    """Promises 24 to 26 rest on it: none of the titles is missing from what is looked at."""
    assert said.desk.value("SELECT count(*) FROM items WHERE is_baseline = 0") == len(NASTY)
    assert len(json.loads(said.outputs["items --json"])) == len(NASTY) + len(PLAIN)


@pytest.mark.parametrize("title", NASTY)
def test_page_text_never_runs(title: str) -> None:
    """Promise 24: not in HTML, Markdown, chat or a payload. (In the web pages: see ``tests/presswatch/web``.)"""
    url = 'https://harbour.example/"><script>alert(1)</script>'
    item = replace(ITEM, title=title, summary=title, author=title, url=url)
    rendered = render(make_message(make_change(item, source=replace(SOURCE, name=title))))
    tree = lxml.html.fromstring(rendered.html)
    tags = {element.tag for element in tree.iter() if isinstance(element.tag, str)}
    assert tags <= {"div", "p", "a", "strong", "small", "br", "span", "ul", "li", "h2", "del", "ins"}
    assert all(set(element.keys()) <= {"href"} for element in tree.iter())
    assert all(link.get("href").startswith("https://harbour.example/") for link in tree.iter("a"))
    assert not re.search(r"(?<!\\)<(script|img)", rendered.markdown)
    assert "@everyone" not in rendered.chat(2_000)
    assert "](http://evil" not in rendered.chat(2_000)
    assert "49" not in rendered.text.replace(title, "")
    json.loads(rendered.body)


def test_javascript_links_are_no_links() -> None:
    """Promise 24: http and https only."""
    for url in ("javascript:alert(1)", "data:text/html,x", "JaVaScRiPt:alert(1)", "vbscript:x", "file:///etc/passwd"):
        rendered = render(make_message(make_change(ItemData("Pier", url=url))))
        assert "href" not in rendered.html
        assert "](" not in rendered.markdown


def _tables(said: Said) -> dict[str, str]:
    return {words: text for words, text in said.outputs.items() if "--csv" in words} | {"crawl": said.crawled_csv}


@pytest.mark.parametrize("words", [*(words for words in READING if "--csv" in words), "crawl"])
def test_exports_are_safe_in_a_spreadsheet(said: Said, words: str) -> None:
    """Promise 25: no cell of any CSV begins a formula, that of ``scrapy crawl -O`` neither."""
    rows = list(csv.reader(io.StringIO(_tables(said)[words], newline="")))
    assert len(rows) > 2
    for row in rows:
        for cell in row:
            assert not re.match(r"[=+\-@\t\r＝＋－＠]", cell), cell
            assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", cell), cell
    assert "messages" in words or any(cell.startswith("'=cmd") for row in rows for cell in row)


def test_nothing_a_page_says_controls_the_terminal_or_forges_a_line(said: Said) -> None:
    """Promise 26: in all that the commands say, in their logs and in the file channel."""
    for words, text in said.outputs.items():
        assert not CONTROL.search(text.replace("\r\n", "\n") if "--csv" in words else text), words
    assert not CONTROL.search(said.errors)
    assert not [line for line in said.errors.splitlines() if line.startswith(("ERROR 2026-03-01", "Bcc:"))]
    told = (said.desk.home / "told.jsonl").read_text("utf-8")
    assert not CONTROL.search(told)
    assert len(told.splitlines()) >= 1
    for line in told.splitlines():
        json.loads(line)


@pytest.mark.parametrize("title", NASTY)
def test_nothing_a_page_says_writes_a_mail_header(title: str) -> None:
    """Promise 26: the subject is one line without control characters."""
    subject = render(make_message(make_change(replace(ITEM, title=title)))).subject
    assert not CONTROL.search(subject)
    assert "\n" not in subject


ENCODED = {
    "utf-8": "Ærø Žižkov Łódź — „Новости“ 新闻 お知らせ أخبار",
    "utf-16": "Новости порта 新闻 お知らせ أخبار",
    "windows-1251": "Новости порта: открыт второй причал",
    "koi8-r": "Новости порта: открыт второй причал",
    "iso-8859-5": "Новости порта: открыт второй причал",
    "windows-1250": "Přístav otevírá druhé molo v Žižkově a Łodzi",
    "iso-8859-2": "Přístav otevírá druhé molo v Žižkově a Łodzi",
    "windows-1252": "Größe der Fähre – „geprüft“ à l’été",
    "iso-8859-15": "Größe der Fähre geprüft à l'été pour 5 €",
    "windows-1253": "Νέα του λιμανιού από την πόλη",
    "windows-1254": "Şehir limanı yeni iskeleyi açıyor",
    "windows-1255": "חדשות הנמל מן העיר",
    "windows-1256": "أخبار الميناء من المدينة",
    "windows-1257": "Ostas ziņas: atklāta otrā piestātne",
    "windows-874": "ข่าวท่าเรือจากเมือง",
    "shift_jis": "港のお知らせ：第二桟橋が開通",
    "euc-jp": "港のお知らせ：第二桟橋が開通",
    "iso-2022-jp": "港のお知らせ：第二桟橋が開通",
    "gb18030": "港口新闻：第二码头开放",
    "big5": "港口新聞：第二碼頭開放",
    "euc-kr": "항구 소식: 두 번째 부두 개통",
}
CODECS = {"windows-874": "cp874"}


@pytest.mark.parametrize("encoding", ENCODED)
@pytest.mark.parametrize("how", ["header", "meta"])
def test_text_is_what_the_publisher_wrote_and_a_change_of_encoding_is_no_news(encoding: str, how: str) -> None:
    """Promise 27: twenty-one encodings, declared in either place; the page in UTF-8 says the same."""
    titles = tuple(f"{ENCODED[encoding]} {n}" for n in range(9))
    body = listing(titles, CODECS.get(encoding, encoding), encoding if how == "meta" and encoding != "utf-16" else "")
    declared = f"text/html; charset={encoding}" if how == "header" else "text/html"
    found = _items(body, declared)
    assert [item.title for item in found] == list(reversed(titles))
    assert found == _items(listing(titles), "text/html")


def _items(body: bytes, content_type: str) -> tuple[ItemData, ...]:
    now = datetime(2026, 3, 2, tzinfo=UTC)
    return extract(body, "https://harbour.example/news", content_type=content_type, now=now).items
