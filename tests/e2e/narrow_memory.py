"""``presswatch`` where Scrapy's bound on memory is passed from the first moment on."""

from __future__ import annotations

from presswatch import settings
from presswatch.cli import main

settings.MEMUSAGE_LIMIT_MB = 20
vars(settings)["MEMUSAGE_CHECK_INTERVAL_SECONDS"] = 0.1

if __name__ == "__main__":
    main()
