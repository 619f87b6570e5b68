from __future__ import annotations

from tests.e2e.conftest import desk, hook, site

__all__ = ["desk", "hook", "site"]
