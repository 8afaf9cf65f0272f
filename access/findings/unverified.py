"""Finds everything that could not be evaluated."""

from collections.abc import Iterator

from access.evaluate.effective import unevaluated
from access.findings.catalogue import BY_ID
from access.findings.rule import Finding
from access.findings.subject import Subject
from access.findings.unknown_values import unknown_values


def check(subject: Subject) -> Iterator[Finding]:
    """A finding for everything that no result could take into account; unknown roles have a rule of their own."""
    unknown = {each for one in subject.graph.assignments if one.role is None for each in (one.location, one.id) if each}
    for each in unevaluated(subject.graph):
        if not (each.where in unknown and _is_about_a_role(each.what)):
            yield Finding(rule=BY_ID["unread"], what=f"{each.where}: {each.what}", location=each.where)

    for resource in subject.graph.resources:
        for what in unknown_values(resource, images=subject.production and subject.declared is None):
            place = subject.of_resource(resource)
            yield Finding(
                rule=BY_ID["unread"],
                what=f"{resource.name!r}: {what}",
                location=place,
                resource=resource.name,
                about=(resource.id,),
            )


def _is_about_a_role(what: str) -> bool:
    return what.startswith(("role ", "its role "))
