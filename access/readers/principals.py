"""Determines the principals of a Pulumi program: identities of apps, agents, people and other resources.

Owns reading the `identity` block of a resource and identity resources, before and after their deployment. A principal
that does not exist yet has the URN of its resource as its id.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from access.azure.compute_hosts import TOKENS as HOSTS
from access.azure.scopes import key
from access.model.graph import Principal, PrincipalKind, Unread
from access.model.json_values import Values, is_known, listed, mapping, text, texts
from access.model.memberships import Memberships
from access.readers import azuread_types as entra
from access.readers import foundry_identities as foundry
from access.readers.attached_identities import (
    CLUSTER,
    FEDERATED,
    IDENTITY,
    SERVICE_ACCOUNT,
    Attached,
    is_for_pods,
    pulling,
)
from access.readers.azuread_types import last_part, reference
from access.readers.components import PEOPLE, Components
from access.readers.entra_groups import groups, members
from access.readers.outside_apps import OutsideApps
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

_PROJECT = "azure-native:cognitiveservices:Project"
_KUBELET = "kubeletidentity"


class Principals:
    """Principals of a Pulumi program: identities of apps, agents, clusters and projects, people and groups."""

    def __init__(self, resource_ids: ResourceIds, components: Components, others: Iterable[Principal] = ()) -> None:
        self._ids_of, self._components = resource_ids, components
        self.identities: dict[str, Attached] = {}
        """User-assigned identities by resource id in the form of `key`."""
        apps = () if components.has_agents else filter(_is_app, resource_ids.states)
        self._outside = OutsideApps(apps, resource_ids, components)
        self._by_urn: dict[str, str] = {}
        self._kubelets: dict[str, str] = {}
        self._own: list[Principal] = []
        self.unread: list[Unread] = []
        self.attached: dict[str, tuple[str, ...]] = {}
        """By URN, the ids of the user-assigned identities of a resource."""
        self.platform_only: dict[str, frozenset[str]] = {}
        """By URN, the identities of a resource with which only the platform pulls images."""
        self._trusted = frozenset(_trusted_subjects(resource_ids.states))
        federated: list[ResourceState] = []
        for state in resource_ids.states:
            if state.token == IDENTITY:
                self._add_identity(state)
            elif state.token == FEDERATED:
                federated.append(state)
        for state in resource_ids.states:
            # A preview still lists looked-up identities that the program no longer contains.
            if state.token and state.token != IDENTITY and "identity" in (state.inputs or state.outputs):
                self._add_user(state)
            if state.token == CLUSTER:
                self._add_kubelet(state)
        for state in filter(is_for_pods, federated):
            self._add_pods(state)
        for found in foundry.identities(resource_ids, components, self._outside):
            self._own.append(found.principal)
            self._by_urn |= dict.fromkeys(found.urns, found.principal.id)
        self._own += map(_people, components.of_kind(PEOPLE))
        self._add_groups()
        self._add_service_principals()
        self._own += others
        # The identity of a cluster's nodes is one of the user-assigned identities, too, where the source lists it.
        mine = {each.id.lower() for each in self._own}
        rest = (each for each in self.identities.values() if each.principal.lower() not in mine)
        self.all = tuple(_with_distinct_names((*self._own, *(each.as_principal() for each in rest))))
        self._ids = {each.id.lower(): each.id for each in self.all}

    def memberships(self) -> Memberships:
        """Return the members of groups that the program adds."""
        pairs: list[tuple[str, str]] = []
        for each in members(self._ids_of.states):
            group = [each.group_id] if each.group_id else self.of(each.group_urns)
            member = [each.member_id] if each.member_id else self.of(each.member_urns)
            pairs += ((one, other) for one in group for other in member)
        return Memberships.of(pairs)

    def outside_memberships(self) -> Iterator[Unread]:
        """Yield a note for each identity of the network in a group that the program does not contain."""
        groups = {each.id.lower() for each in self.all if each.kind == "group"}
        own = {each.id.lower() for each in self.all if each.agent}
        for each in members(self._ids_of.states):
            group = [each.group_id] if each.group_id else self.of(each.group_urns)
            member = [each.member_id] if each.member_id else self.of(each.member_urns)
            about = tuple(one for one in member if one.lower() in own)
            if about and not any(one.lower() in groups for one in group):
                what = "it adds an identity of the network to a group that this source does not show, with its roles"
                yield Unread(each.location, what, about)

    @property
    def outside_apps(self) -> Mapping[str, str]:
        """Return the ids of the apps outside the network's components, by the names that they have as agents."""
        return self._outside.ids

    def find(self, principal_id: str) -> str:
        """Return a principal's id in its original case; empty if the program has no such principal."""
        return self._ids.get(principal_id.lower(), "")

    def agent_with(self, principal_id: str) -> str:
        """Return the agent that has an identity; empty if no agent has it, or several have."""
        found = [each for each in self.all if each.id.lower() == principal_id.lower()]
        return found[0].agent if len(found) == 1 and not found[0].other_agents else ""

    def of(self, urns: Iterable[str], *, pulling: bool = False) -> list[str]:
        """Return the ids of the principals that belong to the resources with these URNs."""
        found = ((self._kubelets.get(urn) if pulling else None) or self._by_urn.get(urn) for urn in urns)
        return list(dict.fromkeys(filter(None, found)))

    def _add_identity(self, state: ResourceState) -> None:
        principal = text(state.outputs, "principalId") or state.location
        where = self._ids_of.id_of(state)
        self._by_urn[state.urn] = principal
        self.identities[key(where)] = Attached(
            where,
            principal,
            _last(where, state),
            agent=self._components.agent_of(state),
            service_account=self._components.service_account_of(state),
            is_credential=self._components.is_credential(state)
            or not self._trusted.isdisjoint({state.urn, principal.lower()}),
        )

    def _add_pods(self, credential: ResourceState) -> None:
        """Record that Kubernetes pods use an identity, which their federated credential names."""
        where, _, _ = self._ids_of.id_of(credential).lower().rpartition("/federatedidentitycredentials/")
        identity = self.identities.get(key(where))
        if identity is None:
            return
        account = credential.known_text("subject").removeprefix(SERVICE_ACCOUNT)
        # A credential for the pods of somebody else does not change the purpose of an agent's identity.
        if account == identity.service_account or not (identity.service_account or identity.users):
            taken = identity.name in self._components.agents or identity.name in self._outside.ids
            identity.users.append((identity.agent or (identity.id if taken else identity.name), False))

    def _add_groups(self) -> None:
        """Add the groups that the program creates, unless they are the people of the network."""
        people = {each.id.lower() for each in self._own}
        for group in groups(self._ids_of.states):
            self._by_urn[group.urn] = group.principal.id
            if group.principal.id.lower() not in people:
                self._own.append(group.principal)

    def _add_service_principals(self) -> None:
        """Add the service principals of the agents' own applications, as whom the agents' code can get tokens."""
        for state in self._ids_of.states:
            agent = self._components.agent_of(state) if state.type == entra.SERVICE_PRINCIPAL else ""
            if agent:
                where = last_part(state.id)
                principal = text(state.outputs, "objectId") or where or state.location
                named = text(state.outputs, "displayName") or state.name
                owner = state.id or state.location
                self._by_urn[state.urn] = principal
                self._own.append(Principal(id=principal, name=named, agent=agent, purpose="application", owner=owner))

    def _add_kubelet(self, cluster: ResourceState) -> None:
        """Add the kubelet identity with which a cluster's nodes pull images."""
        profile = mapping(mapping(cluster.outputs.get("identityProfile")).get(_KUBELET))
        where = self._ids_of.id_of(cluster)
        principal = text(profile, "objectId") or f"{cluster.location}/{_KUBELET}"
        called = text(profile, "resourceId").rpartition("/")[2] or f"{_last(where, cluster)}-agentpool"
        host = self._components.host_of(cluster)
        self._own.append(Principal(id=principal, name=called, party=host, purpose="pull", owner=where))
        self._kubelets[cluster.urn] = principal

    def _add_user(self, state: ResourceState) -> None:
        inputs, outputs = mapping(state.inputs.get("identity")), mapping(state.outputs.get("identity"))
        kinds = (text(inputs, "type") or text(outputs, "type")).lower()
        if not kinds and not inputs:
            self.unread.append(
                Unread(state.location, "the identities of this resource are unknown before deployment, or secret")
            )
        where = self._ids_of.id_of(state)
        agent = self._components.agent_of(state) or self._outside.name_of(state)
        runs_code = state.token in HOSTS and state.token != CLUSTER
        attached = self._attached_to(state, inputs, outputs)
        if _has_unknown_identity(inputs) and not attached:
            self.unread.append(
                Unread(state.location, "an identity of this resource is unknown before deployment, or secret")
            )
        self.attached[state.urn] = tuple(each.id for each in attached)
        own = "systemassigned" in kinds.replace(" ", "") or (not inputs and bool(text(outputs, "principalId")))
        unused = set(pulling(state, attached, own=own))
        self.platform_only[state.urn] = frozenset(map(key, unused))
        for each in attached:
            each.users.append((agent, each.id in unused))
            if agent and runs_code and each.id not in unused:
                each.app = each.app or _last(where, state)
            each.runs_code |= runs_code and not agent and each.id not in unused
        if own:
            principal = text(outputs, "principalId") or state.location
            # A project's agents can use its identity through a connection; a cluster's pods never use the cluster's.
            host = self._components.host_of(state) if state.token == _PROJECT else ""
            purpose = "own" if agent or runs_code else "host" if state.token == _PROJECT else "other"
            called = _last(where, state)
            self._own.append(
                Principal(id=principal, name=called, agent=agent, party=host, purpose=purpose, owner=where)
            )
            self._by_urn[state.urn] = principal
        elif len(attached) == 1:
            self._by_urn[state.urn] = attached[0].principal

    def _attached_to(self, state: ResourceState, inputs: Values, outputs: Values) -> list[Attached]:
        """Return the user-assigned identities of a resource, from a list or a mapping."""
        wanted, deployed = inputs.get("userAssignedIdentities"), mapping(outputs.get("userAssignedIdentities"))
        ids = [*texts(wanted), *filter(is_known, mapping(wanted)), *filter(is_known, deployed)]
        urns = state.property_dependencies.get("identity", ())
        ids += [self._ids_of.id_of(each) for each in self._ids_of.named(urns) if each.token == IDENTITY]
        found: dict[str, Attached] = {}
        for each in ids:
            principal = text(mapping(deployed.get(each)), "principalId")
            found[key(each)] = self.identities.setdefault(
                key(each), Attached(each, principal or each, each.rpartition("/")[2])
            )
        return list(found.values())


def _trusted_subjects(states: Iterable[ResourceState]) -> Iterator[str]:
    """Yield the identities that Entra applications trust, by principal id in lower case or by URN."""
    for state in states:
        if state.type in entra.FEDERATED:
            given, depends = reference(state, "subject")
            yield from ((given.lower(),) if given else depends)


def _has_unknown_identity(identity: Values) -> bool:
    """Return True if a list of user-assigned identities has an item that is unknown or secret, or is so as a whole."""
    ids = identity.get("userAssignedIdentities")
    each = [ids, *listed(ids), *mapping(ids)]
    return not all(map(is_known, each)) if ids is not None else False


def _with_distinct_names(principals: Iterable[Principal]) -> Iterator[Principal]:
    """Yield the principals with names of which none outside the network equals one inside it."""
    found = list(principals)
    taken = {name.lower() for each in found for name in (*each.agents, each.party) if name}
    for each in found:
        outside = not each.is_in_network and each.name.lower() in taken
        yield replace(each, name=f"{each.name} (outside the network)") if outside else each


def _is_app(state: ResourceState) -> bool:
    """Return True if code runs in a resource with an identity of its own."""
    has_identity = "identity" in (state.inputs or state.outputs)
    return state.token == foundry.APPLICATION or (state.token in HOSTS and has_identity)


def _people(component: ResourceState) -> Principal:
    """Return the principal of a group or user of Entra ID, with its name in the network."""
    principal = text(component.inputs, "principal_id") or component.location
    kind: PrincipalKind = "user" if text(component.inputs, "kind") == "user" else "group"
    return Principal(id=principal, name=component.name, party=component.name, purpose="people", kind=kind)


def _last(where: str, state: ResourceState) -> str:
    """Return the name of a resource in Azure, or else its name in the Pulumi program."""
    return where.rpartition("/")[2] if where.startswith("/") else state.name
