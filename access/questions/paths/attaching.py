"""Escalation by attaching a managed identity to an app that the attacker can change.

Azure requires both rights of the writer, so they count only together: `steps` yields the identities that can be
attached, `hosts.HOST_WRITES` the apps that can be written, and `access.questions.paths.traversal` combines the two.
Source: Microsoft, "Managed identity best practice recommendations", 2025.
"""

from collections.abc import Iterator

from access.questions.paths.hosts import HOST_WRITES
from access.questions.paths.inventory import Inventory
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

ASSIGN = "microsoft.managedidentity/userassignedidentities/assign/action"
OPERATIONS = (ASSIGN, *HOST_WRITES)


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Return the escalation steps to identities that can be attached to a host."""
    operation = held.first((ASSIGN,))
    if operation is not None:
        for principal in inventory.identities_of(held.resource):
            how = f"attach the identity {principal.name!r} to an app that it may write"
            yield held.step(Node("identity", principal.id), how, operation)


def host(held: ResourceAccess) -> EscalationStep | None:
    """Return the step to a host that can be changed, to which identities can be attached."""
    operation = held.first(HOST_WRITES)
    return None if operation is None else held.step(Node("scope", held.resource.id), "write an app", operation)
