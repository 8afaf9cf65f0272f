"""Exceptions that local Azure raises.

    LocalAzureError
    ├── AzureError        Azure would refuse the request: its own code, message and HTTP status
    │   ├── LateRefusal         Azure accepts the request, and refuses the change in its status
    │   ├── UnansweredRequest   Azure made the change, and its answer was lost
    │   └── UnfinishedRequest   Azure made the change, and the client could not read its status
    ├── InvalidInputs     the request does not fit Azure's published types: every violation at once
    ├── UnknownType       local Azure does not simulate this resource type or function
    └── WorldFileError    a world file cannot be read; nothing was overwritten

User mistakes all: a front end prints them as one line, never as a traceback. The codes of `AzureError` are in the
service modules, each with its rule.
"""

from dataclasses import dataclass
from typing import Any

from localazure.code_sources import OWN

OWN_MARK = "(an error code of local Azure; Azure's own is not documented)"
"""End of the message of an error whose code is local Azure's own."""


class LocalAzureError(Exception):
    """Base class of the errors of local Azure: refused requests, invalid projects, unreadable state files."""


class AzureError(LocalAzureError):
    """Error of a request that Azure would refuse, with the code and the message that Azure returns.

    `code` is Azure's error code, `status` the HTTP status that carries it. Where a request is refused for several
    reasons, these are those of the first and `message` holds all. The message states if the code is local Azure's own.
    """

    def __init__(self, code: str, message: str, status: int = 400) -> None:
        if code in OWN and OWN_MARK not in message:
            message = f"{message} {OWN_MARK}"
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status


@dataclass(frozen=True)
class Violation:
    """An invalid input property of a resource: its path, and the reason."""

    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.path}: {self.message}"


class LateRefusal(AzureError):  # noqa: N818 (named like its message)
    """Error of a change that Azure accepts and then refuses: only the status of the change has the reason."""


class UnansweredRequest(AzureError):  # noqa: N818 (named like its message)
    """Error of a creation whose answer was lost, so that the client does not know that the resource exists."""

    def __init__(self, resource_id: str) -> None:
        super().__init__(
            "RequestNotAnswered",
            f"the connection was lost before Azure answered the creation of '{resource_id}', so that it is unknown"
            " whether the resource exists",
            503,
        )


class UnfinishedRequest(AzureError):  # noqa: N818 (named like its message)
    """Error of a change that Azure made, although the client was refused its status; local Azure keeps the change."""

    def __init__(self, cause: AzureError, resource_id: str, outputs: dict[str, Any]) -> None:
        super().__init__(cause.code, f"{cause.message} (Azure made the change of '{resource_id}')", cause.status)
        self.resource_id = resource_id
        """The provider's form of the id; empty after a deletion."""
        self.outputs = outputs


class InvalidInputs(LocalAzureError):  # noqa: N818 (named like its message)
    """Error of a resource's inputs that Azure's published API types do not allow."""

    def __init__(self, token: str, violations: tuple[Violation, ...]) -> None:
        super().__init__(f"{token}: " + "; ".join(str(violation) for violation in violations))
        self.token = token
        self.violations = violations


class UnknownType(LocalAzureError):  # noqa: N818 (named like its message)
    """Error of a resource type or provider function that local Azure does not simulate."""

    def __init__(self, token: str) -> None:
        super().__init__(f"local Azure does not simulate {token!r}; nothing was created")
        self.token = token


class WorldFileError(LocalAzureError):
    """Error of a state file of local Azure that cannot be read or written, is locked, or is of another stack."""
