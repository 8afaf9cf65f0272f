"""Permissions of applications in Microsoft Graph that deploying the Entra objects of agents needs.

Owns their names. A permission of an application is an app role of Microsoft Graph that an administrator assigns to its
service principal; the ids are those of `access.azure.graph_permission_ids`. Source: "Microsoft Graph permissions
reference", Microsoft Learn, 2026.
"""

from collections.abc import Mapping

from access.azure.graph_permission_ids import graph_permission_ids

__all__ = ["OWNED_APPLICATIONS", "graph_app_roles"]

OWNED_APPLICATIONS = "Application.ReadWrite.OwnedBy"
"""Permission to create applications and service principals, and to change those that the caller owns."""


def graph_app_roles() -> Mapping[str, str]:
    """Return the application permissions of Microsoft Graph by name, with the id of each app role."""
    return graph_permission_ids("application")
