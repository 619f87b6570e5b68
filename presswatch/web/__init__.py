"""The web pages: a Datasette whose front is our own, for looking back. It reads; nothing in it writes.

``site`` puts it together, ``plugin`` holds the routes, ``guard`` decides who may ask and what a browser may do with an
answer; what a page says is gathered by ``finding``, ``item_page``, ``source_page`` and ``river`` from one connection.
"""
