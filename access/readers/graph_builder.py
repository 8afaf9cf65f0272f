"""From the resources of a Pulumi program to a graph: the one place that knows what they mean for access.

Owns what counts as a resource and how keys and names come to it; whose identities there are, what was given and where
things are stand in the modules beside. Nothing is asked of a document here: the readers bring `State`s.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from access.azure.key_access import inherited, local_auth
from access.azure.scopes import key, type_of
from access.model.graph import Graph, Principal, Resource, Unread
from access.model.json_values import Values, is_known, listed, mapping, text
from access.readers.components import Components
from access.readers.foundry_identities import APPLICATION
from access.readers.grants import ASSIGNMENTS, DEFINITIONS, Grants
from access.readers.principals import Principals
from access.readers.resource_ids import Places, type_of_token
from access.readers.resource_state import State

_GROUP = "microsoft.resources/resourcegroups"
_CLUSTER = "containerservice:ManagedCluster"

# What gives access in ways that are not read: by what its type ends in, and what is to be said of it.
_OTHER_ACCESS = (
    ("RoleAssignment", "it gives roles in a system of its own, which is not read"),
    ("RoleEligibilitySchedule", "it lets somebody take a role, which is not read"),
    ("MongoUserDefinition", "it gives access to Cosmos DB for MongoDB, which is not read"),
    (":AccessPolicy", "it opens a key vault without a role, which is not read"),
    ("AccessPolicyAssignment", "it gives access in a system of its own, which is not read"),
)
_DEPLOYMENTS = ("resources:Deployment", "resources:DeploymentStack")
_OTHER_PACKAGES = ("azure", "azuread")


def graph(
    states: Iterable[State],
    *,
    source: str,
    unread: Iterable[Unread] = (),
    existing: Mapping[str, str] | None = None,
    known_principals: Iterable[Principal] = (),
) -> Graph:
    """The graph of a program's resources.

    Args:
        states: all its resources; those that are to be deleted are left out by the reader.
        source: what to call it.
        unread: what the reader could not judge.
        existing: where it is known who exists in Azure, the ids of these principals, each with that of the resource
            whose identity it is, or none.
        known_principals: principals that no resource tells.
    """
    places = Places(states)
    components = Components(places)
    principals = Principals(places, components, known_principals)
    grants = Grants(places, components, principals)
    doubts = [*unread, *_unplaced(places, components), *principals.unread, *grants.unread, *_unjudged(places.states)]
    return Graph(
        principals=(*principals.all, *(_settled(each, existing or {}) for each in grants.strangers.values())),
        resources=_resources(places, components, principals),
        assignments=grants.all,
        unread=doubts,
        source=source,
    )


def _settled(stranger: Principal, existing: Mapping[str, str]) -> Principal:
    """Who is seen in assignments alone, where that is no sign that nobody is behind it."""
    owner = existing.get(stranger.id.lower())
    if owner is None:
        return stranger
    return replace(stranger, exists=True, owner=owner, name=owner.rpartition("/")[2] or stranger.name)


def _resources(places: Places, components: Components, principals: Principals) -> Iterator[Resource]:
    """Everything in Azure, and what the network calls a resource without one of its own, such as a secret."""
    states = [each for each in places.states if each.token and each.token not in ASSIGNMENTS | DEFINITIONS]
    by_account: dict[str, bool | None] = {}
    for state in states:
        where = places.id_of(state)
        arm_type = _type_of(state, where)
        switch = local_auth(arm_type, state.inputs, state.outputs, complete=not state.external)
        if switch is not None or local_auth(arm_type) is not None:
            by_account.setdefault(key(where), switch)
    seen: set[str] = set()
    for state in states:
        where = places.id_of(state)
        if key(where) not in seen:
            seen.add(key(where))
            yield _resource(state, where, by_account, components, principals)
    for each in components.resources:
        if key(each.scope) not in seen:
            seen.add(key(each.scope))
            yield Resource(id=each.scope, name=each.name, kind=each.kind, local_auth=inherited(each.scope, by_account))


def _resource(
    state: State,
    where: str,
    by_account: Mapping[str, bool | None],
    components: Components,
    principals: Principals,
) -> Resource:
    called = components.at(where)
    arm_type = _type_of(state, where)
    return Resource(
        id=where,
        name=called.name if called else where.rpartition("/")[2] if where.startswith("/") else state.name,
        kind=called.kind if called else arm_type or _GROUP,
        local_auth=inherited(where, by_account),
        properties=_properties(state, principals),
        declared=called is not None,
    )


def _type_of(state: State, where: str) -> str:
    """The ARM type in lower case: as its id says, or where it has none yet, its program."""
    return type_of(key(where)) if where.startswith("/") else type_of_token(state.token)


def _properties(state: State, principals: Principals) -> Values:
    """What was asked for; of what is only referred to, what Azure answers. Attached identities are named in full."""
    properties = state.inputs or state.outputs
    if state.token == _CLUSTER:
        # Who its service accounts' tokens are from is Azure's to say.
        issuer = {**mapping(properties.get("oidcIssuerProfile")), **mapping(state.outputs.get("oidcIssuerProfile"))}
        properties = {**properties, "oidcIssuerProfile": issuer}
    attached = principals.attached.get(state.urn, ())
    identity = mapping(properties.get("identity"))
    told = identity.get("userAssignedIdentities")
    if not attached or (is_known(told) and all(map(is_known, listed(told)))):
        return properties
    return {**properties, "identity": {**identity, "userAssignedIdentities": list(attached)}}


def _unplaced(places: Places, components: Components) -> Iterator[Unread]:
    """What is somewhere, nobody knows where: what is given around it cannot be told to reach it."""
    for state in places.states:
        if state.token and state.token not in ASSIGNMENTS | DEFINITIONS and not places.id_of(state).startswith("/"):
            yield Unread(state.location, "what it lies within is not known before it is deployed")
    for each in components.without_scope:
        yield Unread(each.urn, f"where the {each.kind} is, is not known yet")


def _unjudged(states: Iterable[State]) -> Iterator[Unread]:
    packages: Counter[str] = Counter()
    for state in states:
        token = state.token
        if token in ASSIGNMENTS:
            continue
        if token.startswith(_DEPLOYMENTS):
            yield Unread(state.location, "what the template in it deploys is not read")
        for end, what in _OTHER_ACCESS:
            if token and token.endswith(end):
                yield Unread(state.location, what)
                break
        if token == APPLICATION and _lets_everybody_in(state):
            yield Unread(state.location, "whoever is of its organization may call it, whatever roles say")
        package = state.type.partition(":")[0]
        if package in _OTHER_PACKAGES:
            packages[package] += 1
    for package, count in packages.items():
        yield Unread(f"package {package}", f"{count} of its resources are not read; only those of azure-native are")


def _lets_everybody_in(application: State) -> bool:
    """Whether an agent's callers are not told by roles: "Publish your agent as an Agent Application", 2026-06-19."""
    properties = mapping(application.inputs.get("properties") or application.outputs.get("properties"))
    policy = mapping((properties or application.outputs).get("authorizationPolicy"))
    return text(policy, "type") not in {"", "Default"}


__all__ = ["State", "graph"]
