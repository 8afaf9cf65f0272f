"""Determines the identities of Foundry agents in a program: shared, per agent, or of an application.

Owns reading the identities from the dynamic resource that looked them up, and ids from the configuration. Source:
"Agent identity concepts in Microsoft Foundry", Microsoft Learn, 2026-04-13.
"""

from collections.abc import Iterator
from typing import NamedTuple

from access.model.graph import Principal
from access.model.json_values import Values, mapping, text
from access.readers.components import FOUNDRY_AGENT, UNPUBLISHED, Components, agent_id
from access.readers.outside_apps import OutsideApps
from access.readers.resource_ids import ResourceIds
from access.readers.resource_state import ResourceState

APPLICATION = "azure-native:cognitiveservices:AgentApplication"
LOOKUP_TYPE = "pulumi-python:dynamic/foundry:AgentIdentity"
"""Type of the dynamic resource that looks up an agent's identity."""
_SHARED = "agentIdentities/shared"


class FoundPrincipal(NamedTuple):
    """Principal of a Foundry agent, with the URNs of the resources that identify it."""

    principal: Principal
    urns: tuple[str, ...] = ()


def identities(resource_ids: ResourceIds, components: Components, outside: OutsideApps) -> Iterator[FoundPrincipal]:
    """Yield the identities of all Foundry agents in a program, and the blueprints of their applications."""
    for state in resource_ids.states:
        if state.token == APPLICATION:
            yield from _of_application(state, resource_ids, components, outside)
    for agent in components.of_kind(FOUNDRY_AGENT):
        yield from _own(agent, resource_ids, components)
    for shared in components.of_kind(UNPUBLISHED):
        yield from _shared(shared, resource_ids, components)


def _of_application(
    state: ResourceState, resource_ids: ResourceIds, components: Components, outside: OutsideApps
) -> Iterator[FoundPrincipal]:
    where = resource_ids.id_of(state)
    called = where.rpartition("/")[2] if where.startswith("/") else state.name
    properties = mapping(state.outputs.get("properties")) or state.outputs
    own = _principal(properties, "defaultInstanceIdentity")
    agent = components.agent_of(state) or outside.name_of(state)
    yield FoundPrincipal(Principal(id=own or state.location, name=called, agent=agent, owner=where), (state.urn,))
    blueprint = _principal(properties, "agentIdentityBlueprint")
    if blueprint and blueprint != own:
        yield FoundPrincipal(Principal(id=blueprint, name=f"{called} (blueprint)", purpose="other", owner=where))


def _own(agent: ResourceState, resource_ids: ResourceIds, components: Components) -> Iterator[FoundPrincipal]:
    """Yield the identity of a Foundry agent that has its own from creation, or whose id is configured."""
    found = _principal_id_of(agent, components)
    if found is None or text(agent.inputs, "identity") not in {"per-agent", "given"}:
        return
    principal, urns = found
    project = components.project(text(agent.inputs, "project"))
    owner = "" if project is None else agent_id(resource_ids.id_of(project), text(agent.inputs, "agent"))
    app = text(agent.inputs, "app_name")
    yield FoundPrincipal(Principal(id=principal, name=agent.name, agent=agent.name, owner=owner, app=app), urns)


def _shared(shared: ResourceState, resource_ids: ResourceIds, components: Components) -> Iterator[FoundPrincipal]:
    found = _principal_id_of(shared, components)
    if found is None:
        return
    called = text(shared.inputs, "project")
    agents = sorted(
        each.name
        for each in components.of_kind(FOUNDRY_AGENT)
        if text(each.inputs, "identity") == "shared" and text(each.inputs, "project") == called
    )
    project = components.project(called)
    yield FoundPrincipal(
        Principal(
            id=found[0],
            name=shared.name,
            agent=agents[0] if agents else "",
            other_agents=tuple(agents[1:]),
            purpose="own" if agents else "other",
            owner="" if project is None else f"{resource_ids.id_of(project)}/{_SHARED}",
            app=text(shared.inputs, "azure_name"),
        ),
        found[1],
    )


def _principal_id_of(component: ResourceState, components: Components) -> tuple[str, tuple[str, ...]] | None:
    """Return the principal id of a component, with the URNs that it comes from."""
    given = text(component.inputs, "principal_id")
    lookups = [each for each in components.within(component) if each.type == LOOKUP_TYPE]
    if given:
        return given, (component.urn, *(each.urn for each in lookups))
    if len(lookups) != 1:
        return None
    return text(lookups[0].outputs, "principal_id") or lookups[0].location, (lookups[0].urn,)


def _principal(properties: Values, name: str) -> str:
    return text(mapping(properties.get(name)), "principalId")
