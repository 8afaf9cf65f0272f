"""Permissions of Microsoft Graph that a deploying identity needs for objects in Entra ID, and the damage of each theft.

Two permissions reach the whole tenant, and no permanent identity gets them: "Microsoft Graph permissions reference" and
"Grant and revoke API permissions programmatically", Microsoft Learn, 2025.
"""

from typing import Any

__all__ = ["graph_permissions"]

_OWNED_APPLICATIONS = {
    "permission": "Application.ReadWrite.OwnedBy",
    "if_stolen": (
        "adds a password to every application that the deploying identity owns, or lets another client send users'"
        " tokens to it: with a user's token for an agent, the thief acts as this user within the scopes that have"
        " consent. It creates new applications, reads the names of all, and changes none of others"
    ),
}
_TENANT_WIDE_GRANTS = (
    {
        "permission": "AppRoleAssignment.ReadWrite.All",
        "if_stolen": (
            "assigns every permission of every API to itself, RoleManagement.ReadWrite.Directory included, and so is"
            " a Global Administrator after two requests"
        ),
        "instead": "an administrator assigns groups, users and callers, in a run of theirs or by `agent-network entra`",
    },
    {
        "permission": "DelegatedPermissionGrant.ReadWrite.All",
        "if_stolen": (
            "consents for all users to every delegated permission of every client, and so reads the mail and files of"
            " each user who signs in at a client of the thief"
        ),
        "instead": "users consent in the client, or an administrator consents by `agent-network entra`",
    },
)


def graph_permissions() -> dict[str, Any]:
    """Return the permissions of Microsoft Graph by `deployer_rights`, and what a thief could do with each."""
    return {
        "graph_permissions": [{"needed_with": "deployer_rights: applications", **_OWNED_APPLICATIONS}],
        "graph_permissions_never_permanent": [
            {"needed_with": "deployer_rights: all", **each} for each in _TENANT_WIDE_GRANTS
        ],
    }
