"""Environment variables that change how a command runs."""

import os

__all__ = ["DEBUG", "NO_CACHE", "is_on"]

DEBUG = "AGENT_NETWORK_DEBUG"
"""Name of the variable that enables tracebacks; `--debug` sets it for one run."""
NO_CACHE = "AGENT_NETWORK_NO_CACHE"
"""Name of the variable that disables the cache; `--no-cache` sets it for one run."""

_OFF = frozenset({"", "0", "false"})


def is_on(name: str) -> bool:
    """Return True if a variable is set to anything except `0` or `false`."""
    return os.environ.get(name, "").lower() not in _OFF
