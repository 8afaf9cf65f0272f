"""Finds separation of duties violations, exceeded budgets, unused resources, roles instead of verbs, waiting access."""

from collections.abc import Iterator

from access.azure.audiences import AUDIENCES
from access.azure.foundry_endpoints import served_versions
from access.azure.planes import AGENT
from access.azure.verbs import CALLED, CALLED_KINDS
from access.evaluate.cached_sets import union
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import identifying_operations
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext, joined_names
from access.findings.finding import Finding
from access.model.declared import Declared


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield findings about separations of duties, budgets and declarations of network.yaml."""
    yield from _separations(context)
    yield from _budgets(context)
    yield from _unused(context)
    yield from _roles(context)
    yield from _waiting(context)
    yield from _without_tool(context)
    yield from _other_versions(context)


def _separations(context: CheckContext) -> Iterator[Finding]:
    declared = context.declared
    if declared is None or not declared.separation:
        return
    rights = _rights(context)
    for each in declared.separation:
        wanted = tuple(dict.fromkeys(each.apart))
        for agent, held in rights.items():
            if len(wanted) > 1 and held.issuperset(wanted):
                both = " and ".join(f"{verb} {resource!r}" for resource, verb in wanted)
                why = f"; they are kept apart because {each.because}" if each.because else ""
                yield Finding(
                    rule=BY_ID["separation-of-duties"],
                    what=f"agent {agent!r} may {both}{why}",
                    location=declared.location(each.line),
                    agent=agent,
                    about=tuple(resource for resource, _ in wanted),
                )


def _rights(context: CheckContext) -> dict[str, set[tuple[str, str]]]:
    """Return per agent the resource and verb pairs of separations of duties that it effectively has."""
    verbs: dict[str, set[str]] = {}
    for each in context.declared.separation if context.declared else ():
        for resource, verb in each.apart:
            verbs.setdefault(resource, set()).add(verb)
    found: dict[str, set[tuple[str, str]]] = {}
    for principal_id, resource, reach in context.accesses:
        principal = context.graph.principal(principal_id)
        if principal and context.is_agent(principal) and resource.declared:
            can = union(*reach.sets)
            for verb in verbs.get(resource.name, ()):
                if identifying_operations(resource.kind, verb, resource_type(resource)) & can:
                    for agent in principal.agents:
                        found.setdefault(agent, set()).add((resource.name, verb))
    return found


def _budgets(context: CheckContext) -> Iterator[Finding]:
    for agent, exceeded in context.over_budget.items():
        if exceeded:
            what = f"agent {agent!r} is over its budget: {joined_names(exceeded, most=len(exceeded))}"
            yield Finding(rule=BY_ID["over-budget"], what=what, location=context.agent_location(agent), agent=agent)


def _unused(context: CheckContext) -> Iterator[Finding]:
    used = {
        resource.name
        for principal_id, resource, _ in context.accesses
        if (principal := context.graph.principal(principal_id)) and context.is_network_principal(principal)
    }
    declared = context.declared
    for entry in (*declared.agents.values(), *declared.parties.values()) if declared else ():
        used |= {each.resource for each in entry.access if each.waits}
    resources = (each for each in context.graph.resources if each.declared and each.kind not in CALLED_KINDS)
    places = {each.name: context.resource_location(each) for each in resources}
    if declared:
        lines = {name: declared.location(each.line) for name, each in declared.resources.items()}
        registry = declared.registry
        places = lines | ({registry.name: declared.location(registry.line)} if registry else {})
    for name, place in places.items():
        if name not in used:
            yield Finding(
                rule=BY_ID["unused-resource"], what=f"no agent has access to {name!r}", location=place, resource=name
            )


def _roles(context: CheckContext) -> Iterator[Finding]:
    declared = context.declared
    for agent in declared.agents.values() if declared else ():
        for each in agent.access:
            if declared and each.role:
                why = f" because {each.because}" if each.because else ", without a reason"
                yield Finding(
                    rule=BY_ID["escape-hatch-role"],
                    what=f"agent {agent.name!r} has role {each.role!r} on {each.resource!r}{why}",
                    location=declared.location(each.line),
                    agent=agent.name,
                    resource=each.resource,
                )


def _waiting(context: CheckContext) -> Iterator[Finding]:
    declared = context.declared
    for entry in (*declared.agents.values(), *declared.parties.values()) if declared else ():
        for each in entry.access:
            if declared and each.waits:
                yield Finding(
                    rule=BY_ID["waiting-access"],
                    what=f"{entry.name!r} may {each.verb} {each.resource!r}, but cannot yet: {each.waits}",
                    location=declared.location(each.line),
                    agent=entry.name,
                    resource=each.resource,
                )


def _audience(declared: Declared, name: str) -> str | None:
    """Return the audience of the tokens for a resource or agent; an agent in a container has its own."""
    if name in declared.resources:
        return AUDIENCES.get(declared.resources[name].kind)
    agent = declared.agents.get(name)
    return AUDIENCES[CALLED] if agent is None or agent.host == "foundry" else f"agent {name}"


def _without_tool(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each resource of a Foundry agent that no tool of the agent's project gets a token for."""
    declared = context.declared
    if declared is None:
        return
    for agent in declared.agents.values():
        project = declared.parties.get(agent.project)
        if agent.host != "foundry" or project is None or project.existing:
            continue
        reached = {_audience(declared, each) for each in project.tools}
        missing = [one for one in agent.access if _audience(declared, one.resource) not in reached]
        for one in sorted(missing, key=lambda one: one.resource):
            yield Finding(
                rule=BY_ID["grant-without-tool"],
                what=f"agent {agent.name!r} may {one.verb or one.role} {one.resource!r}, and no tool of its project"
                f" {project.name!r} gets a token of the agent for that service",
                location=declared.location(one.line),
                agent=agent.name,
                resource=one.resource,
            )


def _other_versions(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each Foundry agent whose endpoint serves another version than the declared one."""
    declared = context.declared
    for resource in context.graph.resources if declared else ():
        agent = declared.agents.get(resource.name) if declared and resource_type(resource) == AGENT else None
        served = served_versions(resource.properties) if agent and agent.version else None
        if declared and agent and served is not None and served != (agent.version,):
            yield Finding(
                rule=BY_ID["other-agent-version"],
                what=f"the endpoint of agent {agent.name!r} serves version {joined_names(served)}, and network.yaml"
                f" declares {agent.version!r}",
                location=declared.location(agent.line),
                agent=agent.name,
                resource=agent.name,
            )
