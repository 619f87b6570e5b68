"""What marks a database file as ours, and which form it has."""

from __future__ import annotations

from typing import Final

APPLICATION_ID: Final = 0x50575348
"""``PWSH`` in the file header (``PRAGMA application_id``)."""

SCHEMA_VERSION: Final = 1
"""``PRAGMA user_version`` of a file that this code writes. A file with a higher one is refused."""
