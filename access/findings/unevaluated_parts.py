"""Reports the parts of a graph that could not be evaluated as findings."""

from collections.abc import Iterator

from access.evaluate.decisions import unevaluated
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding
from access.findings.unknown_values import unknown_values


def check(context: CheckContext) -> Iterator[Finding]:
    """Return a finding for everything that no result takes into account, except unknown roles."""
    unknown = {each for one in context.graph.assignments if one.role is None for each in (one.location, one.id) if each}
    for each in unevaluated(context.graph):
        if not (each.where in unknown and _is_about_a_role(each.what)):
            yield Finding(rule=BY_ID["unread"], what=f"{each.where}: {each.what}", location=each.where)

    for resource in context.graph.resources:
        for what in unknown_values(resource, images=context.production and context.declared is None):
            place = context.resource_location(resource)
            yield Finding(
                rule=BY_ID["unread"],
                what=f"{resource.name!r}: {what}",
                location=place,
                resource=resource.name,
                about=(resource.id,),
            )


def _is_about_a_role(what: str) -> bool:
    return what.startswith(("role ", "its role "))
