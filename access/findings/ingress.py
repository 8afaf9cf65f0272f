"""Finds apps and agents with ingress whose callers need no token, as far as anything outside their code shows."""

from collections.abc import Iterator

from access.azure.scopes import key
from access.evaluate.ingress import agent_of_app, checks_tokens, ingress_of, open_reasons
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.declared import DeclaredAgent
from access.model.graph import Resource

_EVERY_APP = "every app of its environment"


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each app, and each agent in a cluster, with ingress that no token protects."""
    seen: set[str] = set()
    for resource in context.graph.resources:
        ingress = ingress_of(resource)
        if ingress is None:
            continue
        agent = agent_of_app(context.graph, resource)
        declared = context.declared_agent(agent)
        seen.add(agent)
        if declared is not None and declared.unauthenticated:
            continue
        # Without a declaration, the application of a network's agent shows that its library checks tokens.
        checked = checks_tokens(context.graph, resource) if declared is None else declared.checks_tokens
        reasons = open_reasons(context.graph, resource, ingress, checks_tokens=checked)
        if reasons:
            callers = "anybody at the addresses that it allows" if ingress.external else _EVERY_APP
            named = f"agent {agent!r}" if agent else f"app {resource.name!r}"
            what = f"{callers} may call {named} without a token: {'; '.join(reasons)}"
            yield _finding(context, agent, what, resource)
    for name, agent in context.declared.agents.items() if context.declared else ():
        if name not in seen and agent.ingress and not (agent.checks_tokens or agent.unauthenticated):
            yield from _declared_only(context, name, agent)


def _declared_only(context: CheckContext, name: str, agent: DeclaredAgent) -> Iterator[Finding]:
    """Yield a finding for an agent whose ingress is not in the graph: a Kubernetes object, or not deployed yet."""
    if agent.cluster:
        what = f"its callers in the cluster may call agent {name!r} without a token"
        yield _finding(context, name, what)
    elif not agent.platform_authentication:
        yield _finding(context, name, f"callers need no token to call agent {name!r}")


def _finding(context: CheckContext, agent: str, what: str, resource: Resource | None = None) -> Finding:
    app = resource.name if resource else ""
    return Finding(
        rule=BY_ID["unauthenticated-ingress"],
        what=what,
        location=context.agent_location(agent) if agent else resource.id if resource else "",
        agent=agent if context.declared_agent(agent) else "",
        resource=app,
        about=(*((agent,) if agent else ()), *((key(resource.id), resource.id) if resource else ())),
    )
