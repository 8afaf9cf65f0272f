"""Attach an identity to something that one may write.

Azure asks whoever writes the app for both rights, so they count only in one hand: `steps` tells what may be attached,
`hosts.HOST_WRITES` what to, and `access.questions.paths.traversal` puts the two together. Source: Microsoft, "Managed
identity best
practice recommendations", 2025.
"""

from collections.abc import Iterator

from access.questions.paths.hosts import HOST_WRITES
from access.questions.paths.inventory import Estate
from access.questions.paths.steps import Held, Node, Step

ASSIGN = "microsoft.managedidentity/userassignedidentities/assign/action"
OPERATIONS = (ASSIGN, *HOST_WRITES)


def steps(held: Held, estate: Estate) -> Iterator[Step]:
    """Where attaching an identity leads, for whoever may write a host besides."""
    operation = held.first((ASSIGN,))
    if operation is not None:
        for principal in estate.owned_by(held.resource):
            how = f"attach the identity {principal.name!r} to an app that it may write"
            yield held.step(Node("identity", principal.id), how, operation)


def host(held: Held) -> Step | None:
    """That something which runs code may be written; the target of this step is only what it is held at."""
    operation = held.first(HOST_WRITES)
    return None if operation is None else held.step(Node("scope", held.resource.id), "write an app", operation)
