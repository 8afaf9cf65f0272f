"""Checks permissions in local Azure, from the role assignments of its simulated subscription.

Owns one check, which a service makes when Azure would: is a principal allowed an operation? Roles and conditions are
`access`'s; without an assignment the operation is denied. Azure RBAC only: Cosmos DB has assignments of its own. Also
the check of every request of one caller, for a local Azure that is used as somebody (`caller_check`).
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import cast

from access.azure.actions import covered, covers
from access.azure.catalogue import guid_of
from access.azure.definitions import permissions_of
from access.azure.roles import Permission, Role, by_id, is_built_in
from access.evaluate.conditions.evaluation import ConditionQuery, evaluate
from access.evaluate.conditions.parser import parse
from access.model.attributes import Attributes, Known
from localazure.arm.graph_access import GraphPermissions, check_graph
from localazure.arm.world import Resource, World
from localazure.errors import AzureError

CUSTOM_ROLE = "azure-native:authorization:RoleDefinition"
"""Type token of custom role definitions."""


def principal_index_key(principal_id: str) -> str:
    """Return the index key under which local Azure stores the role assignments of a principal."""
    return f"held by {principal_id}".lower()


class Purpose(StrEnum):
    """Purpose of a request in a deployment: the provider reads, writes and deletes, and reads the status of changes."""

    READ = "read"
    WRITE = "write"
    DELETE = "delete"
    LINK = "link"
    STATUS = "status"


@dataclass(frozen=True, kw_only=True)
class RequestedOperation:
    """An operation on one resource, such as `Microsoft.Storage/storageAccounts/read`, that a principal requests."""

    operation: str
    data: bool
    """True for a data-plane operation, False for a control-plane operation."""
    place: str
    """Id of the resource, or of the resource group, in which a role must allow the operation."""
    attributes: Attributes = field(default_factory=dict[str, Known])
    """Values of the attributes that role assignment conditions can test."""
    purpose: Purpose = Purpose.READ
    path: str = ""
    """Path of the request, if it is not the id of `place`: the URL of a status."""
    graph: GraphPermissions | None = None
    """Permissions of Microsoft Graph that allow the operation; None for operations of Azure RBAC."""


RequestCheck = Callable[[World, RequestedOperation], None]
"""Function that is called before local Azure answers a request, and raises an `AzureError` to refuse the request."""


def allow_everything(_world: World, _act: RequestedOperation) -> None:
    """Allow every request: local Azure is used as an administrator of the subscription, its data planes included."""


def check_of(caller: str) -> RequestCheck:
    """Return the check of the requests of a caller, by principal id; an empty id is an administrator."""
    return caller_check(caller) if caller else allow_everything


def caller_check(principal_id: str) -> RequestCheck:
    """Return the check that refuses every request that no role assignment of a principal allows.

    The codes and their messages are Azure's: "Troubleshoot Azure RBAC", Microsoft Learn, 2025.
    """

    def check(world: World, act: RequestedOperation) -> None:
        if act.graph is not None:
            check_graph(world, principal_id, act.operation, act.graph)
            return
        if is_allowed(world, principal_id, act):
            return
        principal = world.find_principal(principal_id)
        client = f"The client '{principal.client_id if principal else ''}' with object id '{principal_id}'"
        scope = act.path or act.place
        if act.purpose is Purpose.LINK:
            raise AzureError(
                "LinkedAuthorizationFailed",
                f"{client} does not have permission to perform action '{act.operation}' on the linked scope '{scope}',"
                " or the linked scope is invalid.",
                403,
            )
        raise AzureError(
            "AuthorizationFailed",
            f"{client} does not have authorization to perform {'data ' if act.data else ''}action '{act.operation}'"
            f" over scope '{scope}' or the scope is invalid. If access was recently granted, please refresh your"
            " credentials.",
            403,
        )

    return check


def is_allowed(world: World, principal_id: str, act: RequestedOperation) -> bool:
    """Return True if a role assignment in local Azure, at the resource or above it, allows the operation."""
    return any(
        _reaches(assignment, act.place)
        and _allows(world, assignment, act)
        and not world.is_assignment_replicating(assignment.id)
        for assignment in world.find_indexed(principal_index_key(principal_id))
    )


def permissions_at(world: World, principal_id: str, place: str) -> tuple[Permission, ...]:
    """Return the permissions that a principal has at a resource or a group, by its roles there and above."""
    if not principal_id:
        return (Permission(actions=("*",), data_actions=("*",)),)
    held = [each for each in world.find_indexed(principal_index_key(principal_id)) if _reaches(each, place)]
    roles = [role_in(world, str(each.outputs["roleDefinitionId"])) for each in held]
    return tuple(block for role in roles if role is not None for block in role.permissions)


def role_in(world: World, definition: str) -> Role | None:
    """Return the role with a definition id: a built-in role, or a custom role of local Azure; None if it is neither."""
    found = None if is_built_in(definition) else world.find_unique(custom_role_key(definition))
    if found is None:
        # The project's own role is one that an administrator created before, unless this world has its definition.
        return by_id(definition)
    permissions = permissions_of(found.inputs.get("permissions")) or ()
    return Role(guid_of(definition), str(found.inputs.get("roleName")), permissions)


def is_assignable(world: World, definition: str, scope: str) -> bool:
    """Return True if a role can be assigned at a scope: a custom role only within its assignable scopes."""
    found = world.find_unique(custom_role_key(definition))
    if found is None:
        return True
    listed = cast("list[str]", found.outputs.get("assignableScopes") or [])
    scopes = [f"/{each.strip('/')}".lower() for each in listed]
    return any(f"{scope.lower()}/".startswith(f"{each.rstrip('/')}/") for each in scopes)


def custom_role_key(definition: str) -> str:
    """Return the unique key of a custom role, whose id can be written at any scope where the role is assignable."""
    return f"custom role {guid_of(definition)}"


def role_index_key(definition: str) -> str:
    """Return the index key under which local Azure stores the assignments of a role."""
    return f"assigns {guid_of(definition)}"


def assignments_of_role(world: World, definition: str) -> Iterator[Resource]:
    """Return the role assignments in local Azure of one role."""
    return world.find_indexed(role_index_key(definition))


def _reaches(assignment: Resource, place: str) -> bool:
    scope = str(assignment.outputs["scope"]).rstrip("/").lower()
    return f"{place.lower()}/".startswith(f"{scope}/")


def _allows(world: World, assignment: Resource, act: RequestedOperation) -> bool:
    role = role_in(world, str(assignment.outputs["roleDefinitionId"]))
    if role is None or not any(_permits(block, act) for block in role.permissions):
        return False
    condition = assignment.outputs.get("condition")
    return condition is None or _holds(str(condition), act)


def _permits(block: Permission, act: RequestedOperation) -> bool:
    granted, excluded = block.on_plane(data=act.data)
    return covered(granted, act.operation) and not covered(excluded, act.operation, granting=False)


def _holds(condition: str, act: RequestedOperation) -> bool:
    """Return True if a role assignment's condition is certainly true for an operation."""

    def matches(pattern: str) -> tuple[int, int]:
        return int(covers(pattern, act.operation, granting=False)), int(covers(pattern, act.operation))

    return evaluate(parse(condition), ConditionQuery(operations=1, covered=matches), act.attributes).true == 1
