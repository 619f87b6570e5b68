"""A summary is what a record says beside its title: whole sentences, no bylines, no labels, no buttons."""

# ruff: noqa: E501 - mark-up reads better unbroken

from __future__ import annotations

from .pages import DAYS, HEADLINES, TEASERS, link_of, look, page


def summaries_of(body: str, between: str = "") -> list[str | None]:
    """``body`` is what stands below each title; ``{k}``, ``{day}`` and ``{text}`` differ."""
    records = "".join(
        f'<article><h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3>'
        + body.format(k=k, day=DAYS[k], text=TEASERS[k])
        + f"</article>{between}"
        for k in range(8)
    )
    return [item.summary for item in look(page(f"<div>{records}</div>")).items]


def test_a_linked_word_is_part_of_its_sentence() -> None:
    def record(k: int) -> str:
        words = TEASERS[k].split()
        text = f'{" ".join(words[:2])} <a href="/ships/{k}">{" ".join(words[2:5])}</a> {" ".join(words[5:])}'
        return f'<article><h3><a href="{link_of(k)}">{HEADLINES[k]}</a></h3><p>{text} <a href="{link_of(k)}">More</a></p></article>'

    found = look(page(f"<div>{''.join(map(record, range(8)))}</div>"))
    assert [item.summary for item in found.items] == list(TEASERS)


def test_who_published_it_and_when_is_none() -> None:
    for line in ("Posted by the press office on {day} at 14:10", "{day} | Press office | 0 comments on this"):
        assert summaries_of(f"<div class='meta'>{line}</div><p>{{text}}</p>") == list(TEASERS)


def test_what_every_record_says_is_none() -> None:
    button = "<p>{k} people liked this, and you can too</p><p>Read the whole story on our new pages</p>"
    assert summaries_of("<p>{text}</p>" + button) == list(TEASERS)


def test_a_short_sentence_is_one_and_a_label_is_not() -> None:
    texts = (
        "And why not.",
        "As it was.",
        "It is not far.",
        "No more ice!",
        "Will it do?",
        "So be it.",
        "Not yet, then.",
        "We did it.",
    )
    records = "".join(
        f'<li><a href="{link_of(k)}">{HEADLINES[k]}</a><div>{texts[k]}</div><i>Harbour {k} east</i></li>'
        for k in range(8)
    )
    assert [item.summary for item in look(page(f"<ul>{records}</ul>")).items] == list(texts)
