"""Component for a grant on a single secret of a key vault: kind `key-vault-secret`.

No secret is created: its owner sets the value in the vault, so that no program, configuration or state ever holds it.

Assumption: Azure accepts a role assignment at the scope of a secret that does not exist yet, and applies it once the
secret exists. For existing secrets it is documented ("Provide access to Key Vault keys, certificates, and secrets with
Azure role-based access control", Microsoft Learn, 2025); docs/howto/check-assumptions-on-azure.md has the live check.
"""

import pulumi

from components.resources.base import ChildArgs, NetworkResource
from components.resources.key_vault import KeyVault


class KeyVaultSecretArgs(ChildArgs):
    """Arguments of a `KeyVaultSecret`."""

    vault: KeyVault
    """Key vault of the secret."""
    secret: str
    """Name of the secret in the vault."""


class KeyVaultSecret(NetworkResource):
    """Secret of a key vault as a scope of role assignments; the secret itself is not created."""

    TOKEN = "agent-network:index:KeyVaultSecret"  # noqa: S105 - a type token
    KIND = "key-vault-secret"
    PARENT = KeyVault

    def __init__(self, name: str, args: KeyVaultSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        vault, azure_name = args["vault"], args["secret"]
        self._register(
            scope=pulumi.Output.concat(vault.resource_id, f"/secrets/{azure_name}"),
            within=vault.subscription_id,
            variables={"ENDPOINT": vault.vault_uri, "SECRET_NAME": azure_name},
        )
