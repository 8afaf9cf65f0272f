"""Converts JSON rows of Azure Resource Manager to `ResourceState` objects, as a Pulumi program would have them.

Owns the form of ARM's rows: an id, and `properties` separate from the rest. They belong to no program and have no URN,
so the id takes its place.
"""

from collections.abc import Iterable, Iterator, Mapping

from access.azure.assignment_types import ASSIGNMENTS, DEFINITIONS
from access.azure.catalogue import System, is_built_in
from access.azure.compute_hosts import BY_TYPE
from access.azure.definitions import permissions_of
from access.azure.scopes import ancestors, key, type_of
from access.azure.types import BY_ARM_TYPE
from access.model.graph import DenyAssignment, Unread
from access.model.json_values import Values, listed, mapping, text
from access.readers.resource_state import ResourceState

_NATIVE = "azure-native:"
_ASSIGNMENTS = {system: token for token, system in reversed(list(ASSIGNMENTS.items()))}
"""Type token of the plain role assignments of each system, which come first."""
_DEFINITIONS = {system: token for token, system in DEFINITIONS.items()}
_AGENT_TAG = "agent"
_APPS = frozenset(
    {
        "azure-native:app:ContainerApp",
        "azure-native:app:Job",
        "azure-native:cognitiveservices:AgentApplication",
        "azure-native:managedidentity:UserAssignedIdentity",
    }
)
"""Types whose resource name contains the agent's name."""
_COMPONENT = "agent-network:index:ContainerAppAgent"
_GROUP_SEGMENTS = 4
_NO_GROUPS = frozenset({"device", "serviceprincipal", "systemdefined", "user"})
"""Types of a principal without members: "Deny assignments - Get", REST reference of Azure, 2022-04-01."""


def token_of(arm_type: str) -> str:
    """Return the azure-native type token of an ARM type; made from the words of the type if no row has a token."""
    row = BY_ARM_TYPE.get(arm_type.lower())
    host = BY_TYPE.get(arm_type.lower())
    token = row.token if row else host.token if host else ""
    if token.startswith(_NATIVE):
        return token
    provider, _, rest = arm_type.lower().partition("/")
    return f"{_NATIVE}{provider.removeprefix('microsoft.')}:{rest.replace('/', '-')}"


def id_of(row: Values) -> str:
    """Return the id of a row of Azure Resource Manager; empty if the row has none."""
    found = text(row, "id").rstrip("/")
    return found if found.startswith("/") else ""


def resource(row: Values, *, whole: bool, parent: str = "") -> ResourceState:
    """Return the resource state for a resource that Azure Resource Manager lists.

    Args:
        row: the row of the list.
        whole: True where the row has its properties.
        parent: URN of the agent that the resource belongs to.
    """
    where = id_of(row)
    identity = mapping(row.get("identity"))
    rest = {name: value for name, value in row.items() if name not in {"id", "properties", "identity"}}
    outputs = {**rest, **mapping(row.get("properties")), **({"identity": identity} if identity else {})}
    return _state(where, token_of(type_of(key(where))), outputs, external=not whole, parent=parent)


def group(where: str) -> ResourceState:
    """Return the resource state for a resource group's id."""
    return _state(where, "azure-native:resources:ResourceGroup", {}, external=True)


def named(scopes: Iterable[str], known: set[str]) -> Iterator[ResourceState]:
    """Yield resource states for scopes known only by id: containers, secrets, resource groups."""
    for scope in scopes:
        parts = scope.strip("/").split("/")
        around = "/" + "/".join(parts[:_GROUP_SEGMENTS])
        if key(around).count("/") == _GROUP_SEGMENTS - 1 and "/resourcegroups/" in key(around):
            if key(around) not in known:
                known.add(key(around))
                yield group(around)
            if type_of(key(scope)) and key(scope) not in known:
                known.add(key(scope))
                yield _state(scope.rstrip("/"), token_of(type_of(key(scope))), {}, external=True)


def assignment(row: Values, system: System, account: str = "") -> ResourceState:
    """Return the resource state for a role assignment that Azure lists, at a scope or in a Cosmos DB account."""
    properties = dict(mapping(row.get("properties")))
    scope = text(properties, "scope")
    if account and scope and key(account) not in ancestors(key(scope)):
        properties["scope"] = f"{account}/{scope.strip('/')}".rstrip("/")
    return _state(id_of(row), _ASSIGNMENTS[system], properties)


def definition(row: Values, system: System) -> ResourceState | None:
    """Return the resource state for a custom role that Azure lists; None for a built-in role."""
    return (
        None
        if is_built_in(id_of(row))
        else _state(id_of(row), _DEFINITIONS[system], dict(mapping(row.get("properties"))))
    )


def deny(row: Values) -> DenyAssignment | Unread:
    """Return a deny assignment that Azure lists, or a note with the reason why it cannot be evaluated."""
    properties = mapping(row.get("properties"))
    permissions = permissions_of(properties.get("permissions"))
    principals = _ids(properties.get("principals"))
    scope = text(properties, "scope")
    if permissions is None or not principals or not scope:
        why = "operations, principals or scope of this deny assignment are missing, so results are without it"
        return Unread(id_of(row) or "deny assignments", why)
    return DenyAssignment(
        id=id_of(row),
        name=text(properties, "denyAssignmentName") or id_of(row).rpartition("/")[2],
        principals=principals,
        scope=scope,
        permissions=permissions,
        excluded_principals=_ids(properties.get("excludePrincipals")),
        groups=tuple(_groups(properties.get("principals"), properties.get("excludePrincipals"))),
        condition=text(properties, "condition") or None,
        condition_version=text(properties, "conditionVersion") or None,
        does_not_apply_to_children=properties.get("doNotApplyToChildScopes") is True,
    )


def agents(
    rows: Iterable[Values], network: str, stack: str, places: Mapping[str, str] | None = None
) -> dict[str, ResourceState]:
    """Return a component state for each agent, by its app's id, from the tag `agent` or the app's name.

    Where the program is known, `places` has its agents by the keys of their apps and identities. An app elsewhere that
    has the name or the tag of one of them is not that agent.
    """
    found: dict[str, ResourceState] = {name: _agent(name) for name in (places or {}).values()}
    for row in rows:
        where = id_of(row)
        if token_of(type_of(key(where))) in _APPS:
            tags = {name.lower(): value for name, value in mapping(row.get("tags")).items()}
            name = _stripped(where.rpartition("/")[2], network, stack) or text(tags, _AGENT_TAG)
            if places is not None:
                name = places.get(key(where), "" if name in places.values() else name)
            if name:
                found[key(where)] = _agent(name)
    return found


def _agent(name: str) -> ResourceState:
    return ResourceState(urn=f"agent {name}", type=_COMPONENT, name=name)


def _stripped(name: str, network: str, stack: str) -> str:
    """Return the agent's name in `<network>-<agent>-<stack>`; empty for other names."""
    before, after = f"{network}-" if network else "", f"-{stack}" if stack else ""
    matches = name.lower().startswith(before.lower()) and name.lower().endswith(after.lower())
    whole = len(name) > len(before) + len(after) and bool(before or after)
    return name[len(before) : len(name) - len(after)] if matches and whole else ""


def _state(where: str, token: str, outputs: Values, *, external: bool = False, parent: str = "") -> ResourceState:
    return ResourceState(
        urn=where,
        type=token,
        name=where.rpartition("/")[2],
        id=where,
        parent=parent,
        outputs=outputs,
        external=external,
        of_subscription=True,
    )


def _ids(principals: object) -> tuple[str, ...]:
    found = (text(mapping(each), "id") for each in listed(principals))
    return tuple(each for each in found if each)


def _groups(*principals: object) -> Iterator[str]:
    """Yield the ids of principals that may be groups: all that are not known to be something else."""
    for each in (mapping(one) for several in principals for one in listed(several)):
        if text(each, "id") and text(each, "type").lower() not in _NO_GROUPS:
            yield text(each, "id")
