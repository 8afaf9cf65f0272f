"""Component for Azure AI Search services, with API keys off."""

import pulumi
from pulumi_azure_native import search

from components.diagnostics import Logs, send_logs
from components.resources.base import ParentResource, PlacedArgs, arm_id

# "Supported logs for Microsoft.Search/searchServices", Microsoft Learn, 2026-07-14.
_LOGS = Logs(categories=("OperationLogs",))

_REPLICAS = 3
"""Replicas of a service in several zones: the number with the service level for indexing."""


class SearchService(ParentResource):
    """Azure AI Search service in the basic tier with API keys off, so that access needs a role."""

    TOKEN = "agent-network:index:SearchService"  # noqa: S105 - a type token

    endpoint: pulumi.Output[str]
    """Public endpoint of the service."""

    def __init__(self, name: str, args: PlacedArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            service = search.Service.get(name, arm_id(args, "Microsoft.Search/searchServices"), own)
        else:
            service = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=service.id, workspace_id=args["workspace_id"], parent=self)
        self.endpoint = service.endpoint.apply(lambda endpoint: endpoint or "")
        self._register(service, endpoint=self.endpoint)


def _create(name: str, args: PlacedArgs, own: pulumi.ResourceOptions) -> "search.Service":
    return search.Service(
        name,
        search_service_name=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        sku=search.SkuArgs(name=search.SkuName.BASIC),
        # Replicas are put into different zones: "Reliability in Azure AI Search", Microsoft Learn, 2025. An index has
        # its own key, which the program that makes the index sets.
        replica_count=_REPLICAS if args.get("redundancy") else 1,
        partition_count=1,
        disable_local_auth=True,
        public_network_access=search.PublicNetworkAccess.ENABLED,
        opts=own,
    )
