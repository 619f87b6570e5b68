"""Plain Datasette, without our plugin, in an environment of its own: the stable version and the next one. Needs the
package registry; skipped, saying so, where there is none."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from presswatch.web.metadata import make_metadata, split_metadata
from presswatch.web.queries import QUERIES
from tests.presswatch.web.conftest import make_database

pytestmark = pytest.mark.soak


@pytest.fixture(scope="module", params=["datasette>=0.65.5,<0.66", "datasette>=1.0a19,<2"])
def datasette(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> tuple[str, Path]:
    """A version, and the program."""
    folder = tmp_path_factory.mktemp("env")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    early = ["--pre"] if "1.0a" in request.param else []
    command = [str(folder / "bin/python"), "-m", "pip", "install", "--quiet", *early, request.param]
    done = subprocess.run(command, capture_output=True, text=True, timeout=600)
    if done.returncode:
        pytest.skip(f"{request.param} cannot be installed here: {done.stderr.strip()[-300:]}")
    return request.param, folder / "bin/datasette"


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("data") / "presswatch.db"
    make_database(path)
    return path


def get(program: Path, path: str, *given: str) -> str:
    """A page, as the program prints it."""
    done = subprocess.run([str(program), *given, "--get", path], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, f"{path}: {done.stdout[-500:]}{done.stderr[-500:]}"
    return done.stdout


def test_it_opens_every_table_and_view_without_our_plugin(datasette: tuple[str, Path], database: Path) -> None:
    _, program = datasette
    home = get(program, "/presswatch", str(database))
    for name in ("items", "changes", "sources", "marks", "latest_items", "item_history", "source_health"):
        assert f"/presswatch/{name}" in home, name
        rows: dict[str, Any] = json.loads(
            get(program, f"/presswatch/{name}.json?_shape=objects&_size=5", str(database))
        )
        assert "rows" in rows, name
    found = json.loads(get(program, "/presswatch/items.json?_shape=objects&_search=basin&_size=3", str(database)))
    assert len(found["rows"]) == 3


def test_it_takes_our_titles_facets_and_saved_queries(
    datasette: tuple[str, Path], database: Path, tmp_path: Path
) -> None:
    version, program = datasette
    described = make_metadata(database.stem)
    given = ["--metadata", str(tmp_path / "metadata.json")]
    if version.startswith("datasette>=1"):
        described, configured = split_metadata(described)
        (tmp_path / "datasette.json").write_text(json.dumps(configured))
        given += ["--config", str(tmp_path / "datasette.json")]
    (tmp_path / "metadata.json").write_text(json.dumps(described))
    given.append(str(database))
    assert "Times (…_at) are UTC" in get(program, "/presswatch", *given)
    for saved in QUERIES[:4]:
        assert json.loads(get(program, f"/presswatch/{saved.name}.json?_shape=objects", *given))["ok"]
    assert "a.example" in get(program, "/presswatch/latest_items", *given)
    assert "harbour" in get(program, "/presswatch/changes", *given), "a source is shown by its slug"
