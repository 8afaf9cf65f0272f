"""Errors of reading repositories: each knows the status with which a web service answers, and none holds a token.

ForbiddenError                  403
├── RepositoryAccessError           the repository does not exist, or the user may not read it
├── NoVerifiedMappingError          nothing proves which GitHub account belongs to the user
├── DeviceLoginError                the sign-in with a code was refused, has expired, or belongs to another user
└── TooBroadTokenError              GitHub issued a token that reaches more than was requested
RuntimeLibraryError             500
├── RepositoryTooLargeError     413  the repository, or a file of it, is larger than the limits
├── NotInRepositoryError        404  the commit does not have the file
└── UnexpectedResponseError     502  the API answered with something that it does not document
"""

from agent_network_runtime.errors import ForbiddenError, RuntimeLibraryError


class RepositoryAccessError(ForbiddenError):
    """The repository or the commit does not exist, or the user may not read it: an API does not tell which."""


class NoVerifiedMappingError(ForbiddenError):
    """No verified mapping proves which GitHub account belongs to the user, so the app's own rights are not used."""


class DeviceLoginError(ForbiddenError):
    """The sign-in with a device code was refused, has expired, or belongs to another user or request."""


class TooBroadTokenError(ForbiddenError):
    """GitHub issued a token that reaches more than was requested; it was not used to read anything."""


class RepositoryTooLargeError(RuntimeLibraryError):
    """The repository, or a file of it, is larger than the limits allow."""

    status = 413


class NotInRepositoryError(RuntimeLibraryError):
    """The commit does not have the file."""

    status = 404


class UnexpectedResponseError(RuntimeLibraryError):
    """The API of the repository host answered with something that it does not document."""

    status = 502
