"""Reports properties that have another value in Azure than in the program."""

from collections.abc import Iterator

from access.findings.catalogue import BY_ID
from access.findings.context import CheckContext
from access.findings.finding import Finding


def check(context: CheckContext) -> Iterator[Finding]:
    """Yield a finding for each property of a resource that a policy or a person has changed in Azure."""
    for resource in context.graph.resources:
        for one in resource.differences:
            yield Finding(
                rule=BY_ID["changed-property"],
                what=f"{resource.name!r}: {one.property} is {one.live} in Azure, and {one.declared} in the program",
                location=context.resource_location(resource),
                resource=resource.name,
                about=(resource.id,),
                part=one.property,
            )
