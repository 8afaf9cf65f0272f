"""Reads the administrators of databases, which get access in a system of their own and by object id.

Owns the types with one administrator or principal each. They count as a grant at the database or its server where they
name a principal of the source; all others are reported as not read. Sources: "Microsoft Entra authentication for Azure
SQL", "Manage Azure Data Explorer cluster permissions", "Synapse access control", "Microsoft Entra authentication with
Azure Database for PostgreSQL" and "for Azure Database for MySQL", Microsoft Learn, 2025.
"""

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from access.azure.catalogue import Permission, Role
from access.azure.scopes import key, type_of
from access.model.graph import Assignment
from access.model.json_values import mapping, text
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

__all__ = ["ADMINISTRATOR_TYPES", "administrators"]


class _Administrator(NamedTuple):
    """Type of resource that makes a principal an administrator, with the properties that have its object id."""

    properties: tuple[str, ...]
    within: bool = True
    """True if the administrator is a part of the database or server, and False if it is a setting of it."""


_SID, _PRINCIPAL, _OBJECT = ("sid",), ("principalId",), ("objectId", "principalId", "sid")
_BY_TOKEN: Mapping[str, _Administrator] = {
    "azure-native:dbformysql:AzureADAdministrator": _Administrator(_SID),
    "azure-native:dbforpostgresql:Administrator": _Administrator(_OBJECT),
    "azure-native:dbforpostgresql:AdministratorsMicrosoftEntra": _Administrator(_OBJECT),
    "azure-native:kusto:ClusterPrincipalAssignment": _Administrator(_PRINCIPAL),
    "azure-native:kusto:DatabasePrincipalAssignment": _Administrator(_PRINCIPAL),
    "azure-native:redis:AccessPolicyAssignment": _Administrator(_OBJECT),
    "azure-native:sql:ManagedInstanceAdministrator": _Administrator(_SID),
    "azure-native:sql:Server": _Administrator(_SID, within=False),
    "azure-native:sql:ManagedInstance": _Administrator(_SID, within=False),
    "azure-native:sql:ServerAzureADAdministrator": _Administrator(_SID),
    "azure-native:synapse:WorkspaceAadAdmin": _Administrator(_SID),
    "azure-native:synapse:WorkspaceSqlAadAdmin": _Administrator(_SID),
}
ADMINISTRATOR_TYPES = frozenset(token for token, row in _BY_TOKEN.items() if row.within)
"""Types of which nothing is left to read where their principal is one of the source."""


def administrators(resource_ids: ResourceIds, principals: Principals) -> Iterator[Assignment]:
    """Yield an assignment for each administrator of a database that is a principal of the source."""
    for state in resource_ids.states:
        row = _BY_TOKEN.get(state.token)
        scope = _scope(state, row, resource_ids) if row is not None else ""
        for principal in dict.fromkeys(_principals(state, row, principals)) if row is not None and scope else ():
            role = _role(state, scope, principal)
            yield Assignment(
                id=role.id,
                name=f"administrator of {scope.rpartition('/')[2]}",
                principal=principal,
                scope=scope,
                role=role,
                role_id=role.id,
                location=state.location,
                system="settings",
            )


def _principals(state: ResourceState, row: _Administrator, principals: Principals) -> Iterator[str]:
    values = state.values if row.within else mapping(state.values.get("administrators"))
    found = [known for name in row.properties if (known := principals.find(text(values, name)))]
    names = row.properties if row.within else ("administrators",)
    yield from found or principals.of(urn for name in names for urn in state.property_dependencies.get(name, ()))


def _scope(state: ResourceState, row: _Administrator, resource_ids: ResourceIds) -> str:
    """Return the id of the database or server; empty if it is not known before deployment."""
    where = resource_ids.id_of(state)
    if not where.startswith("/"):
        return ""
    return where.rsplit("/", 2)[0] if row.within else where


def _role(state: ResourceState, scope: str, principal: str) -> Role:
    """Return a role for everything in a database, whose operations no list of Azure has."""
    kind = type_of(key(scope))
    shown = text(state.values, "role") or text(state.values, "accessPolicyName") or "administrator"
    permissions = (Permission(data_actions=tuple(f"{kind}/data/{name}" for name in ("read", "write", "delete"))),)
    where = f"{scope}/administrators/{principal}"
    return Role(id=where, name=f"{shown} of the database service", permissions=permissions, system="settings")
