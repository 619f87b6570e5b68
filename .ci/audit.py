"""Known vulnerabilities in what ``requirements.lock`` pins: as pip-audit says where its data can be reached, else as
our own record says, which names for each package the version from which on the last one that we know of is mended."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

LOCK = Path(__file__).parents[1] / "requirements.lock"
SECONDS = 90
RECORDED_ON = "2026-11-22"
MENDED_IN = {
    "aiosmtpd": ("1.4.6", "CVE-2024-34083"),
    "apprise": ("0.9.5.1", "CVE-2021-39229"),
    "brotli": ("1.2.0", "CVE-2025-6176"),
    "certifi": ("2024.7.4", "CVE-2024-39689"),
    "cryptography": ("44.0.1", "CVE-2024-12797"),
    "datasette": ("0.65.2", "CVE-2025-64481"),
    "h11": ("0.16.0", "CVE-2025-43859"),
    "h2": ("4.3.0", "CVE-2025-57804"),
    "idna": ("3.7", "CVE-2024-3651"),
    "jinja2": ("3.1.6", "CVE-2025-27516"),
    "lxml": ("4.9.1", "CVE-2022-2309"),
    "python-multipart": ("0.0.18", "CVE-2024-53981"),
    "pyyaml": ("5.4", "CVE-2020-14343"),
    "requests": ("2.32.4", "CVE-2024-47081"),
    "scrapy": ("2.13.4", "CVE-2025-6176"),
    "setuptools": ("78.1.1", "CVE-2025-47273"),
    "twisted": ("24.7.0", "CVE-2024-41671"),
    "urllib3": ("2.6.0", "CVE-2025-66471"),
}


def pinned() -> dict[str, str]:
    """Package and version of each line of the lock."""
    found = re.findall(r"^([A-Za-z0-9._-]+)==([^\s;\\]+)", LOCK.read_text(encoding="utf-8"), re.MULTILINE)
    return {name.lower().replace("_", "-"): version for name, version in found}


def by_pip_audit() -> int | None:
    """Its exit status; ``None`` where it could not be had or could not reach its data."""
    with tempfile.TemporaryDirectory() as folder:
        python = f"{folder}/bin/python"
        steps = (
            [sys.executable, "-m", "venv", folder],
            [python, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "pip-audit"],
        )
        audit = [python, "-m", "pip_audit", f"--requirement={LOCK}", "--disable-pip", "--no-deps", "--timeout=10"]
        audit += ["--format=json", "--progress-spinner=off"]
        try:
            for step in steps:
                subprocess.run(step, check=True, capture_output=True, timeout=SECONDS)
            done = subprocess.run(audit, check=False, capture_output=True, text=True, timeout=SECONDS)
            found = json.loads(done.stdout)["dependencies"]
        except (subprocess.SubprocessError, OSError, ValueError, KeyError):
            return None
    return judge(found)


def judge(found: list[dict[str, Any]]) -> int | None:
    """1 if it knows of a vulnerability, else 0; ``None`` if it knew less than half of the packages."""
    known = [one for one in found if "skip_reason" not in one]
    if len(known) * 2 < len(found):
        return None
    bad = [(one["name"], one["version"], flaw["id"]) for one in known for flaw in one.get("vulns", ())]
    for name, version, flaw in bad:
        print(f"{name} {version}: {flaw}")
    print(f"{len(known)} of {len(found)} pinned packages audited by pip-audit; {len(bad)} known vulnerabilities")
    return int(bool(bad))


def by_record() -> int:
    """1 if a pinned version is older than the record asks for."""
    versions = pinned()
    bad = 0
    for name, (least, why) in MENDED_IN.items():
        if name in versions and _order(versions[name]) < _order(least):
            print(f"{name} {versions[name]} is older than {least} ({why})")
            bad += 1
    looked = len(MENDED_IN.keys() & versions.keys())
    print(f"{looked} of {len(versions)} pinned packages compared with the record of {RECORDED_ON}; {bad} are too old")
    return int(bad > 0)


def _order(version: str) -> tuple[int, ...]:
    return tuple(map(int, re.findall(r"\d+", version)))


def main() -> int:
    """Say which of the two was done."""
    status = by_pip_audit()
    if status is not None:
        return status
    print("pip-audit or its data could not be reached: audited by our own record")
    return by_record()


if __name__ == "__main__":
    sys.exit(main())
