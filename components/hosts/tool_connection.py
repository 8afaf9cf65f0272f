"""Dynamic resource for the connection of a Foundry project to an MCP or A2A tool, with the identity of each agent.

The connection type that uses an agent's identity is in none of azure-native's types (3.29, API version 2025-06-01), so
this resource sends the request that Microsoft documents: "Agent identity concepts in Microsoft Foundry", Microsoft
Learn, 2026-04-13, and "Add an A2A agent endpoint to Foundry Agent Service", Microsoft Learn, 2026-03-30.

The server of the tool gets the token: anyone who runs it can do in that service what the agent may do there.
"""

from typing import Any, Literal, TypedDict

import pulumi
from pulumi import dynamic

from components.hosts.tool_provider import Provider

__all__ = ["FoundryToolConnection", "FoundryToolConnectionArgs", "ToolArgs", "ToolKind", "connection_properties"]

ToolKind = Literal["mcp", "a2a"]
"""Protocol of a tool: Model Context Protocol, or Agent2Agent."""

_CATEGORIES: dict[ToolKind, str] = {"mcp": "RemoteTool", "a2a": "RemoteA2A"}
# For A2A one page names `AgenticIdentity` ("Agent identity concepts …", 2026-04-13); Microsoft's deployment tool writes
# this type for both (Azure/azure-dev#8302, 2026-05).
_AUTH_TYPE = "AgenticIdentityToken"


class ToolArgs(TypedDict):
    """Arguments of a tool of a Foundry project's agents."""

    kind: ToolKind
    """Protocol of the tool."""
    url: pulumi.Input[str]
    """URL of the tool."""
    audience: pulumi.Input[str]
    """Audience of the service behind the tool, for which the tool gets a token of the agent's identity."""


class FoundryToolConnectionArgs(TypedDict):
    """Arguments of a `FoundryToolConnection`; the names are kept in the state of deployed stacks."""

    project_id: pulumi.Input[str]
    """Resource id of the project."""
    connection_name: str
    """Name of the connection, with which the agents' tools refer to it."""
    properties: pulumi.Input[dict[str, Any]]
    """Properties of the connection, with the names of Azure's API."""


class FoundryToolConnection(dynamic.Resource, module="foundry", name="ToolConnection"):
    """Pulumi resource for a connection through which tools act with the identity of the agent that calls them."""

    def __init__(self, name: str, args: FoundryToolConnectionArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(Provider(), name, {**args}, opts)


def connection_properties(tool: ToolArgs) -> pulumi.Output[dict[str, Any]]:
    """Return the properties of the connection to a tool; it contains no credential."""
    return pulumi.Output.all(tool["url"], tool["audience"]).apply(
        lambda known: {
            "authType": _AUTH_TYPE,
            "category": _CATEGORIES[tool["kind"]],
            "target": known[0],
            "audience": known[1],
            "isSharedToAll": False,
            "credentials": {},
            "metadata": {"ApiType": "Azure"},
        }
    )
