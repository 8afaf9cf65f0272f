"""Reads what the identities of a Pulumi program may do in Entra ID itself: directory roles, and app roles of APIs.

Owns the resources of the provider `azuread` that give such a right. An app role of an agent's application is a call,
which `access.readers.app_roles` reads. Sources: the reference of `azuread` 6, pulumi.com, 2026; "Overview of role-based
access control in Microsoft Entra ID", Microsoft Learn, 2025.
"""

from collections.abc import Iterable, Iterator

from access.azure.delegated_permissions import shown_api
from access.model.applications import Application, DirectoryRight
from access.model.json_values import text
from access.readers.azuread_types import DIRECTORY_ROLES, reference, token
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

__all__ = ["directory_rights"]

_ROLE = {
    token("DirectoryRoleAssignment"): "roleId",
    token("DirectoryRoleEligibilityScheduleRequest"): "roleDefinitionId",
}
"""Type → property with the role; by default, `roleObjectId`."""


def directory_rights(
    resource_ids: ResourceIds, principals: Principals, applications: Iterable[Application]
) -> Iterator[DirectoryRight]:
    """Yield each right in Entra ID that the program gives a principal, whose id is known or is that of a resource."""
    for state in resource_ids.states:
        if state.type in DIRECTORY_ROLES:
            given, depends = reference(state, DIRECTORY_ROLES[state.type])
            for each in [principals.find(given) or given.lower()] if given else principals.of(depends):
                yield DirectoryRight(each, f"the role {_role(state, resource_ids)!r} of Entra ID", state.location)
    for one in applications:
        for each in one.assignees if not one.agent else ():
            if each.principal:
                what = f"the app role {each.role!r} of" if each.role else "access without an app role to"
                yield DirectoryRight(each.principal, f"{what} {shown_api(one.name)!r}", each.location)


def _role(state: ResourceState, resource_ids: ResourceIds) -> str:
    """Return the name of a directory role where the program has it, or else its id."""
    given, depends = reference(state, _ROLE.get(state.type, "roleObjectId"))
    found = (resource_ids.by_urn[urn] for urn in depends if urn in resource_ids.by_urn)
    named = (text(each.values, "displayName") or text(each.outputs, "displayName") for each in found)
    return next(filter(None, named), "") or text(state.values, "roleName") or given or "that is not known"
