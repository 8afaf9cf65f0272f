"""Lists the ways to data without a data role: access keys, tokens of a registry, access policies and public access.

Owns the control-plane operations of each way, and the operations that the way opens: data operations, and those of the
control plane that are in fact data, such as `registries/pull/read` (`access.azure.holder_rights`). A setting that turns
a way off protects against nobody who may change the setting: the right to write the account and then to read its keys
is access to its data, perhaps. Operations that hand out secrets of other services (`containerApps/listSecrets/action`)
are not included. `access.azure.handouts` recognises the operations that hand out keys, and
`access.evaluate.service_ways` has the ways without keys. Sources: "Prevent Shared Key authorization for an Azure
Storage account" and "Prevent anonymous read access to containers and blobs", Microsoft Learn, 2025 and 2026.
"""

import re
from collections.abc import Callable, Mapping
from functools import cache, lru_cache

from access.azure.booleans import boolean
from access.azure.handouts import key_actions
from access.azure.holder_rights import gives_to_holder
from access.azure.key_access import key_switch
from access.azure.scopes import ROOT, ancestors, key, type_of
from access.azure.types import BY_ARM_TYPE
from access.evaluate.operation_sets import OperationSet, operation_set_of
from access.evaluate.service_ways import OTHER_WAYS, KeyWay, Setting
from access.model.graph import Resource
from access.model.json_values import is_known

_KEYS = re.compile(r"(?:keys?|sas|strings|credentials?|passwords?)/(?:action|read)$")
_READ_ONLY = frozenset({"readonlykeys", "listquerykeys", "createquerykey"})
# Segments between a namespace and its keys; a rule by itself is a scope with keys of the whole namespace.
BETWEEN = frozenset({"accessprofiles", "authorizationrules", "disasterrecoveryconfigs"})
_OF_TOKENS = frozenset({"generatecredentials"})
_BLOB_READ = "microsoft.storage/storageaccounts/blobservices/containers/blobs/read"


@cache
def _ways_by_type() -> dict[str, tuple[KeyWay, ...]]:
    """Map each ARM type to the ways to its data."""
    operations: dict[str, dict[str, list[str]]] = {}
    for operation in sorted({name.lower(): name for name in key_actions()}.values(), key=str.lower):
        *path, name, _ = operation.lower().split("/")
        if _KEYS.search(operation.lower()) and "localusers" not in path and name not in _OF_TOKENS:
            kind = "/".join(each for each in path if each not in BETWEEN)
            opens = "reads" if name in _READ_ONLY else "all"
            operations.setdefault(kind, {}).setdefault(opens, []).append(operation)
    found: dict[str, list[KeyWay]] = {}
    for kind, groups in operations.items():
        switch, turn_on = _switch_of(kind)
        for opens, names in groups.items():
            found.setdefault(kind, []).append(KeyWay((tuple(names),), switch, turn_on=turn_on, opens=opens))
    for kind, way in OTHER_WAYS:
        found.setdefault(kind, []).append(way)
    return {kind: tuple(ways) for kind, ways in found.items()}


def _switch_of(kind: str) -> tuple[tuple[tuple[str, ...], ...], str]:
    # The keys of a queue, topic or hub are turned on and off at the namespace around it.
    around = [kind.rsplit("/", count)[0] for count in range(kind.count("/"))]
    found = next(((one, switch) for one in around if (switch := key_switch(one)) is not None), None)
    if found is None:
        return (), ""
    kind, switch = found
    row = BY_ARM_TYPE.get(kind)
    arm_type = row.arm_type if row is not None else kind
    return ((f"{arm_type}/write",),), f"turn on access keys of {{}} ({switch.property})"


@lru_cache(maxsize=1 << 14)
def ways_to(resource_key: str) -> tuple[tuple[str, KeyWay], ...]:
    """Return the ways to the data of a resource, each with its scope: the resource itself or a parent."""
    return tuple(
        (scope, way)
        for scope in ancestors(resource_key)
        if scope != ROOT and _is_instance(scope)
        for way in _ways_by_type().get(type_of(scope), ())
    )


def opened_scope(scope: str) -> str:
    """Return the scope to which a role opens data: for an authorization rule the namespace or queue around it."""
    return scope.rstrip("/").rsplit("/", 2)[0] if type_of(key(scope)).rpartition("/")[2] in BETWEEN else scope


def step_scope(scope: str, names: tuple[str, ...]) -> str:
    """Return the scope at which Azure authorizes the operations of a step: the resource of their type."""
    for around in reversed(ancestors(scope)):
        kind = type_of(around) if around != ROOT else ""
        if kind and _is_instance(around) and names[0].lower().startswith(f"{kind}/"):
            return around
    return scope


def state_of_setting(setting: Setting, resource: Resource) -> bool | None:
    """Return True if a resource has a setting turned on; None if that is unknown, or the type has no such setting."""
    if type_of(key(resource.id)) != setting.kind or resource.unseen:
        return None
    values = resource.flat_properties
    if setting.unknown_without_properties and not values:
        return None
    value = boolean(values.get(setting.property))
    if isinstance(value, str) and (True in setting.on or not is_known(value)):
        return None
    return (value.lower() if isinstance(value, str) else value) in setting.on


def operations_of_step(names: tuple[str, ...]) -> OperationSet:
    """Return the operations of a step."""
    return operation_set_of(names, data=False)


@lru_cache(maxsize=1 << 13)
def opened_by(way: KeyWay, kind: str, operations: OperationSet) -> int:
    """Return the operations of a set that a way opens, to an account of a type in lower case."""
    matching = _MATCHING[way.opens]
    if operations.data:
        return operations.bits(filter(matching, operations.operations))
    return operations.bits(name for name in operations.operations if gives_to_holder(kind, name) and matching(name))


def _is_instance(scope: str) -> bool:
    """Return True if a scope names a resource, and False if it ends with a type."""
    after = scope.rpartition("/providers/")[2]
    return after.count("/") % 2 == 0


def _is_read(operation: str) -> bool:
    last = operation.lower().removesuffix("/action").rpartition("/")[2]
    return last.startswith("read") or last == "executequery"


def _is_read_of_blobs(operation: str) -> bool:
    return operation.lower() == _BLOB_READ


_MATCHING: Mapping[str, Callable[[str], bool]] = {
    "all": bool,
    "blobs": _is_read_of_blobs,
    "reads": _is_read,
    "writes": lambda operation: not (_is_read(operation) or operation.lower().endswith("/delete")),
}
"""Operations that a way opens, as a test of their names."""
