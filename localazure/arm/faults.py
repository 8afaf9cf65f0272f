"""Faults of Azure that local Azure can inject: lost answers, delayed replication, refused reads of a status.

Owns which faults exist, how they are switched on, and how often each occurs. There is no clock and no chance: a fault
occurs at the first requests that it concerns, and how often it has occurred is counted in the state of local Azure, so
that an update that is tried again, also by another process, finds the fault over. Facts: "Troubleshoot Azure RBAC",
Microsoft Learn, 2025 (a new principal and a new role assignment take effect after a delay);
pulumi/pulumi-azure-native#2816 (Cosmos DB refuses a new principal); pulumi/pulumi-azure-native#1066
(a change that is made although the client sees an error).
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fnmatch import fnmatchcase
from typing import Any, cast

from localazure.errors import AzureError, LocalAzureError

VARIABLE = "LOCALAZURE_FAULTS"
"""Environment variable with the faults of local Azure, as a JSON object."""

_PATTERNS = {
    "unanswered_creates": "unansweredCreates",
    "refused_status_reads": "refusedStatusReads",
}
_COUNTS = {
    "principal_replication": "principalReplication",
    "role_assignment_replication": "roleAssignmentReplication",
}
_EXAMPLE = '{"unansweredCreates": ["*/containerApps/*"], "principalReplication": 2}'


class FaultsError(LocalAzureError):
    """Error of a list of faults that cannot be read."""


@dataclass(frozen=True, kw_only=True)
class Faults:
    """Faults that local Azure injects; by default none. Patterns are compared with ids, without regard to case."""

    unanswered_creates: tuple[str, ...] = ()
    """Patterns of ids: the first creation of each such resource is made, and its answer is lost."""
    refused_status_reads: tuple[str, ...] = ()
    """Patterns of ids: the first change of each such resource is made, and reading its status is refused."""
    principal_replication: int = 0
    """Number of requests for which each new principal is not found in the directory."""
    role_assignment_replication: int = 0
    """Number of requests for which each new role assignment does not count yet."""

    @classmethod
    def parse(cls, text: str) -> "Faults":
        """Read faults from a JSON object; an empty text has none.

        Raises:
            FaultsError: the text is not such an object; the message names each mistake.
        """
        if not text.strip():
            return NO_FAULTS
        try:
            given: Any = json.loads(text)
        except ValueError as error:
            raise FaultsError(f"{VARIABLE} is not JSON ({error}); write for example {_EXAMPLE}") from None
        if not isinstance(given, dict):
            raise FaultsError(f"{VARIABLE} is not a JSON object; write for example {_EXAMPLE}")
        fields = cast("Mapping[str, Any]", given)
        mistakes = [mistake for name, value in fields.items() if (mistake := _mistake(name, value))]
        if mistakes:
            raise FaultsError(f"{VARIABLE}: {'; '.join(mistakes)}")
        patterns = {ours: tuple(fields.get(name, ())) for ours, name in _PATTERNS.items()}
        counts = {ours: fields.get(name, 0) for ours, name in _COUNTS.items()}
        return cls(**patterns, **counts)


NO_FAULTS = Faults()


class FaultCounts(dict[str, int]):
    """Number of times that each fault has occurred, by fault and the id that it concerns."""

    def occurs(self, fault: str, concerned: str, limit: int) -> bool:
        """Count one more occurrence and return True; return False, without counting, once the limit is reached."""
        key = f"{fault} {concerned}".lower()
        done = self.get(key, 0)
        if done >= limit:
            return False
        self[key] = done + 1
        return True


def is_listed(patterns: tuple[str, ...], resource_id: str) -> bool:
    """Return True if one of the patterns of a fault covers a resource id."""
    return any(fnmatchcase(resource_id.lower(), pattern.lower()) for pattern in patterns)


def refused_status(path: str) -> AzureError:
    """Return the refusal of a client that may not read the status of a change that it has requested."""
    return AzureError(
        "AuthorizationFailed",
        f"the client does not have authorization to perform the read of '{path}', which local Azure refuses once, as"
        f" {VARIABLE} requests",
        403,
    )


def _mistake(name: str, value: object) -> str:
    if name in _PATTERNS.values():
        is_list = isinstance(value, list) and all(isinstance(one, str) for one in cast("list[object]", value))
        return "" if is_list else f"{name} is not a list of patterns of resource ids, such as ['*/containerApps/*']"
    if name in _COUNTS.values():
        is_count = isinstance(value, int) and not isinstance(value, bool) and value >= 0
        return "" if is_count else f"{name} is {value!r}, and not a number of requests from 0"
    known = [*_PATTERNS.values(), *_COUNTS.values()]
    near = get_close_matches(name, known, n=1)
    return f"no fault {name!r}; " + (f"did you mean {near[0]!r}?" if near else f"known are {', '.join(known)}")
