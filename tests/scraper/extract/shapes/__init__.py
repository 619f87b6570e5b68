"""Listings in the mark-up of common systems, built from invented notices; importing fills ``SHAPES``."""

from . import (
    blogs,
    cells,
    cms,
    crowded,
    enterprise,
    inline,
    languages,
    languages_east,
    later,
    newsrooms,
    parted,
    plainer,
    tables,
)
from .stock import SHAPES, Shape

__all__ = [
    "SHAPES",
    "Shape",
    "blogs",
    "cells",
    "cms",
    "crowded",
    "enterprise",
    "inline",
    "languages",
    "languages_east",
    "later",
    "newsrooms",
    "parted",
    "plainer",
    "tables",
]
