"""Listings in plain text without dates: teasers parted by wider gaps, or headlines each with its teaser."""

from __future__ import annotations

from collections.abc import Sequence

from scraper.extract.plain_article import Opening, opening_at, without_navigation
from scraper.extract.plain_dated import Part, Split
from scraper.extract.plain_lines import Line

_FEWEST = 3
_LONGEST_TEASER = 4
_HEADLINE_UNITS = 4.0
_TEASER_UNITS = 8
_FEWEST_UNITS = 5
_MOST_TEASERS = 60
_HEADING_UNITS = 3
_ARTICLE_TITLE_UNITS = 20


def split_teasers(lines: Sequence[Line]) -> Split | None:
    """Undated items before the page's article, or items alone where the gaps leave no doubt; else ``None``."""
    content, navigation = without_navigation(lines)
    if len(content) < 2:
        return None
    return _headed(content, navigation) or _before_article(content, navigation) or _alone(content, navigation)


def _before_article(lines: Sequence[Line], navigation: int) -> Split | None:
    """Teasers, then the article: its headline is the first after running text only, and something more than its look
    speaks for it (see ``opening_at``) or nothing speaks against it."""
    if lines[0].is_navigation and lines[0].units <= _HEADING_UNITS and lines[1].is_paragraph:
        lines = lines[1:]  # "Latest news" above the teasers
    openings = {index: opening for index in range(2, len(lines)) if (opening := opening_at(lines, index))}
    if not openings or (lines[0].is_headline and lines[0].units <= _ARTICLE_TITLE_UNITS):
        return None
    # Teasers may lack their full stop; what begins the article is then the last headline that is sure to.
    twice = [index for index, opening in openings.items() if opening.body > index + 1]
    sure = [index for index, opening in openings.items() if opening.sure]
    title = (twice[:1] or sure[-1:] or list(openings)[:1])[0]
    opening, teasers = openings[title], lines[:title]
    if sum(line.is_paragraph for line in teasers) * 2 < len(teasers):
        return None
    groups = _groups(teasers)
    if not _are_prose(groups):
        return None
    told = navigation or title in twice or _other_gaps(teasers, lines[opening.body :]) or _only_headline(lines, title)
    believable = told and _article_outweighs(lines, title, opening)
    if len(groups) < 2 or not believable or (len(groups) == 2 and not (opening.sure and navigation)):
        return None
    return Split(_parts(groups), (), tuple(lines[title:]), "teasers before an article", navigation)


def _other_gaps(teasers: Sequence[Line], body: Sequence[Line]) -> bool:
    """Whether the teasers stand closer or further apart than the article's paragraphs: chapters of one text do not."""
    inner = sorted(line.gap for line in body[1:])
    return bool(inner) and max((line.gap for line in teasers[1:]), default=0) != inner[len(inner) // 2]


def _only_headline(lines: Sequence[Line], title: int) -> bool:
    """Where no blank line helps: the one headline of the text, with running text only before and much more after."""
    if any(line.gap for line in lines[1:]) or title < _FEWEST:
        return False
    return len(lines) - title > _FEWEST and all(line.is_paragraph for at, line in enumerate(lines) if at != title)


def _are_prose(groups: Sequence[Sequence[Line]]) -> bool:
    """Teasers are sentences: several words each, beginning with a letter, a digit or a quotation mark."""
    fine = sum(1 for group in groups if sum(line.units for line in group) >= _FEWEST_UNITS and _begins(group[0].text))
    return len(groups) <= _MOST_TEASERS and fine >= 0.75 * len(groups)


def _begins(text: str) -> bool:
    return (text[0].isalnum() and not text[0].islower()) or text[0] in "\"'“”„«»‘’「『《¿¡("


def _article_outweighs(lines: Sequence[Line], title: int, opening: Opening) -> bool:
    """An article has more to say than one teaser."""
    body = sum(line.units for line in lines[opening.body :])
    longest = max(line.units for line in lines[:title])
    return body > longest


def _groups(lines: Sequence[Line]) -> list[list[Line]]:
    """Paragraphs together that narrower gaps join; each by itself where all gaps are alike."""
    gaps = [line.gap for line in lines[1:]]
    cut = min(gaps, default=0) + 1 if len(set(gaps)) > 1 else 0
    groups: list[list[Line]] = []
    for line in lines:
        if groups and line.gap < cut:
            groups[-1].append(line)
        else:
            groups.append([line])
    return groups


def _parts(groups: Sequence[Sequence[Line]]) -> tuple[Part, ...]:
    return tuple(Part(None, tuple(group)) for group in groups)


def _headed(lines: Sequence[Line], navigation: int) -> Split | None:
    """Headline and teaser, headline and teaser; the last may be the page's article."""
    heads = [index for index, line in enumerate(lines) if line.is_headline]
    if len(heads) < _FEWEST or heads[0] != 0:
        return None
    groups = [list(lines[a:b]) for a, b in zip(heads, [*heads[1:], len(lines)], strict=True)]
    after: list[Line] = []
    opening = opening_at(groups[-1], 0)
    if opening and len(groups[-1]) > max(len(group) for group in groups[:-1]) + 1:
        after = groups.pop()
    if len(groups) < 2 or any(not 2 <= len(group) <= _LONGEST_TEASER for group in groups):
        return None
    words = sum(group[0].units for group in groups) / len(groups)
    apart = all(group[0].gap > max(line.gap for line in group[1:]) for group in groups[1:])
    alike = max(map(len, groups)) <= 2
    if words < _HEADLINE_UNITS or not (apart or (alike and (after or navigation))):
        return None
    return Split(_parts(groups), (), tuple(after), "headlines with teasers", navigation)


def _alone(lines: Sequence[Line], navigation: int) -> Split | None:
    """Teasers and nothing else: believed only where two widths of gaps show the groups, or navigation ends them."""
    if not all(line.is_paragraph and line.units >= _TEASER_UNITS for line in lines):
        return None
    gaps = {line.gap for line in lines[1:]}
    groups = _groups(lines)
    if len(groups) < _FEWEST or max(map(len, groups)) > _LONGEST_TEASER:
        return None
    single = sum(1 for group in groups if len(group) == 1)
    grouped = len(gaps) > 1 and single * 2 >= len(groups)
    apart = len(gaps) == 1 and min(gaps) >= 2 and navigation
    if not (grouped or apart):
        return None
    return Split(_parts(groups), (), (), "teasers", navigation)
