"""What a page is, and how sure we are: the listing's odds weighed against signs that the page is something else."""

from __future__ import annotations

import re
from dataclasses import dataclass

from scraper.apologies import ERROR
from scraper.extract.article import Prose, says_article
from scraper.extract.head import Head
from scraper.extract.score import Judged
from scraper.text import fold_text
from scraper.types import PageKind, Verdict

LISTING_ODDS = 0.5
"""Probability from which a candidate is taken for the page's listing."""
ARTICLE_WORDS = 150
SHORT_ARTICLE_WORDS = 50
"""Running words that make an article; fewer where the page says of itself that it is one."""
LITTLE_TEXT = 60
"""Words below which a page says nearly nothing."""

_BLOCKED = re.compile(
    r"captcha|access denied|just a moment|attention required|checking your browser|verify(?:ing)? you are (?:a )?human|"
    r"unusual traffic|are you a robot|not a robot|bot detection|request (?:was )?blocked|ddos protection|"
    r"security check|enable cookies|pardon our interruption|incapsula|zugriff verweigert|accès refusé|доступ ограничен"
)


@dataclass(slots=True)
class Facts:
    """What the verdict is made of. ``words``: text on the page; ``markup``: characters of the document."""

    head: Head
    best: Judged | None
    prose: Prose | None
    words: int
    links: int
    markup: int
    passwords: int
    sample: str


def decide(facts: Facts) -> Verdict:
    """The page's kind with reasons. Only ``listing`` and ``both`` have items."""
    p = facts.best.probability if facts.best else 0.0
    titled = fold_text(f"{facts.head.title or ''} {facts.sample[:200]}")
    if facts.words < 400 and facts.links < 60 and p < 0.9 and _BLOCKED.search(fold_text(facts.sample) + titled):
        return Verdict(PageKind.BLOCKED, 0.9, ("the text is that of a bot wall or an access check",))
    article = _is_article(facts)
    if p >= LISTING_ODDS:
        kind = PageKind.BOTH if article else PageKind.LISTING
        return Verdict(kind, round(p, 3), _listing_reasons(facts, article=article))
    return _no_listing(facts, titled, article=article, p=p)


def _no_listing(facts: Facts, titled: str, *, article: bool, p: float) -> Verdict:
    sure = round(1 - p, 3)
    article = article or (facts.prose is not None and facts.prose.dated)
    doubt = _why_not(facts)
    if article:
        words = facts.prose.units if facts.prose else 0
        return Verdict(PageKind.ARTICLE, sure, (f"one running text of {words} words", *doubt))
    if facts.words < LITTLE_TEXT and facts.markup > 20_000:
        return Verdict(PageKind.APP_SHELL, sure, ("hardly any text in much markup: the page is filled by scripts",))
    if facts.words == 0:
        return Verdict(PageKind.EMPTY, sure, ("the page has no text",))
    if facts.words < 1_000 and ERROR.search(titled):
        return Verdict(PageKind.ERROR, sure, ("the title or first words are those of an error page",))
    if facts.passwords:
        return Verdict(PageKind.LOGIN, sure, ("the page asks for a password", *doubt))
    if facts.words < 5:
        return Verdict(PageKind.EMPTY, sure, ("the page has hardly any text",))
    return Verdict(PageKind.OTHER, sure, doubt or ("no repeated records were found",))


def _is_article(facts: Facts) -> bool:
    words = facts.prose.units if facts.prose else 0
    return words >= (SHORT_ARTICLE_WORDS if says_article(facts.head) else ARTICLE_WORDS)


def _listing_reasons(facts: Facts, *, article: bool) -> tuple[str, ...]:
    best = facts.best
    if best is None:
        return ()
    signs = best.signs
    reasons = [f"{len(best.group.records)} records of one structure"]
    if signs.dated >= 0.5:
        reasons.append(f"{signs.dated:.0%} of them with a date")
    if signs.heading >= 0.5:
        reasons.append("titles in headings")
    reasons.append(f"they hold {signs.cover:.0%} of the page's text")
    if article and facts.prose:
        reasons.append(f"beside a running text of {facts.prose.units} words")
    return tuple(reasons)


def _why_not(facts: Facts) -> tuple[str, ...]:
    best = facts.best
    if best is None:
        return ("no repeated records were found",)
    signs = best.signs
    doubts = [
        (signs.aside > 0.5, "the likeliest list is navigation, footer or form"),
        (signs.titles < 0.5, "its texts are too short for headlines"),
        (signs.telling_urls < 0.3, "its links do not look like documents of their own"),
        (signs.cover < 0.2, "it holds little of the page's text"),
        (signs.aligned < 0.6, "its records are built differently"),
        (signs.fat > 0.3, "its records are whole sections"),
    ]
    return tuple(text for holds, text in doubts if holds)[:3] or ("the likeliest list is not convincing",)
