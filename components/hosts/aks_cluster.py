"""Component for an AKS cluster that runs agents, with sign-in by Entra ID only and with network policies.

Owns the cluster, its logs, the Kubernetes provider that reaches it and the identity that pulls images. The namespaces,
identities and pods of agents are in `components.agents.aks`.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired

import pulumi
import pulumi_kubernetes as kubernetes
from pulumi_azure_native import containerservice

from components.diagnostics import Logs, send_logs
from components.hosts.existing_cluster import fit_for_agents
from components.hosts.kubeconfig import kubeconfig_of
from components.platform_identity import PlatformIdentity
from components.resources.base import ParentResource, PlacedArgs, arm_id
from components.resources.image_registry import ImageRegistry

__all__ = ["AksCluster", "AksClusterArgs"]

# Audit logs of changes and of sign-ins: "Monitor AKS control plane logs", Microsoft Learn, 2025. `kube-audit` adds
# every read, at several times the price.
_LOGS = Logs(categories=("guard", "kube-audit-admin"), own_tables=True)
_KUBELET = "kubeletidentity"


class AksClusterArgs(PlacedArgs):
    """Arguments of an `AksCluster`."""

    vm_size: NotRequired[str]
    """VM size of the nodes; required for a new cluster."""
    node_count: NotRequired[int]
    """Number of nodes; required for a new cluster."""
    private: NotRequired[bool]
    """True if the cluster's API is reachable only from the cluster's network."""
    authorized_ip_ranges: NotRequired[Sequence[str]]
    """Blocks of IPv4 addresses that may reach the cluster's API; required unless `private`."""
    subnet_id: NotRequired[pulumi.Input[str]]
    """Id of the subnet of the nodes; without it, AKS creates a virtual network for the cluster."""
    identity_id: NotRequired[pulumi.Input[str]]
    """Id of the identity of the control plane, with permission to join that subnet; required with `subnet_id`."""
    defender_workspace_id: NotRequired[pulumi.Input[str]]
    """Id of a workspace for Defender's data, which must accept keys; without it, Defender's sensor is off."""
    admin_group_ids: NotRequired[Sequence[str]]
    """Groups of Entra ID that administer the cluster; without groups, only role assignments give access."""
    kubernetes_version: NotRequired[str]
    """Version of Kubernetes, by default Azure's; patches are installed automatically in both cases."""


class AksCluster(ParentResource):
    """Component for an AKS cluster; `provider` is the Pulumi provider for Kubernetes objects in the cluster."""

    TOKEN = "agent-network:index:AksCluster"  # noqa: S105 - a type token

    issuer_url: pulumi.Output[str]
    """Issuer of its service accounts' tokens, which federated credentials trust."""
    cluster_name: pulumi.Output[str]
    """Name of the cluster."""
    kubelet_principal_id: pulumi.Output[str]
    """Principal id of the kubelet, which pulls the images of all pods; no pod gets tokens for this identity."""

    def __init__(self, name: str, args: AksClusterArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__(name, args, opts)
        own = pulumi.ResourceOptions(parent=self)
        if args.get("existing"):
            known = arm_id(args, "Microsoft.ContainerService/managedClusters")
            cluster = containerservice.ManagedCluster.get(name, known, own)
            fit = fit_for_agents(name, cluster)
        else:
            _check(name, args)
            cluster = _create(name, args, own)
            send_logs(f"{name}-is-logged", _LOGS, source=cluster.id, workspace_id=args["workspace_id"], parent=self)
            fit = cluster.name
        # No credential trusts the cluster and no object is created in it before the cluster has passed its checks.
        self.issuer_url = fit.apply(lambda _: cluster.oidc_issuer_profile.apply(lambda known: _issuer(name, known)))
        self.kubelet_principal_id = cluster.identity_profile.apply(lambda known: _kubelet(name, known))
        self.kubelet = PlatformIdentity(f"{name}-kubelet", args["azure_name"], self.kubelet_principal_id, self)
        self.may_pull: list[pulumi.Resource] = []
        self.cluster_name = pulumi.Output.from_input(args["azure_name"])
        self.provider = kubernetes.Provider(
            name, kubeconfig=kubeconfig_of(name, fit, args["resource_group_name"]), opts=own
        )
        self._register(
            cluster,
            issuer_url=self.issuer_url,
            cluster_name=self.cluster_name,
            kubelet_principal_id=self.kubelet_principal_id,
        )

    def let_pull(self, registry: ImageRegistry, *repositories: str) -> pulumi.CustomResource:
        """Grant the cluster's kubelet the pull of images from a registry; pods registered later wait for this grant."""
        assignment = registry.allow_pull(self.kubelet, *repositories)
        self.may_pull.append(assignment)
        return assignment


def _check(name: str, args: AksClusterArgs) -> None:
    missing = [key for key in ("vm_size", "node_count") if not args.get(key)]
    if missing:
        raise ValueError(f"cluster {name!r} is to be created, and arguments are missing; set {' and '.join(missing)}")
    private, listed = args.get("private", False), args.get("authorized_ip_ranges", ())
    if not private and not listed:
        raise ValueError(
            f"the API of cluster {name!r} would be reachable from every address; set 'private', or list the permitted"
            " addresses in 'authorized_ip_ranges'"
        )
    if private and listed:
        raise ValueError(
            f"cluster {name!r} is private and cannot authorize addresses; remove 'authorized_ip_ranges', or 'private'"
        )
    everybody = [block for block in listed if block.endswith("/0")]
    if everybody:
        raise ValueError(
            f"the API of cluster {name!r} would be reachable from every address by {everybody[0]!r}; list a narrower"
            " block"
        )
    if args.get("subnet_id") is not None and args.get("identity_id") is None:
        raise ValueError(
            f"cluster {name!r} has a subnet, but its own identity could join it only after the cluster is created; set"
            " 'identity_id' to an identity with the role Network Contributor on the subnet"
        )


def _create(name: str, args: AksClusterArgs, own: pulumi.ResourceOptions) -> "containerservice.ManagedCluster":
    azure = containerservice
    identity, private = args.get("identity_id"), args.get("private", False)
    identities = azure.ResourceIdentityType
    return azure.ManagedCluster(
        name,
        resource_name_=args["azure_name"],
        resource_group_name=args["resource_group_name"],
        location=args["location"],
        tags=args.get("tags"),
        sku=azure.ManagedClusterSKUArgs(name="Base", tier="Standard"),
        kubernetes_version=args.get("kubernetes_version"),
        dns_prefix=args["azure_name"],
        identity=azure.ManagedClusterIdentityArgs(
            type=identities.USER_ASSIGNED if identity is not None else identities.SYSTEM_ASSIGNED,
            user_assigned_identities=None if identity is None else [identity],
        ),
        agent_pool_profiles=[
            azure.ManagedClusterAgentPoolProfileArgs(
                name="system",
                mode=azure.AgentPoolMode.SYSTEM,
                count=args.get("node_count"),
                vm_size=args.get("vm_size"),
                os_sku=azure.OSSKU.AZURE_LINUX,
                enable_node_public_ip=False,
                vnet_subnet_id=args.get("subnet_id"),
                # "Availability zones in AKS", Microsoft Learn, 2025: set at the creation of a pool.
                availability_zones=["1", "2", "3"] if args.get("redundancy") else None,
            )
        ],
        # Users sign in with Entra ID, and Azure role assignments define their permissions.
        disable_local_accounts=True,
        enable_rbac=True,
        aad_profile=azure.ManagedClusterAADProfileArgs(
            managed=True,
            enable_azure_rbac=True,
            tenant_id=args["tenant_id"],
            admin_group_object_ids=args.get("admin_group_ids"),
        ),
        oidc_issuer_profile=azure.ManagedClusterOIDCIssuerProfileArgs(enabled=True),
        security_profile=_security(args),
        api_server_access_profile=azure.ManagedClusterAPIServerAccessProfileArgs(
            enable_private_cluster=private,
            enable_private_cluster_public_fqdn=False if private else None,
            authorized_ip_ranges=args.get("authorized_ip_ranges"),
            # Commands that are run through Azure's API (`az aks command invoke`) run as the cluster's administrator.
            disable_run_command=True,
        ),
        network_profile=azure.ContainerServiceNetworkProfileArgs(
            network_plugin=azure.NetworkPlugin.AZURE,
            network_plugin_mode=azure.NetworkPluginMode.OVERLAY,
            network_dataplane=azure.NetworkDataplane.CILIUM,
            network_policy=azure.NetworkPolicy.CILIUM,
            load_balancer_sku="standard",
        ),
        node_resource_group_profile=azure.ManagedClusterNodeResourceGroupProfileArgs(
            restriction_level=azure.RestrictionLevel.READ_ONLY
        ),
        auto_upgrade_profile=azure.ManagedClusterAutoUpgradeProfileArgs(
            upgrade_channel=azure.UpgradeChannel.PATCH, node_os_upgrade_channel=azure.NodeOSUpgradeChannel.NODE_IMAGE
        ),
        opts=own,
    )


def _security(args: AksClusterArgs) -> "containerservice.ManagedClusterSecurityProfileArgs":
    azure, workspace = containerservice, args.get("defender_workspace_id")
    return azure.ManagedClusterSecurityProfileArgs(
        workload_identity=azure.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
        # Its sensor on the nodes sends by the workspace's key, and fails where keys are off (reported in
        # Azure/Microsoft-Defender-for-Cloud#1010, 2025-11), as they are in the workspace of the logs.
        defender=azure.ManagedClusterSecurityProfileDefenderArgs(
            log_analytics_workspace_resource_id=workspace,
            security_monitoring=azure.ManagedClusterSecurityProfileDefenderSecurityMonitoringArgs(enabled=True),
        )
        if workspace is not None
        else None,
    )


def _issuer(name: str, profile: "containerservice.outputs.ManagedClusterOIDCIssuerProfileResponse | None") -> str:
    if profile is None or not profile.issuer_url:
        raise RuntimeError(
            f"Azure returned cluster {name!r} without a token issuer; run this again once the cluster is ready"
        )
    return profile.issuer_url


def _kubelet(
    name: str, profile: "Mapping[str, containerservice.outputs.UserAssignedIdentityManagedClusterResponse] | None"
) -> str:
    found = (profile or {}).get(_KUBELET)
    if found is None or not found.object_id:
        raise RuntimeError(
            f"cluster {name!r} has no {_KUBELET!r}, with which nodes pull images; use a cluster with a managed identity"
        )
    return found.object_id
