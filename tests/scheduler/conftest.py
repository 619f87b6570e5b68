from __future__ import annotations

import os
import resource
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from scheduler.rules import DEFAULT_RULE, Rule
from tests.scheduler.newsroom import Newsroom
from tests.scheduler.sink import Answer, Received, Sink


@pytest.fixture
def make_newsroom(tmp_path: Path) -> Iterator[Callable[..., Newsroom]]:
    opened: list[Newsroom] = []

    def make(*channels: str, rules: Sequence[Rule] = (DEFAULT_RULE,), name: str = "news.db") -> Newsroom:
        opened.append(Newsroom(tmp_path / name, channels=channels or ("hook",), rules=rules))
        return opened[-1]

    yield make
    for newsroom in opened:
        newsroom.store.close()


@pytest.fixture
def many_open_files() -> Iterator[None]:
    """Whatever is opened from now on has a number of more than 1,023."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, min(hard, 2_048)), hard))
    opened = [os.open(os.devnull, os.O_RDONLY)]
    while opened[-1] < 1_024:
        opened.append(os.dup(opened[0]))
    yield
    for descriptor in opened:
        os.close(descriptor)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.fixture
def make_sink() -> Iterator[Callable[..., Sink]]:
    opened: list[Sink] = []

    def make(answer: Callable[[Received], Answer] | None = None) -> Sink:
        opened.append(Sink(answer))
        return opened[-1]

    yield make
    for sink in opened:
        sink.close()
