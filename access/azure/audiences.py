"""Audiences of the tokens with which tools of Foundry agents reach each kind of resource.

A tool connection names the audience of the service behind the tool, not the address of the tool: with another audience,
sign-in fails even where the roles are right. Sources: "Agent identity concepts in Microsoft Foundry", Microsoft Learn,
2026-04-13 (Storage, Cosmos DB, Key Vault); "Agent2Agent (A2A) authentication", Microsoft Learn, 2026-08-05 (agents);
"Authenticate a managed identity with Microsoft Entra ID to access Azure Service Bus", "Connect to Azure AI Search using
roles", "Access Azure App Configuration using Microsoft Entra ID" and "Authenticate requests to Azure AI services",
Microsoft Learn, 2025.
"""

from collections.abc import Mapping

__all__ = ["AUDIENCES"]

_STORAGE = "https://storage.azure.com"
_SERVICE_BUS = "https://servicebus.azure.net"

AUDIENCES: Mapping[str, str] = {
    "app-configuration": "https://azconfig.io",
    "blob-container": _STORAGE,
    "cosmos-container": "https://cosmos.azure.com",
    "foundry-agent": "https://ai.azure.com",
    "key-vault-key": "https://vault.azure.net",
    "key-vault-secret": "https://vault.azure.net",
    "model-account": "https://cognitiveservices.azure.com",
    "search-index": "https://search.azure.com",
    "service-bus-queue": _SERVICE_BUS,
    "service-bus-topic": _SERVICE_BUS,
    "storage-queue": _STORAGE,
}
"""Kind of resource in network.yaml, or `foundry-agent` → audience of its tokens in public Azure."""
