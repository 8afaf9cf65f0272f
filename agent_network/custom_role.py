"""Custom roles of the bootstrap program, from the form that `az role definition create` accepts."""

import uuid
from typing import Any

import pulumi
from pulumi_azure_native import authorization

__all__ = ["create_role"]


def create_role(
    name: str, written: dict[str, Any], scope: str, *, after: pulumi.Resource
) -> authorization.RoleDefinition:
    """Register a custom role.

    Args:
        name: logical name.
        written: the role in the form of `az role definition create`.
        scope: subscription or resource group of the definition.
        after: resource group in which the role can be assigned, and which has to exist before.
    """
    return authorization.RoleDefinition(
        name,
        # The same role in every run, and another in another group.
        role_definition_id=str(uuid.uuid5(uuid.NAMESPACE_URL, f"{scope}/{written['Name']}".lower())),
        scope=scope,
        role_name=written["Name"],
        role_type="CustomRole",
        description=written["Description"],
        permissions=[
            {
                "actions": written["Actions"],
                "not_actions": written["NotActions"],
                "data_actions": written["DataActions"],
                "not_data_actions": written["NotDataActions"],
            }
        ],
        assignable_scopes=written["AssignableScopes"],
        opts=pulumi.ResourceOptions(depends_on=[after]),
    )
