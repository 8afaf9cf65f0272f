"""Credential of an identity that signs in with a token file, which another process keeps fresh.

WorkloadIdentityCredential of azure-identity 1.27 keeps what it read for ten minutes, since tokens of Kubernetes are
valid for an hour. The token of a pipeline's job is valid for five, so that the credential would send an expired token
when it needs one for a second service. So the file is read for every token that is requested.
"""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from azure.core.credentials import TokenCredential

__all__ = ["token_file_credential"]

_CHAIN, _ONLY = "AZURE_TOKEN_CREDENTIALS", "workloadidentitycredential"
_NAMES = ("AZURE_TENANT_ID", "AZURE_CLIENT_ID", "AZURE_FEDERATED_TOKEN_FILE")


def token_file_credential(environment: Mapping[str, str]) -> "TokenCredential | None":
    """Return the credential that signs in with a token file; None if the environment does not choose this sign-in.

    Args:
        environment: environment variables, of which AZURE_TOKEN_CREDENTIALS chooses one credential of the default chain
            ("Credential chains in the Azure Identity library for Python", Microsoft Learn, 2025-10).
    """
    tenant, client, file = (environment.get(name, "") for name in _NAMES)
    if environment.get(_CHAIN, "").lower() != _ONLY or not (tenant and client and file):
        return None
    from azure.identity import ClientAssertionCredential  # noqa: PLC0415 - importing costs

    return ClientAssertionCredential(tenant, client, lambda: Path(file).read_text("utf-8"))
