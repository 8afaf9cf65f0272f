"""Escalation by attaching a managed identity to an app that the attacker can change.

Azure requires both rights of the writer, so they count only together: `steps` yields the identities that can be
attached, `host` the resources that can be written, and `access.questions.paths.traversal` combines the two. A resource
of a type that is in no table of hosts perhaps takes an identity.
Source: Microsoft, "Managed identity best practice recommendations", 2025.
"""

from collections.abc import Iterator

from access.azure.compute_hosts import HOST_WRITES, possibly_attaches
from access.questions.paths.inventory import Inventory
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

ASSIGN = "microsoft.managedidentity/userassignedidentities/assign/action"
OPERATIONS = (ASSIGN, *HOST_WRITES)


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Yield the escalation steps to identities that the holder can attach to a host."""
    operation = held.first((ASSIGN,))
    if operation is not None:
        for principal in inventory.identities_of(held.resource):
            how = f"attach the identity {principal.name!r} to an app that it may write"
            yield held.step(Node("identity", principal.id), how, operation)


def host(held: ResourceAccess) -> EscalationStep | None:
    """Return the step to a host that the holder can change, and so attach identities to; None if there is none."""
    operation = held.first(HOST_WRITES)
    if operation is not None:
        return held.step(Node("scope", held.resource.id), "write an app", operation)
    other = held.first(name for name in held.control if possibly_attaches(name))
    if other is None:
        return None
    return held.step(Node("scope", held.resource.id), "write a resource", other, conditional=True)
