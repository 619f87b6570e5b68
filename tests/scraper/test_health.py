"""Whether a source is well."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scraper.health import EpisodePolicy, Step, episode_of, step, suspicion
from scraper.types import FAILURES, EpisodeClass, Extraction, ItemData, Outcome, PageKind, Verdict


@pytest.mark.parametrize("kind", list(PageKind))
@pytest.mark.parametrize("items", [(), (ItemData("One"),)])
def test_only_a_page_that_lists_items_is_believed(kind: PageKind, items: tuple[ItemData, ...]) -> None:
    found = suspicion(Extraction(items, None, Verdict(kind, 0.9, ("a reason",))))
    if items and kind in (PageKind.LISTING, PageKind.BOTH):
        assert found is None
    else:
        assert found is not None
        assert "a reason" in found[1]
        assert episode_of(Outcome.SUSPECT, found[0]) is not None


def test_listing_that_lists_nothing_is_empty() -> None:
    found = suspicion(Extraction((), None, Verdict(PageKind.LISTING, 0.9)))
    assert found == ("empty", "nothing is listed on the page")


@pytest.mark.parametrize(
    ("outcome", "reason", "episode"),
    [
        (Outcome.CHANGED, None, None),
        (Outcome.UNCHANGED, None, None),
        (Outcome.NOT_MODIFIED, None, None),
        (Outcome.SUSPECT, "shrunk", EpisodeClass.SHRUNK),
        (Outcome.SUSPECT, "error", EpisodeClass.FAILING),
        (Outcome.SUSPECT, "article", EpisodeClass.LAYOUT_CHANGED),
        (Outcome.FAILED, "rate_limited", EpisodeClass.BLOCKED),
        (Outcome.FAILED, "redirect", EpisodeClass.REDIRECTED),
        (Outcome.FAILED, "timeout", EpisodeClass.FAILING),
    ],
)
def test_class_of_an_outcome(outcome: Outcome, reason: str | None, episode: EpisodeClass | None) -> None:
    assert episode_of(outcome, reason) is episode


_LOOKS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from([Outcome.CHANGED, Outcome.UNCHANGED, Outcome.NOT_MODIFIED]), st.none()),
        st.tuples(st.just(Outcome.FAILED), st.sampled_from(FAILURES)),
        st.tuples(st.just(Outcome.SUSPECT), st.sampled_from(["shrunk", "blocked", "empty", "layout_changed"])),
    ),
    max_size=60,
)


@given(_LOOKS, st.integers(1, 4))
def test_each_stretch_opens_once_and_closes_once(looks: list[tuple[Outcome, str | None]], patience: int) -> None:
    current: EpisodeClass | None = None
    unwell = 0
    for outcome, reason in looks:
        unwell = 0 if episode_of(outcome, reason) is None else unwell + 1
        found = step(current, outcome, reason, unwell, EpisodePolicy(open_after=patience))
        if unwell == 0:
            assert found == (Step("close", current) if current else None)
            current = None
        elif unwell < patience or current:
            assert found is None
        else:
            assert found is not None
            assert found.action == "open"
            current = found.episode
