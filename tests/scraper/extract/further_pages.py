"""More pages that are no listing: catalogues, directories, tables of figures, laws, walls. All invented."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from .other_pages import GOODS, PEOPLE, PLACES, PROSE
from .pages import HEADLINES, TEASERS, page, slug


def product_grid() -> str:
    cells = "".join(
        f'<li class="product"><a href="/shop/{slug(g)}-{k}"><img src="/g/{k}.jpg" alt="{g}"><h2>{g}</h2></a><span class="price">€{k}9.90</span><a href="?add-to-cart={k}" rel="nofollow">Add to basket</a></li>'
        for k, g in enumerate(GOODS * 3)
    )
    return page(
        f'<h1>Shop</h1><p>Showing 1–18 of 90 results</p><form><select><option>Sort by price</option></select></form><ul class="products">{cells}</ul>'
    )


def product_table() -> str:
    rows = "".join(
        f'<tr><td>SKU-{1000 + k}</td><td><a href="/p/{1000 + k}">{g}</a></td><td>{k}4.50</td><td>in stock</td></tr>'
        for k, g in enumerate(GOODS * 2)
    )
    return page(f"<h1>Price list</h1><table>{rows}</table>")


def staff_table() -> str:
    rows = "".join(
        f'<tr><td><a href="/people/{slug(p)}">{p}</a></td><td>Officer</td><td>Room {k + 11}</td><td>+00 123 45{k}</td><td><a href="mailto:{slug(p)}@x.example">{slug(p)}@x.example</a></td></tr>'
        for k, p in enumerate(PEOPLE)
    )
    return page(
        f"<h1>Directory</h1><table><tr><th>Name</th><th>Post</th><th>Room</th><th>Phone</th><th>Mail</th></tr>{rows}</table>"
    )


def forum_index() -> str:
    rows = "".join(
        f'<tr><td><h3><a href="/forum/{slug(p)}">{p} moorings</a></h3><p>Everything about {p}</p></td><td>{k * 31} threads</td><td>{k * 240} posts</td><td>Last post by <a href="/u/{slug(PEOPLE[k])}">{PEOPLE[k]}</a></td></tr>'
        for k, p in enumerate(PLACES)
    )
    return page(f"<h1>Forum</h1><table>{rows}</table><p>Who is online: 3 guests</p>")


def numbered_law() -> str:
    parts = "".join(
        f"<h2>§ {k} Duties of the keeper</h2>"
        + "".join(f"<p>({n}) {TEASERS[(k + n) % 8]} {TEASERS[n % 8]}</p>" for n in range(1, 4))
        for k in range(1, 13)
    )
    return page(f"<h1>Harbour act of 4 May 1998</h1><p>As amended on 2 June 2011</p>{parts}")


def law_contents() -> str:
    items = "".join(f'<li><a href="#s{k}">§ {k} Of the {p} pier</a></li>' for k, p in enumerate(PLACES * 2, 1))
    return page(f"<h1>Harbour by-laws</h1><ol>{items}</ol>{PROSE}")


def branches() -> str:
    cards = "".join(
        f'<div class="branch"><h3>{p} branch</h3><p>Quay Road {k + 1}, 1{k}234 {p}</p><p>Mon–Fri 9–17</p><a href="https://maps.example/?q={k},{k}">Directions</a></div>'
        for k, p in enumerate(PLACES)
    )
    return page(f"<h1>Find a branch</h1><form><input></form>{cards}")


def services() -> str:
    tiles = "".join(
        f'<a class="tile" href="/services/{slug(n)}"><img src="/s/{k}.svg" alt=""><h3>{n}</h3></a>'
        for k, n in enumerate(("Berths", "Pilots", "Towage", "Cranes", "Storage", "Customs"))
    )
    return page(f"<h1>Services</h1><div class='tiles'>{tiles}</div>")


def pricing_plans() -> str:
    plans = "".join(
        f'<div class="plan"><h3>{n}</h3><p>€{k}9 a month</p><ul><li>{k} boats</li><li>Tide alerts</li><li>Mail help</li></ul><a href="/order?plan={k}">Choose</a></div>'
        for k, n in enumerate(("Dinghy", "Sloop", "Schooner"), 1)
    )
    return page(f"<h1>Plans</h1>{plans}")


def testimonials() -> str:
    quotes = "".join(
        f"<blockquote><p>{t}</p><cite>{p}, skipper</cite></blockquote>" for t, p in zip(TEASERS, PEOPLE, strict=True)
    )
    return page(f"<h1>What our guests say</h1>{quotes}")


def partner_logos() -> str:
    logos = "".join(
        f'<a href="https://{slug(p)}.example"><img src="/l/{k}.png" alt="{p} Shipping"></a>'
        for k, p in enumerate(PLACES)
    )
    return page(f"<h1>Partners</h1><div class='logos'>{logos}</div>")


def company_history() -> str:
    years = "".join(f"<li><b>{1871 + 17 * k}</b><p>{t}</p></li>" for k, t in enumerate(TEASERS))
    return page(f"<h1>Our history</h1><ul class='history'>{years}</ul>")


def exchange_rates() -> str:
    rows = "".join(
        f"<tr><td>{d:02}.03.2026</td><td>1.{d}23</td><td>0.8{d}1</td><td>163.{d}</td></tr>" for d in range(2, 14)
    )
    return page(
        f"<h1>Reference rates</h1><table><tr><th>Date</th><th>USD</th><th>GBP</th><th>JPY</th></tr>{rows}</table>"
    )


def tide_table() -> str:
    rows = "".join(
        f"<tr><td>{d} March</td><td>0{d % 9}:14</td><td>3.{d} m</td><td>1{d % 9}:31</td><td>0.{d} m</td></tr>"
        for d in range(1, 29)
    )
    return page(f"<h1>Tides at Aldermoor</h1><table>{rows}</table>")


def fixtures_of_a_league() -> str:
    rows = "".join(
        f'<tr><td>{k + 16}.05.2026</td><td><a href="/team/{slug(a)}">{a}</a></td><td>–</td><td><a href="/team/{slug(b)}">{b}</a></td><td>-:-</td></tr>'
        for k, (a, b) in enumerate(zip(PLACES, reversed(PLACES), strict=True))
    )
    return page(f"<h1>Fixtures</h1><table>{rows}</table>")


def wiki_article() -> str:
    refs = "".join(
        f'<li id="r{k}"><a href="#b{k}">^</a> <a href="https://paper.example/{k}">{h}</a>. Retrieved {k + 1} May 2024.</li>'
        for k, h in enumerate(HEADLINES)
    )
    contents = "".join(f'<li><a href="#{slug(p)}">{p}</a></li>' for p in PLACES)
    return page(
        f"<h1>Lighthouse</h1><div id='toc'><ul>{contents}</ul></div>{PROSE}{PROSE}<h2>References</h2><ol>{refs}</ol>",
        title="Lighthouse",
    )


def book_contents() -> str:
    items = "".join(f'<li>{k}. <a href="/book/ch{k}.html">{p}</a></li>' for k, p in enumerate(PLACES, 1))
    return page(f"<h1>A pilot's handbook</h1><p>{TEASERS[0]}</p><ol>{items}</ol>")


def reference_manual() -> str:
    items = "".join(
        f'<tr><td><a href="#f{k}"><code>tide_{slug(p)}()</code></a></td><td>Returns the tide of {p}</td></tr>'
        for k, p in enumerate(PLACES)
    )
    return page(
        f"<h1>Functions</h1><table>{items}</table>"
        + "".join(f"<h3 id='f{k}'>tide_{slug(p)}()</h3><p>{TEASERS[k]}</p>" for k, p in enumerate(PLACES))
    )


def books_found() -> str:
    items = "".join(
        f'<li><b>{k}.</b> <i>{p} and its pilots</i> / {PEOPLE[k - 1]}. — {1950 + k}. — 212 p. <a href="?reserve={k}">Reserve</a></li>'
        for k, p in enumerate(PLACES, 1)
    )
    return page(f"<h1>Catalogue</h1><form><input><button>Search</button></form><ol>{items}</ol>")


def homes_to_let() -> str:
    cards = "".join(
        f'<div class="estate"><a href="/let/{7100 + k}"><img src="/e/{k}.jpg" alt=""></a><h3><a href="/let/{7100 + k}">{k + 1} rooms in {p}</a></h3><p>{k + 4}2 m² · {k + 6}50 a month</p></div>'
        for k, p in enumerate(PLACES)
    )
    return page(f"<h1>Homes to let</h1>{cards}")


def menu_of_a_restaurant() -> str:
    dishes = "".join(
        f"<li><span>Soup of {p}</span> <span>{k + 6}.50</span><p>with bread and butter</p></li>"
        for k, p in enumerate(PLACES)
    )
    return page(f"<h1>Menu</h1><h2>Soups</h2><ul>{dishes}</ul>")


def opening_hours() -> str:
    rows = "".join(
        f"<tr><th>{d}</th><td>9–12</td><td>14–17</td></tr>"
        for d in ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
    )
    return page(f"<h1>Opening hours</h1><table>{rows}</table><p>Closed on 6 April 2026</p>")


def statistics() -> str:
    rows = "".join(f"<tr><td>{2025 - k}</td><td>{k * 311 + 4000}</td><td>{k * 12 + 80}</td></tr>" for k in range(15))
    return page(f"<h1>Ships by year</h1><table><tr><th>Year</th><th>Ships</th><th>Tonnes</th></tr>{rows}</table>")


def newsletter() -> str:
    return page(
        f"<h1>Newsletter</h1><p>{TEASERS[4]}</p><form><label>Mail</label><input type=email><label><input type=checkbox> I agree</label><button>Subscribe</button></form>"
    )


def thank_you() -> str:
    return page("<h1>Thank you</h1><p>Your message was sent. We answer within two days.</p><a href='/'>Home</a>")


def maintenance() -> str:
    return page("<h1>Back soon</h1><p>We are working on our pages until Sunday.</p>", menu="", footer="")


def age_gate() -> str:
    return page(
        "<h1>Are you 18?</h1><a href='/yes'>Yes</a> <a href='https://search.example'>No</a>", menu="", footer=""
    )


def script_shell() -> str:
    return page("<div id='root'></div><script>" + "var a=1;" * 4000 + "</script>", menu="", footer="")


def video_page() -> str:
    return page(f"<h1>How a lock works</h1><video></video><p>12,031 views</p><p>{TEASERS[2]}</p><button>Share</button>")


def profile() -> str:
    return page(
        f"<h1>{PEOPLE[2]}</h1><ul><li>Member since 2019</li><li>312 posts</li><li>Aldermoor</li></ul><p>{TEASERS[1]}</p><a href='/message'>Write</a>"
    )


def company_directory() -> str:
    rows = "".join(
        f'<li><a href="/firms/{slug(p)}">{p} Chandlers</a> <span>Quay {k}</span> <span>012 34{k}</span></li>'
        for k, p in enumerate(PLACES * 3)
    )
    return page(
        f"<h1>Firms from A to Z</h1><p>{' '.join(f'<a href=?l={c}>{c}</a>' for c in 'ABCDEFGH')}</p><ul>{rows}</ul>"
    )


def captioned_gallery() -> str:
    items = "".join(
        f'<figure><a href="/img/{k}.jpg"><img src="/t/{k}.jpg" alt=""></a><figcaption>{p} at dawn</figcaption></figure>'
        for k, p in enumerate(PLACES * 2)
    )
    return page(f"<h1>Album</h1>{items}")


def rights_of_visitors() -> str:
    items = "".join(
        f"<li><strong>{p}.</strong> {t}</li>"
        for p, t in zip(("Access", "Erasure", "Objection", "Portability"), TEASERS, strict=False)
    )
    return page(f"<h1>Your rights</h1><p>{TEASERS[3]}</p><ul>{items}</ul>{PROSE}")


def fat_footer() -> str:
    columns = "".join(
        f"<div><h4>{p}</h4><ul>"
        + "".join(
            f'<li><a href="/{slug(p)}/{n}">Guide to the {n} of {p}</a></li>'
            for n in ("harbour", "pier", "town", "coast")
        )
        + "</ul></div>"
        for p in PLACES[:5]
    )
    return page(f"<h1>Welcome</h1><p>{TEASERS[5]}</p>", footer=f"<footer>{columns}</footer>")


def calculator() -> str:
    fields = "".join(f"<p><label>{n} <input></label></p>" for n in ("Length", "Beam", "Draught", "Nights"))
    return page(f"<h1>What does a berth cost?</h1><form>{fields}<button>Count</button></form><p>{TEASERS[6]}</p>")


def cookie_table() -> str:
    rows = "".join(
        f"<tr><td>_{slug(p)}</td><td>{p} Analytics</td><td>{k + 1} months</td><td>{TEASERS[k]}</td></tr>"
        for k, p in enumerate(PLACES)
    )
    return page(f"<h1>Cookies</h1><p>{TEASERS[0]}</p><table>{rows}</table>")


def one_article_and_neighbours() -> str:
    around = f'<nav><a href="/news/{slug(HEADLINES[3])}">Previous: {HEADLINES[3]}</a> <a href="/news/{slug(HEADLINES[5])}">Next: {HEADLINES[5]}</a></nav>'
    return page(
        f"<article><h1>{HEADLINES[4]}</h1><p>By {PEOPLE[1]}, 3 March 2026</p>{PROSE}</article>{around}",
        title=HEADLINES[4],
    )


def quiz() -> str:
    asked = "".join(
        f"<fieldset><legend>{k}. Which light is at {p}?</legend><label><input type=radio>Red</label><label><input type=radio>Green</label></fieldset>"
        for k, p in enumerate(PLACES, 1)
    )
    return page(f"<h1>Quiz</h1><form>{asked}</form>")


def courses() -> str:
    rows = "".join(
        f'<tr><td>{100 + k}</td><td><a href="/courses/{100 + k}">Knots {"I" * (k % 3 + 1)}</a></td><td>{PEOPLE[k]}</td><td>2 h</td><td>Room {k}</td></tr>'
        for k in range(8)
    )
    return page(f"<h1>Courses</h1><table>{rows}</table>")


FURTHER_KINDS = {
    f.__name__: f
    for f in (
        product_grid, product_table, staff_table, forum_index, numbered_law, law_contents, branches, services,
        pricing_plans, testimonials, partner_logos, company_history, exchange_rates, tide_table, fixtures_of_a_league,
        wiki_article, book_contents, reference_manual, books_found, homes_to_let, menu_of_a_restaurant, opening_hours,
        statistics, newsletter, thank_you, maintenance, age_gate, script_shell, video_page, profile, company_directory,
        captioned_gallery, rights_of_visitors, fat_footer, calculator, cookie_table, one_article_and_neighbours, quiz,
        courses,
    )
}  # fmt: skip
