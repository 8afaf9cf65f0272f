"""Operations in a few plain words: what someone reads who has never seen an action string.

Owns how an operation's name is read. The names are Azure's; the words are the network's (`read`, `write`, `send`) where
they mean the same.
"""

from collections.abc import Iterable
from functools import cache

# The last two segments of operations whose own last word misleads. "Azure permissions", Microsoft Learn, 2026-04-09.
_SPECIAL = {
    "blobs/add/action": "write",
    "blobs/move/action": "write",
    "blobs/filter/action": "find",
    "applications/invoke/action": "use",
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
    """One word for an operation: `read`, `delete`, `listKeys`."""
    segments = operation.split("/")
    last = segments[-1].lower()
    special = _SPECIAL.get("/".join(segments[-2:]).lower()) or _SPECIAL.get("/".join(segments[-3:]).lower())
    if special is not None:
        return special
    if last in _ENDS:
        return _ENDS[last]
    # An action is called by what stands before it: `containerApps/exec/action`.
    return segments[-2] if last == "action" and len(segments) > 1 else segments[-1]


def words(operations: Iterable[str]) -> list[str]:
    """Every word once, the common ones first."""
    found = {word(operation) for operation in operations}
    return sorted(found, key=lambda one: (_ORDER.index(one) if one in _ORDER else len(_ORDER), one))


def destroys(operation: str) -> bool:
    """Whether what an operation does cannot be taken back by the same hand: it deletes or overwrites."""
    return word(operation) in {"delete", "write", "purge"} or operation.lower().endswith(("/delete", "/purge/action"))
