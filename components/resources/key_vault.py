"""Component for key vaults, with Azure RBAC, soft delete and purge protection."""

import pulumi
from pulumi_azure_native import keyvault

from components.diagnostics import Logs, send_logs
from components.resources.base import ParentResource, PlacedArgs, arm_id, flag_to_recover

# "Supported logs for Microsoft.KeyVault/vaults", Microsoft Learn, 2024-11-19.
_LOGS = Logs(categories=("AuditEvent",))
# Limits: "Azure Key Vault soft-delete overview", Microsoft Learn, 2025. The days are set once, and purge protection is
# never turned off again.
_KEPT_DAYS, _FEWEST_DAYS = 90, 7


class KeyVault(ParentResource):
    """Key vault without access policies; the owner of a secret sets its value in the vault, never in the program."""

    TOKEN = "agent-network:index:KeyVault"  # noqa: S105 - a type token

    vault_uri: pulumi.Output[str]
    """Public endpoint of the vault."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            vault = keyvault.Vault.get(name, arm_id(args, "Microsoft.KeyVault/vaults"), own)
        else:
            vault = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=vault.id, workspace_id=args["workspace_id"], parent=self)
        self.vault_uri = vault.properties.apply(lambda properties: properties.vault_uri or "")
        self._register(vault, vault_uri=self.vault_uri)


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "keyvault.Vault":
    protected = args.get("purge_protection", True)
    fixed = ["properties.softDeleteRetentionInDays", *(() if protected else ["properties.enablePurgeProtection"])]
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
            soft_delete_retention_in_days=_KEPT_DAYS if protected else _FEWEST_DAYS,
            enable_purge_protection=True if protected else None,
            create_mode=flag_to_recover(args, keyvault.CreateMode.RECOVER),
            public_network_access="Enabled",
        ),
        opts=pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(ignore_changes=fixed)),
    )
