"""Component for App Configuration stores (kind `app-configuration`); a role applies to a store as a whole."""

import pulumi
from pulumi_azure_native import appconfiguration

from components import customer_key
from components.diagnostics import Logs, send_logs
from components.resources.base import NetworkResource, PlacedArgs, arm_id, flag_to_recover

# "Supported logs for Microsoft.AppConfiguration/configurationStores", Microsoft Learn, 2024-11-19.
_LOGS = Logs(categories=("HttpRequest", "Audit"))
# The most, and the fewest: "Soft delete", Azure App Configuration, Microsoft Learn, 2024-05-13. The days are set once,
# and purge protection is never turned off again.
_KEPT_DAYS, _FEWEST_DAYS = 7, 1


class AppConfiguration(NetworkResource):
    """App Configuration store with keys off, in the standard tier, the cheapest one with soft delete."""

    TOKEN = "agent-network:index:AppConfiguration"  # noqa: S105 - a type token
    KIND = "app-configuration"

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            known = arm_id(args, "Microsoft.AppConfiguration/configurationStores")
            store = appconfiguration.ConfigurationStore.get(name, known, own)
        else:
            store = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=store.id, workspace_id=args["workspace_id"], parent=self)
        self._register(scope=store.id, within=args["subscription_id"], variables={"ENDPOINT": store.endpoint})


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "appconfiguration.ConfigurationStore":
    protected, key = args.get("purge_protection", True), args.get("customer_key")
    fixed = ["softDeleteRetentionInDays", *(() if protected else ["enablePurgeProtection"])]
    return appconfiguration.ConfigurationStore(
        name,
        config_store_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        sku=appconfiguration.SkuArgs(name="Standard"),
        disable_local_auth=True,
        identity=appconfiguration.ResourceIdentityArgs(
            type=appconfiguration.IdentityType.USER_ASSIGNED, user_assigned_identities=[key["identity_id"]]
        )
        if key
        else None,
        encryption=customer_key.for_store(key) if key else None,
        # Without keys, ARM writes a value only for a caller with a data role, not for every caller that may deploy.
        data_plane_proxy=appconfiguration.DataPlaneProxyPropertiesArgs(authentication_mode="Pass-through"),
        soft_delete_retention_in_days=_KEPT_DAYS if protected else _FEWEST_DAYS,
        enable_purge_protection=True if protected else None,
        create_mode=flag_to_recover(args, appconfiguration.CreateMode.RECOVER),
        public_network_access="Enabled",
        opts=pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(ignore_changes=fixed)),
    )
