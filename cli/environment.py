"""Environment variables that change how a command runs, and those that code of another revision may see."""

import os
import site
from collections.abc import Mapping
from pathlib import Path

from safe_text.current_date import TODAY

__all__ = ["DEBUG", "NO_CACHE", "is_on", "without_credentials"]

DEBUG = "AGENT_NETWORK_DEBUG"
"""Name of the variable that enables tracebacks; `--debug` sets it for one run."""
NO_CACHE = "AGENT_NETWORK_NO_CACHE"
"""Name of the variable that disables the cache; `--no-cache` sets it for one run."""

_OFF = frozenset({"", "0", "false"})


def is_on(name: str) -> bool:
    """Return True if an environment variable is set to anything except `0` or `false`."""
    return os.environ.get(name, "").lower() not in _OFF


_WITHOUT_CREDENTIALS = frozenset(
    {
        *("PATH", "LANG", "LANGUAGE", "LC_ALL", "LC_CTYPE", "TZ", "TMPDIR", "TEMP", "TMP", "NO_COLOR", "VIRTUAL_ENV"),
        *("PYTHONPATH", "PYTHONHOME", "PYTHONUTF8", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"),
        *("SYSTEMROOT", "SYSTEMDRIVE", "WINDIR", "COMSPEC", "PATHEXT"),
        *(DEBUG, NO_CACHE, TODAY),
    }
)
"""Names of the variables that an interpreter needs to start and to print; none of them holds a credential."""


def without_credentials(environment: Mapping[str, str], home: Path) -> dict[str, str]:
    """Return the environment variables for code that must not see credentials, with another home folder.

    Only known variables are passed on, since any other may hold a credential; signed-in tools keep theirs in the home
    folder, so that it is another one.

    Args:
        environment: the variables of this process.
        home: an empty folder.
    """
    passed = {name: value for name, value in environment.items() if name.upper() in _WITHOUT_CREDENTIALS}
    # Packages that are installed for the user are found below the true home folder.
    return passed | {"HOME": str(home), "USERPROFILE": str(home), "PYTHONUSERBASE": site.getuserbase()}
