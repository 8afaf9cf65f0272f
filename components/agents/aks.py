"""Component for an agent that runs in AKS: its identity, its namespace, its pods and their network policies.

Owns the agent's identity and the way it runs. Its access is granted here before its pods start, or on the resources
afterwards, with `allow`. AKS gives no pod an identity of its own, so that the agent's is user-assigned: this component
creates it, it trusts one service account, and it is deleted with the component. The cluster's kubelet pulls the image:
`AksCluster.let_pull`, once for all agents.
"""

from collections.abc import Mapping, Sequence
from typing import NotRequired

import pulumi
from pulumi_azure_native import managedidentity
from pulumi_kubernetes import apps, core, meta, networking

from components.agents.base import Agent
from components.agents.endpoints import service_endpoint, service_host
from components.agents.network_policy import (
    CalleeArgs,
    EgressArgs,
    check_egress,
    from_namespaces,
    to_blocks,
    to_callees,
    to_dns,
)
from components.agents.permissions import Permission
from components.agents.pod_spec import PodArgs, pod_spec
from components.federation import ServiceAccount, trust
from components.hosts.aks_cluster import AksCluster
from components.resources.image_registry import ImageRegistry
from components.user_context.runtime_settings import VARIABLE, RuntimeArgs, runtime_variable

__all__ = ["AksAgent", "AksAgentArgs"]

# "Deploy and configure workload identity on an AKS cluster", Microsoft Learn, 2025.
_CLIENT_ID = "azure.workload.identity/client-id"
_USE = "azure.workload.identity/use"
# "Pod Security Standards", kubernetes.io, 1.33.
_RESTRICTED = {
    f"pod-security.kubernetes.io/{mode}{end}": value
    for mode in ("enforce", "audit", "warn")
    for end, value in (("", "restricted"), ("-version", "latest"))
}
_NAME = "app.kubernetes.io/name"


class AksAgentArgs(PodArgs):
    """Arguments of an `AksAgent`."""

    identity_name: str
    """Name in Azure of the agent's user-assigned identity."""
    resource_group_name: pulumi.Input[str]
    """Resource group of the identity."""
    location: pulumi.Input[str]
    """Azure region of the identity."""
    cluster: AksCluster
    """Cluster in which the agent runs."""
    namespace: str
    """Kubernetes namespace of the agent, which no other agent shares."""
    registry: ImageRegistry
    """Registry of the image."""
    repository: str
    """Repository of the image."""
    image_tag: str
    """Tag of the image."""
    replicas: int
    """Number of pods."""
    permissions: NotRequired[Sequence[Permission]]
    """Access of the agent: its role assignments are created before the pods."""
    egress: NotRequired[Sequence[EgressArgs]]
    """Addresses that the pods may reach in addition to DNS; without them, nothing outside the cluster."""
    callees: NotRequired[Sequence[CalleeArgs]]
    """Pods of the same cluster that the agent may call; by default, none."""
    callers: NotRequired[Sequence[str]]
    """Namespaces whose pods may call the agent; required with `port`."""
    user_credential: NotRequired[Sequence[pulumi.Resource]]
    """For an agent that acts for users: the federated credential of its application, created before the pods."""
    runtime: NotRequired[RuntimeArgs | None]
    """Settings of the runtime library in the agent's image; by default, the pods do not get any."""
    tags: NotRequired[pulumi.Input[Mapping[str, pulumi.Input[str]]]]
    """Azure tags."""


class AksAgent(Agent):
    """Component for an agent in AKS with its own user-assigned identity, which one service account can use."""

    TOKEN = "agent-network:index:AksAgent"  # noqa: S105 - a type token

    namespace: str
    """Kubernetes namespace of the agent."""

    def __init__(self, name: str, args: AksAgentArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        _check(name, args)
        image = f"{args['repository']}:{args['image_tag']}"
        shown = {"app_name": args["app_name"], "namespace": args["namespace"], "image": image}
        super().__init__(name, {**shown, "cluster": args["cluster"].resource_name}, opts)
        self._args = args
        self._identity_name = args["identity_name"]
        self._labels = {_NAME: args["app_name"]}
        identity = self._identity()
        self.principal_id = identity.principal_id
        self.app_name = args["app_name"]
        self.grants = [each.grant_to(self) for each in args.get("permissions", ())]
        account_of = ServiceAccount(args["cluster"].issuer_url, args["namespace"], args["app_name"])
        trusted = trust(
            f"{name}-is-its-service-account",
            [account_of],
            identity=identity,
            identity_name=args["identity_name"],
            resource_group_name=args["resource_group_name"],
            parent=self,
        )
        namespace = core.v1.Namespace(
            name,
            metadata=meta.v1.ObjectMetaArgs(name=args["namespace"], labels=_RESTRICTED),
            opts=self._in_cluster(),
        )
        account = core.v1.ServiceAccount(
            name,
            metadata=self._metadata(args["app_name"], annotations={_CLIENT_ID: identity.client_id}),
            automount_service_account_token=False,
            opts=self._in_cluster(namespace),
        )
        policies = self._policies(namespace)
        # Pods that start sooner have no token, no access, no network policy or no image yet.
        first = [account, *trusted, *self.grants, *policies, *args["cluster"].may_pull]
        self._deployment(image, [*first, *args.get("user_credential", ())])
        self.namespace = args["namespace"]
        port = args.get("port")
        if port:
            self._service(port, namespace)
            self.host = pulumi.Output.from_input(service_host(args["app_name"], args["namespace"]))
            endpoint = service_endpoint(args["app_name"], args["namespace"], port)
            self.endpoint = pulumi.Output.from_input(endpoint)
        else:
            self.host = self.endpoint = pulumi.Output.from_input("")
        self._register_common_outputs(namespace=self.namespace)

    @property
    def azure_name(self) -> pulumi.Input[str]:
        """Return the name in Azure of the agent's user-assigned identity."""
        return self._identity_name

    def _identity(self) -> "managedidentity.UserAssignedIdentity":
        args = self._args
        return managedidentity.UserAssignedIdentity(
            self.agent_name,
            resource_name_=args["identity_name"],
            resource_group_name=args["resource_group_name"],
            location=args["location"],
            tags=args.get("tags"),
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _policies(self, namespace: pulumi.Resource) -> "list[networking.v1.NetworkPolicy]":
        policy, both = networking.v1.NetworkPolicySpecArgs, ["Ingress", "Egress"]
        port, callers = self._args.get("port"), self._args.get("callers", ())
        ingress = [from_namespaces(port, callers)] if port else []
        return [
            networking.v1.NetworkPolicy(
                f"{self.agent_name}-reaches-nothing",
                metadata=self._metadata("deny-all"),
                spec=policy(pod_selector=meta.v1.LabelSelectorArgs(), policy_types=both),
                opts=self._in_cluster(namespace),
            ),
            networking.v1.NetworkPolicy(
                f"{self.agent_name}-reaches-what-is-listed",
                metadata=self._metadata(self._args["app_name"]),
                spec=policy(
                    pod_selector=meta.v1.LabelSelectorArgs(match_labels=self._labels),
                    policy_types=both,
                    ingress=ingress,
                    egress=[
                        to_dns(),
                        *to_callees(self._args.get("callees", ())),
                        *to_blocks(self._args.get("egress", ())),
                    ],
                ),
                opts=self._in_cluster(namespace),
            ),
        ]

    def _deployment(self, image: str, after: Sequence[pulumi.Resource]) -> None:
        args = self._args
        variables = dict(args.get("variables", {}))
        if (runtime := args.get("runtime")) is not None:
            variables[VARIABLE] = runtime_variable(self.agent_name, "aks", runtime)
        reference = args["registry"].endpoint.apply(lambda host: f"{host}/{image}")
        pod = meta.v1.ObjectMetaArgs(labels={**self._labels, _USE: "true"})
        apps.v1.Deployment(
            self.agent_name,
            metadata=self._metadata(args["app_name"]),
            spec=apps.v1.DeploymentSpecArgs(
                replicas=args["replicas"],
                selector=meta.v1.LabelSelectorArgs(match_labels=self._labels),
                template=core.v1.PodTemplateSpecArgs(metadata=pod, spec=pod_spec(args, reference, variables)),
            ),
            opts=self._in_cluster(*after),
        )

    def _service(self, port: int, namespace: pulumi.Resource) -> None:
        core.v1.Service(
            self.agent_name,
            metadata=self._metadata(self._args["app_name"]),
            spec=core.v1.ServiceSpecArgs(
                type="ClusterIP",
                selector=self._labels,
                ports=[core.v1.ServicePortArgs(name="http", port=port, target_port=port, protocol="TCP")],
            ),
            opts=self._in_cluster(namespace),
        )

    def _metadata(
        self, name: str, annotations: Mapping[str, pulumi.Input[str]] | None = None
    ) -> "meta.v1.ObjectMetaArgs":
        return meta.v1.ObjectMetaArgs(
            name=name, namespace=self._args["namespace"], labels=self._labels, annotations=annotations
        )

    def _in_cluster(self, *after: pulumi.Resource) -> pulumi.ResourceOptions:
        return pulumi.ResourceOptions(parent=self, provider=self._args["cluster"].provider, depends_on=after)


def _check(name: str, args: AksAgentArgs) -> None:
    port, callers = args.get("port"), args.get("callers", ())
    if port and not callers:
        raise ValueError(
            f"agent {name!r} listens on port {port}, but no namespace may call it; list namespaces in 'callers'"
        )
    if callers and not port:
        raise ValueError(f"agent {name!r} listens on no port; remove 'callers', or set 'port'")
    if args.get("user_id") == 0:
        raise ValueError(f"agent {name!r} would run as root; set another number as 'user_id', or leave it out")
    check_egress(name, args.get("egress", ()))
