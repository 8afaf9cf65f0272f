"""Finds resources that can be accessed without a role: by access key, anonymously or from the internet."""

from collections.abc import Iterator

from access.azure.scopes import key
from access.evaluate.anonymous_access import anonymous_access, opens_by_key
from access.evaluate.relevance import resource_type
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.model.graph import Resource

_WITHOUT_ROLES = {
    "microsoft.containerservice/managedclusters": "has local accounts, whose certificates make an administrator of it",
    "microsoft.keyvault/vaults": "decides by access policies, and not by roles",
}
"""ARM type in lower case → end of the sentence, for types that are opened without a role and without a key."""


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield findings for enabled access keys and for public endpoints."""
    agents = {key(one.owner): one.agent for one in context.agents if one.owner and one.purpose == "own"}
    for resource in context.graph.resources:
        agent = agents.get(key(resource.id), "")
        if opens_by_key(context.graph, resource):
            how = _WITHOUT_ROLES.get(resource_type(resource), "can be accessed with keys, without a role")
            yield _finding(context, "local-auth-on", resource, agent, f"{resource.name!r} {how}")
        opened = anonymous_access(context.graph, resource)
        if opened is not None:
            yield _finding(context, "public-access", resource, agent, f"{resource.name!r} {opened.reason}")


def _finding(context: CheckContext, rule: str, resource: Resource, agent: str, what: str) -> Finding:
    inside = (each.name for each in context.graph.resources_within(resource.id) if each.declared)
    place = context.agent_location(agent) if agent else context.resource_location(resource)
    return Finding(
        rule=BY_ID[rule],
        what=what,
        location=place,
        agent=agent,
        resource=resource.name,
        about=(resource.id, *inside),
    )
