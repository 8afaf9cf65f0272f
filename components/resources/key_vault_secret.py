"""Single secrets of a key vault: kind `key-vault-secret`.

No secret is created: its owner sets the value in the vault, so that no program, configuration or state ever holds it.
The scope of a secret that is not there yet is a valid scope.
"""

import pulumi

from components.resources.base import ChildArgs, NetworkResource
from components.resources.key_vault import KeyVault


class KeyVaultSecretArgs(ChildArgs):
    """Arguments of a `KeyVaultSecret`."""

    vault: KeyVault
    """The vault that holds it."""
    secret: str
    """What it is called there."""


class KeyVaultSecret(NetworkResource):
    """One secret, known by its name alone."""

    TOKEN = "agent-network:index:KeyVaultSecret"  # noqa: S105 - a type token
    KIND = "key-vault-secret"
    HOLDER = KeyVault

    def __init__(self, name: str, args: KeyVaultSecretArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        vault, called = args["vault"], args["secret"]
        self._ready(
            scope=pulumi.Output.concat(vault.resource_id, f"/secrets/{called}"),
            within=vault.subscription_id,
            variables={"ENDPOINT": vault.vault_uri, "SECRET_NAME": called},
        )
