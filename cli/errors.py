"""Distinguishes user errors, which are reported in one line, from internal errors."""

import sys

__all__ = ["CommandError", "is_reported", "os_error_text"]

# The base classes of what each room reports to its user. A room that is not loaded has raised nothing. In an installed
# package, rooms are below `agent_network`, as this module is.
_ABOVE = __name__.removesuffix("cli.errors")
_REPORTED = {
    f"{_ABOVE}access.azure.errors": "AccessError",
    f"{_ABOVE}localazure.errors": "LocalAzureError",
    f"{_ABOVE}manifest.errors": "ManifestError",
    f"{_ABOVE}release.errors": "ReleaseError",
    f"{_ABOVE}safe_text.current_date": "InvalidDateError",
}


class CommandError(Exception):
    """Error that ends a command; its message is for the user, and is printed without a traceback."""


def is_reported(error: BaseException) -> bool:
    """Return True if an exception is a message for the user, and not an internal error."""
    if isinstance(error, CommandError):
        return True
    loaded = ((sys.modules.get(module), name) for module, name in _REPORTED.items())
    return any(module is not None and isinstance(error, getattr(module, name)) for module, name in loaded)


def os_error_text(error: OSError) -> str:
    """Return the operating system's reason for an error, without the error number."""
    return error.strerror or str(error)
