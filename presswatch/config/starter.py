"""The configuration that a new user begins with."""

from __future__ import annotations

from pathlib import Path

from presswatch.config.storage import create_file

STARTER = """\
# presswatch: which pages to watch, and whom to tell.
# `presswatch add URL` adds a page to this file; `presswatch config schema` describes every key.
# Lengths of time are written 90s, 30m, 6h, 1d. Secrets may stay outside: env:NAME, file:/path, keyring:service/user.

[presswatch]
# contact = "you@example.org"    # told to the sites you watch, so that they can reach you
# every = "30m"                  # a fixed interval; by default a page is looked at when something new is likely
budget = 48                      # looks per page and day, on average
site_spacing = "2s"              # the shortest time between two requests to one site
# burst = 10                     # more new items than this in one check become one message
# timezone = "Europe/Berlin"     # by default that of this machine

# Where messages go. Without rules, every channel is told of new items on every page, and of pages in trouble.
[channels.console]
type = "console"

# [channels.phone]               # anything that Apprise knows: https://appriseit.com/services/
# type = "apprise"
# url = "ntfys://ntfy.sh/${env:NTFY_TOPIC}"

# [channels.hook]                # JSON by HTTP POST, signed as Standard Webhooks says
# type = "webhook"
# url = "https://example.org/hook"
# secret = "env:HOOK_SECRET"

# [[rules]]
# name = "energy"
# channels = ["phone"]
# tags = ["energy"]
# keywords = ["grid", "tariff"]

# [[sources]]
# id = "energy-1"                # never change it; slug, name and url may change
# slug = "energy"
# url = "https://energy.example/news"
# tags = ["energy"]
"""


def init_config(path: Path) -> None:
    """Write a commented configuration to start from. Raises :class:`ConfigError` if there is one."""
    create_file(path, STARTER)
