"""A whole network out of its description: resources, agents, grants. The one component that knows `spec`.

Owns which component each entry becomes and what it is called in Azure; holds no rule of any kind of resource.
"""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any, TypedDict

import pulumi
from pulumi_azure_native import authorization, resources

from components.agents.container_app import ContainerAppAgent, ContainerAppAgentArgs, ProbeArgs
from components.aliases import forget_api_versions
from components.hosting import HostingEnvironment
from components.resources.base import Holder, NetworkResource, PlacedArgs, Placement
from components.resources.image_registry import ImageRegistry, Permissions
from components.resources.kinds import KINDS
from spec import KINDS as DESCRIBED
from spec import Agent, Environment, Network, Registry, Resource
from spec.names import app_name, environment_name, pull_identity_name, variable_prefix


def why_not_host(host: str) -> str | None:
    """Why an `AgentNetwork` deploys no agents to a host, as `spec.load` takes it; None where it does."""
    if host == "container-app":
        return None
    return (
        "is not where a network is deployed: its agents run on 'container-app'; agents elsewhere are components for a"
        " program of your own (docs/howto/choose-a-host.md)"
    )


class AgentNetworkArgs(TypedDict):
    """Arguments of an `AgentNetwork`, both as `spec.load` gives them."""

    network: Network
    """What there is and who may do what."""
    environment: Environment
    """Where it goes, and what differs there."""


class AgentNetwork(pulumi.ComponentResource):
    """Everything of a network in one environment."""

    agents: dict[str, dict[str, Any]]
    """Agent → its `app_name`, `host`, `endpoint`, `principal_id` and `grants`."""

    def __init__(self, name: str, args: AgentNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self._network, self._environment = args["network"], args["environment"]
        network, environment = self._network, self._environment
        quick = pulumi.ResourceOptions(transformations=[forget_api_versions])
        merged = pulumi.ResourceOptions.merge(opts, quick)
        super().__init__("agent-network:index:AgentNetwork", name, {"stack": environment.stack}, merged)
        self._own = pulumi.ResourceOptions(parent=self)
        group = self._group()
        self._hosting = HostingEnvironment(
            network.name,
            {
                "environment_name": environment_name(network.name, environment.stack),
                "resource_group_name": group,
                "location": environment.location,
                "log_retention_days": environment.log_retention_days,
                "tags": environment.tags,
            },
            self._own,
        )
        client = authorization.get_client_config_output()
        self._placement: Placement = {
            "subscription_id": client.subscription_id,
            "tenant_id": client.tenant_id,
            "resource_group_name": group,
            "location": environment.location,
            "workspace_id": self._hosting.workspace_id,
            "tags": environment.tags,
        }
        self._holders: dict[str, Holder] = {}
        # Sorted, so that nothing depends on the order in the file.
        self._resources = {one: self._resource(one, entry) for one, entry in sorted(network.resources.items())}
        self._registry = self._image_registry(network.registry)
        self.agents = {one: self._agent(one, entry) for one, entry in sorted(network.agents.items())}
        self.register_outputs({"agents": self.agents})

    def _group(self) -> pulumi.Output[str]:
        """The resource group's name, known before it is there, and waiting for it all the same."""
        called = self._environment.resource_group
        group = resources.ResourceGroup(
            self._network.name,
            resource_group_name=called,
            location=self._environment.location,
            tags=self._environment.tags,
            opts=self._own,
        )
        return group.urn.apply(lambda _: called)

    def _placed(self, held: Resource | Registry) -> PlacedArgs:
        environment = self._environment
        placed: PlacedArgs = {
            **self._placement,
            "azure_name": environment.parent_name(held),
            "existing": held.existing,
        }
        if held.existing:
            elsewhere = environment.existing.get(held.parent)
            placed["resource_group_name"] = (elsewhere and elsewhere.resource_group) or environment.resource_group
            placed["subscription_id"] = (elsewhere and elsewhere.subscription) or placed["subscription_id"]
        return placed

    def _image_registry(self, registry: Registry) -> ImageRegistry:
        permissions = Permissions(registry.permissions)
        return ImageRegistry(registry.name, {**self._placed(registry), "permissions": permissions}, self._own)

    def _resource(self, name: str, resource: Resource) -> NetworkResource:
        kind = KINDS[resource.kind]
        if kind.HOLDER is None:
            return kind(name, {**self._placed(resource), **resource.settings}, self._own)
        if resource.parent not in self._holders:
            self._holders[resource.parent] = kind.HOLDER(resource.parent, self._placed(resource), self._own)
        holder = self._holders[resource.parent]
        key, _ = DESCRIBED[resource.kind].parent
        args = {**resource.settings, key: holder, "existing": resource.existing}
        return kind(name, args, pulumi.ResourceOptions(parent=holder))

    def _agent(self, name: str, agent: Agent) -> dict[str, Any]:
        why_not = why_not_host(agent.host)
        if why_not is not None:
            raise ValueError(f"agent {name!r}: {agent.host!r} {why_not}")
        container_app = ContainerAppAgent(name, self._agent_args(name, agent), self._own)
        assignments: list[pulumi.Resource] = []
        for access in agent.access:
            resource = self._resources[access.resource]
            if access.role is not None:
                assignments.append(resource.allow_role(container_app, access.role, access.because or ""))
            elif access.verb is not None:
                assignments.append(resource.allow(container_app, access.verb, access.paths))
        return {
            "app_name": container_app.app_name,
            "host": container_app.host,
            "endpoint": container_app.endpoint,
            "principal_id": container_app.principal_id,
            "grants": [assignment.pulumi_resource_name for assignment in assignments],
        }

    def _agent_args(self, name: str, agent: Agent) -> ContainerAppAgentArgs:
        environment, network, stack = self._environment, self._network.name, self._environment.stack
        replicas = environment.within_limits(agent.replicas)
        called = app_name(network, name, stack)
        args: ContainerAppAgentArgs = {
            "app_name": called,
            "pull_identity_name": pull_identity_name(network, name, stack),
            "resource_group_name": self._placement["resource_group_name"],
            "location": environment.location,
            "environment_id": self._hosting.environment_id,
            "registry": self._registry,
            "repository": agent.image,
            "image_tag": environment.tag_of(name),
            "cpu": agent.cpu,
            "memory": agent.memory,
            "min_replicas": replicas.min,
            "max_replicas": replicas.max,
            "variables": {**agent.environment, **self._variables(called, agent)},
            "probes": dict(_probes(agent)),
            "tags": environment.tags,
        }
        if agent.scale is not None and agent.scale.resource is not None:
            args["scaling"] = self._resources[agent.scale.resource].scaling(agent.scale.target)
        elif agent.scale is not None:
            args["concurrent_requests"] = agent.scale.target
        if agent.ingress.kind != "none" and agent.port is not None:
            external = agent.ingress.kind == "external"
            args["ingress"] = {"port": agent.port, "external": external, "allow": agent.ingress.allow}
        return args

    def _variables(self, called: str, agent: Agent) -> dict[str, pulumi.Input[str]]:
        granted: defaultdict[str, set[str]] = defaultdict(set)
        for access in agent.access:
            granted[access.resource].add(access.verb or "")
        return {
            f"{variable_prefix(name)}{ending}": value
            for name, verbs in granted.items()
            for ending, value in self._resources[name].variables(called, verbs).items()
        }


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
