"""Azure RBAC: custom role definitions, which a role assignment can name as it names a built-in role.

Facts: "Azure custom roles" and "Understand Azure role definitions", Microsoft Learn, 2026; the refusal of an operation
that no provider publishes: Azure/azure-rest-api-specs#13700, 2021-03 (InvalidActionOrNotAction); of a role that is
assigned: "Troubleshoot Azure RBAC", Microsoft Learn, 2025 (RoleDefinitionHasAssignments), which also has the code of a
name that is taken (RoleDefinitionWithSameNameExists).

Differences from Azure: a role counts at once; there are no management groups and no limit of 5,000 roles. The codes
InvalidDataActionOrNotDataAction, AssignableScopesRequired, InvalidAssignableScope and RoleDefinitionTooLong are ours:
the documents name none.
"""

from collections.abc import Iterator
from functools import cache
from typing import cast

from access.azure.actions import covers
from access.azure.operations import listed
from access.azure.planes import every
from localazure.arm import ids
from localazure.arm.common_rules import all_of, constant, kept_from_creation, system_data
from localazure.arm.permissions import CUSTOM_ROLE, assignments_of_role, custom_role_key
from localazure.arm.resource_type import NameCheck, Request, ResourceType
from localazure.arm.world import DEPLOYER_OBJECT_ID, Resource, Values, World
from localazure.errors import AzureError
from manifest.name_rules import NameRule

# Types and names
_GUID = r"(?i:[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12})"
_NAME = NameCheck(NameRule("a role definition", 36, 36, _GUID, "GUIDs", "ARM"), code="InvalidRoleDefinitionId")


# Reasons to refuse
_ASSIGNABLE = frozenset({"microsoft.resources/subscriptions", "microsoft.resources/resourcegroups"})
_LONGEST = {"roleName": 512, "description": 2048}
"""Most characters of a property ("Azure custom roles", Microsoft Learn, 2026)."""


def _operations_are_published(request: Request) -> Iterator[AzureError]:
    for block in cast("list[Values]", request.input("permissions") or []):
        for key, data in (("actions", False), ("notActions", False), ("dataActions", True), ("notDataActions", True)):
            for pattern in cast("list[str]", block.get(key) or []):
                if not _covers_a_published_operation(pattern, data=data):
                    yield AzureError(
                        "InvalidDataActionOrNotDataAction" if data else "InvalidActionOrNotAction",
                        f"'{pattern}' does not match any of the {'data ' if data else ''}actions supported by the"
                        " providers",
                    )


@cache
def _covers_a_published_operation(pattern: str, *, data: bool) -> bool:
    published = every(data=True) if data else listed(data=False)
    if "*" not in pattern:
        return pattern.lower() in _lowered(data=data)
    return any(covers(pattern, operation) for operation in published)


@cache
def _lowered(*, data: bool) -> frozenset[str]:
    return frozenset(name.lower() for name in (every(data=True) if data else listed(data=False)))


def _has_assignable_scopes(request: Request) -> Iterator[AzureError]:
    if not request.input("assignableScopes"):
        yield AzureError(
            "AssignableScopesRequired", f"the role '{request.name}' has no assignableScopes; give at least one scope"
        )


def _assignable_scopes_are_valid(request: Request) -> Iterator[AzureError]:
    for scope in cast("list[str]", request.input("assignableScopes") or []):
        if ids.arm_type_of(str(scope)) not in _ASSIGNABLE:
            yield AzureError(
                "InvalidAssignableScope",
                f"assignableScopes: '{scope}' is not a subscription or a resource group; a custom role cannot be"
                " assignable at the root or at a single resource",
            )


def _limits_are_kept(request: Request) -> Iterator[AzureError]:
    for name, most in _LONGEST.items():
        length = len(str(request.input(name) or ""))
        if length > most:
            yield AzureError("RoleDefinitionTooLong", f"{name} has {length} characters; at most {most} are allowed")


def _name_is_unique(request: Request) -> Iterator[AzureError]:
    for key in _unique_keys(request):
        holder = request.world.find_unique(key)
        if holder is not None and holder.id.lower() != request.id.lower():
            yield AzureError(
                "RoleDefinitionWithSameNameExists",
                f"a custom role with the name '{request.input('roleName')}' already exists in this directory",
                409,
            )


def _unique_keys(request: Request) -> tuple[str, str]:
    return f"role name {request.input('roleName')}", custom_role_key(request.id)


def _is_not_assigned(world: World, role: Resource) -> Iterator[AzureError]:
    assignment = next(assignments_of_role(world, role.id), None)
    if assignment is not None:
        yield AzureError(
            "RoleDefinitionHasAssignments",
            f"there are existing role assignments referencing the role '{role.inputs.get('roleName')}', such as"
            f" '{assignment.id}'",
            409,
        )


TYPES = (
    ResourceType(
        CUSTOM_ROLE,
        "{scope}/providers/Microsoft.Authorization/roleDefinitions/{roleDefinitionId}",
        name_check=_NAME,
        rules=all_of(
            _operations_are_published,
            _has_assignable_scopes,
            _assignable_scopes_are_valid,
            _limits_are_kept,
            _name_is_unique,
        ),
        unique_keys=_unique_keys,
        outputs={
            "roleType": constant("CustomRole"),
            "createdBy": constant(DEPLOYER_OBJECT_ID),
            "createdOn": kept_from_creation("createdOn", lambda request: request.now),
            "updatedBy": constant(DEPLOYER_OBJECT_ID),
            "updatedOn": lambda request: request.now,
            "systemData": system_data,
        },
        volatile=("updatedOn", "updatedBy", "systemData"),
        deletion_refusals=_is_not_assigned,
        adoptable=False,
    ),
)
