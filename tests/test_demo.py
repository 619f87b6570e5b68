"""The demo plays to its end, and the README shows what it shows. ``python -m tests.test_demo`` prints that."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
_WIDTH = 100
_STYLE = re.compile(r"\x1b\[[0-9;]*m|\x1b\]8;[^\x1b]*\x1b\\")
_CHECKED = re.compile(r"^(\S+  .*\S) +\d+\.\d$", re.MULTILINE)


def play(folder: Path) -> subprocess.CompletedProcess[str]:
    """The demo as a terminal of 100 columns sees it, after ``make demo`` in a checkout."""
    known = ("HOME", "PRESSWATCH_NEEDS_BROWSER", "PYTHONPATH")
    environ = {name: os.environ[name] for name in known if name in os.environ}
    environ |= {"PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "TZ": "UTC", "TERM": "xterm-256color", "FORCE_COLOR": "1"}
    return subprocess.run(
        [sys.executable, "-m", "presswatch", "demo"],
        cwd=folder, env=environ | {"COLUMNS": str(_WIDTH)}, capture_output=True, text=True, timeout=170,
    )  # fmt: skip


def plain(shown: str, folder: Path) -> str:
    """Without colours, from the first look on, with paths as they are in a checkout."""
    shown = _STYLE.sub("", shown).replace(str(Path(sys.executable).parent), ".venv/bin").replace(f"{folder}/", "…/")
    shown = shown[shown.index("The first look") :]
    return "\n".join(line.rstrip() for line in shown.strip().split("\n")) + "\n"


def stable(text: str) -> str:
    """Without what is another at each run: ports, ids, seconds."""
    text = re.sub(r"127\.0\.0\.1:\d+", "127.0.0.1:0", text)
    return _CHECKED.sub(r"\1", re.sub(r"msg_[0-9a-f]{32}", "msg_", text))


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[subprocess.CompletedProcess[str], Path]:
    folder = tmp_path_factory.mktemp("played")
    return play(folder), folder


def test_the_demo_plays_to_its_end_in_colours_but_without_frames_of_a_progress_bar(
    played: tuple[subprocess.CompletedProcess[str], Path],
) -> None:
    done, _ = played
    assert done.returncode == 0, done.stdout + done.stderr
    assert "\x1b[" in done.stdout
    shown = _STYLE.sub("", done.stdout)
    assert "looking" not in shown
    assert "\x1b" not in shown, "nothing moves the cursor"


def test_the_readme_shows_what_the_demo_shows(played: tuple[subprocess.CompletedProcess[str], Path]) -> None:
    done, folder = played
    [sample] = re.findall(r"```text\n(The first look.*?)```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL)
    assert stable(sample) == stable(plain(done.stdout, folder)), "paste what `python -m tests.test_demo` prints"


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as made:
        print(plain(play(Path(made)).stdout, Path(made)), end="")
