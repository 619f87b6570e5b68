"""Lists of pages that other programs keep, read as data only: nothing in them is run, fetched or believed unseen."""
