"""Shortens Azure operation names to one word, such as `read` or `listKeys`, for people.

Owns the word for each operation. The operations are Azure's; the words are the network's verbs (`read`, `write`,
`send`) where they mean the same.
"""

from collections.abc import Iterable
from functools import cache

# The last segments of operations whose last word misleads. "Azure permissions", Microsoft Learn, 2026-04-09.
_SPECIAL = {
    "blobs/add/action": "write",
    "blobs/move/action": "write",
    "blobs/filter/action": "find",
    "applications/invoke/action": "use",
    "serviceprincipals/call/action": "use",
    "serviceprincipals/callasuser/action": "use as a user",
    "endpoints/interact/action": "use",
    "endpoints/invoke/action": "use",
    "messages/add/action": "send",
    "messages/process/action": "receive",
    "messages/send/action": "send",
    "messages/receive/action": "receive",
    "getsecret/action": "read",
    "setsecret/action": "write",
    "pull/read": "pull",
    "push/write": "push",
    "roleassignments/write": "grant roles",
    "roleassignments/delete": "take away roles",
    "sqlroleassignments/write": "grant roles",
    "sqlroleassignments/delete": "take away roles",
}
_ENDS = {"read": "read", "write": "write", "delete": "delete"}
_ORDER = ("read", "use", "pull", "receive", "write", "send", "push", "delete")


@cache
def word(operation: str) -> str:
    """Return one word for an Azure operation: `read`, `delete`, `listKeys`."""
    segments = operation.split("/")
    last = segments[-1].lower()
    special = _SPECIAL.get("/".join(segments[-2:]).lower()) or _SPECIAL.get("/".join(segments[-3:]).lower())
    if special is not None:
        return special
    if last in _ENDS:
        return _ENDS[last]
    # The segment before `action` is the name: `containerApps/exec/action`.
    return segments[-2] if last == "action" and len(segments) > 1 else segments[-1]


def words(operations: Iterable[str]) -> list[str]:
    """Return the words of several Azure operations, each once, common words first."""
    found = {word(operation) for operation in operations}
    return sorted(found, key=lambda one: (_ORDER.index(one) if one in _ORDER else len(_ORDER), one))


def destroys(operation: str) -> bool:
    """Return True if an operation deletes or overwrites, so that its effect cannot be undone."""
    return word(operation) in {"delete", "write", "purge"} or operation.lower().endswith(("/delete", "/purge/action"))
