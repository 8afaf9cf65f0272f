"""Classifies operations by effect: read, write, delete, return a secret, or cost money.

Owns this classification for the blast radius. It uses names of operations only, so that a role that Microsoft widens
is classified like the rest. On the control plane only changes count: reading a resource's settings is not access to
it. Source: Microsoft, "Azure permissions" (the operations' own descriptions), 2026-04-09.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from access.azure.planes import is_cosmos
from access.evaluate.wording import destroys, word, words

_AUTHORIZATION = "microsoft.authorization/"
_MODELS = "microsoft.cognitiveservices/"
_RIGHTS = frozenset({"grant roles", "take away roles"})
# At a resource group or subscription hundreds of words would be listed; these are the informative ones.
_FOR_GROUPS = _RIGHTS | {"read", "write", "delete", "use", "pull", "push", "send", "receive"}

_READS = frozenset({"read", "receive", "executeQuery", "readChangeFeed"})
_WRITES = frozenset({"write", "send", "create", "replace", "upsert", "update", "add"})
_OVERWRITES = frozenset(
    {"replace", "upsert", "update", "push", "purge", "permanentDelete", "deleteBlobVersion", "executeStoredProcedure"}
)
_SPENDING_WRITES = ("/responses/write", "/runs/write", "/fine-tunes/write", "/batches/write")


@dataclass(frozen=True, slots=True)
class OperationEffects:
    """Combined effects of several operations at one resource."""

    words: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    """Types of data that can be read, by the ARM type in the operation's name."""
    writes: frozenset[str] = frozenset()
    destroys: bool = False
    secrets: bool = False
    spends: bool = False


@lru_cache(maxsize=8192)
def effects_of(control: frozenset[str], data: frozenset[str], *, group: bool = False) -> OperationEffects:
    """Return the combined effects of operations on the control plane and the data plane.

    Args:
        control: operations on the control plane.
        data: operations on the data plane.
        group: True at a resource group or above, where reads and writes are about the resources within.
    """
    spends = frozenset(filter(_spends, data))
    acting = [name for name in control if word(name) != "read" and not _of_authorization(name)]
    found_words = {*words((*acting, *(data - spends))), *(["use"] if spends else [])}
    shown = words_in_order(each for each in found_words if not group or each in _FOR_GROUPS)
    found = OperationEffects(shown, destroys=any(map(_deletes, acting)) or any(map(_loses, data)))
    if group:
        return found
    return OperationEffects(
        words=found.words,
        reads=frozenset(_families(data, _READS)),
        writes=frozenset(_families(data, _WRITES)),
        destroys=found.destroys,
        secrets=any(_hands_out_secret(name, data=False) for name in control)
        or any(_hands_out_secret(name, data=True) for name in data),
        spends=bool(spends),
    )


@lru_cache(maxsize=8192)
def shared_objects(operations: frozenset[str]) -> tuple[str, ...]:
    """Return the kinds of objects in a model account that operations delete, such as `assistants` and `files`.

    All callers of an account share these objects, and the right to use its models includes the right to delete them:
    "Role-based access control for Azure OpenAI", Microsoft Learn, 2025.
    """
    deleting = (name.lower() for name in operations if name.lower().startswith(_MODELS))
    kinds = {name.split("/")[-2].replace("_", " ") for name in deleting if name.endswith("/delete")}
    return tuple(sorted(kinds))


def words_in_order(operation_words: Iterable[str]) -> tuple[str, ...]:
    """Return the words for operations in display order, each once."""
    # Each word is the name of an operation with that word.
    return tuple(words(operation_words))


def _of_authorization(operation: str) -> bool:
    """Return True for operations on locks, policies and role definitions that grant or remove no rights."""
    return operation.lower().startswith(_AUTHORIZATION) and word(operation) not in _RIGHTS


def _spends(operation: str) -> bool:
    name = operation.lower()
    return name.startswith(_MODELS) and name.endswith(("/action", *_SPENDING_WRITES))


def _deletes(operation: str) -> bool:
    name = operation.lower()
    return name.endswith(("/delete", "/purge/action", "/push/write")) and not name.startswith(_AUTHORIZATION)


def _loses(operation: str) -> bool:
    """Return True if an operation deletes or overwrites data; False if it only adds data."""
    name = operation.lower()
    return not name.endswith("/add/action") and (destroys(operation) or word(operation) in _OVERWRITES)


def _hands_out_secret(operation: str, *, data: bool) -> bool:
    name = operation.lower()
    return name.endswith("/listsecrets/action") or (data and name.endswith("/secrets/getsecret/action"))


def _families(operations: frozenset[str], wanted: frozenset[str]) -> Iterator[str]:
    """Yield the types of data, such as blobs or messages, that operations read or write."""
    for name in operations:
        lowered = name.lower()
        if word(name) in wanted and not lowered.startswith(_MODELS) and "/tags/" not in lowered:
            # In Cosmos DB items are read by several operations, some of which are named after the container.
            yield "items" if is_cosmos(name) else lowered.removesuffix("/action").rpartition("/")[0]
