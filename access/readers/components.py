"""Finds the network's component resources in a Pulumi program: agents, hosts, people and resources by name.

Owns the mapping from Azure resources to the network's names. A component states its scope once it is deployed; before,
the scope follows from the resources in the component. The names that components give their grants make a preview
readable where Azure's values are still missing. Such a name counts only below an agent, and only where it fits the
dependencies of the assignment.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from access.azure.catalogue import Role, by_name, every_role
from access.azure.scopes import ancestors, key
from access.azure.types import KINDS, TYPES
from access.azure.types.cognitiveservices import PROJECT_ROLE
from access.azure.verbs import VERBS
from access.model.json_values import text
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

_PACKAGE = "agent-network:index:"
_AGENT = "Agent"
CLUSTER, PEOPLE, PROJECT, ACCOUNT = "AksCluster", "People", "FoundryProject", "FoundryAccount"
AKS_AGENT, FOUNDRY_AGENT, UNPUBLISHED = "AksAgent", "FoundryAgent", "UnpublishedAgents"
APPLICATION, CREDENTIAL = "AgentApplication", "IdentityCredential"
_GRANTEES = {CLUSTER: "-kubelet", PEOPLE: "", PROJECT: "-project", UNPUBLISHED: ""}
"""Component types whose grants have a name prefix in addition to the component's own name."""
_CALLED = frozenset({"application", "per-agent"})
"""Component types of Foundry agents that callers can be granted access to."""
_PROJECT = "azure-native:cognitiveservices:Project"
_RUNNING = frozenset({"azure-native:app:ContainerApp", "azure-native:app:Job", "kubernetes:apps/v1:Deployment"})
"""Types that agents run in."""
_WORD = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")

# Resources that are known by name only, inside another resource, by kind.
_NAMED_ONLY = {row.kind: row.named_only for row in TYPES if row.kind and row.named_only}
_INPUT = re.compile(r"\{(\w+)\}")


@dataclass(frozen=True)
class NetworkResource:
    """Resource of the network in a Pulumi program: its name in network.yaml, kind, scope and URN."""

    name: str
    kind: str
    scope: str
    urn: str


class Components:
    """Index of the network's component resources in a Pulumi program."""

    def __init__(self, resource_ids: ResourceIds) -> None:
        self._ids_of = resource_ids
        self._children: dict[str, list[ResourceState]] = {}
        self._kinds: dict[str, list[ResourceState]] = {}
        for state in resource_ids.states:
            self._children.setdefault(state.parent, []).append(state)
            if kind_of(state):
                self._kinds.setdefault(kind_of(state), []).append(state)
        self.agents = frozenset(state.name for state in resource_ids.states if _is_agent(state))
        """Names of the network's agents."""
        found = [each for state in resource_ids.states for each in self._resource(state)]
        self.resources = tuple(each for each in found if each.scope)
        self.without_scope = tuple(each for each in found if not each.scope)
        self._by_scope = {key(each.scope): each for each in reversed(self.resources)}
        self._grants: dict[str, list[tuple[NetworkResource, str]]] = {}
        for each in self.resources:
            for kind, verb in VERBS:
                if kind == each.kind:
                    self._grants.setdefault(f"{verb}-{each.name}", []).append((each, verb))

    def agent_of(self, state: ResourceState) -> str:
        """Return the agent that a resource belongs to; empty for other resources."""
        return next((each.name for each in self._ids_of.above(state) if _is_agent(each) or _is_application(each)), "")

    def is_credential(self, state: ResourceState) -> bool:
        """Return True for the identity of an agent's component that the agent's Entra application is to trust."""
        return any(kind_of(each) == CREDENTIAL for each in self._ids_of.above(state))

    @property
    def has_agents(self) -> bool:
        """Return True if the program has agents as components, so that no other app is an agent."""
        return any(kind.endswith(_AGENT) for kind in self._kinds)

    def own_agent_of(self, state: ResourceState) -> str:
        """Return the agent that a resource runs: the app, job or deployment that the agent's component creates.

        Another resource that a program puts into the component has another type or name.
        """
        agent = self.agent_of(state)
        if not agent or not state.urn.startswith("urn:pulumi:"):
            return agent
        return agent if (state.token or state.type) in _RUNNING and state.name == agent else ""

    def service_account_of(self, state: ResourceState) -> str:
        """Return the Kubernetes service account of the agent that a resource belongs to, as `namespace:name`."""
        agent = next((each for each in self._ids_of.above(state) if kind_of(each) == AKS_AGENT), None)
        names = (text(agent.inputs, "namespace"), text(agent.inputs, "app_name")) if agent else ("", "")
        return ":".join(names) if all(names) else ""

    def host_of(self, state: ResourceState) -> str:
        """Return the Foundry project or AKS cluster that a resource belongs to; empty for others."""
        return next((each.name for each in self._ids_of.above(state) if kind_of(each) in {PROJECT, CLUSTER}), "")

    def of_kind(self, kind: str) -> list[ResourceState]:
        """Return the components of a type, such as `FoundryAgent`, as resource states."""
        return self._kinds.get(kind, [])

    def within(self, state: ResourceState) -> list[ResourceState]:
        """Return the direct children of a component."""
        return self._children.get(state.urn, [])

    def project(self, name: str) -> ResourceState | None:
        """Return the component of a Foundry project, by its name in network.yaml."""
        of_name = (each for each in self.of_kind(PROJECT) if each.name == name)
        found = [each for host in of_name for each in self.within(host) if each.token == _PROJECT]
        return found[0] if len(found) == 1 else None

    def at(self, scope: str) -> NetworkResource | None:
        """Return the network's resource at a scope; None if there is none."""
        return self._by_scope.get(key(scope))

    def grant(
        self, state: ResourceState, within: Iterable[str], role: Role | None
    ) -> tuple[NetworkResource, Role] | None:
        """Return the resource and the role in an assignment's name, such as `report-may-read-findings`; else None.

        Args:
            state: the role assignment.
            within: ids that its scope depends on; the resource must be within one of them.
            role: the assignment's role where it is known; the name must agree with it.
        """
        parent = self._ids_of.by_urn.get(state.parent)
        if parent is None or not (_is_agent(parent) or kind_of(parent) in _GRANTEES):
            return None
        grantee = parent.name + _GRANTEES.get(kind_of(parent), "")
        around = {key(each) for each in within}
        candidates = [
            (resource, meant)
            for resource, meant in self._grants_named(state.name, grantee)
            if role in (None, meant) and not around.isdisjoint(ancestors(key(resource.scope)))
        ]
        return candidates[0] if len({(resource.scope, meant.id) for resource, meant in candidates}) == 1 else None

    def is_for_models(self, state: ResourceState, role: Role | None) -> bool:
        """Return True for the role assignment that a Foundry project's component makes for it at its whole account."""
        parent = self._ids_of.by_urn.get(state.parent)
        account = None if parent is None else self._ids_of.by_urn.get(parent.parent)
        if parent is None or account is None or (kind_of(parent), kind_of(account)) != (PROJECT, ACCOUNT):
            return False
        name = f"{parent.name}{_GRANTEES[PROJECT]}-may-use-{account.name}"
        return state.name == name and role == by_name(PROJECT_ROLE)

    def _grants_named(self, name: str, grantee: str) -> Iterator[tuple[NetworkResource, Role]]:
        may, holds = f"{grantee}-may-", f"{grantee}-holds-"
        if name.startswith(may):
            for resource, verb in self._grants.get(name.removeprefix(may), ()):
                for role_name in VERBS[resource.kind, verb]:
                    yield resource, by_name(role_name)
        elif name.startswith(holds):
            rest = name.removeprefix(holds)
            for resource in self.resources:
                word = rest.removesuffix(f"-on-{resource.name}")
                if word != rest:
                    yield from ((resource, role) for role in every_role() if _slug(role.name) == word)

    def _resource(self, state: ResourceState) -> Iterator[NetworkResource]:
        kind = _WORD.sub("-", kind_of(state)).lower()
        if not kind or (kind_of(state) == FOUNDRY_AGENT and text(state.inputs, "identity") not in _CALLED):
            return
        if kind in KINDS or ("scope" in state.outputs and "verbs" in state.outputs):
            scope = text(state.outputs, "scope") or self._scope_before(state, kind)
            yield NetworkResource(state.name, kind, scope, state.urn)

    def _scope_before(self, state: ResourceState, kind: str) -> str:
        """Return the scope of a component before its deployment, from the Azure resource that it creates."""
        if kind_of(state) == FOUNDRY_AGENT and text(state.inputs, "identity") != "application":
            project = self.project(text(state.inputs, "project"))
            return "" if project is None else agent_id(self._ids_of.id_of(project), text(state.inputs, "agent"))
        inside = _NAMED_ONLY.get(kind)
        if inside is None:
            own = [each for each in self._children.get(state.urn, ()) if each.token and each.name == state.name]
            return self._ids_of.id_of(own[0]) if len(own) == 1 else ""
        holders = [each for each in self._children.get(state.parent, ()) if each.token == inside.holder]
        names = {name: text(state.inputs, name) for name in _INPUT.findall(inside.path)}
        if len(holders) != 1 or not all(names.values()):
            return ""
        # Not `format` on the whole text: a document may contain any id.
        return self._ids_of.id_of(holders[0]).rstrip("/") + inside.path.format(**names)


def kind_of(state: ResourceState) -> str:
    """Return the type of a network component, such as `FoundryAgent`; empty for other resources."""
    return state.type.removeprefix(_PACKAGE) if state.type.startswith(_PACKAGE) else ""


def agent_id(project: str, agent: str) -> str:
    """Return the scope of an agent in its project ("Configure and share your agent", Microsoft Learn, 2026-04-14)."""
    return f"{project}/agents/{agent}"


def _is_agent(state: ResourceState) -> bool:
    return kind_of(state).endswith(_AGENT)


def _is_application(state: ResourceState) -> bool:
    """Return True for the component of an agent's Entra application, which has the name of the agent."""
    return kind_of(state) == APPLICATION


def _slug(name: str) -> str:
    return "-".join(name.lower().split())
