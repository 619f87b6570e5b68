"""What the tests start with the libraries loaded is as what they would start by themselves."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.prepared import LIBRARIES
from tests.support.starting import ROOT, run, start

PROBE = """
import os, signal, sys, time
import scrapy
own = sorted({name.partition(".")[0] for name in sys.modules} & {"presswatch", "scheduler", "scraper", "tests"})
handlers = [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGCHLD, signal.SIGPIPE)]
open_files = [int(name) for name in os.listdir("/proc/self/fd")]
print(__name__, sys.argv, sys.path[:2], os.getcwd(), os.environ["TZ"], own, handlers, time.localtime(0).tm_hour)
print("twisted.internet.reactor" in sys.modules, max(open_files) < 5, repr(sys.stdin.read()), "åß")
print(os.environ["SAID"], file=sys.stderr)
sys.exit(7)
"""


def test_it_is_as_python_m(tmp_path: Path) -> None:
    (tmp_path / "probe.py").write_text(PROBE, encoding="utf-8")
    env = {**os.environ, "SAID": "a\nb", "TZ": "Asia/Tokyo", "PYTHONPATH": str(ROOT)}
    words, given = ["probe", "--x", "ü"], "one\ntwo"
    told = subprocess.run([sys.executable, "-m", *words], cwd=tmp_path, env=env, input=given, capture_output=True,
                          text=True, encoding="utf-8")  # fmt: skip
    ours = run(words, env=env, cwd=tmp_path, given=given)
    assert (ours.returncode, ours.stdout, ours.stderr) == (told.returncode, told.stdout, told.stderr)
    assert ours.returncode == 7
    assert ours.stdout.endswith("False True 'one\\ntwo' åß\n")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGKILL])
def test_how_it_ends_is_known(tmp_path: Path, number: signal.Signals) -> None:
    (tmp_path / "sleeper.py").write_text("import time; print(1, flush=True); time.sleep(60)")
    with (tmp_path / "said").open("wb") as said:
        process = start(["sleeper"], env=os.environ, stdout=said, stderr=said, cwd=tmp_path)
        assert process.poll() is None
        with pytest.raises(subprocess.TimeoutExpired):
            process.wait(0.01)
        process.send_signal(number)
        assert process.wait(20) == process.poll() == process.returncode == -number
        process.kill()


def test_libraries_are_none_of_ours() -> None:
    assert not [name for name in LIBRARIES if name.startswith(("presswatch", "scheduler", "scraper", "tests"))]
