"""One look: fetch a page, understand it, tell what changed, store it.

Knows nothing of schedules, channels or the command line (see ``docs/design-notes.md``, "Imports go down").
"""
