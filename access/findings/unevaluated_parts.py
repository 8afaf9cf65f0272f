"""Reports the parts of a graph that could not be evaluated as findings."""

from collections.abc import Iterator

from access.evaluate.decisions import unevaluated
from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext, joined_names
from access.findings.finding import Finding
from access.findings.unknown_values import unknown_values


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each part of the source that could not be evaluated, except unknown roles."""
    unknown = {each for one in context.graph.assignments if one.role is None for each in (one.location, one.id) if each}
    for each in unevaluated(context.graph):
        if not (each.where in unknown and _is_about_a_role(each.what)):
            yield Finding(rule=BY_ID["unread"], what=f"{each.where}: {each.what}", location=each.where)

    yield from _unseen(context)
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


def _unseen(context: CheckContext) -> Iterator[Finding]:
    """Yield one finding for all existing resources whose settings the local simulator does not know."""
    unseen = [each for each in context.graph.resources if each.unseen]
    if unseen:
        count = f"{len(unseen)} resources that exist" if len(unseen) > 1 else "a resource that exists"
        names = joined_names((repr(each.name) for each in unseen), most=len(unseen))
        yield Finding(
            rule=BY_ID["not-seen-here"],
            what=f"local Azure does not know {count} already, so their settings are not checked: {names}",
            location=context.declared.file if context.declared else unseen[0].id,
            about=tuple(name for each in unseen for name in (each.id, each.name)),
        )


def _is_about_a_role(what: str) -> bool:
    return what.startswith(("role ", "the assigned role "))
