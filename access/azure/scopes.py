"""Compares Azure scopes: parents of a resource id, containment of one id in another, and the type of an id.

Owns the one form in which ids are compared: segments in lower case, without slashes around them, and a Cosmos database
as ARM writes it (`sqlDatabases/d/containers/c`, where Cosmos itself writes `dbs/d/colls/c`). The root is the empty
text. Source: Microsoft, "Understand scope for Azure RBAC" (read 2026-11); "Azure Cosmos DB data plane security
reference" for the scopes of Cosmos.
"""

from functools import lru_cache
from itertools import accumulate

ROOT = ""

_GROUPS = "providers/microsoft.management/managementgroups/"
_COSMOS = "microsoft.documentdb/databaseaccounts/"
_DEEPEST = 64
"""Number of segments of an id up to which the scopes around it are distinguished.

The deepest ids of Azure have about 20. Without a bound the scopes of a hostile id of thousands of segments would take
quadratic time and memory.
"""
_COSMOS_WORDS = {"dbs": "sqldatabases", "colls": "containers"}


@lru_cache(maxsize=1 << 18)
def key(scope: str) -> str:
    """Return a normalized form of a resource id, which is equal for different spellings of the same id."""
    text = "/".join(segment for segment in scope.strip().lower().split("/") if segment)
    before, account, rest = text.partition(_COSMOS)
    if not account:
        return text
    # The account's own name stays as it is, whatever it is: the words stand at every second place after it.
    name, *inner = rest.split("/")
    inner[::2] = (_COSMOS_WORDS.get(word, word) for word in inner[::2])
    return before + account + "/".join((name, *inner))


@lru_cache(maxsize=1 << 16)
def ancestors(scope_key: str) -> tuple[str, ...]:
    """Return the keys of the scopes that contain an id, from the root down to the id itself.

    Of an id with more than 64 segments they are the scopes of its first 64, and the id.
    """
    if not scope_key:
        return (ROOT,)
    segments = scope_key.split("/", _DEEPEST)
    around = (ROOT, *accumulate(segments[:_DEEPEST], "{}/{}".format))
    return around if len(segments) <= _DEEPEST else (*around, scope_key)


def is_management_group(scope: str) -> bool:
    """Return True if a scope is a management group; its id does not show which subscriptions it contains."""
    return key(scope).startswith(_GROUPS) and key(scope).count("/") == _GROUPS.count("/")


def covering(scope: str) -> str:
    """Return the key under which an assignment's scope is indexed; a management group is indexed as the root.

    A scope of more than 64 segments is indexed by the first 64, and so may cover too much, but never too little.
    """
    if is_management_group(scope):
        return ROOT
    segments = key(scope).split("/", _DEEPEST)
    return "/".join(segments[:_DEEPEST])


@lru_cache(maxsize=1 << 16)
def type_of(scope_key: str) -> str:
    """Return the ARM type in a normalized id, in lower case; empty for groups, subscriptions and the root."""
    segments = scope_key.split("/")
    if "providers" not in segments or scope_key.startswith(_GROUPS):
        return ""
    # The last provider counts: an extension resource names that of the resource it is attached to before its own.
    start = len(segments) - 1 - segments[::-1].index("providers")
    return "/".join((*segments[start + 1 : start + 2], *segments[start + 2 :: 2]))


def is_path(scope_key: str) -> bool:
    """Return True if an id is an Azure path; before deployment an id may be only a name."""
    return scope_key == ROOT or scope_key.partition("/")[0] in {"subscriptions", "providers"}


def shown(scope: str) -> str:
    """Return an Azure scope as messages show it: the last segment, with its type if it is not a resource."""
    segments = key(scope).split("/")
    if segments == [ROOT]:
        return "the root of the tenant"
    last = scope.strip().rstrip("/").rpartition("/")[2]
    kinds = {
        "subscriptions": "subscription ",
        "resourcegroups": "resource group ",
        "managementgroups": "management group ",
    }
    return kinds.get(segments[-2], "") + repr(last) if len(segments) > 1 else repr(last)
