"""Pages that are no listing, one builder a kind: what a crawler meets beside news. All invented."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from .pages import FOOTER, HEADLINES, MENU, TEASERS, page, slug

PLACES = ("Aldermoor", "Birchham", "Coldwater", "Dunmere", "Eastquay", "Fernhill", "Gullrock", "Highcliff")
PEOPLE = ("Ada Quill", "Bram Tolley", "Cora Venn", "Dov Marsh", "Elin Strand", "Finn Oake", "Greta Holm", "Hugo Reef")
GOODS = (
    "Oak rowing boat",
    "Brass ship bell",
    "Tarred rope 20 m",
    "Wool sweater navy",
    "Storm lamp",
    "Sea chart 1:50000",
)
PROSE = "".join(f"<p>{a} {b}</p>" for a, b in zip(TEASERS, reversed(TEASERS), strict=True))


def _links(names: tuple[str, ...], folder: str) -> str:
    return "".join(f'<li><a href="/{folder}/{slug(n)}">{n}</a></li>' for n in names)


def _fields(*names: str) -> str:
    return "".join(f'<div class="row"><label>{n}</label><input name="{slug(n)}"></div>' for n in names)


def login() -> str:
    return page(
        f"<h1>Sign in</h1><form>{_fields('Mail')}<input type=password><a href='/lost'>Lost your password?</a></form>"
    )


def registration() -> str:
    names = ("First name", "Family name", "Mail", "Street", "Town", "Country")
    return page(f"<h1>New account</h1><form>{_fields(*names)}<input type=password><input type=password></form>")


def lost_password() -> str:
    return page(f"<h1>Reset password</h1><p>We send you a link to choose a new one.</p><form>{_fields('Mail')}</form>")


def contact_form() -> str:
    return page(f"<h1>Write to us</h1><form>{_fields('Name', 'Mail', 'Subject')}<textarea></textarea></form>")


def contact_people() -> str:
    cards = "".join(
        f'<div class="card"><img src="/p/{k}.jpg"><h3>{p}</h3><p>Desk {k}</p><p>Tel. 0123 456{k}</p>'
        f'<a href="mailto:{slug(p)}@harbour.example">Mail</a></div>'
        for k, p in enumerate(PEOPLE)
    )
    return page(f"<h1>Your contacts</h1>{cards}")


def team() -> str:
    cards = "".join(
        f'<div class="card"><a href="/team/{slug(p)}"><img src="/p/{k}.jpg"></a><h3><a href="/team/{slug(p)}">{p}</a></h3>'
        f"<p>Officer</p></div>"
        for k, p in enumerate(PEOPLE)
    )
    return page(f"<h1>Our team</h1>{cards}")


def terms() -> str:
    sections = "".join(f"<h2>{k}. Clause {k}</h2>{PROSE}" for k in range(1, 7))
    contents = "".join(f'<li><a href="#c{k}">Clause {k}</a></li>' for k in range(1, 7))
    return page(f"<h1>Terms of use</h1><p>Last changed on 3 February 2025</p><ul>{contents}</ul>{sections}")


def privacy_with_links() -> str:
    linked = "".join(
        f'<p>{t} See <a href="https://law.example/act-{k}-of-2016">the act of 2016, part {k}</a> for more.</p>'
        for k, t in enumerate(TEASERS)
    )
    return page(f"<h1>Privacy</h1>{linked}{linked}")


def imprint() -> str:
    return page("<h1>Imprint</h1><p>Harbour office</p><p>Quay 1</p><p>VAT 123</p><p>Responsible: Ada Quill</p>")


def product() -> str:
    facts = "".join(f"<tr><th>Part {k}</th><td>{k * 7} cm</td></tr>" for k in range(8))
    return page(
        f"<h1>{GOODS[0]}</h1><p>1 290,00</p><button>Add to cart</button><table>{facts}</table><p>{TEASERS[0]}</p>"
    )


def product_with_others() -> str:
    others = "".join(
        f'<li><a href="/shop/{slug(g)}"><img src="/g/{k}.jpg"></a><a href="/shop/{slug(g)}">{g}</a><b>{k}9,90</b></li>'
        for k, g in enumerate(GOODS)
    )
    return page(f"<h1>Ship lantern</h1><p>89,00</p><p>{TEASERS[1]}</p><h2>Others bought</h2><ul>{others}</ul>")


def shop_front() -> str:
    return page(
        f"<h1>Departments</h1><ul>{_links(('Boats', 'Ropes', 'Lamps', 'Charts', 'Clothes', 'Bells'), 'shop')}</ul>"
    )


def cart() -> str:
    rows = "".join(f"<tr><td>{g}</td><td><input value=1></td><td>19,90</td></tr>" for g in GOODS[:3])
    return page(f"<h1>Your cart</h1><table>{rows}</table><a href='/checkout'>To the till</a>")


def search_form() -> str:
    return page(f"<h1>Search</h1><form>{_fields('Words', 'From', 'Until')}</form><p>Type at least three letters.</p>")


def no_results() -> str:
    return page("<h1>Search</h1><form><input></form><p>Nothing was found for your words.</p>")


def questions() -> str:
    asked = "".join(f"<h3>How do I moor at berth {k}?</h3><p>{t}</p>" for k, t in enumerate(TEASERS))
    return page(f"<h1>Questions and answers</h1>{asked}")


def folded_questions() -> str:
    asked = "".join(
        f"<details><summary>May I fish at pier {k}?</summary><p>{t}</p></details>" for k, t in enumerate(TEASERS)
    )
    return page(f"<h1>Questions</h1>{asked}")


def site_map() -> str:
    parts = "".join(f"<h2>{p}</h2><ul>{_links(('About', 'Ships', 'Jobs', 'Tides'), slug(p))}</ul>" for p in PLACES)
    return page(f"<h1>Site map</h1>{parts}")


def tag_cloud() -> str:
    return page("<h1>Subjects</h1>" + " ".join(f'<a href="/tag/{slug(p)}">{p}</a>' for p in PLACES * 3))


def letters() -> str:
    return page("<h1>Glossary</h1>" + " ".join(f'<a href="/a-z/{c}">{c}</a>' for c in "ABCDEFGHIJKLMNOPQRSTUVWXYZ"))


def glossary() -> str:
    return page(
        "<h1>Words of the sea</h1><dl>"
        + "".join(f"<dt>{p}</dt><dd>{t}</dd>" for p, t in zip(PLACES, TEASERS, strict=True))
    )


def archive_months() -> str:
    months = ("January", "February", "March", "April", "May", "June", "July", "August")
    return page(
        "<h1>Archive</h1><ul>"
        + "".join(f'<li><a href="/2025/{k:02}/">{m} 2025</a> (7)</li>' for k, m in enumerate(months, 1))
    )


def languages() -> str:
    names = ("English", "Deutsch", "Français", "Español", "Polski", "Čeština", "Türkçe", "日本語")
    return page(
        "<h1>Choose your language</h1><ul>" + "".join(f'<li><a href="/{k}/">{n}</a></li>' for k, n in enumerate(names))
    )


def prices() -> str:
    rows = "".join(f"<tr><td>{p}</td><td>{k}2,50</td><td>{k}9,00</td></tr>" for k, p in enumerate(PLACES))
    return page(f"<h1>Ferry fares</h1><table><tr><th>To</th><th>Single</th><th>Return</th></tr>{rows}</table>")


def timetable() -> str:
    rows = "".join(f"<tr><td>{p}</td><td>0{k}:15</td><td>1{k}:45</td></tr>" for k, p in enumerate(PLACES))
    return page(f"<h1>Timetable</h1><table>{rows}</table><p>Valid from 1 January 2026</p>")


def weather() -> str:
    rows = "".join(f"<tr><td>2026-03-{15 + k}</td><td>{k + 4} °C</td><td>SW {k}</td></tr>" for k in range(7))
    return page(f"<h1>Weather at sea</h1><table>{rows}</table>")


def results_table() -> str:
    rows = "".join(
        f'<tr><td>{k + 1}.</td><td><a href="/club/{slug(p)}">{p}</a></td><td>{30 - k}</td></tr>'
        for k, p in enumerate(PLACES)
    )
    return page(f"<h1>Rowing league</h1><table>{rows}</table>")


def thread() -> str:
    posts = "".join(
        f'<div class="post"><a href="/user/{slug(p)}">{p}</a> <a href="#p{k}">#{k}</a> <span>12 March 2026, 1{k}:05</span>'
        f"<p>{t}</p><a href='?reply={k}'>Reply</a></div>"
        for k, (p, t) in enumerate(zip(PEOPLE, TEASERS, strict=True))
    )
    return page(f"<h1>Which anchor for mud?</h1>{posts}")


def article() -> str:
    return page(f"<article><h1>{HEADLINES[0]}</h1><p>12 March 2026</p>{PROSE}</article>", title=HEADLINES[0])


def article_with_comments() -> str:
    said = "".join(
        f"<li><b>{p}</b> <time>14 March 2026</time><p>{t}</p></li>" for p, t in zip(PEOPLE, TEASERS, strict=True)
    )
    return page(f"<article><h1>{HEADLINES[1]}</h1>{PROSE}</article><h2>8 comments</h2><ol>{said}</ol>")


def article_with_links() -> str:
    linked = "".join(
        f'<p>{t} <a href="/news/{slug(h)}">{h}</a> was told before. {t}</p>'
        for t, h in zip(TEASERS, HEADLINES, strict=True)
    )
    return page(f"<article><h1>A long look back</h1>{linked}</article>")


def article_with_shares() -> str:
    share = "".join(f'<li><a href="https://share{k}.example/?u=x">Share on {p}</a></li>' for k, p in enumerate(PLACES))
    return page(f"<article><h1>{HEADLINES[2]}</h1><ul>{share}</ul>{PROSE}</article>")


def about() -> str:
    return page(f"<h1>About the harbour office</h1>{PROSE}<h2>History</h2>{PROSE}")


def company_home() -> str:
    boxes = "".join(
        f'<div class="box"><img src="/i{k}.png"><h3>{n}</h3><p>{t}</p></div>'
        for k, (n, t) in enumerate(zip(("Safe", "Quick", "Near"), TEASERS, strict=False))
    )
    return page(f"<h1>Your harbour</h1><p>Welcome on board.</p>{boxes}<a href='/contact'>Talk to us</a>")


def gallery() -> str:
    return page(
        "<h1>Pictures</h1>"
        + "".join(f'<a href="/img/{k}.jpg"><img src="/thumb/{k}.jpg" alt=""></a>' for k in range(24))
    )


def documentation() -> str:
    contents = "".join(
        f'<li><a href="/docs/{slug(p)}">{p}</a><ul>{_links(("Start", "Options"), "docs")}</ul></li>' for p in PLACES
    )
    return page(f"<ul>{contents}</ul><h1>Options of the tide reader</h1>{PROSE}<pre>tide --place x</pre>{PROSE}")


def recipe_page() -> str:
    parts = "".join(f"<li>{k + 1} spoon of salt {k}</li>" for k in range(6))
    return page(f"<h1>Fish soup</h1><ul>{parts}</ul><ol>" + "".join(f"<li>{t}</li>" for t in TEASERS[:5]) + "</ol>")


def not_found() -> str:
    return page(
        f"<h1>404</h1><p>This page does not exist.</p><ul>{_links(('Home', 'Search', 'Contact'), 'x')}</ul>",
        title="404",
    )


def cookie_wall() -> str:
    rows = "".join(f"<tr><td>Partner {p}</td><td>13 months</td></tr>" for p in PLACES)
    return page(
        f"<h1>We value your privacy</h1><p>{TEASERS[2]}</p><table>{rows}</table><button>Accept</button>",
        menu="",
        footer="",
    )


def link_farm() -> str:
    return page(
        "<h1>Partners</h1><ul>"
        + "".join(f'<li><a href="https://{slug(p)}.example/">{p} Boats Ltd</a></li>' for p in PLACES * 2)
    )


def menu_only() -> str:
    return page("", menu=MENU * 2, footer=FOOTER * 2)


def poll() -> str:
    return page(
        "<h1>Your opinion</h1><form>"
        + "".join(f"<label><input type=radio>{p}</label>" for p in PLACES)
        + "<button>Vote</button></form>"
    )


def person() -> str:
    return page(f"<h1>{PEOPLE[0]}</h1><img src='/p.jpg'><p>Harbour master since 2019</p>{PROSE}<p>Tel. 0123 4567</p>")


def pagination() -> str:
    return page("<h1>Page</h1><div>" + "".join(f'<a href="?page={k}">{k}</a> ' for k in range(1, 30)) + "</div>")


KINDS = {
    f.__name__: f
    for f in (
        login, registration, lost_password, contact_form, contact_people, team, terms, privacy_with_links, imprint,
        product, product_with_others, shop_front, cart, search_form, no_results, questions, folded_questions, site_map,
        tag_cloud, letters, glossary, archive_months, languages, prices, timetable, weather, results_table, thread,
        article, article_with_comments, article_with_links, article_with_shares, about, company_home, gallery,
        documentation, recipe_page, not_found, cookie_wall, link_farm, menu_only, poll, person, pagination,
    )
}  # fmt: skip
