"""Component for Service Bus namespaces, with shared access keys off."""

from urllib.parse import urlsplit

import pulumi
from pulumi_azure_native import servicebus

from components import customer_key
from components.diagnostics import Logs, send_logs
from components.resources.base import ParentResource, PlacedArgs, arm_id

# Sending and receiving is logged in the premium tier only ("AZMSRunTimeAuditLogs", Microsoft Learn, 2025), so the group
# of categories is used, which depends on the tier; in the standard tier it contains management operations.
_LOGS = Logs(groups=("allLogs",), own_tables=True)


class ServiceBusNamespace(ParentResource):
    """Service Bus namespace with keys off, in the standard tier, the cheapest one with topics."""

    TOKEN = "agent-network:index:ServiceBusNamespace"  # noqa: S105 - a type token

    host: pulumi.Output[str]
    """Fully qualified host name of the namespace, as clients expect it."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            namespace = servicebus.Namespace.get(name, arm_id(args, "Microsoft.ServiceBus/namespaces"), own)
        else:
            namespace = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=namespace.id, workspace_id=args["workspace_id"], parent=self)
        self.host = namespace.service_bus_endpoint.apply(lambda endpoint: urlsplit(endpoint).hostname or "")
        self._register(namespace, host=self.host)


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "servicebus.Namespace":
    key = args.get("customer_key")
    return servicebus.Namespace(
        name,
        namespace_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        # Zones are every tier's, own keys Premium's: "Reliability in Azure Service Bus" and "Configure customer-managed
        # keys for encrypting Azure Service Bus data at rest", Microsoft Learn, 2025.
        sku=servicebus.SBSkuArgs(name=servicebus.SkuName.PREMIUM, tier=servicebus.SkuTier.PREMIUM, capacity=1)
        if key
        else servicebus.SBSkuArgs(name=servicebus.SkuName.STANDARD, tier=servicebus.SkuTier.STANDARD),
        identity=servicebus.IdentityArgs(
            type=servicebus.ManagedServiceIdentityType.USER_ASSIGNED, user_assigned_identities=[key["identity_id"]]
        )
        if key
        else None,
        encryption=customer_key.for_namespace(key) if key else None,
        disable_local_auth=True,
        minimum_tls_version="1.2",
        public_network_access="Enabled",
        opts=own,
    )
