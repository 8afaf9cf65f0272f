"""Who the agents of Foundry are: an application's own identity, an agent's own, or one that a project's agents share.

Owns reading what no resource type of Azure shows, from the dynamic resource that asked for it, and the ids that were
given by hand. Source: "Agent identity concepts in Microsoft Foundry", Microsoft Learn, 2026-04-13.
"""

from collections.abc import Iterator
from typing import NamedTuple

from access.model.graph import Principal
from access.model.json_values import Values, mapping, text
from access.readers.components import FOUNDRY_AGENT, UNPUBLISHED, Components, agent_id
from access.readers.resource_ids import Places
from access.readers.resource_state import State

APPLICATION = "cognitiveservices:AgentApplication"
ASKED = "pulumi-python:dynamic/foundry:AgentIdentity"
"""The dynamic resource that asked who an agent is."""
_SHARED = "agentIdentities/shared"


class Found(NamedTuple):
    """A principal, and the URNs of what it is told by."""

    principal: Principal
    urns: tuple[str, ...] = ()


def identities(places: Places, components: Components) -> Iterator[Found]:
    """The identities of all agents on Foundry, and the blueprints of those that have one."""
    for state in places.states:
        if state.token == APPLICATION:
            yield from _of_application(state, places, components)
    for agent in components.of_kind(FOUNDRY_AGENT):
        yield from _own(agent, places, components)
    for shared in components.of_kind(UNPUBLISHED):
        yield from _shared(shared, places, components)


def _of_application(state: State, places: Places, components: Components) -> Iterator[Found]:
    where = places.id_of(state)
    called = where.rpartition("/")[2] if where.startswith("/") else state.name
    properties = mapping(state.outputs.get("properties")) or state.outputs
    own = _principal(properties, "defaultInstanceIdentity")
    agent = components.agent_of(state) or called
    yield Found(Principal(id=own or state.location, name=called, agent=agent, owner=where), (state.urn,))
    blueprint = _principal(properties, "agentIdentityBlueprint")
    if blueprint and blueprint != own:
        yield Found(Principal(id=blueprint, name=f"{called} (blueprint)", purpose="other", owner=where))


def _own(agent: State, places: Places, components: Components) -> Iterator[Found]:
    """The identity of an agent that has one from its creation, or whose id is given."""
    found = _told(agent, components)
    if found is None or text(agent.inputs, "identity") not in {"per-agent", "given"}:
        return
    principal, urns = found
    project = components.project(text(agent.inputs, "project"))
    owner = "" if project is None else agent_id(places.id_of(project), text(agent.inputs, "agent"))
    app = text(agent.inputs, "app_name")
    yield Found(Principal(id=principal, name=agent.name, agent=agent.name, owner=owner, app=app), urns)


def _shared(shared: State, places: Places, components: Components) -> Iterator[Found]:
    found = _told(shared, components)
    if found is None:
        return
    called = text(shared.inputs, "project")
    agents = sorted(
        each.name
        for each in components.of_kind(FOUNDRY_AGENT)
        if text(each.inputs, "identity") == "shared" and text(each.inputs, "project") == called
    )
    project = components.project(called)
    yield Found(
        Principal(
            id=found[0],
            name=shared.name,
            agent=agents[0] if agents else "",
            other_agents=tuple(agents[1:]),
            purpose="own" if agents else "other",
            owner="" if project is None else f"{places.id_of(project)}/{_SHARED}",
            app=text(shared.inputs, "azure_name"),
        ),
        found[1],
    )


def _told(component: State, components: Components) -> tuple[str, tuple[str, ...]] | None:
    """The principal of a component, and what tells it: an id that was given, or what Foundry was asked."""
    given = text(component.inputs, "principal_id")
    asked = [each for each in components.within(component) if each.type == ASKED]
    if given:
        return given, (component.urn, *(each.urn for each in asked))
    if len(asked) != 1:
        return None
    return text(asked[0].outputs, "principal_id") or asked[0].location, (asked[0].urn,)


def _principal(properties: Values, name: str) -> str:
    return text(mapping(properties.get(name)), "principalId")
