"""Finds broken promises of a network: separation of duties, budgets, and declarations without use or reason."""

from collections.abc import Iterator

from access.azure.verb_roles import CALLED
from access.evaluate.relevance import resource_type
from access.evaluate.role_operations import identifying_operations
from access.findings.catalogue import BY_ID
from access.findings.rule import Finding
from access.findings.subject import Subject, listed


def check(subject: Subject) -> Iterator[Finding]:
    """All findings about the network's promises."""
    yield from _separations(subject)
    yield from _budgets(subject)
    yield from _unused(subject)
    yield from _roles(subject)
    yield from _waiting(subject)


def _separations(subject: Subject) -> Iterator[Finding]:
    declared = subject.declared
    if declared is None or not declared.separation:
        return
    rights = _rights(subject)
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


def _rights(subject: Subject) -> dict[str, set[tuple[str, str]]]:
    """By agent, the resource and verb pairs of separations that it effectively has, through any of its identities."""
    verbs: dict[str, set[str]] = {}
    for each in subject.declared.separation if subject.declared else ():
        for resource, verb in each.apart:
            verbs.setdefault(resource, set()).add(verb)
    found: dict[str, set[tuple[str, str]]] = {}
    for principal_id, resource, reach in subject.reaches:
        principal = subject.graph.principal(principal_id)
        if principal and subject.is_agent(principal) and resource.declared:
            can = reach.allowed | reach.conditional | reach.data_allowed | reach.data_conditional
            for verb in verbs.get(resource.name, ()):
                if identifying_operations(resource.kind, verb, resource_type(resource)) & can:
                    for agent in principal.agents:
                        found.setdefault(agent, set()).add((resource.name, verb))
    return found


def _budgets(subject: Subject) -> Iterator[Finding]:
    for agent, exceeded in subject.over_budget.items():
        if exceeded:
            what = f"agent {agent!r} is over its budget: {listed(exceeded, most=len(exceeded))}"
            yield Finding(rule=BY_ID["over-budget"], what=what, location=subject.of_agent(agent), agent=agent)


def _unused(subject: Subject) -> Iterator[Finding]:
    used = {
        resource.name
        for principal_id, resource, _ in subject.reaches
        if (principal := subject.graph.principal(principal_id)) and subject.is_ours(principal)
    }
    resources = (each for each in subject.graph.resources if each.declared and each.kind != CALLED)
    places = {each.name: subject.of_resource(each) for each in resources}
    if subject.declared:
        lines = {name: subject.declared.location(each.line) for name, each in subject.declared.resources.items()}
        registry = subject.declared.registry
        places = lines | ({registry.name: subject.declared.location(registry.line)} if registry else {})
    for name, place in places.items():
        if name not in used:
            yield Finding(
                rule=BY_ID["unused-resource"], what=f"no agent has access to {name!r}", location=place, resource=name
            )


def _roles(subject: Subject) -> Iterator[Finding]:
    declared = subject.declared
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


def _waiting(subject: Subject) -> Iterator[Finding]:
    declared = subject.declared
    for entry in (*declared.agents.values(), *declared.parties.values()) if declared else ():
        for each in entry.access:
            if declared and each.waits:
                yield Finding(
                    rule=BY_ID["waiting-access"],
                    what=f"{entry.name!r} may {each.verb} {each.resource!r}, and nobody can yet: {each.waits}",
                    location=declared.location(each.line),
                    agent=entry.name,
                    resource=each.resource,
                )
