"""What could not be judged."""

from collections.abc import Iterator

from access.evaluate.effective import unjudged
from access.findings.catalogue import BY_ID
from access.findings.rule import Finding
from access.findings.subject import Subject
from access.findings.unknown_values import hidden


def check(subject: Subject) -> Iterator[Finding]:
    """Everything that no answer could take into account; roles that nobody knows are findings of their own."""
    unknown = {each for one in subject.graph.assignments if one.role is None for each in (one.place, one.id) if each}
    for each in unjudged(subject.graph):
        if not (each.where in unknown and _is_about_a_role(each.what)):
            yield Finding(rule=BY_ID["unread"], what=f"{each.where}: {each.what}", place=each.where)

    for resource in subject.graph.resources:
        for what in hidden(resource, images=subject.production and subject.declared is None):
            place = subject.of_resource(resource)
            yield Finding(
                rule=BY_ID["unread"],
                what=f"{resource.name!r}: {what}",
                place=place,
                resource=resource.name,
                about=(resource.id,),
            )


def _is_about_a_role(what: str) -> bool:
    return what.startswith(("role ", "its role "))
