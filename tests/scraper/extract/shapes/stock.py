"""What the shapes are filled with: invented notices of a waterworks, and how a shape is noted down."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

HOST = "https://www.saltmere-water.example"


@dataclass(frozen=True, slots=True)
class Story:
    """One notice. ``path`` is its address on the site (or a whole one)."""

    title: str
    path: str
    day: date
    teaser: str
    rubric: str = "Notice"

    @property
    def iso(self) -> str:
        return self.day.isoformat()

    @property
    def url(self) -> str:
        return self.path if "//" in self.path else HOST + self.path


PLACES = ("/news", "/", "/media/press-and-announcements", "/index.php?id=12")
"""Where the lists stand: what they list is below one of these, and beside the others."""

Build = Callable[[Sequence[Story]], str]


@dataclass(frozen=True, slots=True)
class Shape:
    """A page and what is to be read from it. ``dated``, ``summed``, ``linked``: whether its records show these."""

    name: str
    build: Build
    stories: tuple[Story, ...]
    dated: bool
    summed: bool
    linked: bool
    url: str

    @property
    def html(self) -> str:
        return self.build(self.stories)


SHAPES: dict[str, Shape] = {}


def slug(title: str) -> str:
    return "-".join("".join(c if c.isalnum() else " " for c in title.lower()).split())


_TEXTS = (
    (
        "Reservoir at Elder Hill is full again for the first time in three years",
        "Steady rain since October has raised the level by four metres; the hosepipe ban ends on Sunday at midnight.",
        "Supply",
    ),
    (
        "Water quality report published",
        "Of 4,212 samples taken last year all but three met the limits; the full tables can be read at every branch.",
        "Reports",
    ),
    (
        "Night works on the Mill Lane main: pressure may drop between ten and four",
        "Crews will replace 340 metres of cast iron pipe, and households on the even side get a note beforehand.",
        "Works",
    ),
    (
        "Apprentices wanted",
        "Eight places are open to school leavers who like tools, maps and getting wet now and then.",
        "People",
    ),
    (
        "Board appoints Marta Feldhaus as chief engineer",
        "She led the rebuilding of the Thornby treatment works and follows Colin Reyes, who retires after 30 years.",
        "People",
    ),
    (
        "New tariff for allotments and community gardens from April",
        "The standing charge falls by half, while the price of a cubic metre stays where it is for another year.",
        "Tariffs",
    ),
    (
        "Leak detection dogs finish their trial with 41 finds",
        "Two spaniels walked 96 kilometres of pipeline and were right more often than the listening sticks.",
        "Technology",
    ),
    (
        "“Every drop counts”: schools enter poster competition",
        "More than ninety classes took part and the winning drawings will ride on our vans until the summer.",
        "Community",
    ),
    (
        "Statement on the discharge at Penny Brook",
        "A valve failed after lightning struck the pumping station; fish were not harmed, as divers found on Friday.",
        "Notice",
    ),
    (
        "Half-year results: investment rises, debt falls",
        "Sales came to 61 million and the surplus goes into mains that were laid before the war.",
        "Reports",
    ),
)
_DAYS = (
    date(2026, 3, 13),
    date(2026, 3, 11),
    date(2026, 3, 11),
    date(2026, 2, 27),
    date(2026, 2, 19),
    date(2026, 2, 4),
    date(2026, 1, 22),
    date(2025, 12, 18),
    date(2025, 12, 3),
    date(2025, 11, 25),
)


def stories_of(
    texts: Sequence[tuple[str, str, str]] = _TEXTS, path: Callable[[int, str], str] | None = None
) -> tuple[Story, ...]:
    """Notices with the days of the stock. ``path`` makes an address of the place in the list and the title."""
    make = path or (lambda _, title: f"/news/{slug(title)}")
    return tuple(Story(t, make(k, t), _DAYS[k], teaser, rubric) for k, (t, teaser, rubric) in enumerate(texts))


STORIES = stories_of()


def shape(
    *,
    dated: bool = True,
    summed: bool = True,
    linked: bool = True,
    stories: tuple[Story, ...] = STORIES,
    url: str | None = None,
) -> Callable[[Build], Build]:
    """Note a builder down under its own name."""

    def note(build: Build) -> Build:
        name = build.__name__.replace("_", " ")
        place = url or HOST + PLACES[sum(map(ord, name)) % len(PLACES)]
        SHAPES[name] = Shape(name, build, stories, dated, summed, linked, place)
        return build

    return note


MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


def long_day(day: date) -> str:
    """March 13, 2026"""
    return f"{MONTHS[day.month - 1]} {day.day}, {day.year}"


def short_day(day: date) -> str:
    """13 Mar 2026"""
    return f"{day.day:02} {MONTHS[day.month - 1][:3]} {day.year}"


def each(stories: Sequence[Story], build: Callable[[Story], str], between: str = "\n") -> str:
    return between.join(map(build, stories))


def numbered(stories: Sequence[Story], build: Callable[[int, Story], str], between: str = "\n") -> str:
    return between.join(build(k, s) for k, s in enumerate(stories))


MENU = (
    ("/", "Home"), ("/about", "About us"), ("/supply", "Your supply"), ("/bills", "Bills and tariffs"),
    ("/works", "Works near you"), ("/careers", "Careers"), ("/news", "News"), ("/contact", "Contact"),
)  # fmt: skip


def links(pairs: Sequence[tuple[str, str]], item: str = "<li><a href='{0}'>{1}</a></li>") -> str:
    return "".join(item.format(*pair) for pair in pairs)


def document(body: str, *, head: str = "", lang: str = "en", attrs: str = "", title: str = "News") -> str:
    """A page around a body."""
    return (
        f'<!DOCTYPE html>\n<html lang="{lang}" {attrs}><head><meta charset="utf-8"><title>{title}</title>'
        f'<meta name="viewport" content="width=device-width">{head}</head>\n<body>{body}</body></html>'
    )


def told_in(titles: Sequence[str], teaser: str, path: str = "/news/{}") -> tuple[Story, ...]:
    """Notices with these titles; each teaser is told apart by a number."""
    texts = [(title, f"{teaser} {k + 1}.", "-") for k, title in enumerate(titles)]
    return stories_of(texts, lambda k, _: path.format(20260 - k))


def menu_of(*names: str) -> str:
    return f"<header><ul>{links([(f'/m{k}', n) for k, n in enumerate(names)])}</ul></header>"
