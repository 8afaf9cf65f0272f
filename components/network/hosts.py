"""Creates the hosts of a network's agents outside Container Apps: Foundry projects and AKS clusters."""

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pulumi

from access.azure.audiences import AUDIENCES
from access.azure.verbs import CALLED
from components.hosts.aks_cluster import AksCluster, AksClusterArgs
from components.hosts.foundry_account import FoundryAccount
from components.hosts.foundry_project import FoundryProject
from components.hosts.tool_connection import ToolArgs
from components.network.site import Site
from components.resources.base import NetworkResource
from components.resources.image_registry import ImageRegistry
from components.resources.model_account import DeploymentArgs
from manifest import AksCluster as Cluster
from manifest import FoundryProject as Project
from manifest.hosts import FoundryTool

if TYPE_CHECKING:
    from components.agents.callable_agent import CallableAgent

__all__ = ["Hosts"]


class Hosts:
    """Creates the Foundry projects and AKS clusters of a network, and holds them by name."""

    def __init__(
        self,
        site: Site,
        resources: Mapping[str, NetworkResource],
        registry: ImageRegistry,
        callable_agents: "Mapping[str, CallableAgent]",
    ) -> None:
        self.projects: dict[str, FoundryProject] = {}
        self.clusters: dict[str, AksCluster] = {}
        self._site, self._callable = site, callable_agents
        self._accounts: dict[str, FoundryAccount] = {}
        # Sorted, so that the order in the file has no effect.
        for name, host in sorted(site.network.hosts.items()):
            if isinstance(host, Project):
                self.projects[name] = self._project(name, host, resources)
            else:
                self.clusters[name] = self._cluster(name, host, registry)
        # After all projects, since a tool can be an agent of another one.
        for name, host in sorted(site.network.hosts.items()):
            for tool_name, tool in sorted(host.tools.items()) if isinstance(host, Project) else ():
                self.projects[name].connect_tool(tool_name, self._tool(tool))

    def _project(self, name: str, host: Project, resources: Mapping[str, NetworkResource]) -> FoundryProject:
        account = self._account(host)
        project = FoundryProject(
            name,
            {
                "account": account,
                "project_name": host.project,
                "location": self._site.environment.location_of(host),
                "existing": host.existing,
                "connections": {one: resources[one].connection() for one in sorted(host.connections)},
                "tags": self._site.environment.tags,
            },
            pulumi.ResourceOptions(parent=account),
        )
        for one, verb in sorted(host.connections.items()):
            resources[one].allow(project.identity, verb)
        return project

    def _tool(self, tool: FoundryTool) -> ToolArgs:
        """Return the arguments of a tool; the URL of an agent follows from its project, or from its ingress."""
        network = self._site.network
        callee = network.agents.get(tool.resource)
        if callee is None:
            return {"kind": tool.kind, "url": tool.url, "audience": AUDIENCES[network.resources[tool.resource].kind]}
        if tool.resource in self._callable:
            agent = self._callable[tool.resource]
            return {"kind": tool.kind, "url": tool.url or agent.tool_url(tool.kind), "audience": agent.audience}
        endpoint = self.projects[callee.project].project_endpoint
        # "Add an A2A agent endpoint to Foundry Agent Service", Microsoft Learn, 2026-03-30.
        url = pulumi.Output.concat(endpoint, "/agents/", callee.agent, "/endpoint/protocols/a2a")
        return {"kind": tool.kind, "url": tool.url or url, "audience": AUDIENCES[CALLED]}

    def _account(self, host: Project) -> FoundryAccount:
        """Return the Foundry account of a project, created on first use with the models of all of its projects."""
        if host.account not in self._accounts:
            sharing = [one for one in self._site.network.hosts.values() if isinstance(one, Project)]
            models = [model for one in sharing if one.account == host.account for model in one.deployments]
            deployments: list[DeploymentArgs] = [
                {
                    "name": model.name,
                    "model": model.model,
                    "version": model.version,
                    "sku": model.sku,
                    "capacity": model.capacity,
                }
                for model in sorted(models, key=lambda one: one.name)
            ]
            args = self._site.placed_args(host)
            self._accounts[host.account] = FoundryAccount(
                host.account, {**args, "deployments": deployments}, self._site.own
            )
        return self._accounts[host.account]

    def _cluster(self, name: str, host: Cluster, registry: ImageRegistry) -> AksCluster:
        args: AksClusterArgs = {**self._site.placed_args(host)}
        if not host.existing:
            self._size(name, host, args)
        cluster = AksCluster(name, args, self._site.own)
        agents = self._site.network.agents.values()
        images = [one.image for one in agents if one.host == "aks" and one.cluster == name]
        if images:
            cluster.let_pull(registry, *images)
        return cluster

    def _size(self, name: str, host: Cluster, args: AksClusterArgs) -> None:
        """Set the size, network and administrators in the arguments of a new cluster."""
        size = self._site.environment.cluster(name)
        args["vm_size"], args["node_count"] = size.node_size, size.node_count
        args["private"], args["authorized_ip_ranges"] = host.private, host.allow
        args["admin_group_ids"] = size.admins
        if size.subnet is not None and size.identity is not None:
            args["subnet_id"], args["identity_id"] = size.subnet, size.identity
        if size.defender_workspace is not None:
            args["defender_workspace_id"] = size.defender_workspace
