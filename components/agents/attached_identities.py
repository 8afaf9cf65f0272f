"""User-assigned identities of an agent's Container App: the one that pulls its image, and optionally the agent's own.

Owns their creation. Code in an app can use one identity at most: the system-assigned one, which begins with the app, or
the agent's own one from here, which begins before the app, so that its grants can precede the app.
"""

from collections.abc import Mapping
from typing import TypedDict

import pulumi
from pulumi_azure_native import managedidentity

from components.agents.base import Agent

__all__ = ["IdentityArgs", "OwnIdentity", "PullIdentity"]

_TYPE = "Microsoft.ManagedIdentity/userAssignedIdentities"


class IdentityArgs(TypedDict):
    """Arguments of a user-assigned identity of an agent's Container App."""

    azure_name: str
    """Name of the identity in Azure."""
    resource_group_name: pulumi.Input[str]
    """Resource group."""
    location: pulumi.Input[str]
    """Azure region."""
    tags: pulumi.Input[Mapping[str, pulumi.Input[str]]] | None
    """Azure tags."""


class PullIdentity:
    """User-assigned identity that pulls an agent's image; the agent's code gets no token for this identity."""

    def __init__(self, agent: Agent, args: IdentityArgs) -> None:
        self.agent_name = agent.agent_name
        self.principal_type = agent.principal_type
        self.component: pulumi.Resource = agent
        self.azure_name = args["azure_name"]
        self.identity = _create(f"{agent.agent_name}-pull", agent, args)
        self.principal_id = self.identity.principal_id


class OwnIdentity:
    """User-assigned identity of one agent, with which the agent's code gets its tokens."""

    def __init__(self, agent: Agent, args: IdentityArgs, subscription_id: pulumi.Input[str]) -> None:
        identity = _create(agent.agent_name, agent, args)
        self.principal_id = identity.principal_id
        self.client_id = identity.client_id
        group = pulumi.Output.concat(
            "/subscriptions/", subscription_id, "/resourceGroups/", args["resource_group_name"]
        )
        path = pulumi.Output.concat(group, f"/providers/{_TYPE}/{args['azure_name']}")
        # Made of names and not the id that Azure returns, so that a preview shows which identity of the app this is.
        self.id = pulumi.Output.all(path, identity.urn).apply(lambda known: str(known[0]))


def _create(name: str, agent: Agent, args: IdentityArgs) -> "managedidentity.UserAssignedIdentity":
    return managedidentity.UserAssignedIdentity(
        name,
        resource_name_=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args["tags"],
        opts=pulumi.ResourceOptions(parent=agent),
    )
