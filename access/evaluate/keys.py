"""Evaluates access keys: data access without any role, for principals that may read the keys.

Owns the control-plane operations that hand out keys, and the data operations that a key allows. Operations that hand
out secrets or tokens of other services (`containerApps/listSecrets/action`) are not included, nor are keys of local
users, which have a switch of their own. `access.azure.privileges` lists the operations that hand out keys.
"""

import re
from functools import cache

from access.azure.handouts import key_actions
from access.azure.scopes import ROOT, ancestors, type_of
from access.evaluate.operation_sets import OperationSet, operation_set_of

_KEYS = re.compile(r"(?:keys?|sas|strings|credentials?|passwords?)/action$")
_READ_ONLY = frozenset({"readonlykeys", "listquerykeys", "createquerykey"})
# Segments between a namespace and its keys that are not resources of their own.
_BETWEEN = frozenset({"authorizationrules", "disasterrecoveryconfigs"})


@cache
def _key_operations() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """Map each ARM type to the operations that return full keys and those that return read-only keys."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for operation in sorted({name.lower(): name for name in key_actions()}.values(), key=str.lower):
        if not _KEYS.search(operation.lower()):
            continue
        *path, name, _ = operation.lower().split("/")
        while path[-1] in _BETWEEN:
            path.pop()
        found.setdefault("/".join(path), ([], []))[name in _READ_ONLY].append(operation)
    return {kind: (tuple(full), tuple(reading)) for kind, (full, reading) in found.items()}


def key_scopes(resource_key: str) -> list[tuple[str, OperationSet, bool]]:
    """Return the scopes whose keys open a resource, with the operations that read the keys.

    The scope is the resource itself or a parent, as the keys of an account open all its containers.
    """
    found: list[tuple[str, OperationSet, bool]] = []
    for scope in ancestors(resource_key):
        kind = type_of(scope) if scope != ROOT else ""
        for reading, operations in enumerate(_key_operations().get(kind, ((), ()))):
            if operations and _is_instance(scope):
                found.append((scope, operation_set_of(operations, data=False), bool(reading)))
    return found


def opened_by_keys(data: OperationSet, *, reading: bool) -> int:
    """Return the data operations that an access key allows."""
    return data.bits(name for name in data.operations if _is_read(name)) if reading else data.all


def _is_instance(scope: str) -> bool:
    """Return True if a scope names a resource, and False if it ends with a type."""
    after = scope.rpartition("/providers/")[2]
    return after.count("/") % 2 == 0


def _is_read(operation: str) -> bool:
    last = operation.lower().removesuffix("/action").rpartition("/")[2]
    return last.startswith("read") or last == "executequery"
