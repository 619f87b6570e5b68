"""The gallery in the docs: what presswatch shows, on the bundled news site. ``python -m bench.gallery`` makes it
anew."""
