"""Registers role assignments: one for each grant, with a name that depends on scope, role and principal.

Owns the name and the registration of an assignment, in Azure's role system and in Cosmos DB's own. The resource's
module has the role and the scope of a verb; `access.azure.roles` has the ids of roles.
"""

import uuid
from collections.abc import Sequence
from typing import NamedTuple, Protocol

import pulumi
from pulumi_azure_native import authorization, cosmosdb

from access.azure.roles import Role


class Grantee(Protocol):
    """Recipient of role assignments: an agent, people, or the identity that pulls images.

    A principal is only the id of that identity in Azure.
    """

    @property
    def agent_name(self) -> str:
        """Return the grantee's part of the logical names of grants, such as `report` in `report-may-read-findings`."""
        ...

    @property
    def azure_name(self) -> pulumi.Input[str]:
        """Return the grantee's name in Azure, which differs between environments."""
        ...

    @property
    def principal_id(self) -> pulumi.Output[str]:
        """Return the principal id of the grantee's role assignments."""
        ...

    @property
    def principal_type(self) -> str:
        """Return the principal type in Entra ID: one of `access.azure.principal_types`, `Group` or `User`."""
        ...

    @property
    def component(self) -> pulumi.Resource:
        """Return the Pulumi parent of the grantee's role assignments, which are deleted with the parent."""
        ...


class Grant(NamedTuple):
    """Role assignment to create, in Azure's role system or in Cosmos DB's own."""

    title: str
    """Logical name of the assignment, such as `ingestion-may-write-code-uploads`."""
    reason: str
    """The assignment's description, where the role system has one."""
    role: Role
    definition_id: pulumi.Input[str]
    """Id of the role definition, as `access.azure.roles.definition_id` returns it."""
    scope: pulumi.Output[str]
    condition: str | None = None


def assignment_name(scope: str, role_id: str, principal_id: str) -> str:
    """Return the name in Azure of a role assignment: a GUID that is derived from scope, role and principal."""
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}/{role_id}/{principal_id}".lower()))


def assign(grantee: Grantee, grant: Grant) -> authorization.RoleAssignment:
    """Register the Azure role assignment of a grant with Pulumi, and return it."""
    return authorization.RoleAssignment(
        grant.title,
        role_assignment_name=_name(grantee, grant),
        scope=grant.scope,
        role_definition_id=grant.definition_id,
        principal_id=grantee.principal_id,
        # Avoids the look-up in Entra ID that fails while a new identity is being replicated. "Troubleshoot Azure RBAC",
        # Microsoft Learn, 2025. An agent's identity is always a service principal, and "User" is what the SDK fills in.
        principal_type=grantee.principal_type,
        description=grant.reason,
        condition=grant.condition,
        condition_version="2.0" if grant.condition else None,
        opts=_opts(grantee),
    )


def assign_in_cosmos(  # noqa: PLR0913 (an argument for each part of the assignment)
    grantee: Grantee,
    grant: Grant,
    *,
    account_name: pulumi.Input[str],
    resource_group_name: pulumi.Input[str],
    after: Sequence[pulumi.Resource],
    hooks: pulumi.ResourceHookBinding | None = None,
) -> cosmosdb.SqlResourceSqlRoleAssignment:
    """Register the Cosmos DB SQL role assignment of a grant, once the assignments in `after` are created."""
    return cosmosdb.SqlResourceSqlRoleAssignment(
        grant.title,
        role_assignment_id=_name(grantee, grant),
        account_name=account_name,
        resource_group_name=resource_group_name,
        scope=grant.scope,
        role_definition_id=grant.definition_id,
        principal_id=grantee.principal_id,
        opts=_opts(grantee, after, hooks),
    )


def _opts(
    grantee: Grantee, after: Sequence[pulumi.Resource] = (), hooks: pulumi.ResourceHookBinding | None = None
) -> pulumi.ResourceOptions:
    # A new principal has a new assignment name, so the replacement can be created before the old one is deleted, and
    # access is never interrupted; by default azure-native deletes a resource with an explicit name first.
    return pulumi.ResourceOptions(parent=grantee.component, depends_on=after, delete_before_replace=False, hooks=hooks)


def _name(grantee: Grantee, grant: Grant) -> pulumi.Output[str]:
    # Nested applies, not `Output.all`, which makes three times as many outputs: a network can have thousands of grants.
    return grant.scope.apply(
        lambda scope: grantee.principal_id.apply(lambda who: assignment_name(scope, grant.role.id, who))
    )
