"""Keys: the way to a service's data past all roles, for whoever may read them.

Owns which control-plane operations hand out keys to what, and what a key opens. Operations that hand out secrets or
tokens of something else (`containerApps/listSecrets/action`) are not among them, nor the keys of local users, which are
switched on by themselves. What counts as handing out is `access.azure.privileges`.
"""

import re
from functools import cache

from access.azure.privileges import key_actions
from access.azure.scopes import ROOT, ancestors, type_of
from access.evaluate.operation_sets import Universe, universe_of

_KEYS = re.compile(r"(?:keys?|sas|strings|credentials?|passwords?)/action$")
_READ_ONLY = frozenset({"readonlykeys", "listquerykeys", "createquerykey"})
# What stands between a namespace and its keys without being a thing of its own.
_BETWEEN = frozenset({"authorizationrules", "disasterrecoveryconfigs"})


@cache
def _by_holder() -> dict[str, tuple[tuple[str, ...], tuple[str, ...]]]:
    """ARM type -> the operations that hand out its full keys, and those that hand out keys for reading."""
    found: dict[str, tuple[list[str], list[str]]] = {}
    for operation in sorted({name.lower(): name for name in key_actions()}.values(), key=str.lower):
        if not _KEYS.search(operation.lower()):
            continue
        *path, name, _ = operation.lower().split("/")
        while path[-1] in _BETWEEN:
            path.pop()
        found.setdefault("/".join(path), ([], []))[name in _READ_ONLY].append(operation)
    return {kind: (tuple(full), tuple(reading)) for kind, (full, reading) in found.items()}


def holders(resource_key: str) -> list[tuple[str, Universe, bool]]:
    """Where the keys to a resource are handed out: scope, the operations that do it, and whether for reading only.

    At the resource itself or at what it lies in, as the keys of an account open all its containers.
    """
    found: list[tuple[str, Universe, bool]] = []
    for scope in ancestors(resource_key):
        kind = type_of(scope) if scope != ROOT else ""
        for reading, operations in enumerate(_by_holder().get(kind, ((), ()))):
            if operations and _names_one(scope):
                found.append((scope, universe_of(operations, data=False), bool(reading)))
    return found


def opened(data: Universe, *, reading: bool) -> int:
    """The data operations that a key is good for."""
    return data.bits(name for name in data.operations if _reads(name)) if reading else data.all


def _names_one(scope: str) -> bool:
    """Whether a scope ends with a name, not with a type: provider, then types and names in turn."""
    after = scope.rpartition("/providers/")[2]
    return after.count("/") % 2 == 0


def _reads(operation: str) -> bool:
    last = operation.lower().removesuffix("/action").rpartition("/")[2]
    return last.startswith("read") or last == "executequery"
