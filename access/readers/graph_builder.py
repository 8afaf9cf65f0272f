"""Builds an access graph from the resource states of a Pulumi program.

Owns the choice of resources, with their keys and names; other modules own identities, assignments and ids. Documents
are not read here: the readers provide `ResourceState`s.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from access.azure.assignment_types import ASSIGNMENTS, DEFINITIONS
from access.azure.authorization_modes import IgnoredRoles, ignored_roles
from access.azure.key_access import inherited, local_auth
from access.azure.scopes import key, type_of
from access.azure.types import BY_TOKEN
from access.azure.types.app import REVISIONS
from access.model.actors import Actor
from access.model.graph import Graph, Principal, Resource, Unread
from access.model.json_values import Values, is_known, listed, mapping, text
from access.readers.app_registrations import EntraApplications
from access.readers.app_roles import callable_agents
from access.readers.application_credentials import application_actors
from access.readers.cluster_access import cluster_actors
from access.readers.components import Components
from access.readers.directory_rights import directory_rights
from access.readers.foundry_identities import APPLICATION
from access.readers.generic_resources import resource_ids_of
from access.readers.grants import Grants
from access.readers.identity_hosts import host_actors
from access.readers.principals import Principals
from access.readers.resource_ids import ResourceIds, type_of_token
from access.readers.resource_state import ResourceState
from access.readers.trusted_subjects import credential_actors
from access.readers.unread_settings import unread_settings
from access.readers.unread_types import unread_types

_GROUP = "microsoft.resources/resourcegroups"
_CLUSTER = "azure-native:containerservice:ManagedCluster"
_APP = "azure-native:app:ContainerApp"

_OF_IDENTITIES = frozenset({"identity", "nodeResourceGroup", "oidcIssuerProfile"})
"""Properties that local Azure gives a resource which it has not seen, so that a run knows the identities there."""
_ROLE_TYPES = frozenset({*ASSIGNMENTS, *DEFINITIONS})


def graph(  # noqa: PLR0913 - one argument for each thing that only some readers know
    states: Iterable[ResourceState],
    *,
    source: str,
    unread: Iterable[Unread] = (),
    existing: Mapping[str, str] | None = None,
    known_principals: Iterable[Principal] = (),
    current: bool = False,
) -> Graph:
    """Return the access graph of a program's resources, with notes on all parts that could not be read.

    Args:
        states: all resources; the reader leaves out those that will be deleted.
        source: name of the source.
        unread: notes of the reader on parts that it could not evaluate.
        existing: where the principals in Azure are known, their ids, each with the id of the resource that has the
            identity, or an empty text.
        known_principals: principals that no resource shows.
        current: True where the outputs are what Azure returns now, and not at the last deployment.
    """
    resource_ids = resource_ids_of(states)
    components = Components(resource_ids)
    principals = Principals(resource_ids, components, known_principals)
    applications = EntraApplications(resource_ids, components, principals)
    grants = Grants(resource_ids, components, principals, applications.all)
    rights = tuple(directory_rights(resource_ids, principals, applications.all))
    judged = {each.id.lower() for each in principals.all if each.purpose in {"application", "credential"}}
    acting = [
        *_actors(resource_ids, components, principals),
        *application_actors(resource_ids, principals, grants.strangers.keys(), applications.of_agents),
    ]
    doubts = [
        *unread,
        *_parent_notes(resource_ids, components),
        *principals.unread,
        *principals.outside_memberships(),
        *grants.unread,
        *applications.unread,
        *(each for each in acting if isinstance(each, Unread)),
        *unread_types(
            resource_ids.states,
            {
                *(each.location for each in grants.all if each.system == "settings"),
                *(each.location for each in rights if each.principal.lower() in judged),
            },
        ),
        *unread_settings(resource_ids),
        *_open_agents(resource_ids.states),
    ]
    return Graph(
        principals=(*principals.all, *(_with_existence(each, existing or {}) for each in grants.strangers.values())),
        resources=(
            *_resources(resource_ids, components, principals, current=current),
            *callable_agents(applications.all),
        ),
        assignments=grants.all,
        unread=doubts,
        actors=(each for each in acting if isinstance(each, Actor)),
        outside_apps=principals.outside_apps,
        memberships=principals.memberships(),
        applications=applications.all,
        directory_rights=rights,
        source=source,
    )


def _actors(resource_ids: ResourceIds, components: Components, principals: Principals) -> Iterator[Actor | Unread]:
    for find in (credential_actors, host_actors, cluster_actors):
        yield from find(resource_ids, components, principals)


def _with_existence(stranger: Principal, existing: Mapping[str, str]) -> Principal:
    """Return a principal that occurs only in assignments, marked as existing if the source knows its id."""
    owner = existing.get(stranger.id.lower())
    if owner is None:
        return stranger
    return replace(stranger, exists=True, owner=owner, name=owner.rpartition("/")[2] or stranger.name)


def _resources(
    resource_ids: ResourceIds, components: Components, principals: Principals, *, current: bool
) -> Iterator[Resource]:
    """Return all Azure resources, and network resources without one of their own, such as secrets."""
    states = [each for each in resource_ids.states if each.token and each.token not in _ROLE_TYPES]
    by_account: dict[str, bool | None] = {}
    for state in states:
        where = resource_ids.id_of(state)
        arm_type = _type_of(state, where)
        sources = () if state.unseen else (state.inputs, state.outputs)
        switch = local_auth(arm_type, *sources, complete=not state.external)
        if switch is not None or local_auth(arm_type) is not None:
            by_account.setdefault(key(where), switch)
    seen: set[str] = set()
    for state in states:
        where = resource_ids.id_of(state)
        if key(where) not in seen:
            seen.add(key(where))
            found = _resource(state, where, by_account, components, principals)
            yield _with_revisions(found, state) if current and state.token == _APP else found
    for each in components.resources:
        if key(each.scope) not in seen:
            seen.add(key(each.scope))
            yield Resource(id=each.scope, name=each.name, kind=each.kind, local_auth=inherited(each.scope, by_account))


def _resource(
    state: ResourceState,
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
        unseen=state.unseen,
        ignores_roles=_ignored_roles(state, arm_type),
        declared=called is not None,
    )


def _with_revisions(app: Resource, state: ResourceState) -> Resource:
    """Return a Container App with the names of its revisions, which no program sets and which change by themselves."""
    shown = {name: state.outputs[name] for name in REVISIONS if name in state.outputs}
    return replace(app, properties={**app.properties, **shown})


def _ignored_roles(state: ResourceState, arm_type: str) -> IgnoredRoles | None:
    found = None if state.unseen else ignored_roles(arm_type, state.inputs, state.outputs)
    # Of a resource that the program only reads, a missing setting is not known to be missing.
    return found if found is not None and (found.certain or not state.external) else None


def _type_of(state: ResourceState, where: str) -> str:
    """Return the ARM type in lower case, from the id or, before deployment, from the program."""
    return type_of(key(where)) if where.startswith("/") else type_of_token(state.token)


def _properties(state: ResourceState, principals: Principals) -> Values:
    """Return a resource's input properties, or its properties in Azure if the program has no inputs."""
    properties = state.inputs or state.outputs
    if state.unseen:
        properties = {name: value for name, value in properties.items() if name in _OF_IDENTITIES}
    if state.token == _CLUSTER:
        # Who its service accounts' tokens are from is Azure's to say.
        issuer = {**mapping(properties.get("oidcIssuerProfile")), **mapping(state.outputs.get("oidcIssuerProfile"))}
        nodes = text(state.outputs, "nodeResourceGroup")
        properties = {**properties, "oidcIssuerProfile": issuer, **({"nodeResourceGroup": nodes} if nodes else {})}
    attached = principals.attached.get(state.urn, ())
    identity = mapping(properties.get("identity"))
    listed_ids = identity.get("userAssignedIdentities")
    if not attached or (is_known(listed_ids) and all(map(is_known, listed(listed_ids)))):
        return properties
    return {**properties, "identity": {**identity, "userAssignedIdentities": list(attached)}}


def _parent_notes(resource_ids: ResourceIds, components: Components) -> Iterator[Unread]:
    """Yield notes on resources with unknown parents, to which assignments at the parents do not apply."""
    for state in resource_ids.states:
        # What has no row is noted by its type, or is harmless wherever it is.
        if state.token in BY_TOKEN and state.token not in _ROLE_TYPES and not resource_ids.id_of(state).startswith("/"):
            yield Unread(state.location, "the parent of this resource is unknown before deployment")
    for each in components.without_scope:
        yield Unread(each.urn, f"the parent of this {each.kind} is unknown before deployment")


def _open_agents(states: Iterable[ResourceState]) -> Iterator[Unread]:
    for state in states:
        if state.token == APPLICATION and _allows_any_caller(state):
            yield Unread(state.location, "anyone in the app's organization may call the app, regardless of roles")


def _allows_any_caller(application: ResourceState) -> bool:
    """Return True if roles do not limit the callers of a Foundry application ("Publish your agent", 2026-06-19)."""
    policy = mapping(application.values.get("authorizationPolicy"))
    return text(policy, "type") not in {"", "Default"}


__all__ = ["ResourceState", "graph"]
