"""The part of requirements.lock that the program itself needs, without the tools of its development.

``python runtime_lock.py [EXTRA,…] < requirements.lock > runtime.lock``, beside ``pyproject.toml``. Follows the "via"
comments that uv writes, so that versions and hashes are those of the lock. Only the standard library is used.
"""

from __future__ import annotations

import re
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path

_ENTRY = re.compile(r"([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?==")
_VIA = re.compile(r"#\s+(?:via\s+)?([A-Za-z0-9][A-Za-z0-9._-]*)(?:\[[^\]]*\])?\s*$")


def runtime_lock(lock: str, wanted: Iterable[str]) -> str:
    """The entries of ``lock`` that ``wanted`` (requirements as in ``pyproject.toml``) lead to, in its order."""
    entries = _entries(lock)
    kept = {_name(requirement) for requirement in wanted} & set(entries)
    while more := {name for name, text in entries.items() if name not in kept and _parents(text) & kept}:
        kept |= more
    return "".join(text for name, text in entries.items() if name in kept)


def _entries(lock: str) -> dict[str, str]:
    found: dict[str, str] = {}
    name = ""
    for line in lock.splitlines(keepends=True):
        begins = _ENTRY.match(line)
        if begins:
            name = _name(begins[1])
        if name:
            found[name] = found.get(name, "") + line
    return found


def _parents(text: str) -> set[str]:
    return {_name(found[1]) for line in text.splitlines() if (found := _VIA.search(line))}


def _name(requirement: str) -> str:
    """The normalised name (PEP 503) that a requirement begins with."""
    return re.sub(r"[-_.]+", "-", re.split(r"[^A-Za-z0-9._-]", requirement, maxsplit=1)[0]).lower()


def main(extras: str) -> None:
    """Read the lock from standard input."""
    project = tomllib.loads(Path("pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = list(project["dependencies"])
    for extra in filter(None, extras.split(",")):
        wanted += project["optional-dependencies"][extra]
    sys.stdout.write(runtime_lock(sys.stdin.read(), wanted))


if __name__ == "__main__":
    main(sys.argv[1] if len(sys.argv) > 1 else "")
