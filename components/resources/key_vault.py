"""Key vaults, which hold secrets: opened by roles alone, nothing in them can be lost by one mistake."""

import pulumi
from pulumi_azure_native import keyvault

from components.diagnostics import Logs, send_logs
from components.resources.base import Holder, PlacedArgs, arm_id

# "Supported logs for Microsoft.KeyVault/vaults", Microsoft Learn, 2024-11-19.
_LOGS = Logs(categories=("AuditEvent",))
_KEPT_DAYS = 90


class KeyVault(Holder):
    """A vault without access policies. Who owns a secret sets its value there; it never passes through a program."""

    TOKEN = "agent-network:index:KeyVault"  # noqa: S105 - a type token

    vault_uri: pulumi.Output[str]
    """Public endpoint."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            vault = keyvault.Vault.get(name, arm_id(args, "Microsoft.KeyVault/vaults"), own)
        else:
            vault = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=vault.id, workspace_id=args["workspace_id"], parent=self)
        self.vault_uri = vault.properties.apply(lambda properties: properties.vault_uri or "")
        self._ready(vault, vault_uri=self.vault_uri)


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "keyvault.Vault":
    return keyvault.Vault(
        name,
        vault_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        properties=keyvault.VaultPropertiesArgs(
            tenant_id=args["tenant_id"],
            sku=keyvault.SkuArgs(family=keyvault.SkuFamily.A, name=keyvault.SkuName.STANDARD),
            enable_rbac_authorization=True,
            enable_soft_delete=True,
            soft_delete_retention_in_days=_KEPT_DAYS,
            enable_purge_protection=True,
            public_network_access="Enabled",
        ),
        opts=own,
    )
