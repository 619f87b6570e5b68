"""What a file that others can write names is not run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from presswatch.config import load_config
from presswatch.wiring import require_own_programs
from tests.presswatch.cli.conftest import Ended

SOURCE = '[[sources]]\nid = "s"\nslug = "s"\nurl = "https://a.example/"\n'


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ('[presswatch]\nchromium = "/bin/true"\n' + SOURCE, "presswatch.chromium"),
        (SOURCE + 'recipe = { hook = "antigravity:fly" }\n', "sources.s.recipe.hook"),
    ],
)
def test_a_program_in_a_file_that_others_can_write_is_not_run(
    start: Callable[..., Ended], tmp_path: Path, content: str, key: str
) -> None:
    path = tmp_path / "home" / "presswatch.toml"
    path.parent.mkdir()
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    require_own_programs(load_config(path, environ={}))
    path.chmod(0o666)
    done = start("check")
    assert done.code != 0
    assert f"{key}: is not run: others can write" in done.err


def test_a_hook_in_a_file_that_others_can_write_is_not_tried(call: Callable[..., Ended], home: Path) -> None:
    path = home / "presswatch.toml"
    path.write_text(SOURCE + 'recipe = { hook = "antigravity:fly" }\n', encoding="utf-8")
    path.chmod(0o666)
    page = home / "page.html"
    page.write_text("<ul><li>a</li></ul>", encoding="utf-8")
    done = call("recipe", "test", "s", "--file", str(page))
    assert done.code == 2
    assert "is not run: others can write" in done.err
