"""What ``add`` says of an address that is no page of HTML."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from presswatch.fixture_site.server import Answer, LoopbackServer, Request
from tests.presswatch.cli.conftest import Ended


class _Office(LoopbackServer):
    """Answers everything with one body."""

    body = b""

    def answer(self, request: Request) -> Answer:
        return Answer(404, b"") if request.path == "/robots.txt" else Answer(200, self.body)


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b'{"news": [{"title": "First"}]}', "the answer is JSON: a recipe says where in it the items are"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20, "the answer is an image (PNG), not a page"),
    ],
    ids=["JSON", "PNG"],
)  # fmt: skip
def test_what_is_no_page_is_called_what_it_is(body: bytes, said: str, start: Callable[..., Ended]) -> None:
    with _Office() as office:
        office.body = body
        done = start("add", f"{office.origin()}/news")
    assert done.code == 1
    assert said in done.err
    assert "single words" not in done.out + done.err


def test_a_misspelt_question_is_answered_with_the_one_that_was_meant(call: Callable[..., Ended]) -> None:
    done = call("query", "headline-changed")
    assert (done.code, "did you mean headlines-changed?" in done.err) == (2, True)
