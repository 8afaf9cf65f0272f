"""Lists the ways to data without a data role: access keys, tokens of a registry, access policies and public access.

Owns the control-plane operations of each way, and the data operations that the way opens. A setting that turns a way
off protects against nobody who may change the setting: the right to write the account and then to read its keys is
access to its data, perhaps. Operations that hand out secrets of other services (`containerApps/listSecrets/action`)
are not included. `access.azure.handouts` recognises the operations that hand out keys. Sources: "Prevent Shared Key
authorization for an Azure Storage account", "Prevent anonymous read access to containers and blobs", "Create a token
with repository-scoped permissions" (Container Registry), "Migrate to Azure role-based access control" (Key Vault), and
"Access a private AKS cluster using the command invoke", Microsoft Learn, 2025 and 2026.
"""

import re
from dataclasses import dataclass
from functools import cache, lru_cache

from access.azure.booleans import boolean
from access.azure.handouts import key_actions
from access.azure.key_access import key_switch
from access.azure.scopes import ROOT, ancestors, key, type_of
from access.azure.types import BY_ARM_TYPE
from access.azure.types.row import KeySwitch
from access.evaluate.operation_sets import OperationSet, operation_set_of
from access.model.graph import Resource

_KEYS = re.compile(r"(?:keys?|sas|strings|credentials?|passwords?)/(?:action|read)$")
_READ_ONLY = frozenset({"readonlykeys", "listquerykeys", "createquerykey"})
# Segments between a namespace and its keys; a rule by itself is a scope with keys of the whole namespace.
BETWEEN = frozenset({"accessprofiles", "authorizationrules", "disasterrecoveryconfigs"})
_OF_TOKENS = frozenset({"generatecredentials"})
_STORAGE, _REGISTRY = "microsoft.storage/storageaccounts", "microsoft.containerregistry/registries"
_VAULT, _CONTAINERS = "microsoft.keyvault/vaults", f"{_STORAGE}/blobservices/containers"
_CLUSTER = "microsoft.containerservice/managedclusters"
_ROLES = "microsoft.authorization/roleassignments/write"


@dataclass(frozen=True)
class KeyWay:
    """One way to the data of an account without a data role; all its steps are needed."""

    steps: tuple[tuple[str, ...], ...]
    """Operations on the control plane; of each tuple any one is enough."""
    switch: tuple[tuple[str, ...], ...] = ()
    """Steps that turn the way on where its setting is off."""
    use: str = "read the keys of {}"
    """Words after `may` for the steps, with the account's name as placeholder."""
    turn_on: str = ""
    """Words after `may` for the steps of the switch."""
    setting: KeySwitch | None = None
    """The setting that turns the way off; None for the one of the account's access keys."""
    opens: str = "all"
    """Data operations that the way opens: `all`, `reads` or `blobs`."""
    switched: bool = True
    """False if no setting of the account turns the way off."""
    certain: bool = True
    """False if another setting, which is not known, decides too."""


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
    for kind, way in _OTHER_WAYS:
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


_PUBLIC = KeyWay(
    ((f"{_CONTAINERS}/write",),),
    ((f"{_STORAGE}/write",),),
    use="allow public access to the containers of {}",
    turn_on="turn on public access of {} (allowBlobPublicAccess)",
    setting=KeySwitch(
        "allowBlobPublicAccess",
        on=True,
        absent=False,
        source="Remediate anonymous read access to blob data, Microsoft Learn, 2025: off where it is not set",
    ),
    opens="blobs",
    certain=False,
)
_LOCAL_USERS = KeyWay(
    (
        tuple(
            f"Microsoft.Storage/storageAccounts/localUsers/{name}"
            for name in ("listKeys/action", "regeneratePassword/action", "regenerateSharedKey/action", "write")
        ),
    ),
    ((f"{_STORAGE}/write",),),
    use="get the password of a local user of {}",
    turn_on="turn on SFTP of {} (isSftpEnabled)",
    setting=KeySwitch(
        "isSftpEnabled",
        on=True,
        absent=False,
        source="Connect to Azure Blob Storage by using SFTP, Microsoft Learn, 2025: off where it is not set",
    ),
    certain=False,
)
_OTHER_WAYS = (
    (_STORAGE, _LOCAL_USERS),
    (
        _REGISTRY,
        KeyWay(
            (
                (
                    "Microsoft.ContainerRegistry/registries/generateCredentials/action",
                    "Microsoft.ContainerRegistry/registries/tokens/write",
                ),
            ),
            use="make a token of {} with a password",
            switched=False,
            certain=False,
        ),
    ),
    (
        _VAULT,
        KeyWay(
            (("Microsoft.KeyVault/vaults/accessPolicies/write", "Microsoft.KeyVault/vaults/write"),),
            # Changing the mode of a vault also needs the right to write role assignments.
            (("Microsoft.KeyVault/vaults/write",), (_ROLES,)),
            use="write itself into the access policies of {}",
            turn_on="turn on access policies of {} (enableRbacAuthorization)",
            certain=False,
        ),
    ),
    (_CONTAINERS, _PUBLIC),
    (_STORAGE, _PUBLIC),
    (
        _CLUSTER,
        KeyWay(
            (("Microsoft.ContainerService/managedClusters/write",),),
            use="make itself an administrator of {} (adminGroupObjectIDs)",
            switched=False,
            certain=False,
        ),
    ),
    (
        _CLUSTER,
        KeyWay(
            (("Microsoft.ContainerService/managedClusters/runCommand/action",),),
            use="run commands as an administrator of {}",
            switched=False,
            certain=False,
        ),
    ),
)
"""Ways without keys, by ARM type."""


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


def state_of_setting(setting: KeySwitch, resource: Resource) -> bool | None:
    """Return True if a resource has a setting turned on; None for resources without such a setting."""
    if type_of(key(resource.id)) != _STORAGE:
        return None
    value = boolean(resource.flat_properties.get(setting.property, setting.absent))
    return value is setting.on if isinstance(value, bool) else None


def operations_of_step(names: tuple[str, ...]) -> OperationSet:
    """Return the operations of a step."""
    return operation_set_of(names, data=False)


def opened_by(way: KeyWay, data: OperationSet) -> int:
    """Return the data operations that a way opens."""
    if way.opens == "all":
        return data.all
    matching = _is_read if way.opens == "reads" else _is_read_of_blobs
    return data.bits(name for name in data.operations if matching(name))


def _is_instance(scope: str) -> bool:
    """Return True if a scope names a resource, and False if it ends with a type."""
    after = scope.rpartition("/providers/")[2]
    return after.count("/") % 2 == 0


def _is_read(operation: str) -> bool:
    last = operation.lower().removesuffix("/action").rpartition("/")[2]
    return last.startswith("read") or last == "executequery"


def _is_read_of_blobs(operation: str) -> bool:
    return operation.lower() == f"{_CONTAINERS}/blobs/read"
