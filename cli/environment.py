"""The environment variables that change how a command runs."""

import os

__all__ = ["DEBUG", "NO_CACHE", "is_on"]

DEBUG = "AGENT_NETWORK_DEBUG"
"""Turns on tracebacks; `--debug` sets it for one run."""
NO_CACHE = "AGENT_NETWORK_NO_CACHE"
"""Turns the cache off; `--no-cache` sets it for one run."""

_OFF = frozenset({"", "0", "false"})


def is_on(name: str) -> bool:
    """Is a variable set to something else than `0` or `false`?"""
    return os.environ.get(name, "").lower() not in _OFF
