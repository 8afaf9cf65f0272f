"""Environment variables of the platforms that an agent can run on, compared with the agent's settings.

Each platform gives its identity through variables of its own. A variable of another platform would make a client
library choose another identity, and a stored credential would replace the identity, so each is a contradiction that
stops the agent at its start. Messages name the variables and never show their values: some are secrets.
"""

from collections.abc import Iterator, Mapping
from typing import Final
from urllib.parse import urlsplit

from agent_network_runtime.settings import ISSUERS

IDENTITY_ENDPOINT: Final = "IDENTITY_ENDPOINT"
IDENTITY_HEADER: Final = "IDENTITY_HEADER"
FEDERATED_TOKEN_FILE: Final = "AZURE_FEDERATED_TOKEN_FILE"  # noqa: S105 (the name of a variable)

STORED_CREDENTIALS: Final = (
    "AZURE_CLIENT_SECRET",
    "AZURE_CLIENT_CERTIFICATE_PATH",
    "AZURE_CLIENT_CERTIFICATE_PASSWORD",
    "AZURE_PASSWORD",
    "AZURE_USERNAME",
)
"""Variables from which azure-identity 1.27.0 reads a stored credential."""

REQUIRED: Final[Mapping[str, tuple[str, ...]]] = {
    # "Managed identities in Azure Container Apps", Microsoft Learn, 2025-06.
    "container-app": (IDENTITY_ENDPOINT, IDENTITY_HEADER),
    # "Use Microsoft Entra Workload ID with AKS", Microsoft Learn, 2025: the webhook sets all four.
    "aks": ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", FEDERATED_TOKEN_FILE, "AZURE_AUTHORITY_HOST"),
    # No document names the variables of a hosted agent, so none is required.
    "foundry": (),
}

# In the order in which azure-identity 1.27.0 and MSAL 1.39.0 look for a platform's managed identity.
_OTHER_IDENTITIES: Final[Mapping[str, str]] = {
    "IDENTITY_SERVER_THUMBPRINT": "Service Fabric",
    "IMDS_ENDPOINT": "Azure Arc",
    "AZURE_POD_IDENTITY_AUTHORITY_HOST": "the metadata service of virtual machines",
}

FOREIGN: Final[Mapping[str, Mapping[str, str]]] = {
    "container-app": {FEDERATED_TOKEN_FILE: "AKS", **_OTHER_IDENTITIES},
    "aks": {
        IDENTITY_ENDPOINT: "Container Apps",
        IDENTITY_HEADER: "Container Apps",
        "MSI_ENDPOINT": "Azure Machine Learning",
        "MSI_SECRET": "Azure Machine Learning",
        **_OTHER_IDENTITIES,
    },
    "foundry": {FEDERATED_TOKEN_FILE: "AKS", "IDENTITY_SERVER_THUMBPRINT": "Service Fabric"},
}
"""Variables that belong to another platform, by host, each with that platform."""


def contradictions(
    variables: Mapping[str, str], *, host: str, tenant_id: str, authority_host: str, client_id: str | None
) -> Iterator[str]:
    """Yield each contradiction between the platform's variables and the settings; an empty setting is not compared.

    `client_id` is that of the agent's own identity; None if the settings do not name one.
    """
    set_ = {name for name, value in variables.items() if value}
    for name in STORED_CREDENTIALS:
        if name in set_:
            yield f"{name} is set: an agent has no stored credential; remove the variable"
    for name in REQUIRED.get(host, ()):
        if name not in set_:
            yield f"{name} is missing: the platform sets it for an agent on {host} that has an identity"
    for name, platform in FOREIGN.get(host, {}).items():
        if name in set_:
            yield f"{name} is set, which belongs to {platform}, but the agent's host is {host}; remove the variable"
    if host == "container-app":
        yield from _second_endpoint(variables)
        if variables.get(IDENTITY_ENDPOINT) and not _server(variables[IDENTITY_ENDPOINT]):
            yield f"{IDENTITY_ENDPOINT} is not an http address; the platform sets it, so remove what changes it"
    yield from _different(variables, "AZURE_TENANT_ID", tenant_id)
    yield from _different(variables, "AZURE_AUTHORITY_HOST", authority_host)
    if host != "aks":  # there, the variable alone names the identity
        own = "the system-assigned identity" if client_id is None else client_id
        yield from _different(variables, "AZURE_CLIENT_ID", own)


def _different(variables: Mapping[str, str], name: str, setting: str) -> Iterator[str]:
    value = variables.get(name, "").rstrip("/").lower()
    if value and setting and ISSUERS.get(value, value) != ISSUERS.get(setting, setting):
        yield f"{name} contradicts the settings, which name {setting}; remove the variable or correct it"


def _second_endpoint(variables: Mapping[str, str]) -> Iterator[str]:
    """Yield a contradiction if the older variables of App Service name another endpoint than the newer ones.

    App Service sets both pairs for one endpoint; whether Container Apps does, no document states, so equal ones pass.
    """
    older, newer = variables.get("MSI_ENDPOINT", ""), variables.get(IDENTITY_ENDPOINT, "")
    if older and newer and _server(older) != _server(newer):
        yield f"MSI_ENDPOINT names another server than {IDENTITY_ENDPOINT}; remove MSI_ENDPOINT and MSI_SECRET"


def _server(address: str) -> str | None:
    """Return host and port of an http address; None if it is not one."""
    try:
        parts = urlsplit(address)
        _ = parts.port  # an error if it is not a number
    except ValueError:
        return None
    return parts.netloc.lower() if parts.scheme in {"http", "https"} and parts.hostname else None
