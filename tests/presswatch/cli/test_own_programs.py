"""What a file that others can write names is not run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from scrapy.settings import Settings

from presswatch.assembly import Assembly
from scraper.errors import ConfigError
from tests.presswatch.cli.conftest import Ended

SOURCE = '[[sources]]\nid = "s"\nslug = "s"\nurl = "https://a.example/"\n'


@pytest.mark.parametrize(
    ("content", "key"),
    [
        ('[presswatch]\nchromium = "/bin/true"\n', "presswatch.chromium"),
        (SOURCE + 'recipe = { hook = "antigravity:fly" }\n', r"sources\.s\.recipe\.hook"),
    ],
)
def test_a_program_in_a_file_that_others_can_write_is_not_run(tmp_path: Path, content: str, key: str) -> None:
    path = tmp_path / "presswatch.toml"
    path.write_text(content, encoding="utf-8")
    path.chmod(0o600)
    Assembly(Settings({"PRESSWATCH_HOME": str(tmp_path)}))
    path.chmod(0o666)
    with pytest.raises(ConfigError, match=f"{key}: is not run: others can write"):
        Assembly(Settings({"PRESSWATCH_HOME": str(tmp_path)}))


def test_a_hook_in_a_file_that_others_can_write_is_not_tried(call: Callable[..., Ended], home: Path) -> None:
    path = home / "presswatch.toml"
    path.write_text(SOURCE + 'recipe = { hook = "antigravity:fly" }\n', encoding="utf-8")
    path.chmod(0o666)
    page = home / "page.html"
    page.write_text("<ul><li>a</li></ul>", encoding="utf-8")
    done = call("recipe", "test", "s", "--file", str(page))
    assert done.code == 2
    assert "is not run: others can write" in done.err
