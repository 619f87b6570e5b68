"""Pages that a script fills: rendered in the system's Chromium (extra ``browser``), which has no network of its own.

Every request that a page makes is answered by this process, through the same guard, robots.txt, proxy and limits as
our own requests; Chromium resolves no name and opens no connection.
"""
