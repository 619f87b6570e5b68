"""presswatch: how people use it, and the one place where its parts are put together."""

__version__ = "0.1.0"
