"""Component `AgentNetwork`: creates the resources, hosts, agents and grants of a network's manifest.

Owns the order in which they are created, and the outputs of the stack.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Any, NotRequired, TypedDict

import pulumi
from pulumi_azure_native import authorization, resources

from components.agents.aks import AksAgent
from components.agents.base import Agent as AgentComponent
from components.agents.container_app import ContainerAppAgent
from components.agents.foundry import FoundryAgent
from components.agents.unpublished import UnpublishedAgents
from components.aliases import forget_api_versions
from components.customer_key import CustomerKeyArgs, read_identity
from components.grants import Grantee
from components.hosts.container_apps_environment import HostingEnvironment, HostingEnvironmentArgs
from components.network.agents import in_cluster, in_container_app, in_foundry
from components.network.data_actions import check_data_actions
from components.network.deleted_names import look_for_deleted
from components.network.granting import Granting, Right, right_of
from components.network.hosts import Hosts
from components.network.identity_uniqueness import check_ids_unique
from components.network.retired_models import CreateModelProblem, refuse_retired_models
from components.network.site import CreateProblem, Site
from components.network.user_contexts import UserContexts
from components.people import People, PeopleArgs
from components.resources.base import NetworkResource, ParentResource
from components.resources.image_registry import ImageRegistry, Permissions
from components.resources.kinds import KINDS
from manifest import KINDS as DESCRIBED
from manifest import Access, Agent, Environment, Network, Problem, Registry, Resource
from manifest.declared_models import DeclaredModel
from manifest.errors import KeyPath, format_path
from manifest.generated_names import app_name, environment_name, variable_prefix
from manifest.message_formatting import quote_value

__all__ = ["AgentNetwork", "AgentNetworkArgs"]


class AgentNetworkArgs(TypedDict):
    """Arguments of an `AgentNetwork`: the network and the environment, both as `manifest.load` returns them."""

    network: Network
    """Network with its agents, resources and access."""
    environment: Environment
    """Environment that the network is deployed to."""
    create_problem: NotRequired[CreateProblem]
    """Creates a problem with file and line of a stack setting; without it, messages have only the key."""
    create_model_problem: NotRequired[CreateModelProblem]
    """Creates a problem with file and line of a model deployment; without it, messages have only its names."""
    today: NotRequired[date]
    """Day by which models are deprecated or retired; without it, their dates are not checked."""


class AgentNetwork(pulumi.ComponentResource):
    """Component with all resources, hosts, agents and grants of a network in one environment."""

    agents: dict[str, dict[str, Any]]
    """Agent → its `app_name`, `host`, `endpoint`, `principal_id` and `grants`; ids of its Entra application, if any."""

    def __init__(self, name: str, args: AgentNetworkArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        network, environment = args["network"], args["environment"]
        if (today := args.get("today")) is not None:
            create_model_problem = args.get("create_model_problem", _model_problem_with_names_only)
            refuse_retired_models(network, environment, today, create_model_problem)
        quick = pulumi.ResourceOptions(transformations=[forget_api_versions])
        merged = pulumi.ResourceOptions.merge(opts, quick)
        super().__init__("agent-network:index:AgentNetwork", name, {"stack": environment.stack}, merged)
        own = pulumi.ResourceOptions(parent=self)
        client = authorization.get_client_config_output()
        deleted = look_for_deleted(network, environment, client.subscription_id, own)
        allowed = check_data_actions(network, environment, client.subscription_id, own)
        checks = [each for each in (deleted, allowed) if each is not None]
        group = _group(network, environment, client.subscription_id, own, after=checks)
        hosting: HostingEnvironmentArgs = {
            "environment_name": environment_name(network.name, environment.stack),
            "resource_group_name": group,
            "location": environment.location,
            "log_retention_days": environment.log_retention_days,
            "tags": environment.tags,
        }
        if environment.logs == "none":
            hosting["workspace_id"] = None
        elif network.logs is not None:
            hosting["workspace_id"] = network.logs.workspace
        self._hosting = HostingEnvironment(network.name, hosting, own)
        self._site = Site(
            network,
            environment,
            {
                "subscription_id": client.subscription_id,
                "tenant_id": client.tenant_id,
                "resource_group_name": group,
                "location": environment.location,
                "workspace_id": self._hosting.workspace_id,
                "tags": environment.tags,
            },
            own,
            args.get("create_problem", _problem_with_key_only),
            deleted,
            _customer_key(network, environment, own),
            checks,
        )
        self._parents: dict[str, ParentResource] = {}
        # Sorted, so that the order in the file has no effect.
        self._resources = {one: self._resource(one, entry) for one, entry in sorted(network.resources.items())}
        self._registry = self._image_registry(network.registry)
        self._contexts = UserContexts(self._site)
        in_containers = self._contexts.callable_agents(self._hosting.default_domain)
        self._hosts = Hosts(self._site, self._resources, self._registry, in_containers)
        self._unpublished = self._shared_identities()
        made: dict[str, AgentComponent] = {one: self._in_foundry(one, each) for one, each in self._agents_on("foundry")}
        # Agents that can be called are created before their callers, which get the endpoints as environment variables.
        callable_agents = {
            one: each
            for one, each in made.items()
            if isinstance(each, FoundryAgent) and environment.can_be_called(one, network)
        }
        self._granting = Granting(self._site, self._resources, {**callable_agents, **in_containers})
        # Logical names of the grants that precede their agent.
        self._granted_before: dict[pulumi.Resource, dict[Right, str]] = {}
        made |= {one: self._in_container_app(one, each) for one, each in self._agents_on("container-app")}
        made |= {one: self._in_cluster(one, each) for one, each in self._agents_on("aks")}
        check_ids_unique(self._site, dict(self._assigned_principals(made)))
        self.agents = self._grant_access(made)
        self.register_outputs({"agents": self.agents})

    def _agents_on(self, host: str) -> list[tuple[str, Agent]]:
        return [(name, agent) for name, agent in sorted(self._site.network.agents.items()) if agent.host == host]

    def _image_registry(self, registry: Registry) -> ImageRegistry:
        permissions = Permissions(registry.permissions)
        args = self._site.placed_args(registry)
        return ImageRegistry(registry.name, {**args, "permissions": permissions}, self._site.own)

    def _resource(self, name: str, resource: Resource) -> NetworkResource:
        kind, site = KINDS[resource.kind], self._site
        if kind.PARENT is None:
            return kind(name, {**site.placed_args(resource), **resource.settings}, site.own)
        if resource.parent not in self._parents:
            self._parents[resource.parent] = kind.PARENT(resource.parent, site.placed_args(resource), site.own)
        parent = self._parents[resource.parent]
        key, _ = DESCRIBED[resource.kind].parent
        args = {**resource.settings, key: parent, "existing": resource.existing}
        return kind(name, args, pulumi.ResourceOptions(parent=parent))

    def _shared_identities(self) -> dict[str, UnpublishedAgents]:
        """Create, for each project with unpublished agents, the component of the identity that they share."""
        site = self._site
        together: dict[str, list[str]] = {}
        for name, agent in self._agents_on("foundry"):
            if site.environment.identity_source_of(name, site.network) == "shared":
                together.setdefault(agent.project, []).append(agent.agent)
        return {
            project: UnpublishedAgents(
                f"unpublished-in-{project}",
                {
                    "project": self._hosts.projects[project],
                    "agents": agents,
                    "azure_name": app_name(site.network.name, project, site.environment.stack),
                    "principal_id": site.environment.project_identities.get(project),
                    "principal_type": site.environment.agent_principal_type,
                    "locate_error": site.error_locator("project_identities", project),
                },
                pulumi.ResourceOptions(parent=self._hosts.projects[project]),
            )
            for project, agents in together.items()
        }

    def _in_foundry(self, name: str, agent: Agent) -> FoundryAgent:
        args = in_foundry(self._site, name, agent, self._hosts, self._unpublished)
        return FoundryAgent(name, args, self._site.own)

    def _in_container_app(self, name: str, agent: Agent) -> ContainerAppAgent:
        variables = self._variables(name, agent)
        permissions = (
            self._granting.permissions(name, self._access_of(name)) if agent.identity == "user-assigned" else {}
        )
        args = in_container_app(
            self._site,
            name,
            agent,
            self._hosting,
            self._registry,
            self._resources,
            variables,
            list(permissions.values()),
            self._contexts,
        )
        made = ContainerAppAgent(name, args, self._site.own)
        if agent.identity == "user-assigned":
            self._granted_before[made] = _names(permissions, made.grants)
        return made

    def _access_of(self, name: str) -> tuple[Access, ...]:
        """Return the access that an agent gets in this environment; none while it runs a placeholder image."""
        network = self._site.network
        return () if self._site.environment.runs_placeholder(name, network) else network.agents[name].access

    def _in_cluster(self, name: str, agent: Agent) -> AksAgent:
        permissions = self._granting.permissions(name, self._access_of(name))
        variables = self._variables(name, agent)
        args = in_cluster(self._site, name, agent, self._hosts, self._registry, variables, self._contexts)
        made = AksAgent(name, {**args, "permissions": list(permissions.values())}, self._site.own)
        self._granted_before[made] = _names(permissions, made.grants)
        return made

    def _variables(self, name: str, agent: Agent) -> dict[str, pulumi.Input[str]]:
        azure_name = app_name(self._site.network.name, name, self._site.environment.stack)
        return {**agent.environment, **self._granting.variables(azure_name, agent.access, variable_prefix)}

    def _assigned_principals(self, made: dict[str, AgentComponent]) -> Iterator[tuple[str, pulumi.Output[str]]]:
        """Yield each principal id that Azure assigns, rather than the stack file, with a description of its owner."""
        given, hosts = self._site.environment, self._hosts
        for name, agent in made.items():
            if agent.grantee is agent and name not in given.agent_identities:
                yield f"the agent {quote_value(name)}", agent.principal_id
            if isinstance(agent, ContainerAppAgent):
                yield f"the pull identity of {quote_value(name)}", agent.pull_principal_id
        for name, principal in self._contexts.principals():
            yield f"the credential of the application of {quote_value(name)}", principal
        for name, shared in self._unpublished.items():
            if name not in given.project_identities:
                yield f"all unpublished agents of project {quote_value(name)}", shared.principal_id
        for name, project in hosts.projects.items():
            yield f"the identity of project {quote_value(name)}", project.identity.principal_id
        for name, cluster in hosts.clusters.items():
            yield f"the kubelet of cluster {quote_value(name)}", cluster.kubelet.principal_id

    def _grant_access(self, made: dict[str, AgentComponent]) -> dict[str, dict[str, Any]]:
        """Create all role assignments of the network; return the outputs of each agent."""
        network = self._site.network
        access: dict[pulumi.Resource, tuple[Grantee, list[Access]]] = {}
        for name, component in sorted(made.items()):
            if component in self._granted_before:
                continue
            grantee = component.grantee
            access.setdefault(grantee.component, (grantee, []))[1].extend(self._access_of(name))
        granted = {parent: self._granting.grant(*what) for parent, what in access.items()} | self._granted_before
        for name, people in sorted(network.people.items()):
            args: PeopleArgs = {"kind": people.kind, "principal_id": self._site.environment.people[name]}
            self._granting.grant(People(name, args, self._site.own), people.access)
        return {
            name: {
                "app_name": component.app_name,
                "host": component.host,
                "endpoint": component.endpoint,
                "principal_id": component.principal_id,
                **self._contexts.outputs(name),
                "grants": [
                    granted[component.grantee.component][right]
                    for right in map(right_of, network.agents[name].access)
                    if right in granted[component.grantee.component]
                ],
            }
            for name, component in sorted(made.items())
        }


def _names(permissions: Iterable[Right], grants: Iterable[pulumi.CustomResource]) -> dict[Right, str]:
    """Return the logical names of grants by resource and verb."""
    return dict(zip(permissions, (each.pulumi_resource_name for each in grants), strict=True))


def _problem_with_key_only(path: KeyPath, message: str) -> Problem:
    return Problem("environment", 0, format_path(path), message)


def _model_problem_with_names_only(model: DeclaredModel, message: str) -> Problem:
    return Problem("network", 0, f"{model.section}.{model.owner}.deployments.{model.deployment.name}", message)


def _customer_key(network: Network, environment: Environment, own: pulumi.ResourceOptions) -> CustomerKeyArgs | None:
    """Return the customer's key of the environment with its identity, which is read; None if it has none."""
    given = environment.customer_key
    if given is None:
        return None
    key: CustomerKeyArgs = {
        "vault_uri": given.vault_uri,
        "name": given.key_name,
        "identity_id": given.identity,
        "client_id": read_identity(f"{network.name}-encryption", given.identity, own),
    }
    return key if given.key_version is None else {**key, "version": given.key_version}


def _group(
    network: Network,
    environment: Environment,
    subscription_id: pulumi.Output[str],
    own: pulumi.ResourceOptions,
    after: Sequence[pulumi.Resource],
) -> pulumi.Output[str]:
    """Register the network's resource group, or read an existing one; return its name, which a preview knows.

    Nothing is created before `after`, which stops for deleted resources that are not recovered and for missing
    permissions of the deployer.
    """
    name = environment.resource_group.name
    opts = pulumi.ResourceOptions.merge(own, pulumi.ResourceOptions(depends_on=after)) if after else own
    if environment.resource_group.existing:
        known = pulumi.Output.concat("/subscriptions/", subscription_id, "/resourceGroups/", name)
        group = resources.ResourceGroup.get(network.name, known, opts)
    else:
        group = resources.ResourceGroup(
            network.name,
            resource_group_name=name,
            location=environment.location,
            tags=environment.tags,
            opts=opts,
        )
    return group.urn.apply(lambda _: name)
