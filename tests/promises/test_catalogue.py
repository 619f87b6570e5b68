"""Every promise has a test, and every test that is named is there."""

from __future__ import annotations

import pytest

from tests.promises.catalogue import PROMISES, exists, find_tests


@pytest.mark.parametrize("number", range(1, len(PROMISES) + 1))
def test_every_promise_has_a_test_of_its_own_and_all_that_are_named_exist(number: int) -> None:
    tests = find_tests()[number]
    assert [test for test in tests if test.startswith("promises/")]
    assert [test for test in tests if not exists(test)] == []
