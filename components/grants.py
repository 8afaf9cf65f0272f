"""Grants: exactly one role assignment each, whose name depends on scope, role and principal.

Owns how an assignment is named and registered, in Azure's role system and in Cosmos DB's own. Which role a verb means
and where it holds is the resource's business; ids of roles are `access.azure.roles`'.
"""

import uuid
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import pulumi
from pulumi_azure_native import authorization, cosmosdb

from access.azure.roles import Role


class Grantee(Protocol):
    """Recipient of grants with an identity: an agent, or the identity that pulls its image.

    A principal is only the id of that identity in Azure.
    """

    @property
    def agent_name(self) -> str:
        """Name in grants: the first word of `report-may-read-findings`."""
        ...

    @property
    def azure_name(self) -> pulumi.Input[str]:
        """Name in Azure, which differs between environments."""
        ...

    @property
    def principal_id(self) -> pulumi.Output[str]:
        """Principal id of the assignment."""
        ...

    @property
    def principal_type(self) -> str:
        """Type in Entra ID: `ServicePrincipal` for identities of workloads, or `Group` or `User`."""
        ...

    @property
    def component(self) -> pulumi.Resource:
        """Parent resource of its grants, which are deleted with it."""
        ...


class Grant(NamedTuple):
    """Grant in Azure's or Cosmos DB's role system."""

    title: str
    """The assignment's logical name, a sentence: `ingestion-may-write-code-uploads`."""
    reason: str
    """The assignment's description, where the role system has one."""
    role: Role
    definition_id: pulumi.Input[str]
    """The role's definition, as `access.azure.roles.definition_id` gives it."""
    scope: pulumi.Output[str]
    condition: str | None = None


def assignment_name(scope: str, role_id: str, principal_id: str) -> str:
    """The GUID that names an assignment: the same for the same three, and for them alone."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}/{role_id}/{principal_id}".lower()))


def assign(grantee: Grantee, grant: Grant) -> authorization.RoleAssignment:
    """Register the role assignment of a grant."""
    return authorization.RoleAssignment(
        grant.title,
        role_assignment_name=_name(grantee, grant),
        scope=grant.scope,
        role_definition_id=grant.definition_id,
        principal_id=grantee.principal_id,
        # Spares the look-up in Entra ID that fails while a new identity is being replicated. "Troubleshoot Azure RBAC",
        # Microsoft Learn, 2025. An agent's identity is always a service principal, and "User" is what the SDK fills in.
        principal_type=grantee.principal_type,
        description=grant.reason,
        condition=grant.condition,
        condition_version="2.0" if grant.condition else None,
        opts=_opts(grantee),
    )


def assign_in_cosmos(
    grantee: Grantee,
    grant: Grant,
    *,
    account_name: pulumi.Input[str],
    resource_group_name: pulumi.Input[str],
    after: Sequence[pulumi.Resource],
) -> cosmosdb.SqlResourceSqlRoleAssignment:
    """Register the Cosmos SQL role assignment of a grant, once the assignments in `after` are made."""
    return cosmosdb.SqlResourceSqlRoleAssignment(
        grant.title,
        role_assignment_id=_name(grantee, grant),
        account_name=account_name,
        resource_group_name=resource_group_name,
        scope=grant.scope,
        role_definition_id=grant.definition_id,
        principal_id=grantee.principal_id,
        opts=_opts(grantee, after),
    )


def _opts(grantee: Grantee, after: Sequence[pulumi.Resource] = ()) -> pulumi.ResourceOptions:
    # A new principal is a new name, so that what replaces an assignment never collides with it, and whoever has the
    # access keeps it until the next one does: azure-native by itself deletes first whatever has an explicit name.
    return pulumi.ResourceOptions(parent=grantee.component, depends_on=after, delete_before_replace=False)


def _name(grantee: Grantee, grant: Grant) -> pulumi.Output[str]:
    # One apply in the other, not `Output.all`: that makes three times as many outputs, and grants come by the thousand.
    return grant.scope.apply(
        lambda scope: grantee.principal_id.apply(lambda who: assignment_name(scope, grant.role.id, who))
    )
