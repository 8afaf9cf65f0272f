"""Applications of Microsoft that every tenant has, and for which agents request tokens.

Owns ids, identifier URIs and delegated scopes, as far as an agent of this project needs them. Ids: "Verify first-party
Microsoft applications in sign-in reports", Microsoft Learn, 2025; Azure DevOps: "Use Microsoft Entra tokens", Microsoft
Learn, 2026; the token exchange: chainguard-dev and hashicorp guides, 2026, state that the `aud` claim of a token for
`api://AzureADTokenExchange` is its client id. All but the token exchange take tokens of version 1, whose `aud` is what
the client requested.
"""

from localazure.endpoints.entra.objects import Application

__all__ = ["MICROSOFT_SERVICES", "TOKEN_EXCHANGE"]


def _service(client_id: str, name: str, uris: tuple[str, ...], scopes: set[str], version: int = 1) -> Application:
    return Application(
        id=client_id,
        client_id=client_id,
        name=name,
        identifier_uris=uris,
        scopes=frozenset(scopes),
        token_version=version,
        is_microsoft=True,
    )


TOKEN_EXCHANGE = _service(
    "fb60f99c-7a34-4190-8149-302f77469936",
    "AAD Token Exchange Endpoint: Public",
    ("api://AzureADTokenExchange", "api://AzureADTokenExchangeUSGov", "api://AzureADTokenExchangeChina"),
    set(),
    version=2,
)
"""Resource whose tokens are client assertions: a managed identity's proof to an application that trusts it."""

MICROSOFT_SERVICES = (
    TOKEN_EXCHANGE,
    _service(
        "00000003-0000-0000-c000-000000000000",
        "Microsoft Graph",
        ("https://graph.microsoft.com",),
        {"User.Read", "User.ReadBasic.All", "Mail.Read", "Mail.Send", "Files.Read", "Sites.Read.All", "Calendars.Read"},
    ),
    _service(
        "499b84ac-1321-427f-aa17-267ca6975798",
        "Azure DevOps",
        ("https://app.vssps.visualstudio.com",),
        {"user_impersonation", "vso.code", "vso.code_write", "vso.work", "vso.build", "vso.profile"},
    ),
    _service(
        "cfa8b339-82a2-471a-a3c9-0fc0be7a4093", "Azure Key Vault", ("https://vault.azure.net",), {"user_impersonation"}
    ),
    _service(
        "e406a681-f3d4-42a8-90b6-c2b029497af1", "Azure Storage", ("https://storage.azure.com",), {"user_impersonation"}
    ),
    _service(
        "797f4846-ba00-4fd7-ba43-dac1f8f63013",
        "Windows Azure Service Management API",
        ("https://management.azure.com", "https://management.core.windows.net"),
        {"user_impersonation"},
    ),
)
"""Applications of Microsoft in every tenant; their service principals exist without being made."""
