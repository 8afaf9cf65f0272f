"""Applications of Microsoft that every tenant has, and for which agents request tokens.

Owns their identifier URIs, and the two that no network.yaml names; ids and delegated scopes of the others are
`access.azure.delegated_permissions`'. Key Vault and the token exchange: "Verify first-party Microsoft applications in
sign-in reports", Microsoft Learn, 2025, and "Conditional Access for agent identities", Microsoft Learn, 2026-04-30. All
but the token exchange take tokens of version 1, whose `aud` is what the client requested; the `aud` of a token for
`api://AzureADTokenExchange` is the client id (reports in public files, 2026).
"""

from access.azure.delegated_permissions import APPLICATION_IDS, SCOPE_IDS
from localazure.arm.graph_access import APP_ROLES
from localazure.endpoints.entra.objects import Application, AppRole

__all__ = ["EXCHANGE_URIS", "MICROSOFT_SERVICES", "TOKEN_EXCHANGE"]

EXCHANGE_URIS = ("api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina")
"""Audiences of federated credentials: of the public cloud, of US Government, and of the cloud in China."""

_URIS = {
    "azure-devops": ("https://app.vssps.visualstudio.com",),
    "azure-resource-manager": ("https://management.azure.com", "https://management.core.windows.net"),
    "azure-storage": ("https://storage.azure.com",),
    "microsoft-graph": ("https://graph.microsoft.com",),
}


def _service(client_id: str, name: str, uris: tuple[str, ...], scopes: frozenset[str], version: int) -> Application:
    is_graph = name == "microsoft-graph"
    roles = [AppRole(id=id_, value=value, members=frozenset({"Application"})) for value, id_ in APP_ROLES.items()]
    return Application(
        id=client_id,
        client_id=client_id,
        name=name,
        identifier_uris=uris,
        scopes=scopes,
        app_roles=tuple(roles if is_graph else ()),
        token_version=version,
        is_microsoft=True,
    )


TOKEN_EXCHANGE = _service(
    "fb60f99c-7a34-4190-8149-302f77469936", "AAD Token Exchange Endpoint: Public", EXCHANGE_URIS, frozenset(), 2
)
"""Resource whose tokens are client assertions: a managed identity's proof to an application that trusts it."""

MICROSOFT_SERVICES = (
    TOKEN_EXCHANGE,
    _service(
        "cfa8b339-82a2-471a-a3c9-0fc0be7a4093",
        "Azure Key Vault",
        ("https://vault.azure.net",),
        frozenset({"user_impersonation"}),
        1,
    ),
    *(
        _service(client_id, name, _URIS.get(name, ()), frozenset(SCOPE_IDS.get(name, ())), 1)
        for name, client_id in APPLICATION_IDS.items()
    ),
)
"""Applications of Microsoft in every tenant; their service principals exist without being made."""
