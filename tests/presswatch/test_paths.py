"""Where the files lie."""

from __future__ import annotations

from pathlib import Path

import pytest

from presswatch.paths import find_home


def test_the_option_comes_before_the_variable(tmp_path: Path) -> None:
    home = find_home(str(tmp_path / "a"), {"PRESSWATCH_HOME": str(tmp_path / "b")})
    assert home.config_path == tmp_path / "a" / "presswatch.toml"
    assert home.db_path == tmp_path / "a" / "presswatch.db"
    assert home.captures_dir == tmp_path / "a" / "captures"


def test_the_variable_names_the_folder(tmp_path: Path) -> None:
    assert find_home(None, {"PRESSWATCH_HOME": str(tmp_path)}).db_path == tmp_path / "presswatch.db"


def test_relative_and_home_names_become_whole_paths(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", "/somewhere")
    assert find_home("news", {}).data_dir == tmp_path / "news"
    assert find_home("~/news", {}).data_dir == Path("/somewhere/news")
    assert find_home("~nobody-of-that-name/news", {}).data_dir == tmp_path / "~nobody-of-that-name" / "news"


@pytest.mark.parametrize("environ", [{}, {"PRESSWATCH_HOME": ""}])
def test_without_a_name_the_usual_places_hold(environ: dict[str, str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CONFIG_HOME", "/xdg/config")
    monkeypatch.setenv("XDG_DATA_HOME", "/xdg/data")
    home = find_home(None, environ)
    assert home.config_path.name == "presswatch.toml"
    assert home.config_path.parent.name == "presswatch"
    assert home.db_path.name == "presswatch.db"


def test_finding_a_home_creates_nothing(tmp_path: Path) -> None:
    find_home(str(tmp_path / "new"), {})
    assert list(tmp_path.iterdir()) == []
