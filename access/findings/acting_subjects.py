"""Finds subjects outside the network that can act as an identity: credentials, hosts, pods and administrators.

Owns the choice of the finding. The network's own hosts, service accounts and declared administrators are none.
"""

from collections.abc import Iterator

from access.azure.scopes import key
from access.evaluate.foreign_actors import actor_sentence, actors_of_network, foreign_actors, target_of
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext, exception_names
from access.findings.finding import Finding
from access.findings.identities import attached_identities
from access.model.actors import Actor
from access.model.graph import Principal


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each way in which a subject outside the network acts as an identity."""
    if context.declared is not None:
        for one in actors_of_network(context.graph, context.declared.administrators):
            yield from _of(context, one, "foreign-actor")
        return
    for one in foreign_actors(context.graph):
        target = target_of(context.graph, one)
        if one.kind == "administrator":
            yield from _of(context, one, "cluster-administrator")
        elif isinstance(target, Principal) and (one.home or context.graph.assignments_of(target.id)):
            yield from _of(context, one, "foreign-actor")


def _of(context: CheckContext, one: Actor, rule: str) -> Iterator[Finding]:
    target = target_of(context.graph, one)
    principal = target if isinstance(target, Principal) else None
    if one.kind == "host":
        if principal is None or _is_reported_as_shared(context, principal):
            return
        rule = "shared-identity"
    yield Finding(
        rule=BY_ID[rule],
        what=actor_sentence(context.graph, one),
        location=one.location,
        agent=principal.agent if principal and context.is_agent(principal) else "",
        resource="" if principal else target.name if target else "",
        about=(*(exception_names(principal) if principal else ()), one.subject, *filter(None, (one.subject_id,))),
    )


def _is_reported_as_shared(context: CheckContext, principal: Principal) -> bool:
    """Return True if several resources that have an identity are one finding already, which is not a mere note."""
    if principal.purpose == "pull":
        return False
    having = [one for one in context.graph.resources if key(principal.owner) in map(key, attached_identities(one))]
    return len(having) > 1
