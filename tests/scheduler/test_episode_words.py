"""A source that is unwell is spoken of in the same words everywhere."""

from __future__ import annotations

import pytest

from scheduler.episode_words import bare_reason, episode_label, episode_words
from scraper.types import ChangeKind, EpisodeClass


@pytest.mark.parametrize("episode", EpisodeClass)
def test_each_class_has_words_for_while_it_lasts_and_for_when_it_is_over(episode: EpisodeClass) -> None:
    said = [episode_words(episode, kind) for kind in (ChangeKind.EPISODE_OPENED, ChangeKind.EPISODE_CLOSED)]
    assert said[0] != said[1]
    assert not any("_" in words for words in said)


def test_an_episode_of_a_later_version_is_still_a_sentence() -> None:
    assert episode_words("too_old", "episode_opened") == "is too old"
    assert episode_words("too_old", "episode_closed") == "is no longer too old"


def test_a_redesign_is_called_one_and_a_reason_stands_without_its_class() -> None:
    assert episode_label("episode_opened", redesign=True) == "Redesigned"
    assert episode_words("layout_changed", "episode_opened", redesign=True) == "has a new layout"
    assert bare_reason("failing", "episode_opened", "failing: status 503") == "status 503"
    assert bare_reason("failing", "episode_closed", "failing: over") == ""
