"""Clusters in which agents run: nobody gets in but by Entra ID, and no pod gets out but by its network policy.

Owns the cluster, what it logs, how a program reaches it and who pulls its pods' images. Namespaces, identities and pods
of agents are `components.agents.aks`.
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
from components.resources.base import Holder, PlacedArgs, arm_id
from components.resources.image_registry import ImageRegistry

__all__ = ["AksCluster", "AksClusterArgs"]

# Who changed what, and who signed in: "Monitor AKS control plane logs", Microsoft Learn, 2025. `kube-audit` adds every
# read, at several times the price.
_LOGS = Logs(categories=("guard", "kube-audit-admin"), own_tables=True)
_KUBELET = "kubeletidentity"


class AksClusterArgs(PlacedArgs):
    """Arguments of an `AksCluster`."""

    vm_size: NotRequired[str]
    """Size of the nodes; required unless it exists already."""
    node_count: NotRequired[int]
    """How many nodes; required unless it exists already."""
    private: NotRequired[bool]
    """Its API has an address in its network only."""
    authorized_ip_ranges: NotRequired[Sequence[str]]
    """Blocks of IPv4 addresses from which its API is reached; required unless `private`."""
    subnet_id: NotRequired[pulumi.Input[str]]
    """Id of the subnet of the nodes; without it, the cluster makes a network of its own."""
    identity_id: NotRequired[pulumi.Input[str]]
    """Id of the identity of the control plane, which may join that subnet; required with `subnet_id`."""
    defender_workspace_id: NotRequired[pulumi.Input[str]]
    """Id of the workspace that Defender sends to; without it, `workspace_id`, which has to take keys for that."""
    admin_group_ids: NotRequired[Sequence[str]]
    """Groups of Entra ID that may do everything in the cluster; without it, only role assignments count."""
    kubernetes_version: NotRequired[str]
    """Version of Kubernetes; without it, Azure's default, and patches either way."""


class AksCluster(Holder):
    """A cluster; `provider` is how a program makes things in it."""

    TOKEN = "agent-network:index:AksCluster"  # noqa: S105 - a type token

    issuer_url: pulumi.Output[str]
    """Issuer of its service accounts' tokens, which federated credentials trust."""
    cluster_name: pulumi.Output[str]
    """Name of the cluster."""
    kubelet_principal_id: pulumi.Output[str]
    """The identity that pulls its pods' images, one for all; no pod reaches it."""

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
        # Nothing trusts a cluster and nothing is made in it before it is seen to be fit.
        self.issuer_url = fit.apply(lambda _: cluster.oidc_issuer_profile.apply(lambda known: _issuer(name, known)))
        self.kubelet_principal_id = cluster.identity_profile.apply(lambda known: _kubelet(name, known))
        self.kubelet = PlatformIdentity(f"{name}-kubelet", args["azure_name"], self.kubelet_principal_id, self)
        self.may_pull: list[pulumi.Resource] = []
        self.cluster_name = pulumi.Output.from_input(args["azure_name"])
        self.provider = kubernetes.Provider(
            name, kubeconfig=kubeconfig_of(name, fit, args["resource_group_name"]), opts=own
        )
        self._ready(
            cluster,
            issuer_url=self.issuer_url,
            cluster_name=self.cluster_name,
            kubelet_principal_id=self.kubelet_principal_id,
        )

    def let_pull(self, registry: ImageRegistry, *repositories: str) -> pulumi.CustomResource:
        """Let the kubelet pull images for the pods; pods made after that wait for it."""
        assignment = registry.allow_pull(self.kubelet, *repositories)
        self.may_pull.append(assignment)
        return assignment


def _check(name: str, args: AksClusterArgs) -> None:
    missing = [key for key in ("vm_size", "node_count") if not args.get(key)]
    if missing:
        raise ValueError(f"cluster {name!r} is to be created, and so needs {' and '.join(missing)}")
    private, listed = args.get("private", False), args.get("authorized_ip_ranges", ())
    if not private and not listed:
        why = f"the API of cluster {name!r} would be open to every address"
        raise ValueError(f"{why}; make it 'private', or list in 'authorized_ip_ranges' who may reach it")
    if private and listed:
        raise ValueError(f"cluster {name!r} is private, so there is nobody to list in 'authorized_ip_ranges'")
    everybody = [block for block in listed if block.endswith("/0")]
    if everybody:
        raise ValueError(f"the API of cluster {name!r} would be open to every address by {everybody[0]!r}; be narrower")
    if args.get("subnet_id") is not None and args.get("identity_id") is None:
        why = f"cluster {name!r} is given a subnet, which its identity must be allowed to join before it is there"
        raise ValueError(f"{why}; give one with the role Network Contributor on the subnet as 'identity_id'")


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
            )
        ],
        # Who signs in: Entra ID, and what they may do then is Azure's role assignments.
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
            # Whoever may run commands by Azure's API runs them as the cluster's administrator.
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
    azure = containerservice
    return azure.ManagedClusterSecurityProfileArgs(
        workload_identity=azure.ManagedClusterSecurityProfileWorkloadIdentityArgs(enabled=True),
        # Its sensor on the nodes sends by the workspace's key, and fails where that is off, as it is here (reported in
        # Azure/Microsoft-Defender-for-Cloud#1010, 2025-11): whoever wants it gives it a workspace of its own.
        defender=azure.ManagedClusterSecurityProfileDefenderArgs(
            log_analytics_workspace_resource_id=args.get("defender_workspace_id", args["workspace_id"]),
            security_monitoring=azure.ManagedClusterSecurityProfileDefenderSecurityMonitoringArgs(enabled=True),
        ),
    )


def _issuer(name: str, profile: "containerservice.outputs.ManagedClusterOIDCIssuerProfileResponse | None") -> str:
    if profile is None or not profile.issuer_url:
        raise RuntimeError(f"Azure tells no issuer of tokens of cluster {name!r}; run this again once it is there")
    return profile.issuer_url


def _kubelet(
    name: str, profile: "Mapping[str, containerservice.outputs.UserAssignedIdentityManagedClusterResponse] | None"
) -> str:
    found = (profile or {}).get(_KUBELET)
    if found is None or not found.object_id:
        raise RuntimeError(
            f"cluster {name!r} has no {_KUBELET!r}, by which its nodes pull images; use managed identity"
        )
    return found.object_id
