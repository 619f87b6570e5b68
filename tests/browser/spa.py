"""A site whose pages are empty shells that a small framework of its own fills from JSON, and a neighbour on the same
machine that nobody has opened."""

from __future__ import annotations

import json
from datetime import date, timedelta
from urllib.parse import parse_qs, urlsplit

from presswatch.fixture_site import Answer, LoopbackServer, Request

HTML = (("Content-Type", "text/html; charset=utf-8"),)
JSON = (("Content-Type", "application/json"),)
SCRIPT = (("Content-Type", "text/javascript"), ("Cache-Control", "max-age=60"))

SHELL = """<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Harbour board</title>%s
<link rel="stylesheet" href="/app.css"></head><body><div id="root"></div>%s
<script src="/%s.js"></script></body></html>"""

APP = """
// Elements are described, compared with those that are there, and only what differs is made anew: as React does.
function h(tag, props, ...children) { return {tag, props: props || {}, children: children.flat()}; }
function make(node) {
  if (typeof node === 'string') return document.createTextNode(node);
  const el = document.createElement(node.tag);
  for (const [name, value] of Object.entries(node.props))
    if (name.startsWith('on')) el.addEventListener(name.slice(2), value); else el.setAttribute(name, value);
  for (const child of node.children) el.appendChild(make(child));
  return el;
}
function render(node, root) { root.replaceChildren(make(node)); }
function Item(one) {
  return h('li', {class: 'card'},
    h('time', {datetime: one.publishedAt}, one.publishedAt),
    h('h2', {}, h('a', {href: '/notices/' + one.slug}, one.headline)),
    h('p', {}, one.intro));
}
function List(state) {
  return h('main', {}, h('h1', {}, 'Notices'), h('ul', {}, state.items.map(Item)));
}
async function start() {
  render(h('p', {class: 'spinner'}, 'Loading'), document.getElementById('root'));
  const session = await fetch('/api/session', {method: 'POST', headers: {'X-Client': 'board'}, body: '{}'});
  const config = await (await fetch('/api/config.json')).json();
  const answer = await (await fetch(config.list)).json();
  render(List({items: answer.data.notices}), document.getElementById('root'));
}
start();
"""

TRAP = """
const away = '%s';
const kept = [];
try { kept.push(new WebSocket(away.replace('http', 'ws') + '/socket')); } catch (e) {}
try { navigator.sendBeacon(away + '/beacon', 'x'); } catch (e) {}
try { const p = new RTCPeerConnection({iceServers: [{urls: 'stun:' + away.split('//')[1]}]});
  p.createDataChannel('c'); p.createOffer().then(o => p.setLocalDescription(o)); kept.push(p); } catch (e) {}
try { new EventSource(away + '/events'); } catch (e) {}
try { new Worker(URL.createObjectURL(new Blob(["fetch('" + away + "/worker')"]))); } catch (e) {}
try { navigator.serviceWorker.register('/trap.js'); } catch (e) {}
try { open(away + '/popup'); } catch (e) {}
for (const [tag, name, value, rel] of [['img', 'src', '/image.png'], ['iframe', 'src', '/frame'],
    ['link', 'href', '/sheet.css', 'stylesheet'], ['link', 'href', '/prefetch', 'prefetch'],
    ['link', 'href', '/', 'preconnect'], ['link', 'href', '/', 'dns-prefetch'], ['script', 'src', '/script.js'],
    ['video', 'src', '/video.mp4'], ['object', 'data', '/object']]) {
  const el = document.createElement(tag); if (rel) el.rel = rel; el[name] = away + value; document.body.append(el);
}
fetch(away + '/fetch').catch(() => 0);
fetch('/redirect-away').catch(() => 0);
fetch('/hidden/data.json').catch(() => 0);
fetch('http://169.254.169.254/latest/meta-data/').catch(() => 0);
fetch('http://localhost:' + away.split(':')[2] + '/name').catch(() => 0);
fetch('file:///etc/passwd').catch(() => 0);
setTimeout(() => { location.href = away + '/navigation'; }, 30);
"""


PARAGRAPH = (
    "The board has looked at the matter for a long time and heard all who had something to say. It comes to the "
    "decision that the quay is to be opened in spring, once the piles have been replaced and the cranes were moved."
)


def notices(first: int, count: int = 12) -> list[dict[str, str]]:
    """Notices ``first`` and older ones, as the interface names their parts."""
    start = date(2026, 1, 1)
    return [
        {
            "slug": f"notice-{n}-of-the-board",
            "headline": f"The harbour board decides on matter number {n}",
            "publishedAt": str(start + timedelta(days=n)),
            "intro": f"The members of the board have heard both sides in matter {n} and come to a decision.",
        }
        for n in range(first, first - count, -1)
    ]


class Board(LoopbackServer):
    """``mode`` is how the page at ``/`` is made: ``api`` (a shell), ``state`` (its data in the page), ``plain``,
    ``busy`` (a script that never ends), ``trap`` (a script that wants out to ``away``), ``empty``, ``feed``."""

    mode = "api"
    away = ""
    last = 40
    nonce = 0
    api_is_open = True

    def answer(self, request: Request) -> Answer:
        path = urlsplit(request.target).path
        if path == "/robots.txt":
            return Answer(200, b"User-agent: *\nDisallow: /hidden/\n", (("Content-Type", "text/plain"),))
        if path == "/":
            return Answer(200, self.page().encode(), (*HTML, ("Set-Cookie", "visitor=v7; Path=/; HttpOnly")))
        if path.startswith("/notices/"):
            return Answer(200, self.article(path).encode(), HTML)
        if path == "/redirect-away":
            return Answer(302, b"", (("Location", f"{self.away}/redirected"),))
        return self.part(path, request)

    def page(self) -> str:
        self.nonce += 1
        head = f'<meta name="served" content="{self.nonce}">'
        match self.mode:
            case "plain":
                row = "<li><time>{publishedAt}</time><h2><a href='/notices/{slug}'>{headline}</a></h2></li>"
                items = "".join(row.format(**one) for one in notices(self.last))
                return f"<!doctype html><html><body><main><h1>Notices</h1><ul>{items}</ul></main></body></html>"
            case "state":
                items = [{**n, "url": f"/notices/{n['slug']}"} for n in notices(self.last)]
                state = json.dumps({"props": {"page": {"entries": items}}})
                return SHELL % (head, f'<script id="state" type="application/json">{state}</script>', "app")
            case "busy" | "trap" | "empty":
                return SHELL % (head, "", self.mode)
            case "feed":
                link = '<link rel="alternate" type="application/rss+xml" href="/feed.xml">'
                return SHELL % (link, "", "app")
            case _:
                return SHELL % (head, "", "app")

    def article(self, path: str) -> str:
        if self.mode == "api":
            return SHELL % ("", "", "app")
        text = "".join(f"<p>{PARAGRAPH.replace('matter', f'matter {n}')}</p>" for n in range(6))
        return f"<!doctype html><html><body><article><h1>{path}</h1>{text}</article></body></html>"

    def part(self, path: str, request: Request) -> Answer:
        match path:
            case "/app.js":
                return Answer(200, APP.encode(), SCRIPT)
            case "/busy.js":
                return Answer(200, b"for (;;) {}", SCRIPT)
            case "/trap.js":
                return Answer(200, (TRAP % self.away).encode(), SCRIPT)
            case "/empty.js":
                return Answer(200, b"document.title = 'ready'", SCRIPT)
            case "/api/session":
                return Answer(200, b"{}", (*JSON, ("Set-Cookie", "board=open-sesame; Path=/")))
            case "/api/config.json":
                return Answer(200, b'{"list": "/api/notices?lang=en"}', JSON)
            case "/api/notices":
                return self.listing(request)
            case "/feed.xml":
                return Answer(200, self.feed().encode(), (("Content-Type", "application/rss+xml"),))
            case _:
                return Answer(404, b"", HTML)

    def listing(self, request: Request) -> Answer:
        cookies = request.headers.get("cookie", "")
        allowed = self.api_is_open or ("board=open-sesame" in cookies and "visitor=v7" in cookies)
        if not allowed or parse_qs(urlsplit(request.target).query) != {"lang": ["en"]}:
            return Answer(403, b"{}", JSON)
        return Answer(200, json.dumps({"data": {"notices": notices(self.last)}}).encode(), JSON)

    def feed(self) -> str:
        items = "".join(
            f"<item><title>{n['headline']}</title><link>{self.origin()}/notices/{n['slug']}</link></item>"
            for n in notices(self.last)
        )
        return f"<rss version='2.0'><channel><title>Board</title>{items}</channel></rss>"


class Neighbour(LoopbackServer):
    """A server that must not be reached."""

    def answer(self, _: Request) -> Answer:
        return Answer(200, b"secret", (("Content-Type", "text/plain"), ("Access-Control-Allow-Origin", "*")))
