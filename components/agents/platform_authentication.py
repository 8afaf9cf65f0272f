"""Authentication that Container Apps does in front of an agent: the platform refuses callers without a token.

Needed for an agent without the runtime library, and a second barrier for one with it. Entra ID issues a token for the
agent to those alone who are assigned to the agent's application. Source: "Enable authentication and authorization in
Azure Container Apps with Microsoft Entra ID", Microsoft Learn, 2025.
"""

from typing import TypedDict

import pulumi
from pulumi_azure_native import app

from components.agents.base import Agent

__all__ = ["AuthenticationArgs", "require_tokens"]


class AuthenticationArgs(TypedDict):
    """Tokens that the platform requires of an agent's callers."""

    client_id: pulumi.Input[str]
    """Client id of the agent's application, which is the audience of the tokens."""
    tenant_id: pulumi.Input[str]
    """Id of the tenant that issues the tokens."""
    authority_host: str
    """Address at which the tenant signs in, such as `https://login.microsoftonline.com`."""


def require_tokens(
    agent: Agent,
    container_app: pulumi.Resource,
    app_name: str,
    resource_group_name: pulumi.Input[str],
    args: AuthenticationArgs,
) -> "app.ContainerAppsAuthConfig":
    """Register the authentication config of an agent's app, which admits tokens of one tenant for the agent alone."""
    issuer = pulumi.Output.concat(args["authority_host"].rstrip("/"), "/", args["tenant_id"], "/v2.0")
    entra = app.AzureActiveDirectoryArgs(
        enabled=True,
        registration=app.AzureActiveDirectoryRegistrationArgs(client_id=args["client_id"], open_id_issuer=issuer),
        validation=app.AzureActiveDirectoryValidationArgs(allowed_audiences=[args["client_id"]]),
    )
    return app.ContainerAppsAuthConfig(
        f"{agent.agent_name}-requires-a-token",
        # The only name that has an effect.
        auth_config_name="current",
        container_app_name=app_name,
        resource_group_name=resource_group_name,
        platform=app.AuthPlatformArgs(enabled=True),
        global_validation=app.GlobalValidationArgs(
            unauthenticated_client_action=app.UnauthenticatedClientActionV2.RETURN401
        ),
        identity_providers=app.IdentityProvidersArgs(azure_active_directory=entra),
        opts=pulumi.ResourceOptions(parent=agent, depends_on=[container_app]),
    )
