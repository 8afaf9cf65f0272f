"""Builds the arguments of the agent components from the manifest, one function per host."""

from collections.abc import Iterator, Mapping, Sequence

import pulumi

from components.agents.aks import AksAgentArgs
from components.agents.container_app import ContainerAppAgentArgs
from components.agents.foundry import FoundryAgentArgs
from components.agents.health_probe import ProbeArgs
from components.agents.network_policy import CalleeArgs, EgressArgs
from components.agents.permissions import Permission
from components.agents.unpublished import UnpublishedAgents
from components.hosts.container_apps_environment import HostingEnvironment
from components.network.hosts import Hosts
from components.network.site import Site
from components.network.user_contexts import UserContexts
from components.resources.base import NetworkResource
from components.resources.image_registry import ImageRegistry
from manifest import Agent, Environment
from manifest.generated_names import (
    app_name,
    identity_name,
    namespace_name,
    own_identity_name,
    pull_identity_name,
)

__all__ = ["in_cluster", "in_container_app", "in_foundry"]

_Variables = Mapping[str, pulumi.Input[str]]


def in_container_app(  # noqa: PLR0913, PLR0917 - one argument for each thing that it is made of
    site: Site,
    name: str,
    agent: Agent,
    hosting: HostingEnvironment,
    registry: ImageRegistry,
    resources: Mapping[str, NetworkResource],
    variables: _Variables,
    permissions: Sequence[Permission],
    contexts: UserContexts,
) -> ContainerAppAgentArgs:
    """Return the arguments of the `ContainerAppAgent` component for an agent of the manifest."""
    environment, name_parts = site.environment, (site.network.name, name, site.environment.stack)
    replicas = environment.limit_replicas(agent.replicas)
    args: ContainerAppAgentArgs = {
        "app_name": app_name(*name_parts),
        "pull_identity_name": pull_identity_name(*name_parts),
        "resource_group_name": site.placement["resource_group_name"],
        "location": environment.location,
        "environment_id": hosting.environment_id,
        "registry": registry,
        "repository": agent.image,
        "image_tag": environment.image_tag_of(name),
        "cpu": agent.cpu,
        "memory": agent.memory,
        "min_replicas": replicas.min,
        "max_replicas": replicas.max,
        "variables": variables,
        "probes": dict(_probes(agent)),
        "user_credential": contexts.credential(name),
        "authentication": contexts.authentication(name),
        "runtime": contexts.runtime(name),
        "tags": environment.tags,
    }
    if environment.runs_placeholder(name, site.network):
        args["placeholder"] = True
    if agent.identity == "user-assigned":
        args["own_identity"] = {
            "azure_name": own_identity_name(*name_parts),
            "subscription_id": site.placement["subscription_id"],
            "permissions": permissions,
        }
    if agent.scale is not None and agent.scale.resource is not None:
        args["scaling"] = resources[agent.scale.resource].scaling(agent.scale.target)
    elif agent.scale is not None:
        args["concurrent_requests"] = agent.scale.target
    if agent.ingress.kind != "none" and agent.port is not None:
        external = agent.ingress.kind == "external"
        args["ingress"] = {"port": agent.port, "external": external, "allow": agent.ingress.allow}
    return args


def in_cluster(  # noqa: PLR0913, PLR0917 - as above
    site: Site,
    name: str,
    agent: Agent,
    hosts: Hosts,
    registry: ImageRegistry,
    variables: _Variables,
    contexts: UserContexts,
) -> AksAgentArgs:
    """Return the arguments of the `AksAgent` component for an agent of the manifest."""
    environment, name_parts = site.environment, (site.network.name, name, site.environment.stack)
    args: AksAgentArgs = {
        "app_name": agent.service_account,
        "identity_name": identity_name(*name_parts),
        "resource_group_name": site.placement["resource_group_name"],
        "location": environment.location,
        "cluster": hosts.clusters[agent.cluster],
        "namespace": namespace_name(*name_parts),
        "registry": registry,
        "repository": agent.image,
        "image_tag": environment.image_tag_of(name),
        "cpu": agent.cpu,
        "memory": agent.memory,
        # The cluster has no autoscaler for pods, so the minimum number of replicas runs. Without an image, no pod does.
        "replicas": 0
        if environment.runs_placeholder(name, site.network)
        else max(environment.limit_replicas(agent.replicas).min, 1),
        "egress": tuple(_egress(agent, environment)),
        "callees": tuple(_callees(site, name)),
        "user_id": agent.user_id,
        "variables": variables,
        "probes": dict(_probes(agent)),
        "user_credential": contexts.pod_credential(name, hosts.clusters[agent.cluster]),
        "runtime": contexts.runtime(name),
        "tags": environment.tags,
    }
    if agent.ingress.kind != "none" and agent.port is not None:
        callers = [namespace_name(site.network.name, one, environment.stack) for one in agent.ingress.callers]
        args["port"], args["callers"] = agent.port, callers
    return args


def in_foundry(
    site: Site, name: str, agent: Agent, hosts: Hosts, unpublished: Mapping[str, UnpublishedAgents]
) -> FoundryAgentArgs:
    """Return the arguments of the `FoundryAgent` component for an agent of the manifest."""
    environment, network = site.environment, site.network
    identity = environment.identity_source_of(name, network)
    args: FoundryAgentArgs = {
        "project": hosts.projects[agent.project],
        "agent": agent.agent,
        "app_name": app_name(network.name, name, environment.stack),
        "identity": identity,
        "principal_type": environment.agent_principal_type,
    }
    if identity in {"application", "per-agent"}:
        args["version"] = agent.version
    elif identity == "shared":
        args["shared"] = unpublished[agent.project]
    elif identity == "given":
        args["principal_id"] = environment.agent_identities[name]
        args["locate_error"] = site.error_locator("agent_identities", name)
        if environment.can_be_called(name, network):
            # The agent has its own identity; only the id of the identity comes from the configuration.
            args["identity"] = "per-agent"
            args["version"] = agent.version
    return args


def _callees(site: Site, name: str) -> Iterator[CalleeArgs]:
    """Yield namespace and port of each agent that an AKS agent may call."""
    for callee, other in sorted(site.network.agents.items()):
        if other.host == "aks" and other.port is not None and name in other.ingress.callers:
            yield {"namespace": namespace_name(site.network.name, callee, site.environment.stack), "port": other.port}


def _egress(agent: Agent, environment: Environment) -> Iterator[EgressArgs]:
    for one in agent.egress:
        destination = environment.destinations[one]
        for block in destination.blocks:
            yield {"cidr": block, "ports": destination.ports}


def _probes(agent: Agent) -> Iterator[tuple[str, ProbeArgs]]:
    for when, probe in agent.probes:
        port = (probe and probe.port) or agent.port
        if probe is not None and port is not None:
            yield (
                when,
                {
                    "port": port,
                    "path": probe.path,
                    "initial_delay_seconds": probe.initial_delay_seconds,
                    "period_seconds": probe.period_seconds,
                    "timeout_seconds": probe.timeout_seconds,
                    "failure_threshold": probe.failure_threshold,
                    "success_threshold": probe.success_threshold,
                },
            )
