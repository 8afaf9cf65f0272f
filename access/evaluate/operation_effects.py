"""What operations come to: whether they read, write, destroy, hand out a secret or cost money.

Owns that judgement for the blast radius; names alone decide, so that a role that Microsoft widens is judged like the
rest. On the control plane only what changes something counts: seeing a resource's settings is not holding it. Source:
Microsoft, "Azure permissions" (the operations' own descriptions), 2026-04-09.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache

from access.azure.type_operations import is_cosmos
from access.evaluate.operation_words import destroys, word, words

_AUTHORIZATION = "microsoft.authorization/"
_MODELS = "microsoft.cognitiveservices/"
_RIGHTS = frozenset({"grant roles", "take away roles"})
# Of a resource group or a subscription hundreds of words could be told; these are the ones that say something.
_FOR_GROUPS = _RIGHTS | {"read", "write", "delete", "use", "pull", "push", "send", "receive"}

_READS = frozenset({"read", "receive", "executeQuery", "readChangeFeed"})
_WRITES = frozenset({"write", "send", "create", "replace", "upsert", "update", "add"})
_OVERWRITES = frozenset(
    {"replace", "upsert", "update", "push", "purge", "permanentDelete", "deleteBlobVersion", "executeStoredProcedure"}
)
_SPENDING_WRITES = ("/responses/write", "/runs/write", "/fine-tunes/write", "/batches/write")


@dataclass(frozen=True, slots=True)
class Meaning:
    """What some operations at one resource come to."""

    words: tuple[str, ...] = ()
    reads: frozenset[str] = frozenset()
    """Which data, by the type that its operations are named after: blobs are not messages."""
    writes: frozenset[str] = frozenset()
    destroys: bool = False
    secrets: bool = False
    spends: bool = False


@lru_cache(maxsize=8192)
def meaning(control: frozenset[str], data: frozenset[str], *, group: bool = False) -> Meaning:
    """What operations on both planes come to.

    Args:
        control: on the control plane.
        data: on the data plane.
        group: at a resource group or above, where it is what lies within that is read and written.
    """
    spends = frozenset(filter(_spends, data))
    acting = [name for name in control if word(name) != "read" and not _of_authorization(name)]
    told = {*words((*acting, *(data - spends))), *(["use"] if spends else [])}
    shown = ordered(each for each in told if not group or each in _FOR_GROUPS)
    found = Meaning(shown, destroys=any(map(_deletes, acting)) or any(map(_loses, data)))
    if group:
        return found
    return Meaning(
        words=found.words,
        reads=frozenset(_families(data, _READS)),
        writes=frozenset(_families(data, _WRITES)),
        destroys=found.destroys,
        secrets=any(_hands_out_secret(name, data=False) for name in control)
        or any(_hands_out_secret(name, data=True) for name in data),
        spends=bool(spends),
    )


def ordered(told: Iterable[str]) -> tuple[str, ...]:
    """Words in the order in which operations are told, each once."""
    # A word by itself is the name of an operation that is called by it.
    return tuple(words(told))


def _of_authorization(operation: str) -> bool:
    """Whether it is about rights and says nothing that a reader must know: locks, policies, looking at roles."""
    return operation.lower().startswith(_AUTHORIZATION) and word(operation) not in _RIGHTS


def _spends(operation: str) -> bool:
    name = operation.lower()
    return name.startswith(_MODELS) and name.endswith(("/action", *_SPENDING_WRITES))


def _deletes(operation: str) -> bool:
    name = operation.lower()
    return name.endswith(("/delete", "/purge/action", "/push/write")) and not name.startswith(_AUTHORIZATION)


def _loses(operation: str) -> bool:
    """Whether data is lost: deleted, or overwritten. What is only added loses nothing."""
    name = operation.lower()
    return not name.endswith("/add/action") and (destroys(operation) or word(operation) in _OVERWRITES)


def _hands_out_secret(operation: str, *, data: bool) -> bool:
    name = operation.lower()
    return name.endswith("/listsecrets/action") or (data and name.endswith("/secrets/getsecret/action"))


def _families(operations: frozenset[str], wanted: frozenset[str]) -> Iterator[str]:
    """Which data is meant. What models keep for their callers is no way from one agent to another."""
    for name in operations:
        lowered = name.lower()
        if word(name) in wanted and not lowered.startswith(_MODELS) and "/tags/" not in lowered:
            # In Cosmos items are read in several ways, some of which are named after the container.
            yield "items" if is_cosmos(name) else lowered.removesuffix("/action").rpartition("/")[0]
