"""Known APIs that an agent may call for a user: the application, the address, the hosts and the form of the scopes.

One table. APIs of an organization's own are added by `entra` of the stack file. A table of all scopes would be out of
date soon, so a scope is checked by its form here, and by the tenant's own list when the agent is deployed.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

__all__ = ["CLOUDS", "KNOWN_APIS", "SCOPE_NAME", "Api", "CloudName"]

CloudName = Literal["public", "us-government", "china"]
CLOUDS: tuple[CloudName, ...] = ("public", "us-government", "china")
"""Azure clouds that a network can be deployed to."""


SCOPE_NAME = re.compile("[A-Za-z0-9][A-Za-z0-9._-]*")
"""Form of the name of any scope, without its API."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Api:
    """API with delegated permissions: its application in Entra ID, and where tokens for it may be sent."""

    client_id: str
    """Client id of its application."""
    resources: Mapping[CloudName, str]
    """Identifier of the API before the name of a scope, by cloud; a cloud without it does not have the API."""
    hosts: Mapping[CloudName, tuple[str, ...]]
    """Names of the hosts that serve the API, by cloud."""
    scopes: re.Pattern[str]
    """Form of the names of its scopes."""
    example: str = "User.Read"
    """Scope of the API, for messages."""


# Client ids are the same in every cloud. "Microsoft Graph national cloud deployments", Microsoft Learn, 2025 (hosts);
# "Microsoft Graph permissions reference", Microsoft Learn, 2025 (names of scopes).
_GRAPH = Api(
    client_id="00000003-0000-0000-c000-000000000000",
    resources={
        "public": "https://graph.microsoft.com",
        "us-government": "https://graph.microsoft.us",
        "china": "https://microsoftgraph.chinacloudapi.cn",
    },
    hosts={
        "public": ("graph.microsoft.com",),
        "us-government": ("graph.microsoft.us",),
        "china": ("microsoftgraph.chinacloudapi.cn",),
    },
    scopes=re.compile(r"[A-Z][A-Za-z0-9-]*(?:\.[A-Za-z0-9_-]+)+"),
)
# "Authenticate to Azure DevOps with Microsoft Entra", Microsoft Learn, 2025. There is no Azure DevOps in other clouds:
# "Azure Government products available by region", Microsoft Learn, 2025.
_DEVOPS = Api(
    client_id="499b84ac-1321-427f-aa17-267ca6975798",
    resources={"public": "499b84ac-1321-427f-aa17-267ca6975798"},
    hosts={"public": ("dev.azure.com",)},
    scopes=re.compile(r"vso\.[a-z_]+|user_impersonation"),
    example="vso.code",
)

KNOWN_APIS: dict[str, Api] = {"azure-devops": _DEVOPS, "microsoft-graph": _GRAPH}
"""Name in `acts_for_users` of network.yaml → the API."""
