"""Component for a grant on a single key of a key vault: kind `key-vault-key`.

No key is created: its owner imports it, so that no program, configuration or state ever holds it
(docs/howto/import-a-github-key.md). As for secrets, the role may be assigned before the key exists.
"""

import pulumi

from components.resources.base import ChildArgs, NetworkResource
from components.resources.key_vault import KeyVault


class KeyVaultKeyArgs(ChildArgs):
    """Arguments of a `KeyVaultKey`."""

    vault: KeyVault
    """Key vault of the key."""
    key: str
    """Name of the key in the vault."""


class KeyVaultKey(NetworkResource):
    """Key of a key vault as a scope of role assignments; the key itself is not created."""

    TOKEN = "agent-network:index:KeyVaultKey"  # noqa: S105 - a type token
    KIND = "key-vault-key"
    PARENT = KeyVault

    def __init__(self, name: str, args: KeyVaultKeyArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        vault, azure_name = args["vault"], args["key"]
        self._register(
            scope=pulumi.Output.concat(vault.resource_id, f"/keys/{azure_name}"),
            within=vault.subscription_id,
            variables={"ENDPOINT": vault.vault_uri, "KEY_NAME": azure_name},
        )
