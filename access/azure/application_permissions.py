"""Permissions of applications in Microsoft Graph that deploying and reading Entra objects needs, with their ids.

A permission of an application is an app role of Microsoft Graph that an administrator assigns to its service principal.
Source: "Microsoft Graph permissions reference", Microsoft Learn, 2026.
"""

from collections.abc import Mapping

__all__ = ["GRAPH_APP_ROLES", "OWNED_APPLICATIONS"]

OWNED_APPLICATIONS = "Application.ReadWrite.OwnedBy"
"""Permission to create applications and service principals, and to change those that the caller owns."""

GRAPH_APP_ROLES: Mapping[str, str] = {
    "AppRoleAssignment.ReadWrite.All": "06b708a9-e830-4db3-a914-8e69da51d44f",
    "Application.Read.All": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    "Application.ReadWrite.All": "1bfefb4e-e0b5-418b-a88f-73c46d2cc8e9",
    OWNED_APPLICATIONS: "18a4783c-866b-4cc7-a460-3d5e5662c884",
    "DelegatedPermissionGrant.ReadWrite.All": "8e8e4742-1d95-4f68-9d56-6ee75648c72a",
    "Directory.Read.All": "7ab1d382-f21e-4acd-a863-ba3e13f7da61",
    "Directory.ReadWrite.All": "19dbc75e-c2e2-444c-a770-ec69d8559fc7",
    "Group.Read.All": "5b567255-7703-4780-807c-7be8301ae99b",
    "User.Read.All": "df021288-bdef-4463-88db-98f22de89214",
}
"""Permission of an application in Microsoft Graph → id of the app role, the same in every tenant."""
