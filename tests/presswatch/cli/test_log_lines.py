"""The service's log in text: what is not there is not written."""

from __future__ import annotations

import logging

import pytest

from scraper.check import CheckReport
from scraper.spiders.news import log_report
from scraper.store.writing import Committed
from scraper.types import Outcome


@pytest.mark.parametrize(
    ("message", "end"), [(None, " reason=not_now"), ("no “list”", ' reason=not_now message="no \\u201clist\\u201d"')]
)
def test_a_check_without_a_message_has_none_in_its_line(
    message: str | None, end: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    wrote = Committed(1, Outcome.UNCHANGED)
    log_report(CheckReport("waters", "https://a.example/", Outcome.UNCHANGED, wrote, "not_now", message))
    assert caplog.messages[0].endswith(end)
