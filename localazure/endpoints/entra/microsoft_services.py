"""Applications of Microsoft that every tenant has, and for which agents request tokens.

Owns their identifier URIs in each cloud, and the two that no network.yaml names; ids and delegated scopes of the others
are `access.azure.delegated_permissions`'. Key Vault and the token exchange: "Verify first-party Microsoft applications
in sign-in reports", Microsoft Learn, 2025, and "Conditional Access for agent identities", Microsoft Learn, 2026-04-30;
Microsoft Graph: "Microsoft Graph national cloud deployments", Microsoft Learn, 2025. All but the token exchange take
tokens of version 1, whose `aud` is what the client requested; the `aud` of a token for the token exchange is its client
id (reports in public files, 2026).
"""

from functools import cache

from access.azure.application_permissions import graph_app_roles
from access.azure.clouds import CLOUDS
from access.azure.delegated_permissions import APPLICATION_IDS, scope_ids
from localazure.endpoints.entra.objects import Application, AppRole

__all__ = ["GRAPH_HOSTS", "TOKEN_EXCHANGE", "microsoft_services"]

TOKEN_EXCHANGE = "fb60f99c-7a34-4190-8149-302f77469936"  # noqa: S105 - an id
"""Client id of the resource whose tokens are client assertions: a managed identity's proof to an application."""

GRAPH_HOSTS = {
    "public": "graph.microsoft.com",
    "us-government": "graph.microsoft.us",
    "china": "microsoftgraph.chinacloudapi.cn",
}
"""Host of Microsoft Graph in each cloud."""

_URIS = {
    "azure-devops": ("https://app.vssps.visualstudio.com",),
    "azure-resource-manager": ("https://management.azure.com", "https://management.core.windows.net"),
    "azure-storage": ("https://storage.azure.com",),
}


@cache
def microsoft_services(cloud: str) -> tuple[Application, ...]:
    """Return the applications of Microsoft in every tenant of a cloud; they have service principals from the start."""
    known = {**_URIS, "microsoft-graph": (f"https://{GRAPH_HOSTS[cloud]}",)}
    roles = tuple(
        AppRole(id=id_, value=value, members=frozenset({"Application"})) for value, id_ in graph_app_roles().items()
    )
    return (
        Application(
            id=TOKEN_EXCHANGE,
            client_id=TOKEN_EXCHANGE,
            name="AAD Token Exchange Endpoint: Public",
            identifier_uris=(CLOUDS[cloud].exchange_audience,),
            token_version=2,
            is_microsoft=True,
        ),
        Application(
            id="cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
            client_id="cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
            name="Azure Key Vault",
            identifier_uris=("https://vault.azure.net",),
            scopes=frozenset({"user_impersonation"}),
            is_microsoft=True,
        ),
        *(
            Application(
                id=client_id,
                client_id=client_id,
                name=name,
                identifier_uris=known.get(name, ()),
                scopes=frozenset(scope_ids(name)),
                app_roles=roles if name == "microsoft-graph" else (),
                is_microsoft=True,
            )
            for name, client_id in APPLICATION_IDS.items()
        ),
    )
