"""A news site with moods: at each look its list is spelt, ordered, doubled or cut otherwise, or there is no list."""

from __future__ import annotations

import random
import threading
from datetime import date, timedelta
from html import escape

from presswatch.fixture_site.server import Answer, LoopbackServer, Request

_HTML = (("Content-Type", "text/html; charset=utf-8"),)
_WHO = ("The canal office", "A court of appeal", "The seed bank", "The tram depot", "A guild of bakers", "The aviary")
_DOES = ("reopens", "postpones", "measures", "lends out", "repaints", "gives back", "counts")
_WHAT = ("its oldest lock", "the spring hearing", "rare barley", "line four", "the clock tower", "a pair of cranes")
MOODS = (
    "plain", "reordered", "tracked", "slashes", "doubled", "session", "scrolled", "shouting", "error", "empty", "wall",
)  # fmt: skip
UNWELL = frozenset({"error", "empty", "wall"})


class MoodySite(LoopbackServer):
    """``/news`` lists the newest ``window`` items; ``asked`` counts its moods."""

    def __init__(self, seed: int, *, window: int = 25) -> None:
        super().__init__()
        self.dice = random.Random(seed)
        self.window = window
        self.count = 0
        self.asked: list[str] = []
        self.calm = False
        self._lock = threading.Lock()

    def publish(self, count: int) -> None:
        with self._lock:
            self.count += count

    def answer(self, request: Request) -> Answer:
        if request.path != "/news":
            return super().answer(request)
        with self._lock:
            mood = "plain" if self.calm or not self.asked else self.dice.choice(MOODS)
            self.asked.append(mood)
            if mood == "error":
                return Answer(500, b"<h1>Internal error</h1>", _HTML)
            if mood == "empty":
                return Answer(200, b"", _HTML)
            if mood == "wall":
                return Answer(403, b"<h1>Checking your browser before accessing</h1>", (("cf-mitigated", "challenge"),))
            return Answer(200, self._page(mood).encode(), _HTML)

    def _page(self, mood: str) -> str:
        # What scrolled off returns for a look.
        length = self.window + 10 if mood == "scrolled" else self.window
        numbers = list(range(self.count, max(self.count - length, 0), -1))
        if mood == "reordered":
            self.dice.shuffle(numbers)
        token = f"{self.dice.getrandbits(100):025x}"
        rows = [self._row(number, mood, token) for number in numbers]
        if mood == "doubled":
            rows = [*rows[:4], *rows, *rows[7:9]]
        return (
            '<html lang="en"><head><title>News</title></head><body><nav><a href="/">Start</a></nav><main><h1>News</h1>'
            f'<ul class="news">{"".join(rows)}</ul></main></body></html>'
        )

    def _row(self, number: int, mood: str, token: str) -> str:
        path = path_of(number)
        if mood == "tracked":
            path += f"?utm_source=list&utm_campaign={token[:6]}"
        elif mood == "slashes":
            path = f"/{path}/"[1:]
        elif mood == "session":
            path += f";jsessionid={token}"
        title = title_of(number).upper() if mood == "shouting" else title_of(number)
        day = date(2026, 1, 1) + timedelta(days=number // 3)
        return f'<li class="entry"><span>{day:%d.%m.%Y}</span> <a href="{escape(path)}">{escape(title)}</a></li>'


def title_of(number: int) -> str:
    words = _WHO[number % 6], _DOES[number // 6 % 7], _WHAT[number // 2 % 6]
    return f"{' '.join(words)}, as planned for the {number}th day"


def path_of(number: int) -> str:
    return f"/news/{number * 37 + 5000}-{title_of(number).lower().replace(',', '').replace(' ', '-')}"
