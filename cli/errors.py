"""Errors that a command reports in one line, and the difference to internal errors."""

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
}


class CommandError(Exception):
    """The question of a command cannot be answered; the message is for its user."""


def is_reported(error: BaseException) -> bool:
    """Is the error a message to the user, and not a fault of this program?"""
    if isinstance(error, CommandError):
        return True
    loaded = ((sys.modules.get(module), name) for module, name in _REPORTED.items())
    return any(module is not None and isinstance(error, getattr(module, name)) for module, name in loaded)


def os_error_text(error: OSError) -> str:
    """The reason that the operating system gives, without the number of the error."""
    return error.strerror or str(error)
