"""Scrapy's settings as presswatch uses them: ``SCRAPY_SETTINGS_MODULE=presswatch.settings``.

Those of :mod:`scraper.settings`, and the add-on that puts the parts together.
"""

from scraper.settings import *  # noqa: F403

ADDONS = {"presswatch.assembly.PresswatchAddon": 0}
