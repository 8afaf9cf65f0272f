"""Escalation by writing a federated credential, with which an external issuer's tokens act as the identity.

Source: Microsoft, "Workload identity federation", 2025.
"""

from collections.abc import Iterator

from access.questions.paths.inventory import Inventory
from access.questions.paths.steps import EscalationStep, Node, ResourceAccess

OPERATIONS = ("microsoft.managedidentity/userassignedidentities/federatedidentitycredentials/write",)


def steps(held: ResourceAccess, inventory: Inventory) -> Iterator[EscalationStep]:
    """Yield the escalation steps to the identity to which the holder can add a federated credential."""
    operation = held.first(OPERATIONS)
    if operation is not None:
        for principal in inventory.identities_of(held.resource):
            how = f"add a credential of its own to the identity {principal.name!r}"
            yield held.step(Node("identity", principal.id), how, operation)
