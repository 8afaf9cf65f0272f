"""Azure clouds: the addresses and the audience with which an application trusts an identity of its cloud.

A federated credential with a value of another cloud is accepted by Entra ID and fails at the first token request, so
the values stand here once. Sources: "Configure an application to trust a managed identity", Microsoft Learn, 2024-12
(audiences); "National clouds", Microsoft Learn, 2025 (authority hosts). The issuers of the national clouds follow from
their authority hosts; no document lists them.
"""

from typing import NamedTuple

__all__ = ["CLOUDS", "PUBLIC", "Cloud"]

PUBLIC = "public"
"""Name of the cloud that a network is deployed to by default."""


class Cloud(NamedTuple):
    """Azure cloud, with the values of it that sign-in without a stored secret needs."""

    authority_host: str
    """Address of the cloud's token endpoint, without a slash at the end."""
    exchange_audience: str
    """Audience of the token with which an identity signs in as an application: also the resource to ask for."""

    def issuer(self, tenant_id: str) -> str:
        """Return the issuer of the tokens of managed identities in a tenant of the cloud."""
        return f"{self.authority_host}/{tenant_id}/v2.0"


CLOUDS = {
    PUBLIC: Cloud("https://login.microsoftonline.com", "api://AzureADTokenExchange"),
    "us-government": Cloud("https://login.microsoftonline.us", "api://AzureADTokenExchangeUSGov"),
    "china": Cloud("https://login.partner.microsoftonline.cn", "api://AzureADTokenExchangeChina"),
}
"""Name of the cloud in the stack's settings → the cloud."""
